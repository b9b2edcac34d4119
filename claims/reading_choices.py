"""`config/claims.yaml` read strictly: reasons, resolutions, and what each shop has chosen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast, get_args

from claims.calendars import Calendar
from claims.choices import Choices, Reason, Resolution, Rule, ShopChoices
from claims.money.limits import Limits, read_limits
from claims.money.reading_refund_terms import Known, read_deductions, read_shipping
from claims.money.refund_terms import RefundOrder
from claims.reading_calendars import read_calendar
from workflows.definition import Definition, Place, Subject
from workflows.fields import Fields, is_name
from workflows.problems import Findings, WorkflowProblems, did_you_mean
from workflows.source import Node, Scalar, Sequence, decode, read_source

_SHOP_KEYS = (
    "reclamation-workflow",
    "refund-order",
    "calendar",
    "reasons",
    "resolutions",
    "rules",
    "limits",
    "deductions",
    "shipping",
)
_RESOLUTION_KEYS = ("label", "keeps-product", "beyond-paid", "as-store-credit", "shipping-only")
_KEYS = (*_SHOP_KEYS, "shops")


def read_choices_file(path: Path, definitions: Mapping[str, Definition]) -> Choices:
    """Like `read_choices`. A file that cannot be opened raises OSError."""
    findings = Findings(str(path))
    text = decode(path.read_bytes(), findings)
    if text is None:
        raise WorkflowProblems(findings.in_order())
    return read_choices(text, str(path), definitions)


def read_choices(text: str, file: str, definitions: Mapping[str, Definition]) -> Choices:
    """The choices that the text says; raises WorkflowProblems with all that is wrong."""
    findings = Findings(file)
    root = read_source(text, findings)
    if root is None:
        raise WorkflowProblems(findings.in_order())
    choices = _Reader(findings, definitions).read(root)
    if findings.found:
        raise WorkflowProblems(findings.in_order())
    return choices


@dataclass(slots=True)
class _Reader:
    findings: Findings
    definitions: Mapping[str, Definition]
    reasons: dict[str, Reason] = field(default_factory=dict)
    resolutions: dict[str, Resolution] = field(default_factory=dict)

    def read(self, root: Node) -> Choices:
        top = Fields(self.findings, root, "the file", _KEYS)
        top.require("reclamation-workflow", "reasons", "resolutions", "rules")
        self._read_reasons(top.node("reasons"))
        self._read_resolutions(top.node("resolutions"))
        everywhere = ShopChoices(
            reasons=self.reasons,
            resolutions=self.resolutions,
            rules=self._rules(top.node("rules")),
            reclamation_workflow=self._workflow(top, "reclamation-workflow", "reclamation") or "",
            refund_order=self._refund_order(top) or "oldest-first",
            calendar=read_calendar(self.findings, top.node("calendar"), Calendar()),
            limits=read_limits(self.findings, top.node("limits"), Limits()),
            deductions=read_deductions(self.findings, top.node("deductions"), self._names, ()),
            shipping=read_shipping(self.findings, top.node("shipping"), self._names, ()),
        )
        shops = self._shops(top.node("shops"), everywhere)
        self._check_rules([everywhere, *shops.values()], top.place)
        return Choices(self.resolutions, everywhere, shops)

    def _read_reasons(self, node: Node | None) -> None:
        for key, value in self._table(node, "the table of reasons"):
            fields = Fields(self.findings, value, f"the reason {key.text}", ("label",), key.place)
            fields.require("label")
            self.reasons[key.text] = Reason(key.text, fields.text("label") or key.text)

    def _read_resolutions(self, node: Node | None) -> None:
        for key, value in self._table(node, "the table of resolutions"):
            about = f"the resolution {key.text}"
            fields = Fields(self.findings, value, about, _RESOLUTION_KEYS, key.place)
            fields.require("label", "keeps-product")
            label = fields.text("label") or key.text
            self.resolutions[key.text] = Resolution(
                key.text,
                label,
                fields.flag("keeps-product"),
                fields.flag("beyond-paid"),
                fields.flag("as-store-credit"),
                fields.flag("shipping-only"),
            )

    @property
    def _names(self) -> Known:
        return Known(self.reasons, self.resolutions)

    def _table(self, node: Node | None, about: str) -> list[tuple[Scalar, Node]]:
        if node is None:
            return []
        entries = Fields(self.findings, node, about).entries.values()
        return [(key, value) for key, value in entries if is_name(self.findings, key)]

    def _rules(self, node: Node | None) -> tuple[Rule, ...]:
        if node is None:
            return ()
        if not isinstance(node, Sequence):
            self.findings.add("not-a-list", node.place, "rules is a list.")
            return ()
        return tuple(rule for rule in map(self._rule, node.items) if rule)

    def _rule(self, node: Node) -> Rule | None:
        fields = Fields(self.findings, node, "a rule", ("reason", "resolution", "workflow"))
        fields.require("workflow")
        reasons = self._known(fields, "reason", self.reasons)
        resolutions = self._known(fields, "resolution", self.resolutions)
        workflow = self._workflow(fields, "workflow", "item")
        return Rule(reasons, resolutions, workflow, fields.place) if workflow else None

    def _known(
        self, fields: Fields, key: str, known: Mapping[str, object]
    ) -> frozenset[str] | None:
        """The names at a key, all of them known; None where the key is left out."""
        what = key.removesuffix("s")
        for scalar in fields.scalars(key):
            if scalar.text not in known:
                self.findings.add(
                    f"unknown-{what}",
                    scalar.place,
                    f"There is no {what} {scalar.text[:80]}.",
                    did_you_mean(scalar.text, known),
                )
        return frozenset(s.text for s in fields.scalars(key)) if key in fields else None

    def _workflow(self, fields: Fields, key: str, subject: Subject) -> str | None:
        scalar = fields.scalar(key)
        if scalar is None:
            return None
        fitting = [d.name for d in self.definitions.values() if d.subject == subject]
        if scalar.text not in fitting:
            sentence = f"There is no workflow {scalar.text[:80]} for a{_n(subject)}."
            suggestion = did_you_mean(scalar.text, fitting)
            self.findings.add("unknown-workflow", scalar.place, sentence, suggestion)
        return scalar.text

    def _refund_order(self, fields: Fields) -> RefundOrder | None:
        return cast(RefundOrder | None, fields.one_of("refund-order", get_args(RefundOrder)))

    def _shops(self, node: Node | None, everywhere: ShopChoices) -> dict[str, ShopChoices]:
        """A shop's own words, and those of all shops for what it leaves out."""
        if node is None:
            return {}
        shops: dict[str, ShopChoices] = {}
        for code, (key, value) in Fields(self.findings, node, "the table of shops").entries.items():
            fields = Fields(self.findings, value, f"the shop {code}", _SHOP_KEYS, key.place)
            reasons = self._known(fields, "reasons", self.reasons)
            resolutions = self._known(fields, "resolutions", self.resolutions)
            shops[code] = ShopChoices(
                reasons={
                    name: reason
                    for name, reason in self.reasons.items()
                    if reasons is None or name in reasons
                },
                resolutions={
                    name: resolution
                    for name, resolution in self.resolutions.items()
                    if resolutions is None or name in resolutions
                },
                rules=(*self._rules(fields.node("rules")), *everywhere.rules),
                reclamation_workflow=self._workflow(fields, "reclamation-workflow", "reclamation")
                or everywhere.reclamation_workflow,
                refund_order=self._refund_order(fields) or everywhere.refund_order,
                calendar=read_calendar(self.findings, fields.node("calendar"), everywhere.calendar),
                limits=read_limits(self.findings, fields.node("limits"), everywhere.limits),
                deductions=read_deductions(
                    self.findings, fields.node("deductions"), self._names, everywhere.deductions
                ),
                shipping=read_shipping(
                    self.findings, fields.node("shipping"), self._names, everywhere.shipping
                ),
            )
        return shops

    def _check_rules(self, shops: list[ShopChoices], place: Place) -> None:
        """Every rule is taken by something, and every reason leads somewhere, in each shop."""
        if self.findings.found:
            return
        taken: set[Place] = set()
        for shop in shops:
            for reason in shop.reasons:
                rules = [shop.rule(reason, resolution) for resolution in shop.resolutions]
                taken.update(rule.place for rule in rules if rule)
                if not any(rules):
                    self.findings.add(
                        "no-rule", place, f"No rule says what the reason {reason} can lead to."
                    )
        for rule in {rule.place: rule for shop in shops for rule in shop.rules}.values():
            if rule.place not in taken:
                self.findings.add(
                    "dead-rule",
                    rule.place,
                    "This rule is never taken: earlier rules take all that fits it.",
                )


def _n(subject: Subject) -> str:
    return "n item" if subject == "item" else " reclamation"
