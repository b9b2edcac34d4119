"""Reasons, resolutions, and the workflow that they lead to: `config/claims.yaml`, read strictly."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast, get_args

from workflows.definition import Definition, Place, Subject
from workflows.fields import Fields, is_name
from workflows.problems import Findings, WorkflowProblems, did_you_mean
from workflows.source import Node, Scalar, Sequence, decode, read_source

RefundOrder = Literal["oldest-first", "newest-first"]

_KEYS = ("reclamation-workflow", "refund-order", "reasons", "resolutions", "rules", "shops")
_SHOP_KEYS = ("reclamation-workflow", "refund-order", "reasons", "resolutions", "rules")


@dataclass(frozen=True, slots=True)
class Reason:
    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Resolution:
    name: str
    label: str
    keeps_product: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """Reason and resolution lead to a workflow; None fits any."""

    reasons: frozenset[str] | None
    resolutions: frozenset[str] | None
    workflow: str
    place: Place

    def fits(self, reason: str, resolution: str) -> bool:
        return (self.reasons is None or reason in self.reasons) and (
            self.resolutions is None or resolution in self.resolutions
        )


@dataclass(frozen=True, slots=True)
class _Shop:
    """What holds in one shop; the rules of a shop come before those of all shops."""

    reasons: Mapping[str, Reason]
    resolutions: Mapping[str, Resolution]
    rules: tuple[Rule, ...]
    reclamation_workflow: str
    refund_order: RefundOrder

    def rule(self, reason: str, resolution: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.fits(reason, resolution)), None)


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen when something is claimed, in each shop."""

    resolutions: Mapping[str, Resolution]
    """Of all shops, by name."""
    _every_shop: _Shop
    _shops: Mapping[str, _Shop] = field(default_factory=dict)

    def reasons(self, shop: str) -> Mapping[str, Reason]:
        """The reasons a customer of this shop can give, in the order of the file."""
        return self._of(shop).reasons

    def resolutions_for(self, reason: str, shop: str) -> Mapping[str, Resolution]:
        """What this reason can lead to in this shop, in the order of the file."""
        here = self._of(shop)
        return {
            name: resolution
            for name, resolution in here.resolutions.items()
            if reason in here.reasons and here.rule(reason, name)
        }

    def workflow_for(self, reason: str, resolution: str, shop: str) -> str:
        """The item workflow; raises LookupError with a sentence where there is none."""
        here = self._of(shop)
        if reason not in here.reasons:
            raise LookupError(_no_such("reason", reason, here.reasons))
        if resolution not in here.resolutions:
            raise LookupError(_no_such("resolution", resolution, here.resolutions))
        rule = here.rule(reason, resolution)
        if rule is None:
            possible = ", ".join(self.resolutions_for(reason, shop))
            raise LookupError(f"{reason} cannot lead to {resolution} here; choose {possible}.")
        return rule.workflow

    def keeps_product(self, resolution: str) -> bool:
        """Whether the customer still holds pieces that can be claimed again after a good end."""
        known = self.resolutions.get(resolution)
        return known.keeps_product if known else False

    def reclamation_workflow(self, shop: str) -> str:
        return self._of(shop).reclamation_workflow

    def refund_order(self, shop: str) -> RefundOrder:
        """Which of an order's payments gets its money back first."""
        return self._of(shop).refund_order

    def _of(self, shop: str) -> _Shop:
        return self._shops.get(shop, self._every_shop)


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


def _no_such(what: str, name: str, known: Mapping[str, object]) -> str:
    return f"There is no {what} {name} here; choose one of {', '.join(known)}."


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
        everywhere = _Shop(
            reasons=self.reasons,
            resolutions=self.resolutions,
            rules=self._rules(top.node("rules")),
            reclamation_workflow=self._workflow(top, "reclamation-workflow", "reclamation") or "",
            refund_order=self._refund_order(top) or "oldest-first",
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
            fields = Fields(self.findings, value, about, ("label", "keeps-product"), key.place)
            fields.require("label", "keeps-product")
            label = fields.text("label") or key.text
            self.resolutions[key.text] = Resolution(key.text, label, fields.flag("keeps-product"))

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

    def _shops(self, node: Node | None, everywhere: _Shop) -> dict[str, _Shop]:
        """A shop's own words, and those of all shops for what it leaves out."""
        if node is None:
            return {}
        shops: dict[str, _Shop] = {}
        for code, (key, value) in Fields(self.findings, node, "the table of shops").entries.items():
            fields = Fields(self.findings, value, f"the shop {code}", _SHOP_KEYS, key.place)
            reasons = self._known(fields, "reasons", self.reasons)
            resolutions = self._known(fields, "resolutions", self.resolutions)
            shops[code] = _Shop(
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
            )
        return shops

    def _check_rules(self, shops: list[_Shop], place: Place) -> None:
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
