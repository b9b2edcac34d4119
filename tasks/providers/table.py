"""The payment providers that a payment may name, in one explicit table."""

from collections.abc import Callable, Mapping

from claims.money.refund_abilities import RefundAbilities
from config.payment_providers import REFUNDS
from config.settings import Settings
from tasks.providers.manual.adapter import Manual
from tasks.providers.port import Provider
from tasks.providers.sandbox.adapter import Sandbox
from tasks.providers.stripe.adapter import Stripe

Factory = Callable[[Settings], Provider | None]
"""None where the settings have nothing for it."""


class ProviderRefused(Exception):
    """A provider that this program does not start with; the text is a sentence."""


def _sandbox(settings: Settings) -> Provider | None:
    return Sandbox(settings.sandbox_url) if settings.sandbox_url else None


def _stripe(settings: Settings) -> Provider | None:
    if not settings.stripe_api_key:
        return None
    return Stripe(settings.stripe_api_key, settings.stripe_api_base)


def _manual(_settings: Settings) -> Provider:
    return Manual()


PROVIDERS: Mapping[str, Factory] = {"sandbox": _sandbox, "stripe": _stripe, "manual": _manual}


def build_providers(
    settings: Settings,
    table: Mapping[str, Factory] = PROVIDERS,
    declared: Mapping[str, RefundAbilities] = REFUNDS,
) -> Mapping[str, Provider]:
    """Every provider that is set up, by its name; raises `ProviderRefused` for an unsafe one."""
    made = {name: factory(settings) for name, factory in table.items()}
    providers = {name: provider for name, provider in made.items() if provider is not None}
    for name, provider in providers.items():
        if not provider.abilities.may_be_retried:
            raise ProviderRefused(
                f"The payment provider {name!r} declares neither a key lifetime nor a look-up, "
                "so a refund that was cut off could not be cleared up and might be paid twice. "
                "Declare one of the two in its Abilities, or take it out of the table."
            )
        if provider.abilities.refunds != declared.get(name):
            raise ProviderRefused(
                f"The payment provider {name!r} refunds {provider.abilities.refunds}, and pages go "
                f"by {declared.get(name, 'nothing')}. Say the same in config/payment_providers.py."
            )
    return providers
