"""What the payment providers refund, as pages and the checker are told."""

from datetime import timedelta

import pytest

from claims.money.refund_abilities import RefundAbilities
from config import health, payment_providers
from config.payment_providers import (
    REFUNDS,
    set_up_in,
    set_up_in_environment,
    shortest_window,
)
from config.settings import settings_from
from tests.conftest import NOWHERE

KEY = "sk_" + "test_that_nobody_has"
DAY = timedelta(days=1)
WINDOW = RefundAbilities(partial_refunds=False, refund_window=timedelta(days=180))


@pytest.mark.parametrize(
    ("environment", "names"),
    [
        ({}, {"manual"}),
        ({"SANDBOX_URL": "http://localhost:1", "STRIPE_API_KEY": ""}, {"manual", "sandbox"}),
        ({"STRIPE_API_KEY": KEY}, {"manual", "stripe"}),
    ],
)
def test_the_providers_are_those_that_have_their_setting(
    environment: dict[str, str], names: set[str]
) -> None:
    assert set_up_in_environment(environment) == names
    assert set_up_in(settings_from({**NOWHERE, **environment})) == names


def test_the_window_is_the_shortest_of_the_providers_in_use() -> None:
    refunds = {**REFUNDS, "stripe": WINDOW, "sandbox": RefundAbilities(None, True, True, 2 * DAY)}

    assert shortest_window({"manual"}, refunds) is None
    assert shortest_window({"manual", "stripe"}, refunds) == timedelta(days=180)
    assert shortest_window(refunds, refunds) == 2 * DAY


def test_what_a_provider_refunds_is_said_in_words() -> None:
    assert str(RefundAbilities()) == (
        "any part of a payment, several times, in any currency, for ever"
    )
    assert str(RefundAbilities(frozenset({"SEK", "CHF"}), False, False, timedelta(hours=1))) == (
        "whole payments only, once each, in CHF or SEK, for 1 hour"
    )


def test_the_doctor_tells_of_a_provider_that_cannot_refund_everything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = settings_from({**NOWHERE, "STRIPE_API_KEY": KEY})
    assert list(health.look_at_refunds(settings)) == []

    monkeypatch.setitem(payment_providers.REFUNDS, "stripe", WINDOW)  # type: ignore[arg-type]

    [finding] = health.look_at_refunds(settings)
    assert finding.is_well
    assert finding.sentence == (
        "The payment provider stripe refunds whole payments only, several times, in any currency, "
        "for 180 days."
    )
