"""A small catalogue and a small sound workflow, so that the engine is tested without the domain."""

from dataclasses import dataclass
from datetime import UTC, datetime

from workflows.catalogue import Catalogue, Command, Condition, EffectKind, Fact, Facts
from workflows.definition import Definition
from workflows.engine import Engine
from workflows.problems import Problem
from workflows.reading import problems_in, read

NOW = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
ITEM = frozenset({"item"})

SHOP = Catalogue(
    facts={
        "item": {
            "item.value": Fact("money", "what was paid"),
            "item.refundable": Fact("money", "what may be refunded"),
            "item.quantity": Fact("integer", "how many pieces"),
            "item.received": Fact("integer", "how many came back"),
            "item.reason": Fact("text", "why"),
            "item.has_evidence": Fact("yes-no", "whether evidence was noted"),
            "item.tags": Fact("texts", "tags"),
            "order.placed_at": Fact("date", "when it was ordered"),
            "now": Fact("date", "the time of the event", "clock"),
        },
        "reclamation": {"items.open": Fact("integer", "how many are open")},
    },
    conditions={
        "has-evidence": Condition(
            lambda facts: facts["item.has_evidence"] is True, "evidence was noted", ITEM
        )
    },
    commands={
        "item.receive": Command("notes what came", ITEM, frozenset({"received"})),
        "refund.propose": Command("proposes", ITEM, frozenset({"amount"})),
    },
    effects={
        "refund.pay": EffectKind(
            "pays", ITEM, must_handle=frozenset({"done", "refused", "unknown"})
        ),
        "customer.write": EffectKind("writes", settings={"letter": True, "language": False}),
    },
    roles=frozenset({"agent", "lead", "warehouse", "import"}),
)

FACTS: Facts = {
    "item.value": 24.99,
    "item.refundable": 24.99,
    "item.quantity": 2,
    "item.received": 1,
    "item.reason": "faulty",
    "item.has_evidence": False,
    "item.tags": ["fragile"],
    "order.placed_at": datetime(2026, 3, 1, tzinfo=UTC),
    "now": NOW,
}

SOUND = """\
workflow: item-return
subject: item
label: Return and refund
initial: reported
states:
  reported: { label: Reported }
  received: { label: Received, waits-for: agent }
  approval: { label: Needs a second look, waits-for: lead }
  refunding: { label: Refund under way, waits-for: provider }
  unclear: { label: Refund unclear }
  refunded: { label: Refunded, final: good }
  rejected: { label: Rejected, final: bad }
effects:
  pay:
    run: refund.pay
    outcomes: { done: refund-paid, refused: refund-refused, unknown: refund-unclear }
  write:
    run: customer.write
    with: { letter: refunded }
events:
  arrived:
    label: Parcel arrived
    by: [warehouse]
    input:
      received: { type: integer, label: Pieces, min: 0, max: item.quantity }
  refund:
    label: Refund
    by: [agent, lead]
    input:
      amount: { type: money, label: Amount, min: 0.01, max: item.refundable }
  approve: { label: Approve, by: [lead], second-person: true }
  reject: { label: Reject, by: [agent] }
  refund-paid: { label: Refund paid }
  refund-refused: { label: Refund refused }
  refund-unclear: { label: Refund unclear }
transitions:
  - { from: reported, event: arrived, to: received, do: item.receive, happy: true }
  - { from: received, event: refund, to: refunding, when: input.amount <= 20.0, effect: pay }
  - { from: received, event: refund, to: approval, when: item.received > 0, do: refund.propose }
  - { from: approval, event: approve, to: refunding, effect: pay }
  - { from: refunding, event: refund-paid, to: refunded, effect: write }
  - { from: refunding, event: refund-refused, to: received }
  - { from: refunding, event: refund-unclear, to: unclear }
  - { from: unclear, event: refund-paid, to: refunded }
  - { from: unclear, event: refund-refused, to: received }
  - { from: [reported, received, approval, unclear], event: reject, to: rejected }
"""


@dataclass(frozen=True, slots=True)
class Expected:
    """A text with one place marked by ⟨ in it: where a problem is expected."""

    text: str
    line: int
    column: int


def marked(text: str) -> Expected:
    before, _, after = text.partition("⟨")
    assert "⟨" not in after, "one place is marked"
    line = before.count("\n") + 1
    return Expected(before + after, line, len(before) - before.rfind("\n"))


def changed(old: str, new: str) -> str:
    """The sound workflow with one thing in it replaced."""
    assert SOUND.count(old) == 1, f"{old} stands there {SOUND.count(old)} times"
    return SOUND.replace(old, new)


def problem_at(text: str, rule: str) -> Problem:
    """The problem of this rule, which must stand at the marked place."""
    expected = marked(text)
    problems = problems_in(expected.text, "shop.yaml", SHOP)
    found = [problem for problem in problems if problem.rule == rule]
    assert (rule, expected.line, expected.column) in [
        (problem.rule, problem.line, problem.column) for problem in found
    ], [str(problem) for problem in problems]
    return next(
        problem
        for problem in found
        if (problem.line, problem.column) == (expected.line, expected.column)
    )


def only_problem_at(text: str, rule: str) -> Problem:
    """Like `problem_at`, and nothing else is wrong."""
    problem = problem_at(text, rule)
    problems = problems_in(marked(text).text, "shop.yaml", SHOP)
    assert [problem] == problems, [str(each) for each in problems]
    return problem


def sound(text: str = SOUND) -> Definition:
    return read(text, "shop.yaml", SHOP)


def engine(text: str = SOUND) -> Engine:
    return Engine(sound(text), SHOP)
