"""What Acme adds to Redress: bulky goods are weighed, and a hauler fetches the heavy ones.

`EXTENSIONS=acme_claims` lets workflow files use what stands in this table, and nothing else.
"""

from acme_claims import hauler, weighing
from claims.extending import Command, Condition, Effect, Extension, Fact

EXTENSION = Extension(
    name="acme",
    facts={
        "acme.grams": Fact("integer", "the weight that was noted; 0 until it was", weighing.grams),
    },
    conditions={
        "acme.is-heavy": Condition(
            weighing.is_heavy, "the item weighs more than 20 kg", ["acme.grams"]
        ),
    },
    commands={
        "acme.note-weight": Command(
            weighing.check_weight, weighing.note_weight, "notes the weight", {"grams": "integer"}
        ),
    },
    effects={
        "acme.book-pickup": Effect(
            hauler.book_pickup,
            "books a van that fetches the item from the customer",
            look_up=hauler.find_pickup,
            outcomes=["done", "refused"],
            settings={"depot": True},
        ),
    },
)
