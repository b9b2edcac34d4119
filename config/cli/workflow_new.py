"""`redress workflow new`: a workflow of one's own, begun from one that is sound."""

import re
from pathlib import Path

import click

from config.cli.workflow_files import folder
from config.extensions import catalogue_of_environment
from config.settings import PROJECT
from workflows.fields import LONGEST_NAME, NAME
from workflows.parts import FOLDER as PARTS
from workflows.parts import parts_beside
from workflows.problems import Findings, WorkflowProblems, did_you_mean
from workflows.reading import read

EXAMPLES = PROJECT / "config" / "examples"
FIRST = "item-first"
_NAMED = re.compile(r"^(workflow:[ \t]*)\S+", re.MULTILINE)
_LABELLED = re.compile(r"^(label:[ \t]*).+$", re.MULTILINE)
_LANGUAGE = re.compile(r"[{,]\s*([a-z]{2}):")
_SCHEMA = re.compile(r"^(# yaml-language-server: \$schema=)\S+$", re.MULTILINE)


@click.command()
@click.argument("name")
@click.option(
    "--from",
    "example",
    default=FIRST,
    show_default=True,
    metavar="EXAMPLE",
    help="A workflow of the shop or an example of the cookbook.",
)
@click.option("--label", help="The name for people; otherwise made from NAME.")
def new(name: str, example: str, label: str | None) -> None:
    """Begin a workflow NAME as a copy of an EXAMPLE, in the shop's folder.

    Nothing is overwritten. Cases go through it once a rule in claims.yaml names it.
    """
    if len(name) > LONGEST_NAME or not NAME.fullmatch(name):
        raise click.ClickException(
            f"{name} cannot be a name: small letters, digits and hyphens, a letter first."
        )
    source = _example(example)
    target = folder() / f"{name}.yaml"
    spoken = label or name.replace("-", " ").capitalize()
    text = _renamed(source.read_text(encoding="utf-8"), name, spoken)
    parts = _parts_of(source, text)
    try:
        _write({target: text, **parts})
    except FileExistsError as error:
        raise click.ClickException(
            f"{error.filename} is there already; take another name, or edit it."
        ) from None
    except OSError as error:
        raise click.ClickException(
            f"{error.filename} cannot be written: {error.strerror}."
        ) from None
    for path in (target, *parts):
        click.echo(f"Written: {_short(path)}")
    click.echo("Next:")
    click.echo(f"  redress workflow check {_short(target)}")
    click.echo(f"  redress workflow try {name}")
    click.echo("  then a rule for it in claims.yaml, and: redress workflow reload")


def _example(name: str) -> Path:
    found = {path.stem: path for at in (EXAMPLES, folder()) for path in sorted(at.glob("*.yaml"))}
    if name not in found:
        suggestion = did_you_mean(name, found) or f"There are: {', '.join(found)}."
        raise click.ClickException(f"There is no example {name}. {suggestion}")
    return found[name]


def _renamed(text: str, name: str, label: str) -> str:
    """The text under another name; everything else, remarks too, stays as it stands."""
    text = _NAMED.sub(rf"\g<1>{name}", text, count=1)
    quoted = '"' + label.replace("\\", "\\\\").replace('"', '\\"') + '"'
    is_plain = re.fullmatch(r"[A-Za-z][\w ,.]*", label) is not None
    text = _LABELLED.sub(
        lambda found: found[1] + _said_as(found[0], label if is_plain else quoted), text, count=1
    )
    return _SCHEMA.sub(r"\g<1>../workflow.schema.json", text, count=1)


def _said_as(line: str, label: str) -> str:
    """In each language that the example's own label is said in, if it is in several."""
    languages = _LANGUAGE.findall(line)
    said = ", ".join(f"{language}: {label}" for language in languages)
    return f"{{ {said} }}" if languages else label


def _parts_of(source: Path, text: str) -> dict[Path, str]:
    """The parts that the example includes and the shop's folder has not yet."""
    beside = parts_beside(source.parent, Findings(str(source)))
    try:
        included = read(text, str(source), catalogue_of_environment(), beside).parts
    except WorkflowProblems as error:
        raise click.ClickException(f"{source} is not sound itself:\n{error}") from None
    targets = {folder() / PARTS / f"{name}.yaml": name for name in included if name in beside}
    return {path: beside[name].text for path, name in targets.items() if not path.exists()}


def _write(files: dict[Path, str]) -> None:
    for path in files:
        if path.exists():
            raise FileExistsError(17, "it is there already", str(path))
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)


def _short(path: Path) -> str:
    """As one would type it from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
