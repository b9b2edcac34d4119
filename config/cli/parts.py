"""The parts that run for long. Each takes over this process, found by name, not imported."""

import os
import sys
from pathlib import Path

import click

from config import settings as of_settings
from config.settings import as_environment

ACCESS_LOG = '%(h)s %(t)s "%(m)s %(U)s" %(s)s %(b)s %(M)s ms'
"""Without the query and the page before: what people search for is often a customer."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--workers", default=2, show_default=True, help="Processes.")
@click.option("--threads", default=4, show_default=True, help="Threads of each process.")
def web(host: str, workers: int, threads: int) -> None:
    """The pages and the API, served by gunicorn on PORT."""
    settings = _loaded()
    memory = Path("/dev/shm")  # noqa: S108 (gunicorn's heartbeat must not wait for a disk)
    words = f"""
        gunicorn web.wsgi:app --bind {host}:{settings.port} --access-logfile -
        --worker-class gthread --workers {workers} --threads {threads}
        --timeout 60 --graceful-timeout 5 --keep-alive 5
        --max-requests 10000 --max-requests-jitter 1000 --no-control-socket
    """.split()
    words += ["--access-logformat", ACCESS_LOG]
    if os.access(memory, os.W_OK):
        words += ["--worker-tmp-dir", str(memory)]
    become(words, as_environment(settings))


@click.command()
@click.option("--concurrency", default=2, show_default=True, help="Processes that work at once.")
def worker(concurrency: int) -> None:
    """A Celery worker that carries effects out, and sweeps for what is due."""
    settings = _loaded()
    words = f"""
        celery -A tasks.app worker --concurrency {concurrency} --loglevel INFO
        --without-gossip --without-mingle --hostname redress-{os.getpid()}@%h
    """.split()
    become(words, as_environment(settings))


@click.command()
def sweep() -> None:
    """The sweeper: finds effects and deadlines that are due, with or without Redis."""
    become(["tasks.sweep"], as_environment(_loaded()))


def _loaded() -> of_settings.Settings:
    """The settings; in production, and with extensions, the shop's files are read first, so that
    what is wrong, and was never taken up otherwise, is a sentence here. `make run` must be quick
    and does so when the start fails.
    """
    settings = of_settings.load()
    if settings.environment == "production" or settings.extensions:
        from config.last_good import rules_at_start

        rules_at_start(settings)
    return settings


def become(module_and_arguments: list[str], environment: dict[str, str]) -> None:
    """Go on as this module of the program, with these settings; never comes back."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(  # noqa: S606 (an argument list, no shell)
        sys.executable,
        [sys.executable, "-m", *module_and_arguments],
        {**os.environ, **environment},
    )
