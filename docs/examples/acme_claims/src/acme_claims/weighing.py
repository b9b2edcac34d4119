"""How heavy an item is: a fact, a condition over it, and the command that notes it."""

from claims.extending import CommandRun, Facts, Item, Refused, note, noted

GRAMS = "acme.grams"
HEAVY = 20_000
HEAVIEST = 2_000_000


def grams(item: Item) -> int:
    """The fact `acme.grams`."""
    weight = noted(item, GRAMS)
    return weight if isinstance(weight, int) else 0


def is_heavy(facts: Facts) -> bool:
    """The condition `acme.is-heavy`; it sees the facts that its table declares."""
    weight = facts[GRAMS]
    return isinstance(weight, int) and weight > HEAVY


def check_weight(run: CommandRun) -> None:
    """Refuses before anything is changed; Redress has checked that a whole number is there."""
    weight = run.input["grams"]
    if not isinstance(weight, int) or not 0 < weight <= HEAVIEST:
        raise Refused(f"An item weighs between 1 g and 2 t, not {weight} g; weigh it again.")


def note_weight(run: CommandRun) -> None:
    """Changes the row, in the transaction of the event."""
    note(run.item, GRAMS, int(str(run.input["grams"])))
