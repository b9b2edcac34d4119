"""`when:` and `then:` of one test."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast, get_args

from claims.outcomes import Outcome
from claims.people import ROLES
from claims.rehearsal import reading_values as values
from claims.rehearsal.given import RECLAMATION, Given, Person
from claims.rehearsal.trials import (
    Answer,
    Edit,
    Expected,
    Fire,
    Look,
    Placed,
    Step,
    Wait,
    WaitUntil,
)
from claims.rules import Rules
from workflows.definition import Definition
from workflows.fields import Fields, single
from workflows.problems import Findings, did_you_mean
from workflows.source import Mapping as Table
from workflows.source import Node, Scalar, Sequence

_WHERE = ("item", "of")
_WHO = ("by", "person")
STEP_KEYS: Mapping[str, tuple[str, ...]] = {
    "event": ("input", "refused", *_WHO, *_WHERE),
    "edit": ("refused", *_WHO, *_WHERE),
    "effect": ("ends", "shares-paid", *_WHERE),
    "crash": _WHERE,
    "wait": (),
    "until": (),
    "offered": (*_WHO, *_WHERE),
    "not-offered": ("because", *_WHO, *_WHERE),
}
"""What a step begins with, and the keys it may have besides."""
CASE_KEYS = ("state", "refunded", "under-way", "left", "effects", "deadlines", "waits-for")
THEN_KEYS = (*CASE_KEYS, "reclamation", "items", "incidents")
_AMOUNTS = {"refunded", "under-way", "left"}
_LISTS = {"effects", "deadlines"}


@dataclass(slots=True)
class Reader:
    """Reads the steps of one test, for the case that the tested workflow is of."""

    findings: Findings
    definition: Definition
    rules: Rules
    given: Given
    edited: set[int] = field(default_factory=set)
    """Items that another reason or resolution may have led to another workflow."""

    @property
    def main(self) -> int:
        return RECLAMATION if self.definition.subject == "reclamation" else 1

    def step(self, node: Node) -> Placed | None:
        kinds = [k for k in STEP_KEYS if isinstance(node, Table) and k in node.entries]
        if len(kinds) != 1:
            self.findings.add(
                "step",
                node.place,
                "A step has exactly one of these keys: " + ", ".join(STEP_KEYS) + ".",
            )
            return None
        [kind] = kinds
        fields = Fields(self.findings, node, f"the step {kind}", (kind, *STEP_KEYS[kind]))
        read: Mapping[str, Callable[[Fields], Step | None]] = {
            "event": self._fire,
            "edit": self._edit,
            "effect": self._answer,
            "crash": self._crash,
            "wait": self._wait,
            "until": self._until,
            "offered": lambda f: self._look(f, "offered"),
            "not-offered": lambda f: self._look(f, "not-offered"),
        }
        step = read[kind](fields)
        return Placed(step, fields.place) if step else None

    def expected(self, node: Node | None) -> list[Expected]:
        """Everything that must be so at the end."""
        if node is None:
            return []
        fields = Fields(self.findings, node, "then", THEN_KEYS)
        found = self._of_case(fields, self.main)
        if (state := fields.scalar("reclamation")) is not None:
            self._check_state(state, RECLAMATION)
            found.append(Expected("state", state.text, state.place, RECLAMATION))
        if (incidents := fields.scalar("incidents")) is not None:
            how_many = values.number(self.findings, incidents, "incidents")
            found.append(Expected("incidents", how_many, incidents.place))
        items = fields.node("items")
        if isinstance(items, Sequence):
            for position, each in enumerate(items.items, start=1):
                if position > len(self.given.items):
                    self.findings.add("item", each.place, self._no_such_item(position))
                    break
                own = Fields(self.findings, each, f"item {position}", CASE_KEYS)
                found += self._of_case(own, position)
        elif items is not None:
            self.findings.add("not-a-list", items.place, "items is a list, one entry for each.")
        return found

    def _of_case(self, fields: Fields, case: int) -> list[Expected]:
        found: list[Expected] = []
        for key in CASE_KEYS:
            if key not in fields:
                continue
            place = fields.place_of(key)
            value: object
            if key in _LISTS:
                value = tuple(each.text for each in self._names(fields, key))
            elif key in _AMOUNTS:
                value = values.amount(self.findings, fields.scalar(key), self.given.currency)
            else:
                scalar = fields.scalar(key)
                if scalar is not None and key == "state":
                    self._check_state(scalar, case)
                value = scalar.text if scalar else None
            found.append(Expected(key, value, place, case))
        return found

    def _names(self, fields: Fields, key: str) -> list[Scalar]:
        """A list that may be empty, and may name the same twice."""
        node = fields.node(key)
        items = node.items if isinstance(node, Sequence) else [node] if node else []
        read = [single(self.findings, item, f"{key} of {fields.about}") for item in items]
        return [each for each in read if each]

    def _fire(self, fields: Fields) -> Step | None:
        case, who, event = self._case(fields), self._who(fields), fields.scalar("event")
        if case is None or who is None or event is None:
            return None
        if (definition := self._definition_of(case)) is not None:
            self._check_known(event, definition.events, "event", definition)
        typed: dict[str, str] = {}
        if (node := fields.node("input")) is not None:
            table = Fields(self.findings, node, f"the input of {event.text}")
            for key, value in table.entries.values():
                scalar = value if isinstance(value, Scalar) else None
                if scalar is None:
                    single(self.findings, value, f"{key.text} of the input")
                typed[key.text] = scalar.text if scalar and not scalar.is_nothing else ""
        return Fire(case, event.text, who, typed, fields.text("refused"))

    def _edit(self, fields: Fields) -> Step | None:
        case, who = self._case(fields), self._who(fields)
        known = ("reason", "resolution", "quantity", "evidence")
        changed = Fields(self.findings, fields.node("edit"), "the edit", known)
        if case is None or who is None:
            return None
        changes: dict[str, object] = {key: changed.text(key) or "" for key in changed.entries}
        if "quantity" in changed:
            scalar = changed.scalar("quantity")
            changes["quantity"] = values.number(self.findings, scalar, "quantity", 1)
        if {"reason", "resolution"} & set(changes):
            self.edited.add(case)
        return Edit(case, who, changes, fields.text("refused"))

    def _answer(self, fields: Fields) -> Step | None:
        fields.require("ends")
        effect, ends = self._effect(fields, "effect"), fields.one_of("ends", get_args(Outcome))
        shares = values.number(self.findings, fields.scalar("shares-paid"), "shares-paid") or 0
        if effect is None or ends is None:
            return None
        return Answer(effect.text, cast(Outcome, ends), self._case(fields, None), shares)

    def _crash(self, fields: Fields) -> Step | None:
        effect = self._effect(fields, "crash")
        return Answer(effect.text, None, self._case(fields, None)) if effect else None

    def _effect(self, fields: Fields, key: str) -> Scalar | None:
        effect, case = fields.scalar(key), self._case(fields, self.main)
        if effect is None or case is None:
            return None
        if (definition := self._definition_of(case)) is not None:
            self._check_known(effect, definition.effects, "effect", definition)
        return effect

    def _wait(self, fields: Fields) -> Step | None:
        scalar = fields.scalar("wait")
        read = values.span(self.findings, scalar) if scalar else None
        return Wait(*read) if read else None

    def _until(self, fields: Fields) -> Step | None:
        moment = values.moment(self.findings, fields.scalar("until"))
        return WaitUntil(moment) if moment else None

    def _look(self, fields: Fields, key: str) -> Step | None:
        case, who, event = self._case(fields), self._who(fields), fields.scalar(key)
        if case is None or who is None or event is None:
            return None
        if (definition := self._definition_of(case)) is not None:
            self._check_known(event, definition.events, "event", definition)
        return Look(case, event.text, who, key == "offered", fields.text("because"))

    def _case(self, fields: Fields, default: int | None = -1) -> int | None:
        """The number of the case that `item:` or `of:` names; otherwise the tested one."""
        if (of := fields.one_of("of", ("reclamation",))) is not None and of:
            return RECLAMATION
        if (scalar := fields.scalar("item")) is None:
            return self.main if default == -1 else default
        position = values.number(self.findings, scalar, "item", 1)
        if position is not None and position > len(self.given.items):
            self.findings.add("item", scalar.place, self._no_such_item(position))
            return None
        return position

    def _no_such_item(self, position: int) -> str:
        return f"There is no item {position}; {len(self.given.items)} are given."

    def _who(self, fields: Fields) -> Person | None:
        fields.require("by")
        roles = fields.scalars("by")
        for role in roles:
            if role.text not in (*ROLES, "import"):
                self.findings.add(
                    "unknown-role",
                    role.place,
                    f"There is no role {role.text[:80]}.",
                    did_you_mean(role.text, ROLES),
                )
        if not roles:
            return None
        name = fields.text("person") or roles[0].text
        return Person(name, frozenset(role.text for role in roles))

    def _definition_of(self, case: int) -> Definition | None:
        """The workflow of a case, as far as it can be told before anything happens."""
        choices, shop = self.rules.choices, self.given.shop
        if case == RECLAMATION:
            name = self.given.reclamation_workflow or choices.reclamation_workflow(shop)
        elif case in self.edited:
            return None
        else:
            item = self.given.items[case - 1]
            try:
                name = item.workflow or choices.workflow_for(item.reason, item.resolution, shop)
            except LookupError:
                return None
        return self.rules.definitions.get(name)

    def _check_state(self, scalar: Scalar, case: int) -> None:
        if (definition := self._definition_of(case)) is not None:
            self._check_known(scalar, definition.states, "state", definition)

    def _check_known(
        self, scalar: Scalar, known: Mapping[str, object], what: str, definition: Definition
    ) -> None:
        if scalar.text not in known:
            self.findings.add(
                f"unknown-{what}",
                scalar.place,
                f"{definition.name} has no {what} {scalar.text[:80]}.",
                did_you_mean(scalar.text, known),
            )
