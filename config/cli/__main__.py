"""`python -m config.cli` is `redress`."""

from config.cli import main

main(prog_name="redress")
