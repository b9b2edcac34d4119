"""A workflow as far as it could be read: what the readers fill and the proofs look at."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from workflows.catalogue import Catalogue, FactType
from workflows.conditions import FACT_OF_INPUT, compile_condition, compile_value
from workflows.definition import EffectUse, Event, InputType, Place, State, Subject, Transition
from workflows.fields import Fields
from workflows.mistakes import Mistaken
from workflows.problems import Findings, did_you_mean, nearest
from workflows.source import Scalar, place_within
from workflows.spoken import read_words


@dataclass(slots=True)
class Draft:
    source: str
    findings: Findings
    catalogue: Catalogue
    subject: Subject = "item"
    language: str = "en"
    labels: dict[str, str] = field(default_factory=dict)
    label_place: Place | None = None
    initial: str | None = None
    states: dict[str, State] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    effects: dict[str, EffectUse] = field(default_factory=dict)
    lines: list[Transition] = field(default_factory=list)
    is_complete: bool = True
    """False once something with a name of its own had to be left out: then what seems unused or
    unreachable may be so only because of that, and is not reported."""

    @property
    def whose(self) -> str:
        return "an item" if self.subject == "item" else "a reclamation"

    def lines_by_state(self) -> dict[str, list[Transition]]:
        """The lines out of each state, so that no proof looks through all lines for each."""
        lines: dict[str, list[Transition]] = {name: [] for name in self.states}
        for line in self.lines:
            lines[line.source].append(line)
        return lines

    def variables(self, event: Event | None = None) -> dict[str, FactType]:
        """The facts of this subject, and the inputs of an event."""
        known = {name: fact.type for name, fact in self.catalogue.facts[self.subject].items()}
        if event:
            known |= {f"input.{field.name}": FACT_OF_INPUT[field.type] for field in event.input}
        return known

    def item_fields(self) -> dict[str, FactType] | None:
        """What the condition of a reclamation may ask of each item; None for an item's own."""
        if self.subject == "item":
            return None
        return {name: fact.type for name, fact in self.catalogue.item_fields.items()}

    def resolve(self, scalar: Scalar, known: Iterable[str], rule: str, what: str) -> str | None:
        """The known name that stands here. For an unknown one a problem, and the near name that
        was probably meant, so that reading on finds the mistakes behind it."""
        names = list(known)
        if scalar.text in names:
            return scalar.text
        self.findings.add(
            rule,
            scalar.place,
            f"There is no {what} {scalar.text[:80]}.",
            did_you_mean(scalar.text, names),
        )
        near = nearest(scalar.text, names)
        if near is None:
            self.is_complete = False
        return near

    def words(self, fields: Fields, key: str) -> tuple[str | None, dict[str, str]]:
        """What stands at a key in the file's own language, and in others."""
        return read_words(self.findings, fields, key, self.language)

    def check_condition(self, scalar: Scalar, event: Event | None) -> None:
        try:
            compile_condition(scalar.text, self.variables(event), self.item_fields())
        except Mistaken as mistaken:
            self.report(scalar, mistaken)

    def check_value(self, scalar: Scalar, wanted: InputType) -> None:
        try:
            compile_value(scalar.text, self.variables(), wanted)
        except Mistaken as mistaken:
            self.report(scalar, mistaken)

    def report(self, scalar: Scalar, mistaken: Mistaken) -> None:
        """The mistakes of an expression at their places in the file."""
        for mistake in mistaken.mistakes:
            place: Place = place_within(self.source, scalar, mistake.offset)
            self.findings.add(mistake.rule, place, mistake.sentence, mistake.suggestion)
