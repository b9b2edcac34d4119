"""`redress provider check NAME`: tries a provider out in its test mode, rule by rule."""

import secrets
import socket
import sys

import click
import httpx

from claims.money.amounts import decimals
from claims.money.refunds import money
from config.settings import Settings, SettingsProblem, load
from tasks.providers.conformance import PaymentInTest, Trial, conform
from tasks.providers.port import Provider
from tasks.providers.sandbox.adapter import Sandbox
from tasks.providers.table import PROVIDERS, ProviderRefused, build_providers

LEAST = 20
"""Minor units that the test payment must be worth, so that parts of it can be refunded."""


@click.command()
@click.argument("name")
@click.option("--payment", help="Reference of a payment in the provider's test mode.")
@click.option("--amount", type=int, help="What it captured, in minor units (cents).")
@click.option("--currency", default="EUR", show_default=True)
@click.option("--yes", is_flag=True, help="It is a test payment; do not ask.")
def check(name: str, payment: str | None, amount: int | None, currency: str, yes: bool) -> None:
    """Make small refunds of a test payment, and see that provider NAME keeps every rule.

    For the sandbox a payment is made up. Exit 1 where a rule is broken.
    """
    settings = load()
    provider = _chosen(settings, name)
    currency = currency.upper()
    decimals(currency)
    if isinstance(provider, Sandbox) and payment is None:
        tried = _made_up(settings, currency)
    elif payment is None or amount is None or amount < LEAST:
        raise click.UsageError(
            f"Make a payment of at least {LEAST} cents in the test mode of {name}, and name it: "
            "--payment REFERENCE --amount CENTS."
        )
    else:
        tried = PaymentInTest(payment, amount, currency)
        said = f"Parts of payment {payment} ({money(amount, currency)}) are refunded. Is it a test?"
        if not yes:
            click.confirm(said, abort=True)
    click.echo(f"{name} declares to refund {provider.abilities.refunds}.")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(16)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        mute = Sandbox(url) if isinstance(provider, Sandbox) else None
        verdicts = conform(Trial(provider, tried, mute))
    for verdict in verdicts:
        click.echo(f"  {'ok  ' if not verdict.wrong else 'FAIL'}  {verdict.rule}")
        for sentence in verdict.wrong:
            click.echo(f"        {sentence}")
    broken = sum(1 for verdict in verdicts if verdict.wrong)
    click.echo(f"{name}: {len(verdicts) - broken} of {len(verdicts)} rules are kept.")
    sys.exit(1 if broken else 0)


def _chosen(settings: Settings, name: str) -> Provider:
    try:
        provider = build_providers(settings).get(name)
    except ProviderRefused as refused:
        raise click.ClickException(str(refused)) from refused
    if provider is None:
        known = ", ".join(sorted(PROVIDERS))
        why = "has no settings" if name in PROVIDERS else f"is not in the table, which has {known}"
        raise click.ClickException(f"Provider {name} {why}; see docs/providers.md.")
    return provider


def _made_up(settings: Settings, currency: str) -> PaymentInTest:
    made = PaymentInTest(f"check-{secrets.token_hex(6)}", 10_000, currency)
    body = {"reference": made.reference, "amount": made.amount, "currency": currency}
    url = f"{(settings.sandbox_url or '').rstrip('/')}/payments"
    try:
        with httpx.Client(trust_env=False, timeout=5) as client:
            client.post(url, json=body).raise_for_status()
    except httpx.HTTPError as wrong:
        raise click.ClickException(f"The sandbox cannot be reached at {url}: {wrong}.") from wrong
    return made


if __name__ == "__main__":
    try:
        check(prog_name="redress provider check")
    except SettingsProblem as problem:
        sys.exit(str(problem))
