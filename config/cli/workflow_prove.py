"""`redress workflow prove`: what can go wrong with money and with stuck cases, and how."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter

import click

from claims.choices import Choices
from claims.proving import prove_shop
from claims.reading_choices import read_choices_file
from config.cli.workflow_files import folder
from config.extensions import catalogue_of_environment, extensions_of_environment
from config.settings import PROJECT
from workflows.definition import Definition
from workflows.problems import WorkflowProblems, did_you_mean
from workflows.product.verdicts import PROPERTIES, Proof, Property, Refutation
from workflows.product.waits import say_wait, waits_of
from workflows.reading import files_of, read_with_files

Files = Mapping[str, tuple[Definition, str]]


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]…")
@click.option("--replay", is_flag=True, help="Play what is refuted on the real code, in memory.")
@click.option(
    "--folder",
    "path",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Another folder than the shop's; all of its workflows meet.",
)
def prove(names: tuple[str, ...], replay: bool, path: Path | None) -> None:
    """Prove items together with their reclamation: money, stuck cases, the longest wait.

    A claim that is refuted comes with the shortest list of events that leads there. Exits 0 if
    all is proved, 1 if something is refuted, 2 if a file cannot be read.
    """
    try:
        files = read_with_files(files_of(path or folder()), catalogue_of_environment())
        choices = None if path else _choices({name: each for name, (each, _) in files.items()})
    except WorkflowProblems as error:
        click.echo(f"{error}\nSee: redress workflow check", err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(f"{error.filename} cannot be read: {error.strerror}.", err=True)
        sys.exit(2)
    unknown = next((name for name in names if name not in files), None)
    if unknown is not None:
        suggestion = did_you_mean(unknown, files) or ""
        raise click.ClickException(f"There is no workflow {unknown}. {suggestion}".strip())
    began = perf_counter()
    proofs = [
        proof
        for proof in prove_shop(files, catalogue_of_environment(), choices)
        if not names or {*names} & _names(proof)
    ]
    seconds = perf_counter() - began
    for proof in proofs:
        _say_proof(proof)
    _say_waits([each for name, (each, _) in files.items() if not names or name in names])
    refuted = [each for proof in proofs for each in proof.refuted]
    if replay:
        _replay(refuted, files, choices)
    is_complete = all(proof.is_complete for proof in proofs)
    click.echo(
        f"\n{len(proofs)} of an item workflow with its reclamation, {len(refuted)} refuted "
        f"({seconds:.2f} s)."
    )
    sys.exit(0 if is_complete and not refuted else 1)


def _choices(definitions: Mapping[str, Definition]) -> Choices:
    path = Path(os.environ.get("CLAIMS_FILE") or PROJECT / "config" / "claims.yaml")
    return read_choices_file(path, definitions)


def _names(proof: Proof) -> set[str]:
    wholes = {proof.whole.definition.name} if proof.whole else set()
    return {proof.item.definition.name, *wholes}


def _say_proof(proof: Proof) -> None:
    met = f"with {proof.whole.definition.name}" if proof.whole else "alone"
    click.echo(f"\n{proof.item.definition.name} {met}")
    about: Property
    for about, claim in PROPERTIES.items():
        refuted = proof.refuting(about)
        if about == "stranded" and proof.whole is None:
            click.echo(f"  not told  {claim}: no reclamation workflow is known for it")
            continue
        verdict = "REFUTED" if refuted else "proved" if proof.is_complete else "too many"
        click.echo(f"  {verdict:<8}  {claim}")
        for each in refuted:
            _say_refutation(each)


def _say_refutation(refuted: Refutation) -> None:
    file, place = refuted.place.file or refuted.known.file, refuted.place
    click.echo(f"    {file}:{place.line}:{place.column} {refuted.rule} {refuted.sentence}")
    click.echo(f"    {_given(refuted)}")
    for number, step in enumerate(refuted.path, 1):
        click.echo(f"      {number}. {step}")
        for follows in step.follows:
            click.echo(f"         so {follows}")
    if not refuted.path:
        click.echo("      From the beginning, whatever happens.")
    click.echo(f"    {refuted.suggestion}")


def _given(refuted: Refutation) -> str:
    items = "One item" if refuted.count == 1 else f"{refuted.count} items"
    facts = ", ".join(f"{name} {value}" for name, value in refuted.facts.items())
    return f"{items}{f' ({facts})' if facts else ''}:"


def _say_waits(definitions: Sequence[Definition]) -> None:
    click.echo("\nThe longest wait until something surely happens, if no person does anything:")
    for definition in definitions:
        waits = waits_of(definition)
        click.echo(f"  {definition.name}: {say_wait(definition, waits.longest)}")
        if waits.until_somebody_acts:
            click.echo(f"    until somebody acts: {', '.join(waits.until_somebody_acts)}")


def _replay(refuted: Sequence[Refutation], files: Files, choices: Choices | None) -> None:
    from claims.rehearsal.folder import NoReclamationWorkflow, plain_choices
    from claims.replaying import replay
    from claims.rules import Rules

    definitions = {name: definition for name, (definition, _) in files.items()}
    extensions = extensions_of_environment()
    try:
        chosen = choices or plain_choices(definitions)
    except NoReclamationWorkflow as missing:
        raise click.ClickException(str(missing)) from None
    rules = Rules(definitions, chosen, extensions.catalogue, extensions=extensions)
    for each in refuted:
        click.echo(f"\nReplay of {each.rule} on the real code:")
        replayed = replay(each, rules)
        for step in replayed.steps:
            click.echo(f"  {step}")
        click.echo(f"  {'So it ends: ' if replayed.is_bad else ''}{replayed.end}")
