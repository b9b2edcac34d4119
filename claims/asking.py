"""Asking for effects: the row that a worker will find, written in the event's transaction."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from claims import allowances
from claims.commands import Input, amount_of
from claims.models import Effect, Item, Json, Reclamation, keep
from claims.money import approvals, refunds, splitting
from claims.money.amounts import bounds
from claims.money.refund_terms import RefundTerms
from claims.people import Actor
from claims.refusals import Refused
from claims.rules import Rules
from workflows.definition import EffectUse

MONEY = "refund.pay"


def effect_key(reclamation: Reclamation, item: Item | None, kind: str, generation: int) -> str:
    """The key of an effect: the same whenever and wherever it is computed from the same claim.

    Not random: a database restored from an older backup must arrive at the same key, so that the
    provider recognises what it has done already. The order is in it, because such a database may
    give a number again to the reclamation of another order.
    """
    order, position = reclamation.order.number, item.position if item else 0
    return _key(
        reclamation.shop.code, order, reclamation.number, str(position), kind, str(generation)
    )


def refund_key(item: Item) -> str:
    """The key of the next refund of an item, without the number of its reclamation.

    A claim that is filed again after a backup was put back gets another number, but is of the
    same order, line and piece. It counts the refunds that begin with this piece, whichever items
    held it, so that two refunds of one history never share a key (`docs/decisions/0024`).
    """
    order = item.reclamation.order
    used = {refund.effect.key for refund in order.refunds if refund.effect is not None}
    first = min(bounds(each)[0] for each in item.pieces)
    about = [order.shop.code, order.number, str(item.line.position), str(first), MONEY]
    return next(
        key
        for number in range(1, len(used) + 2)
        if (key := _key("2", *about, str(number))) not in used
    )


def _key(*said: str) -> str:
    return f"redress-{hashlib.sha256(chr(10).join(said).encode()).hexdigest()[:40]}"


def check(
    session: Session,
    rules: Rules,
    case: Reclamation | Item,
    use: EffectUse,
    values: Input,
    actor: Actor,
    at: datetime,
) -> None:
    """Refused where the effect could not be asked for; nothing is changed yet.

    NotAllowed where it pays more than `actor` may refund alone (`claims.allowances`).
    """
    if use.run != MONEY or not isinstance(case, Item):
        return
    proposed = refunds.proposal(case)
    terms = rules.refund_terms(case.reclamation.shop.code)
    if proposed is None:
        refunds.check_amount(case, amount_of(values), at, terms, values)
    else:
        approvals.check(proposed)
        splitting.check_shares(proposed, terms, at)
    amount = proposed.amount if proposed else amount_of(values)
    allowances.check(session, rules, case, amount, actor, at)


def ask(
    case: Reclamation | Item,
    use: EffectUse,
    values: Input,
    actor: Actor,
    at: datetime,
    terms: RefundTerms,
) -> Effect:
    """Write the effect, due at once, and reserve its money if it is a refund."""
    item = case if isinstance(case, Item) else None
    reclamation = item.reclamation if item else case
    assert isinstance(reclamation, Reclamation)
    earlier = [e for e in reclamation.effects if e.item is item and e.kind == use.run]
    generation = len(earlier) + 1
    if use.run == MONEY and item is not None:
        key = refund_key(item)
    else:
        key = effect_key(reclamation, item, use.run, generation)
    effect = Effect(
        reclamation=reclamation,
        item=item,
        kind=use.run,
        generation=generation,
        key=key,
        use=use.name,
        outcomes=dict(use.outcomes),
        request=request(reclamation, item, use.settings, values, actor),
        status="waiting",
        asked_at=at,
        due_at=at,
    )
    keep(effect, reclamation)
    if use.run == MONEY and item is not None:
        proposed = refunds.proposal(item)
        if proposed is not None:
            proposed.status, proposed.approved_by = "asked", actor.name
            refunds.clear(proposed, actor, at)
            proposed.effect = effect
        else:
            refund = refunds.ask(
                item, amount_of(values), actor, at, "asked", terms=terms, typed=values
            )
            refund.effect = effect
    return effect


def request(
    reclamation: Reclamation,
    item: Item | None,
    settings: Mapping[str, str],
    values: Input,
    actor: Actor,
) -> Json:
    """What is needed to carry the effect out, frozen as it is now; amounts in minor units."""
    order = reclamation.order
    items = [item] if item else reclamation.items
    return {
        "shop": reclamation.shop.name,
        "order": order.number,
        "reclamation": reclamation.number,
        "currency": reclamation.currency,
        "customer": {
            "number": order.customer_number,
            "name": order.customer_name,
            "email": order.customer_email,
            "address": order.customer_address,
        },
        "items": [
            {
                "position": each.position,
                "sku": each.line.sku,
                "name": each.line.name,
                "quantity": each.quantity,
                "state": each.state,
            }
            for each in items
        ],
        "refunded": sum(refunds.held_by_item(each) for each in items),
        "input": {name: _plain(value) for name, value in values.items()},
        "by": actor.name,
        "with": dict(settings),
    }


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return str(value.get("name", ""))
    return value if isinstance(value, str | int | float | bool) else str(value)


def refuse_in_import(use: EffectUse) -> bool:
    """Whether an import leaves the effect out: it writes to nobody. Money it may not even ask."""
    if use.run in {"customer.write", "staff.notify"}:
        return True
    raise Refused(
        f"An import pays nothing and orders nothing, and this step would ask for {use.run}; "
        "choose an event that only records what was settled outside."
    )
