"""A refuted proof played on the real code: its events, one by one, to the bad end."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from claims.models import Item, Refund
from claims.money.amounts import decimals
from claims.money.refunds import money
from claims.refusals import NotFound, Refused
from claims.rehearsal import Given, ItemGiven, Rehearsal
from claims.rehearsal.given import Person
from claims.rules import Rules
from workflows.definition import Definition, Event, Input
from workflows.product.verdicts import PathStep, Refutation

CURRENCY = "EUR"
_ASKED = {"asked", "paid", "unclear"}


class NotSo(Exception):
    """The real code does otherwise than the proof says; the sentence tells where."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What each event did, in sentences, and how it ended."""

    steps: tuple[str, ...]
    end: str
    is_bad: bool
    """Whether the real code came to the bad end; False where it refuses the last event."""


def replay(refutation: Refutation, rules: Rules) -> Replayed:
    """Plays the events on a reclamation in memory.

    What the facts of the proof leave open is tried both ways. Needs both workflows in `rules`.
    """
    tried = [_Replay(refutation, rules, evidence).play() for evidence in ("", "a photo")]
    return next((each for each in tried if each.is_bad), tried[0])


class _Replay:
    def __init__(self, refutation: Refutation, rules: Rules, evidence: str) -> None:
        self.refutation, self.rules = refutation, rules
        self.said: list[str] = []
        whole = refutation.whole
        self.rehearsal = Rehearsal(
            rules,
            Given(
                items=tuple(self._item(evidence) for _ in range(refutation.count)),
                reclamation_workflow=whole.definition.name if whole else None,
                currency=CURRENCY,
            ),
        )
        self._last: dict[int, str] = {}

    def play(self) -> Replayed:
        steps = self.refutation.path
        for number, step in enumerate(steps, 1):
            try:
                self._play(step)
            except (Refused, NotFound, NotSo) as refused:
                is_last = number == len(steps)
                said = f"{number}. {step}: refused."
                end = f"The engine does not let it happen: {refused}"
                return Replayed((*self.said, said), end if is_last else str(refused), False)
            self.said.append(f"{number}. {self._told(step)}")
        end, is_bad = self._end()
        return Replayed(tuple(self.said), end, is_bad)

    def _item(self, evidence: str) -> ItemGiven:
        facts = self.refutation.facts
        quantity = int(str(facts.get("item.quantity", 1))) or 1
        worth = round(float(str(facts.get("item.value", 20.0))) * 10 ** decimals(CURRENCY))
        return ItemGiven(
            workflow=self.refutation.item.definition.name,
            quantity=quantity,
            price=worth // quantity,
            reason=str(facts.get("item.reason", "does-not-fit")),
            resolution=str(facts.get("item.resolution", "refund")),
            evidence=evidence,
        )

    def _play(self, step: PathStep) -> None:
        rehearsal, case = self.rehearsal, step.case
        match step.sender:
            case "person" | "import":
                event = self._definition(case).events[step.event]
                who = self._who(step, event)
                rehearsal.fire(case, step.event, who, dict(self._typed(step, event, who)))
                self._last[case] = who.name
            case "clock":
                due = [
                    each.due_at
                    for each in rehearsal.deadlines
                    if (each.case, each.event) == (case, step.event) and each.due_at
                ]
                if not due:
                    raise NotSo(f"No clock runs for {step.event}.")
                rehearsal.wait_until(min(due))
            case "outcome" if step.outcome and step.effect:
                rehearsal.answer(step.effect, step.outcome, case=case)
            case _:
                pass
        state = rehearsal.state(case)
        if state != step.target:
            raise NotSo(f"{step.whose} is in {state}, not in {step.target}.")

    def _who(self, step: PathStep, event: Event) -> Person:
        if step.sender == "import":
            return Person("import", frozenset({"import"}))
        limited = event.by & self.refutation.limits.keys()
        roles = sorted(limited if self.refutation.rule == "above-limit-alone" else event.by)
        role = next(role for role in [*roles, "agent"] if role != "import")
        name = "Alex"
        if event.second_person and self._last.get(step.case) == name:
            name = "Robin"
        return Person(name, frozenset({role}))

    def _typed(self, step: PathStep, event: Event, who: Person) -> Iterator[tuple[str, str]]:
        offers = {each.event.name: each for each in self.rehearsal.offers(step.case, who)}
        offer = offers.get(event.name)
        for field in event.input:
            bounds = offer.fields.get(field.name, {}) if offer else {}
            if field.name == "amount" and step.amount is not None:
                yield field.name, self._amount(step)
            elif not field.optional:
                yield field.name, self._plain(field, bounds)

    def _amount(self, step: PathStep) -> str:
        left = float(str(self.rehearsal.facts(step.case).get("item.refundable", 0.0)))
        amount = left if step.takes_all else step.amount or 0.0
        return f"{amount:.2f}"

    def _plain(self, field: Input, bounds: Mapping[str, object]) -> str:
        known = [bounds[which] for which in ("default", "min", "max") if bounds.get(which)]
        match field.type:
            case "money":
                amount = known[0] if known and isinstance(known[0], int) else 100
                return str(Decimal(amount).scaleb(-decimals(CURRENCY)))
            case "integer":
                return str(known[0]) if known else "1"
            case "choice":
                return str(known[0]) if known else field.of[0]
            case "date":
                return f"{self.rehearsal.at:%Y-%m-%d}"
            case "file":
                return f"photo.{(*field.of, 'image')[0]}"
            case _:
                return "yes" if field.type == "yes-no" else "as agreed"

    def _definition(self, case: int) -> Definition:
        known = self.refutation.item if case else self.refutation.whole
        name = known.definition.name if known else self.rehearsal.reclamation.workflow
        return self.rules.definitions[name]

    def _told(self, step: PathStep) -> str:
        follows = "".join(f" ({each})" for each in step.follows)
        return f"{step}{follows}"

    def _end(self) -> tuple[str, bool]:
        match self.refutation.rule:
            case "refund-twice" | "above-limit-alone":
                return self._end_of_money(self.refutation.path[-1])
            case "deaf":
                incidents = self.rehearsal.incidents
                return " ".join(incidents) or "Everything was taken.", bool(incidents)
            case _:
                return self._end_of_waiting()

    def _end_of_money(self, last: PathStep) -> tuple[str, bool]:
        case = last.case
        item = self.rehearsal.item(case)
        for effect in self.rehearsal.waiting:
            if effect.kind == "refund.pay" and effect.case == case:
                self.rehearsal.answer(effect.use, "done", case=case)
        refunds = [each for each in self._refunds(item) if each.status in _ASKED]
        paid = money(self.rehearsal.money(case).paid, CURRENCY)
        amounts = [money(each.amount, CURRENCY) for each in refunds]
        if self.refutation.rule == "above-limit-alone":
            limits = self.refutation.limits
            words = " or ".join(f"{limits[role]:.2f} ({role})" for role in sorted(limits))
            above = any(each.amount / 100 > min(limits.values()) for each in refunds)
            return f"{' + '.join(amounts)} asked for by one person alone; {words} is all.", above
        same = len(set(amounts)) == 1
        said = f"{len(amounts)} × {amounts[0]}" if same else " + ".join(amounts)
        return f"Refunded {said} of {paid} paid for the same item.", len(amounts) > 1

    def _refunds(self, item: Item) -> list[Refund]:
        return [each for each in item.reclamation.order.refunds if each.item is item]

    def _end_of_waiting(self) -> tuple[str, bool]:
        """Which cases are not over, and that nothing leads on there."""
        said, is_bad = [], False
        for case in range(self.refutation.count + 1):
            if self.rehearsal.case(case).final is not None:
                continue
            whose = f"item {case}" if case else "the reclamation"
            ways = [*self._ways_on(case)]
            is_bad = True
            on = f"; there is still: {', '.join(ways)}" if ways else "; no button, clock or effect"
            said.append(f"{whose} is in {self.rehearsal.state(case)}{on}")
        return f"Stranded: {'. '.join(said)}.", is_bad

    def _ways_on(self, case: int) -> Iterator[str]:
        roles = self.rules.catalogue.roles - self.rules.catalogue.no_person
        for offer in self.rehearsal.offers(case, Person("Everybody", roles)):
            if offer.is_open:
                yield f"the button {offer.event.name}"
        for deadline in self.rehearsal.deadlines:
            if deadline.case == case and deadline.due_at:
                yield f"the clock {deadline.event}"
        for effect in self.rehearsal.waiting:
            if effect.case == case:
                yield f"the effect {effect.use}"
