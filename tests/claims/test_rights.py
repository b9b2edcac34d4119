"""What the application's role may not do to the database, whatever the program asks for."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from claims.rules import Rules
from tests.support.cases import AGENT, claim_first, press
from tests.support.shop import an_order

PAYMENT_THAT_HOLDS = (
    "INSERT INTO payments (order_id, position, provider, reference, captured, currency, "
    "refund_held) SELECT id, 9, 'sandbox', 'x', 100, 'EUR', 5 FROM orders"
)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO clock (shift) VALUES ('1 day')",
        "UPDATE clock SET shift = '1 day'",
        "DELETE FROM clock",
        "UPDATE journal SET actor_name = 'nobody'",
        "DELETE FROM journal",
        "DELETE FROM journal_heads",
        "UPDATE refund_lines SET amount = 0",
        "DELETE FROM refund_lines",
        "DELETE FROM refund_shares",
        "DELETE FROM refunds",
        "DELETE FROM effects",
        "DELETE FROM attempts",
        "UPDATE observations SET outcome = 'done'",
        "DELETE FROM observations",
        "DELETE FROM incidents",
        "DELETE FROM deadlines",
        "UPDATE workflow_versions SET text = ''",
        "DELETE FROM workflow_versions",
        "DELETE FROM reclamations",
        "DELETE FROM items",
        "DELETE FROM orders",
        "DELETE FROM order_lines",
        "DELETE FROM payments",
        "TRUNCATE refund_shares",
        "SELECT setval('reclamation_numbers', 1)",
    ],
)
def test_the_application_has_no_right_to(session: Session, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE order_lines SET refund_held = 0",
        "UPDATE payments SET refund_held = refund_held - 1",
        "UPDATE orders SET shipping_refund_held = 1",
        PAYMENT_THAT_HOLDS,
    ],
)
def test_what_is_held_is_counted_by_the_database_alone(
    session: Session, rules: Rules, statement: str
) -> None:
    item = claim_first(session, rules, an_order(session, shipping=500), resolution="goodwill")
    press(session, rules, item, "refund", AGENT, amount="24.99")

    with pytest.raises(IntegrityError, match="is counted by the database"):
        session.execute(text(statement))
