"""Historical claims from files: matched or refused, settled by real events, never twice."""

from collections.abc import Callable, Sequence

import pytest

from claims.imports.matching import (
    BOUGHT_LATER,
    NEVER_BOUGHT,
    NONE_LEFT,
    NOT_IN_ONE,
    OVER_PAID,
)
from claims.refusals import Refused
from tests.claims.imports.conftest import Importing
from tests.claims.imports.small_shop import (
    CLAIMS,
    CLAIMS_BY_ORDER,
    ORDERS,
    bought,
    credited,
    returned,
)

Contents = Callable[[], list[tuple[object, ...]]]


def orders_claimed(importing: Importing) -> Sequence[tuple[object, ...]]:
    return importing.rows(
        "SELECT o.number, i.quantity FROM items i JOIN order_lines l ON l.id = i.order_line_id "
        "JOIN orders o ON o.id = l.order_id ORDER BY i.id"
    )


def test_a_credit_note_becomes_a_closed_reclamation_with_its_own_dates(
    importing: Importing,
) -> None:
    importing.orders([bought("1")])

    imported = importing.claims([credited(quantity=-2)])

    assert imported.run.counts["items"] == 1
    assert imported.run.counts["total"] == 500
    assert importing.row(
        "SELECT r.state, r.source, r.opened_at = r.closed_at, "
        "to_char(r.closed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), i.state, i.final "
        "FROM reclamations r JOIN items i ON i.reclamation_id = r.id"
    ) == ("closed", "import", True, "2026-03-10 08:00", "refunded", "good")


def test_the_journal_tells_real_events_fired_by_the_import(importing: Importing) -> None:
    importing.orders([bought("1")])

    importing.claims([credited()])

    assert importing.rows(
        "SELECT event, to_state, actor_name FROM journal WHERE event IS NOT NULL ORDER BY sequence"
    ) == [
        ("settle-outside", "refunded", "import small-claims"),
        ("item-settled", "closed", "import small-claims"),
    ]


def test_an_import_pays_nothing_and_writes_to_nobody_but_counts_against_what_is_left(
    importing: Importing,
) -> None:
    importing.orders([bought("1")])

    importing.claims([credited(quantity=-2)])

    assert importing.row("SELECT count(*) FROM effects") == (0,)
    assert importing.row("SELECT status, amount, paid_amount FROM refunds") == (
        "outside",
        500,
        500,
    )
    assert importing.row("SELECT refund_held FROM order_lines") == (500,)
    assert importing.row("SELECT refund_held FROM payments") == (500,)


def test_the_latest_earlier_purchase_with_enough_left_is_taken(importing: Importing) -> None:
    importing.orders(
        [
            bought("1", quantity=6, date="2026-03-01 10:00"),
            bought("2", quantity=6, date="2026-03-05 10:00"),
            bought("3", quantity=6, date="2026-03-20 10:00"),
        ]
    )

    importing.claims(
        [
            credited("C1", quantity=-4, date="2026-03-10 09:00"),
            credited("C2", quantity=-4, date="2026-03-11 09:00"),
            credited("C3", quantity=-2, date="2026-03-12 09:00"),
        ]
    )

    assert orders_claimed(importing) == [("2", 4), ("1", 4), ("2", 2)]


def test_rows_take_their_pieces_in_the_order_of_their_dates_not_of_the_file(
    importing: Importing,
) -> None:
    importing.orders([bought("1", quantity=6)])

    imported = importing.claims(
        [
            credited("C2", quantity=-4, date="2026-03-12 09:00"),
            credited("C1", quantity=-5, date="2026-03-11 09:00"),
        ]
    )

    assert orders_claimed(importing) == [("1", 5)]
    [refused] = importing.refused(imported)
    assert (refused.line, refused.reason) == (2, NONE_LEFT)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (credited(sku="POT"), NEVER_BOUGHT),
        (credited(customer="78"), NEVER_BOUGHT),
        (credited(date="2026-02-01 09:00"), BOUGHT_LATER),
        (credited(quantity=-7), NOT_IN_ONE),
        (credited(price="2.51"), OVER_PAID),
        (credited(customer=""), "a needed value is missing"),
        (credited(quantity=0), "nothing is asked for"),
        (credited(quantity=3), "nothing is asked for"),
    ],
)
def test_what_cannot_be_matched_is_reported_with_its_reason_and_never_guessed(
    importing: Importing, row: dict[str, object], reason: str
) -> None:
    importing.orders([bought("1", quantity=6)])

    imported = importing.claims([row])

    [refused] = importing.refused(imported)
    assert refused.reason == reason
    assert importing.row("SELECT count(*) FROM reclamations") == (0,)


