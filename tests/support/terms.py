"""Rules of a shop that gives back shipping, takes off deductions, and so on, for tests."""

import dataclasses
from typing import Any

from claims.choices import Resolution
from claims.money.refund_abilities import RefundAbilities
from claims.rules import Rules


def rules_with(rules: Rules, **shop: Any) -> Rules:
    """The same rules, with other choices for every shop: `shipping=(ShippingRule("whole"),)`."""
    every_shop = dataclasses.replace(rules.choices._every_shop, **shop)
    choices = dataclasses.replace(rules.choices, _every_shop=every_shop)
    return Rules(rules.definitions, choices, rules.catalogue)


def with_resolution(rules: Rules, name: str, **changes: Any) -> Rules:
    """The same rules, with one resolution that can do more: `beyond_paid=True`."""
    changed: Resolution = dataclasses.replace(rules.choices.resolutions[name], **changes)
    resolutions = {**rules.choices.resolutions, name: changed}
    every_shop = dataclasses.replace(rules.choices._every_shop, resolutions=resolutions)
    choices = dataclasses.replace(rules.choices, resolutions=resolutions, _every_shop=every_shop)
    return Rules(rules.definitions, choices, rules.catalogue)


def bound_by(rules: Rules, **providers: RefundAbilities) -> Rules:
    """The same rules, with payment providers that can refund so much and no more."""
    return Rules(rules.definitions, rules.choices, rules.catalogue, providers=providers)
