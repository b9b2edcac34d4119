"""What a payment's provider cannot refund stands on the page before anybody presses."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from claims.money.refund_abilities import RefundAbilities
from claims.rules import Rules
from config.bootstrap import Redress
from tests.support.cases import claim_first
from tests.support.shop import Line, an_order
from tests.support.terms import bound_by
from tests.web.conftest import SignIn

Sessions = sessionmaker[Session]


@pytest.fixture
def bound(app: Flask, redress: Redress, rules: Rules, monkeypatch: pytest.MonkeyPatch) -> Rules:
    """The application's rules, with a provider that refunds whole payments and one that is late."""
    bound = bound_by(
        rules,
        whole=RefundAbilities(partial_refunds=False),
        late=RefundAbilities(refund_window=timedelta(days=1)),
    )
    monkeypatch.setitem(app.extensions, "redress", replace(redress, rules=bound))
    return bound


def a_case(sessions: Sessions, rules: Rules, *providers: str) -> str:
    """A reclamation of 10.00 of an order that was paid with 20.00 over each provider."""
    with sessions.begin() as session:
        lines = [Line(unit_price=1000), Line(sku="B", unit_price=2000 * len(providers) - 1000)]
        order = an_order(session, lines, payments=[2000] * len(providers))
        for payment, provider in zip(order.payments, providers, strict=True):
            payment.provider = provider
        item = claim_first(session, rules, order, reason="other", resolution="goodwill")
        return item.reclamation.number


def test_a_refund_that_cannot_go_back_is_no_button_and_says_why(
    sign_in: SignIn, sessions: Sessions, bound: Rules
) -> None:
    number = a_case(sessions, bound, "late", "whole")

    page = sign_in("Anna", "agent").open(f"/reclamations/{number}")

    [why] = page.texts("//span[@class='blocked'][contains(., 'Pay goodwill')]")
    assert "late does so for 1 day, until 2 September 2026." in why
    assert "can only be refunded as a whole by whole, and €20.00 is left of it." in why
    assert "a bank transfer made by hand" in why
    assert page.texts("//details[@class='why']/summary") == ["over which payments?"]


def test_a_refund_that_has_become_impossible_since_is_refused_in_its_form(
    sign_in: SignIn,
    sessions: Sessions,
    redress: Redress,
    app: Flask,
    rules: Rules,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    number = a_case(sessions, rules, "whole")
    anna = sign_in("Anna", "agent")
    form = anna.open(f"/reclamations/{number}/items/1/events/refund")
    assert form.status == 200

    bound = bound_by(rules, whole=RefundAbilities(partial_refunds=False))
    monkeypatch.setitem(app.extensions, "redress", replace(redress, rules=bound))
    refused = anna.press(form, {"input.amount": "10.00"})

    assert refused.status == 409
    assert "€10.00 cannot go back over the order's payments." in refused.text
    assert "and €20.00 is left of it" in refused.text
