"""Orders from files: grouped, refused with reasons, never twice."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from claims.imports.files import FileProblem
from claims.refusals import Refused
from tests.claims.imports.conftest import Importing
from tests.claims.imports.small_shop import ORDERS, bought

Contents = Callable[[], list[tuple[object, ...]]]


def test_rows_of_one_number_become_one_order_with_its_payment(importing: Importing) -> None:
    imported = importing.orders([bought("1", "CUP"), bought("1", "POT", 1, "12.00"), bought("2")])

    assert imported.run.counts["orders"] == 2
    assert imported.run.counts["lines"] == 3
    assert importing.row(
        "SELECT o.total_paid, o.customer_number, p.captured, p.provider, p.reference "
        "FROM orders o JOIN payments p ON p.order_id = o.id WHERE o.number = '1'"
    ) == (2700, "77", 2700, "outside", "small-1")


def test_times_are_those_of_the_shop_and_stored_in_utc(importing: Importing) -> None:
    importing.orders([bought(date="2026-07-01 10:00")])

    assert importing.row("SELECT to_char(placed_at AT TIME ZONE 'UTC', 'HH24:MI') FROM orders") == (
        "08:00",
    )


def test_the_same_product_twice_on_an_invoice_stays_two_lines(importing: Importing) -> None:
    importing.orders([bought(quantity=2), bought(quantity=3)])

    assert importing.rows("SELECT position, quantity FROM order_lines ORDER BY position") == [
        (1, 2),
        (2, 3),
    ]


def test_refused_rows_are_told_with_line_and_reason_and_the_rest_is_imported(
    importing: Importing,
) -> None:
    imported = importing.orders(
        [
            bought("1"),
            bought("1", quantity=0),
            bought("C9"),
            bought("2", price="two"),
            bought("3", price=""),
            bought("4", price="0.001"),
            bought("5", date="1.3.2026"),
        ]
    )

    assert imported.run.counts["orders"] == 1
    assert imported.run.counts["left:credit notes are claims"] == 1
    assert [(row.line, row.detail) for row in importing.refused(imported)] == [
        (3, "nothing was sold (quantity is '0')."),
        (5, "price is 'two', not a number."),
        (6, "price is missing."),
        (7, "price is 0.001, which is no amount of EUR."),
        (8, "date is '1.3.2026', not a date written as %Y-%m-%d %H:%M."),
    ]


def test_the_same_file_twice_changes_nothing_and_says_so(
    importing: Importing, contents: Contents
) -> None:
    rows = [bought("1"), bought("2")]
    importing.orders(rows)
    before = contents()

    again = importing.orders(rows)

    assert again.repeated
    assert contents() == before


def test_a_longer_file_adds_only_what_is_new(importing: Importing) -> None:
    importing.orders([bought("1"), bought("2")])

    longer = importing.orders([bought("1"), bought("2"), bought("3")])

    assert (longer.run.counts["orders"], longer.run.counts["there"]) == (1, 2)
    assert importing.row("SELECT count(*), sum(refund_held) FROM payments") == (3, 0)


def test_an_order_that_is_there_with_another_content_is_refused(importing: Importing) -> None:
    importing.orders([bought("1")])

    other = importing.orders([bought("1", quantity=7)])

    assert other.run.counts["orders"] == 0
    [refused] = importing.refused(other)
    assert "is there with 1 lines for €15.00; these rows have 1 lines for €17.50" in refused.detail
    assert importing.row("SELECT quantity FROM order_lines") == (6,)


def test_rows_that_are_apart_need_the_mapping_to_say_so(importing: Importing) -> None:
    rows = [bought("1"), bought("2"), bought("1", "POT")]

    apart = importing.orders(rows)

    [refused] = importing.refused(apart)
    assert refused.line == 4
    assert "rows-of-an-order: anywhere" in refused.detail


def test_rows_that_are_apart_are_gathered_where_the_mapping_says_so(importing: Importing) -> None:
    rows = [bought("1"), bought("2"), bought("1", "POT")]

    gathered = importing.orders(rows, mapping=ORDERS.replace("adjacent", "anywhere"))

    assert gathered.run.counts["orders"] == 2
    assert importing.refused(gathered) == []
    assert importing.row(
        "SELECT count(*) FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE o.number = '1'"
    ) == (2,)


def test_rows_of_another_customer_do_not_slip_into_an_order(importing: Importing) -> None:
    imported = importing.orders([bought("1", customer="77"), bought("1", customer="78")])

    [refused] = importing.refused(imported)
    assert refused.detail == "Order 1 began with customer 77, not 78."


def test_tax_on_top_shipping_and_coupons_add_up_to_what_was_paid(importing: Importing) -> None:
    mapping = ORDERS.replace("prices: with-tax", "prices: without-tax").replace(
        "  unit-price: price",
        "  unit-price: price\n  tax: tax\n  shipping: freight\n  paid: paid\n"
        "  paid-includes: [tax, shipping]",
    )
    row = {**bought(quantity=4, price="10.00"), "tax": "6.65", "freight": "4.90", "paid": "46.55"}

    importing.orders([row], mapping=mapping)

    assert importing.row(
        "SELECT l.paid, l.tax, l.discount, o.shipping_paid, o.total_paid "
        "FROM orders o JOIN order_lines l ON l.order_id = o.id"
    ) == (4165, 665, 500, 490, 4655)


def test_tax_contained_in_prices_is_reckoned_from_the_rate(importing: Importing) -> None:
    mapping = ORDERS.replace("  unit-price: price", "  unit-price: price\n  tax-rate: rate")

    importing.orders([{**bought(quantity=1, price="11.90"), "rate": "19"}], mapping=mapping)

    assert importing.row("SELECT paid, tax, tax_rate FROM order_lines") == (1190, 190, 1900)


def test_several_payments_take_their_amounts_and_the_last_the_rest(importing: Importing) -> None:
    mapping = ORDERS.replace(
        "payments:\n",
        "payments:\n  - { provider: outside, method: voucher, amount: voucher, "
        'reference: "v-{number}" }\n',
    )

    imported = importing.orders(
        [{**bought("1"), "voucher": "5.00"}, {**bought("2"), "voucher": "99.00"}], mapping=mapping
    )

    assert importing.rows("SELECT method, captured FROM payments ORDER BY position") == [
        ("voucher", 500),
        ("invoice", 1000),
    ]
    [refused] = importing.refused(imported)
    assert "more than the 1500 paid" in refused.detail


def test_a_payment_may_say_when_it_was_taken(importing: Importing) -> None:
    mapping = ORDERS.replace(
        'reference: "{shop}-{number}" }',
        'reference: "{shop}-{number}", paid-at: { column: paid, date: "%Y-%m-%d %H:%M" } }',
    )

    importing.orders(
        [{**bought("1"), "paid": "2026-01-09 12:00"}, {**bought("2"), "paid": ""}], mapping=mapping
    )

    assert importing.rows("SELECT paid_at FROM payments ORDER BY reference") == [
        (datetime(2026, 1, 9, 11, tzinfo=UTC),),
        (None,),
    ]


def test_numbers_are_read_as_the_mapping_writes_them(importing: Importing) -> None:
    mapping = ORDERS.replace(
        "time-zone: Europe/Berlin", "numbers: { decimal: ',', thousands: '.' }"
    )

    importing.orders([bought(quantity=1, price="1.234,50")], mapping=mapping)

    assert importing.row("SELECT paid FROM order_lines") == (123450,)


def test_json_lines_are_read_with_nested_names_and_real_numbers(importing: Importing) -> None:
    mapping = ORDERS.replace("format: csv", "format: jsonl").replace(
        "customer-number: customer", "customer-number: who.number"
    )
    row = {**bought(quantity=2, price="2.50"), "price": 2.5, "who": {"number": 77, "vip": True}}

    imported = importing.orders([row, {"number": "2"}], "orders.jsonl", mapping)

    assert importing.row(
        "SELECT o.customer_number, l.paid FROM orders o JOIN order_lines l ON l.order_id = o.id"
    ) == ("77", 500)
    [refused] = importing.refused(imported)
    assert (refused.line, refused.detail) == (2, "sku, quantity and price are missing.")


def test_a_line_that_is_not_json_is_refused_and_the_next_one_read(importing: Importing) -> None:
    mapping = ORDERS.replace("format: csv", "format: jsonl")
    path = importing.file([bought()], "orders.jsonl")
    path.write_text("{broken\n[1]\n" + path.read_text())

    imported = importing.orders(path, mapping=mapping)

    assert imported.run.counts["orders"] == 1
    assert [row.line for row in importing.refused(imported)] == [1, 2]


def test_gzip_is_recognised_by_its_bytes(importing: Importing) -> None:
    path = importing.file([bought()], "orders.csv")
    path.write_bytes(gzip.compress(path.read_bytes()))

    assert importing.orders(path).run.counts["orders"] == 1


def test_records_over_several_lines_are_named_by_the_line_where_they_begin(
    importing: Importing,
) -> None:
    imported = importing.orders([bought("1", name="A cup\nwith a handle"), bought("2", quantity=0)])

    assert [row.line for row in importing.refused(imported)] == [4]


def test_a_row_with_too_few_values_is_refused(importing: Importing) -> None:
    path = importing.file([bought("1"), bought("2")], "orders.csv")
    path.write_text(path.read_text() + "3,CUP\n")

    [refused] = importing.refused(importing.orders(path))

    assert (refused.line, refused.detail) == (
        4,
        "The row has 2 values, the header names 7 columns.",
    )


def test_columns_that_are_not_there_are_all_named_before_anything_is_imported(
    importing: Importing,
) -> None:
    path = importing.file([bought()], "orders.csv")
    path.write_text(path.read_text().replace("sku", "sku_").replace("price", "preis"))

    with pytest.raises(FileProblem, match=r"price \(did .* preis\?\), sku \(did .* sku_\?\)"):
        importing.orders(path)


@pytest.mark.parametrize("change", ["cut", "latin"])
def test_a_damaged_file_says_where_it_ends_and_keeps_what_came_before(
    importing: Importing, change: str
) -> None:
    path = importing.file([bought(str(n)) for n in range(1, 9000)], "orders.csv")
    data = path.read_bytes()
    if change == "cut":
        path.write_bytes(gzip.compress(data)[:-2000])
    else:
        path.write_bytes(data + "9001,CUP,1,1.00,2026-03-01 10:00,77,Caf\xe9\n".encode("latin-1"))

    with pytest.raises(FileProblem, match=r"orders.csv:\d+: .* import it again"):
        importing.orders(path)

    [(kept,)] = importing.rows("SELECT count(*) FROM orders")
    assert isinstance(kept, int)
    assert kept > 0


def test_text_that_no_database_keeps_is_refused(importing: Importing) -> None:
    [refused] = importing.refused(importing.orders([bought(name="a\x00b")]))

    assert "U+0000" in refused.detail


def test_a_shop_with_books_in_other_money_is_left_alone(importing: Importing) -> None:
    importing.orders([bought()])

    with pytest.raises(Refused, match="keeps its books in EUR, and the mapping says USD"):
        importing.orders([bought("2")], mapping=ORDERS.replace("EUR", "USD"))


def test_business_units_are_made_as_the_file_names_them(importing: Importing) -> None:
    mapping = ORDERS.replace("  number: number", "  number: number\n  business-unit: unit")

    importing.orders(
        [{**bought("1"), "unit": "north"}, {**bought("2"), "unit": ""}], mapping=mapping
    )

    assert importing.rows(
        "SELECT o.number, u.code FROM orders o LEFT JOIN business_units u "
        "ON u.id = o.business_unit_id ORDER BY o.number"
    ) == [("1", "north"), ("2", None)]