def test_a_credit_larger_than_any_one_purchase_is_not_spread_over_several(
    importing: Importing,
) -> None:
    importing.orders([bought("1", quantity=6), bought("2", quantity=6)])

    imported = importing.claims([credited(quantity=-8)])

    [refused] = importing.refused(imported)
    assert "more than the 6 of the largest earlier purchase" in refused.detail


def test_a_purchase_in_the_same_minute_is_early_enough(importing: Importing) -> None:
    importing.orders([bought("1", date="2026-03-10 09:00")])

    assert importing.claims([credited(date="2026-03-10 09:00")]).run.counts["items"] == 1


def test_one_product_twice_on_an_invoice_gives_two_lines_to_claim_from(
    importing: Importing,
) -> None:
    importing.orders([bought("1", quantity=3), bought("1", quantity=3)])

    imported = importing.claims([credited(quantity=-3), credited(quantity=-3)])

    assert imported.run.counts["items"] == 2
    assert importing.rows("SELECT position, refund_held FROM order_lines ORDER BY 1") == [
        (1, 750),
        (2, 750),
    ]


def test_rows_of_one_credit_note_and_one_order_are_one_reclamation(importing: Importing) -> None:
    importing.orders([bought("1", "CUP"), bought("1", "POT"), bought("2", "LID")])

    imported = importing.claims([credited(sku="CUP"), credited(sku="POT"), credited(sku="LID")])

    assert imported.run.counts["claims"] == 2
    assert importing.rows(
        "SELECT r.import_key, count(*) FROM reclamations r "
        "JOIN items i ON i.reclamation_id = r.id GROUP BY 1 ORDER BY 1"
    ) == [("small-claims:C1:1", 2), ("small-claims:C1:2", 1)]


def test_the_same_claims_twice_change_nothing(importing: Importing, contents: Contents) -> None:
    importing.orders([bought("1")])
    rows = [credited("C1"), credited("C1"), credited("C2", date="2026-03-12 09:00")]
    importing.claims(rows)
    before = contents()

    again = importing.claims(rows)
    other_order_of_columns = importing.claims([dict(reversed(row.items())) for row in rows])

    assert again.repeated
    assert not other_order_of_columns.repeated
    assert other_order_of_columns.run.counts["there"] == 3
    assert contents() == before


def test_a_longer_file_files_only_the_new_rows_of_a_credit_note(importing: Importing) -> None:
    importing.orders([bought("1")])
    importing.claims([credited("C1", quantity=-1)])

    longer = importing.claims([credited("C1", quantity=-1), credited("C1", quantity=-2)])

    assert (longer.run.counts["there"], longer.run.counts["items"]) == (1, 1)
    assert importing.rows("SELECT import_key FROM reclamations ORDER BY 1") == [
        ("small-claims:C1:1",),
        ("small-claims:C1:1#2",),
    ]
    assert (
        importing.claims([credited("C1", quantity=-2), credited("C1", quantity=-1)]).run.counts[
            "there"
        ]
        == 2
    )


def test_returns_name_their_order_and_keep_their_split(importing: Importing) -> None:
    importing.orders([bought("1"), bought("2")])

    imported = importing.claims_by_order([returned("1")])

    assert importing.rows("SELECT way, amount, status FROM refund_shares ORDER BY way") == [
        ("cash", 300, "paid"),
        ("store-credit", 200, "paid"),
    ]
    assert importing.row("SELECT reason FROM items") == ("faulty",)
    assert imported.run.counts["way:cash"] == 300
    assert imported.run.counts["reason:faulty"] == 500


@pytest.mark.parametrize(
    ("row", "detail"),
    [
        (returned(amount="", cash=""), "amount and cash are missing."),
        (returned(amount="5.50"), "The parts add up to 500 and the amount is 550 minor units."),
        (returned(why="smells"), "why is 'smells', which the mapping does not translate."),
        (returned(quantity="1.5"), "quantity is 1.5, not a whole number."),
        (returned(order="9"), "9 has no purchase of CUP here."),
        (returned(amount="-5.00", cash="-7.00"), "amount or a part of it is below 0."),
    ],
)
def test_a_return_that_makes_no_sense_is_refused(
    importing: Importing, row: dict[str, object], detail: str
) -> None:
    importing.orders([bought("1")])

    [refused] = importing.refused(importing.claims_by_order([row]))

    assert refused.detail == detail


