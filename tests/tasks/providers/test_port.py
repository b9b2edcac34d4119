from dataclasses import replace
from datetime import timedelta

import pytest

from claims.money.refund_abilities import RefundAbilities
from claims.outside import Outcome, Refused
from config.payment_providers import REFUNDS
from config.settings import Settings, SettingsProblem, settings_from
from tasks.providers.port import Absent, Finding, RefundOrder
from tasks.providers.sandbox.adapter import ABILITIES, Sandbox
from tasks.providers.stripe.adapter import Stripe
from tasks.providers.table import PROVIDERS, ProviderRefused, build_providers

ENVIRONMENT = {
    "DATABASE_URL": "postgresql://nobody@localhost/nothing",
    "REDIS_URL": "redis://localhost",
    "SECRET_KEY": "s" * 40,
    "MAIL_URL": "file:///nowhere",
    "MAIL_FROM": "shop@example.com",
    "PUBLIC_URL": "http://localhost",
    "SANDBOX_URL": "http://localhost:1",
}


class Blind:
    """A provider that can neither repeat a key nor look up."""

    abilities = replace(ABILITIES, key_lifetime=None, looks_up=False)

    def pay_refund(self, order: RefundOrder, stop_after_seconds: float) -> Outcome:
        return Refused("never")

    def look_up(self, order: RefundOrder, stop_after_seconds: float) -> Finding:
        return Absent()


def test_the_sandbox_is_built_from_the_settings() -> None:
    providers = build_providers(settings_from(ENVIRONMENT))

    assert isinstance(providers["sandbox"], Sandbox)


def test_a_provider_that_is_not_set_up_is_left_out() -> None:
    settings = settings_from({**ENVIRONMENT, "SANDBOX_URL": ""})

    assert sorted(build_providers(settings)) == ["manual"]


def test_stripe_is_built_where_its_key_is_set() -> None:
    providers = build_providers(settings_from({**ENVIRONMENT, "STRIPE_API_KEY": "rk_test_1"}))

    assert isinstance(providers["stripe"], Stripe)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("STRIPE_API_KEY", "pk_test_1", "STRIPE_API_KEY is no secret key of Stripe's; those begin"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_1", "STRIPE_WEBHOOK_SECRET has 7 characters; make it"),
    ],
)
def test_a_setting_of_stripe_that_cannot_be_right_is_a_sentence_without_the_secret(
    name: str, value: str, sentence: str
) -> None:
    with pytest.raises(SettingsProblem, match=sentence) as problem:
        settings_from({**ENVIRONMENT, name: value})

    assert value not in str(problem.value)


def test_a_provider_that_could_never_clear_up_a_cut_is_refused_at_the_start() -> None:
    def blind(_settings: Settings) -> Blind:
        return Blind()

    with pytest.raises(ProviderRefused, match="'blind' declares neither a key lifetime nor"):
        build_providers(settings_from(ENVIRONMENT), {**PROVIDERS, "blind": blind})


def test_a_provider_of_which_pages_would_not_know_what_it_refunds_is_refused_at_the_start() -> None:
    pages = {**REFUNDS, "sandbox": RefundAbilities(refund_window=timedelta(days=180))}

    with pytest.raises(ProviderRefused, match=r"'sandbox' refunds any part .* for ever, and pages"):
        build_providers(settings_from(ENVIRONMENT), declared=pages)


def test_pages_know_each_provider_of_the_table() -> None:
    assert PROVIDERS.keys() == REFUNDS.keys()
