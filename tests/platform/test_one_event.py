"""The benchmark is honest: both ways of asking for a refund leave the same rows."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import sessionmaker

from bench import floor, one_event
from config.settings import PROJECT

LEFT = """
SELECT i.state, i.waits_for, i.version, h.sequence, count(j.id), e.kind, e.status,
       r.status, r.amount, l.refund_held, p.refund_held, sum(s.amount) / count(j.id), max(n.tax)
FROM items i
JOIN journal_heads h ON h.reclamation_id = i.reclamation_id
JOIN journal j ON j.reclamation_id = i.reclamation_id
JOIN effects e ON e.item_id = i.id AND e.kind = 'refund.pay'
JOIN refunds r ON r.effect_id = e.id
JOIN refund_lines n ON n.refund_id = r.id
JOIN refund_shares s ON s.refund_id = r.id
JOIN order_lines l ON l.id = i.order_line_id
JOIN payments p ON p.order_id = l.order_id
WHERE i.id = :item
GROUP BY i.id, h.sequence, e.id, r.id, l.id, p.id
"""


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


def test_ours_and_the_floor_leave_the_same_rows(engine: Engine) -> None:
    sessions = sessionmaker(engine, expire_on_commit=False)
    rules = one_event.rules_in(PROJECT / "config")
    with sessions.begin() as session:
        anna = one_event.hire(session)
        by_us, by_hand = one_event.received_items(session, rules, anna, 2)

    one_event.ask(sessions, rules, anna, by_us)
    with one_event.plain(engine) as connection:
        floor.ask_for_refund(connection, by_hand, one_event.PRICE)

    with engine.connect() as connection:
        [ours] = connection.execute(text(LEFT), {"item": by_us.item_id}).all()
        [theirs] = connection.execute(text(LEFT), {"item": by_hand.item_id}).all()
    assert ours == theirs
    assert ours.state == "refunding"