def test_an_amount_of_nothing_settles_the_claim_and_holds_no_money(importing: Importing) -> None:
    importing.orders([bought("1")])

    imported = importing.claims_by_order([returned(amount="0.00", cash="0.00", credit="0.00")])

    assert imported.run.counts["items"] == 1
    assert importing.row("SELECT state FROM reclamations") == ("closed",)
    assert importing.row("SELECT refund_held FROM order_lines") == (0,)


def test_amounts_without_tax_are_measured_against_what_was_paid_without_tax(
    importing: Importing,
) -> None:
    with_tax = ORDERS.replace("  unit-price: price", "  unit-price: price\n  tax-rate: rate")
    importing.orders([{**bought("1", quantity=2, price="11.90"), "rate": "19"}], mapping=with_tax)

    imported = importing.claims_by_order(
        [
            returned(quantity=1, amount="10.01", cash="10.01", credit="0", day="2026-03-11"),
            returned(quantity=1, amount="10.00", cash="10.00", credit="0", day="2026-03-12"),
        ]
    )

    [refused] = importing.refused(imported)
    assert (refused.line, refused.reason) == (2, OVER_PAID)
    assert "€10.00 was paid for them without tax" in refused.detail
    assert imported.run.counts["total"] == 1000


def test_without_date_or_reason_the_mapping_says_what_to_take(importing: Importing) -> None:
    importing.orders([bought("1", date="2026-03-01 10:00")])

    importing.claims_by_order([returned(day="", why="")])

    assert importing.row(
        "SELECT r.opened_at = o.placed_at, i.reason FROM reclamations r "
        "JOIN orders o ON o.id = r.order_id JOIN items i ON i.reclamation_id = r.id"
    ) == (True, "other")


def test_pieces_that_staff_have_claimed_are_not_claimed_again(importing: Importing) -> None:
    importing.orders([bought("1", quantity=2)])
    importing.claims([credited("C1", quantity=-2)])

    imported = importing.claims_by_order([returned("1", quantity=1, amount="5.00")])

    [refused] = importing.refused(imported)
    assert refused.reason == NONE_LEFT


def test_what_the_domain_refuses_is_taken_back_whole_and_the_rest_goes_on(
    importing: Importing,
) -> None:
    importing.orders([bought("1", "CUP", 2, "5.00"), bought("2", "CUP", 2, "5.00")])
    importing.claims_by_order([returned("1", quantity=1, amount="5.00")])
    with importing.sessions.begin() as session:
        session.connection().exec_driver_sql("UPDATE payments SET captured = 600")

    imported = importing.claims_by_order(
        [
            returned("1", quantity=1, amount="5.00", day="2026-03-20"),
            returned("2", quantity=1, amount="5.00", day="2026-03-20"),
        ]
    )

    [refused] = importing.refused(imported)
    assert (refused.line, refused.reason) == (2, "the rules of claims refuse it")
    assert "€1.00" in refused.detail
    assert imported.run.counts["items"] == 1
    assert importing.row("SELECT count(*) FROM items") == (2,)


def test_claims_before_their_orders_are_told_to_wait(importing: Importing) -> None:
    with pytest.raises(Refused, match="no shop small yet; import its orders before its claims"):
        importing.claims([credited()])


def test_words_that_the_shop_does_not_know_stop_the_import_before_it_begins(
    importing: Importing,
) -> None:
    importing.orders([bought("1")])

    with pytest.raises(Refused, match="tired-of-it"):
        importing.claims([credited()], mapping=CLAIMS.replace("other", "tired-of-it"))
    with pytest.raises(Refused, match="gone"):
        importing.claims([returned()], mapping=CLAIMS_BY_ORDER.replace("arrived-late", "gone"))
    with pytest.raises(Refused, match="item-return; there no event refund is open to an import"):
        importing.claims(
            [credited()], mapping=CLAIMS.replace("settle: settle-outside", "settle: refund")
        )
