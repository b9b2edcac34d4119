"""The explicit table of what a workflow file may name."""

from claims.people import ROLES
from workflows.catalogue import Catalogue, Command, Condition, EffectKind, Fact, Facts
from workflows.definition import Subject

ITEM: frozenset[Subject] = frozenset({"item"})

LETTERS = frozenset(
    {
        "ask-evidence",
        "closed",
        "exchange-sent",
        "goodwill-paid",
        "parcel-reminder",
        "parts-sent",
        "refunded",
        "rejected",
        "replacement-sent",
        "return-label",
    }
)
"""The letters that can be written; `tasks.letters` has the words of each."""

COMMON_FACTS = {
    "reclamation.priority": Fact("text", "low, normal or high"),
    "reclamation.source": Fact(
        "text", "staff, or import for a claim taken in from elsewhere", "never"
    ),
    "order.number": Fact("text", "the order's number", "never"),
    "order.total": Fact("money", "what was paid for the order, shipping and tax included", "never"),
    "order.refundable": Fact("money", "what the order's payments can still give back", "elsewhere"),
    "order.placed_at": Fact("date", "when the order was placed", "never"),
    "order.shop": Fact("text", "the shop's code", "never"),
    "order.business_unit": Fact(
        "text", "the business unit's code, empty where there is none", "never"
    ),
    "customer.number": Fact("text", "the customer's number", "never"),
    "customer.claims": Fact("integer", "how many earlier reclamations the customer has", "never"),
    "reclamation.refunded": Fact("money", "refunded or under way of the whole reclamation"),
    "order.refunded": Fact(
        "money", "refunded or under way of the order, by all its reclamations", "elsewhere"
    ),
    "customer.refunded_30_days": Fact(
        "money", "refunded or under way for the customer since 30 days ago", "elsewhere"
    ),
    "staff.may_refund": Fact(
        "money",
        "what who fires it may still refund here alone (limits in claims.yaml); 0.0 where no "
        "person does",
        "actor",
    ),
    "staff.refunded_today": Fact(
        "money", "what who fires it has let go to be paid since midnight", "actor"
    ),
    "now": Fact("date", "the time of the event, by the database clock", "clock"),
}

ITEM_FACTS = {
    "item.quantity": Fact("integer", "how many pieces are claimed"),
    "item.received": Fact("integer", "how many pieces came back; 0 until any did"),
    "item.value": Fact("money", "what was paid for these pieces, with tax"),
    "item.refundable": Fact(
        "money", "what may still be refunded for these pieces, with their share of the shipping"
    ),
    "item.deducted": Fact(
        "money", "what is taken off its refund: restocking fee, return shipping, wear"
    ),
    "item.shipping": Fact("money", "what of the order's shipping may still come back with it"),
    "item.refunded": Fact("money", "what is refunded, or on its way"),
    "item.proposed": Fact("money", "the amount that waits for a second look; 0.0 if none does"),
    "item.reason": Fact("text", "the reason's name in claims.yaml"),
    "item.resolution": Fact("text", "the wanted resolution's name in claims.yaml"),
    "item.condition": Fact("text", "the condition noted on arrival, empty before"),
    "item.sku": Fact("text", "the product's number"),
    "item.has_evidence": Fact("yes-no", "whether evidence was noted, or a file came with it"),
    "item.days_since_delivery": Fact(
        "integer", "whole days since delivery; -1 if unknown", "clock"
    ),
    "item.delivered_at": Fact(
        "date", "when it was delivered, as the order says", "elsewhere", may_be_unset=True
    ),
    "item.agreed_on": Fact(
        "date", "the day that was agreed on; it begins at 00:00 UTC", may_be_unset=True
    ),
}

ITEM_FIELDS = {
    "final": Fact("yes-no", "whether the item is settled, well or badly"),
    "good": Fact("yes-no", "whether it ended well"),
    "bad": Fact("yes-no", "whether it ended badly"),
    "state": Fact("text", "the name of its state"),
    "flags": Fact("texts", "the flags of its state"),
    **{
        name: ITEM_FACTS[f"item.{name}"]
        for name in (
            "quantity",
            "received",
            "value",
            "refundable",
            "refunded",
            "reason",
            "resolution",
            "condition",
            "sku",
            "has_evidence",
        )
    },
}

RECLAMATION_FACTS = {
    "items.total": Fact("integer", "how many items the reclamation has"),
    "items.open": Fact("integer", "how many of them are not settled"),
    "items.good": Fact("integer", "how many ended well"),
    "items.bad": Fact("integer", "how many ended badly"),
}


def has_evidence(facts: Facts) -> bool:
    return facts["item.has_evidence"] is True


CATALOGUE = Catalogue(
    facts={
        "item": {**ITEM_FACTS, **COMMON_FACTS},
        "reclamation": {**RECLAMATION_FACTS, **COMMON_FACTS},
    },
    conditions={
        "has-evidence": Condition(
            has_evidence, "evidence was noted for the item", ITEM, ("item.has_evidence",)
        ),
    },
    commands={
        "item.receive": Command(
            "notes how many pieces came back, and in which condition",
            ITEM,
            frozenset({"received"}),
        ),
        "item.agree-date": Command(
            "notes the day that was agreed on with the customer", ITEM, frozenset({"date"})
        ),
        "item.deduct": Command(
            "notes what is taken off its refund: restocking_fee, return_shipping or wear", ITEM
        ),
        "refund.propose": Command(
            "reserves the amount and waits for approval", ITEM, frozenset({"amount"})
        ),
        "refund.drop": Command("gives a proposed refund up and frees its amount", ITEM),
        "refund.mark": Command(
            "records a refund that was settled outside; it counts, but nothing is paid",
            ITEM,
            frozenset({"amount"}),
        ),
        "replacement.send": Command(
            "notes that the item's new order was sent; it can no longer be cancelled", ITEM
        ),
        "refund.confirm-paid": Command(
            "a second person confirms that an unclear refund was paid", ITEM, takes_two=True
        ),
        "refund.confirm-not-paid": Command(
            "a second person confirms that an unclear refund was not paid; "
            "its amount is free again",
            ITEM,
            takes_two=True,
        ),
    },
    effects={
        "refund.pay": EffectKind(
            "pays the proposed refund, or the amount typed in, over the order's payments",
            ITEM,
            must_handle=frozenset({"done", "refused", "unknown"}),
            moves_money=True,
        ),
        "replacement.order": EffectKind(
            "makes a new order for the same product, or for another one in exchange",
            ITEM,
            must_handle=frozenset({"done", "refused"}),
            settings={"kind": True},
            choices={"kind": frozenset({"replacement", "exchange"})},
        ),
        "parts.order": EffectKind(
            "makes a new order for missing parts", ITEM, must_handle=frozenset({"done", "refused"})
        ),
        "replacement.cancel": EffectKind(
            "cancels the item's new order (replacement, exchange or parts) unless it is sent, paid "
            "for or claimed on",
            ITEM,
            must_handle=frozenset({"done", "refused"}),
        ),
        "return-label.send": EffectKind("makes a return label and sends it to the customer", ITEM),
        "customer.write": EffectKind(
            "sends the customer a letter",
            settings={"letter": True},
            choices={"letter": LETTERS},
        ),
        "staff.notify": EffectKind(
            "tells everyone who holds a role",
            settings={"role": True},
            choices={"role": frozenset(ROLES)},
        ),
    },
    roles=frozenset(ROLES) | {"import"},
    item_fields=ITEM_FIELDS,
)
