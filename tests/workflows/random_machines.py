"""Random sound machines, and random facts to run through them."""

from itertools import pairwise
from random import Random

from workflows.catalogue import Facts

CONDITIONS = (
    "item.quantity",
    "item.received",
    "item.value",
    "item.refundable",
)
OPERATORS = ("==", "!=", "<", "<=", ">", ">=")


def random_machine(random: Random) -> str:
    """A text that is mostly sound: each state has a button on to the next, and more lines."""
    count = random.randint(2, 7)
    names = [f"s{number}" for number in range(count)]
    events = [f"e{number}" for number in range(random.randint(1, 4))]
    lines = [_line(name, "other", after, None) for name, after in pairwise([*names, "end"])]
    for _ in range(random.randint(0, 14)):
        when = _condition(random) if random.random() < 0.75 else None
        target = random.choice([*names, "end"])
        lines.append(_line(random.choice(names), random.choice(events), target, when))
    lines.append(_line(names[0], random.choice(events), "end", None))
    for number in range(count - 1):
        if random.random() < 0.3:
            target = random.choice([*names[number + 1 :], "end"])
            lines.append(_line(names[number], "enter", target, _condition(random)))
    lines = _without_dead_ones(random, lines)
    used = [event for event in (*events, "enter") if any(f"event: {event}," in x for x in lines)]
    said = {"enter": "on-enter: true"}
    return "\n".join(
        [
            "workflow: random",
            "subject: item",
            "label: Random",
            f"initial: {names[0]}",
            "states:",
            *(f"  {name}: {{ label: {name} }}" for name in names),
            "  end: { label: End, final: good }",
            "events:",
            *(f"  {name}: {{ label: L, {said.get(name, 'by: [lead]')} }}" for name in used),
            "  other: { label: Other, by: [agent] }",
            "transitions:",
            *lines,
        ]
    )


def random_facts(random: Random, facts: Facts) -> Facts:
    """Facts from few values, so that each condition is true and false about equally often."""
    return {
        **facts,
        "item.quantity": random.randint(0, 3),
        "item.received": random.randint(0, 3),
        "item.value": random.choice((0.0, 1.0, 1.5, 2.0, 3.0)),
        "item.refundable": random.choice((0.0, 1.0, 1.5, 2.0, 3.0)),
        "item.has_evidence": random.random() < 0.5,
    }


def _without_dead_ones(random: Random, lines: list[str]) -> list[str]:
    """In some order, each else behind the conditions, and none of them twice."""
    random.shuffle(lines)
    lines.sort(key=lambda line: ", when: " not in line)
    kept: dict[str, str] = {}
    for line in lines:
        source_and_event, _, rest = line.partition(", to: ")
        kept.setdefault(source_and_event + rest.partition(", when: ")[2], line)
    return list(kept.values())


def _line(source: str, event: str, target: str, when: str | None) -> str:
    condition = f', when: "{when}"' if when else ""
    return f"  - {{ from: {source}, event: {event}, to: {target}{condition} }}"


def _condition(random: Random) -> str:
    if random.random() < 0.1:
        return "has-evidence"
    said = _part(random)
    for _ in range(random.choice((0, 0, 1, 2))):
        said += f" {random.choice(('&&', '||'))} {_part(random)}"
    return said


def _part(random: Random) -> str:
    if random.random() < 0.2:
        return random.choice(("item.has_evidence", "!item.has_evidence"))
    name = random.choice(CONDITIONS)
    number = random.randint(0, 3)
    is_money = name in {"item.value", "item.refundable"}
    return f"{name} {random.choice(OPERATORS)} {f'{number}.5' if is_money else number}"
