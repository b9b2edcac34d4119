"""The rules of `config/claims.yaml`, each with a bad and a good example, for `explain`.

What the rules of workflow files say of keys, texts and lists holds there as well.
"""

from collections.abc import Mapping

from workflows.rule import Rule

EXAMPLE = """\
reclamation-workflow: example-reclamation
refund-order: oldest-first

calendar: { country: DE, region: BY, time-zone: Europe/Berlin, closed: [2026-12-24] }

limits:
  - { role: agent, per: case, amount: 200.00, currency: EUR }
  - { role: agent, per: customer, within: 30 days, amount: 500.00 }

deductions:
  - { kind: restocking-fee, percent: 15 }

reasons:
  faulty: { label: Faulty }
  unwanted: { label: No longer wanted }

resolutions:
  refund: { label: Money back, keeps-product: false }
  goodwill: { label: Something off, keeps-product: true }

rules:
  - { reason: faulty, resolution: goodwill, workflow: example-item }
  - { resolution: refund, workflow: example-item }

shops:
  NORTH:
    reasons: [faulty]
"""
"""A sound file for the two workflows of `workflows.example`."""

_LAST_RULE = "  - { resolution: refund, workflow: example-item }"
_CALENDAR = "calendar: { country: DE, region: BY, time-zone: Europe/Berlin, closed: [2026-12-24] }"
_DEDUCTION = "  - { kind: restocking-fee, percent: 15 }"
_OF_CASE = "  - { role: agent, per: case, amount: 200.00, currency: EUR }"

_RULES: tuple[Rule, ...] = (
    Rule(
        "unknown-reason",
        "A rule, or a shop, names reasons that the file has.",
        "    reasons: [faulti]",
        "    reasons: [faulty]",
    ),
    Rule(
        "unknown-resolution",
        "A rule, or a shop, names resolutions that the file has.",
        "  - { resolution: refnd, workflow: example-item }",
        _LAST_RULE,
    ),
    Rule(
        "unknown-workflow",
        "A rule leads to a workflow for items that is in the folder.",
        "  - { resolution: refund, workflow: exmple-item }",
        _LAST_RULE,
    ),
    Rule(
        "no-rule",
        "Every reason that a shop offers leads to a workflow with at least one resolution.",
        "  - { reason: faulty, resolution: refund, workflow: example-item }",
        _LAST_RULE,
    ),
    Rule(
        "dead-rule",
        "The first rule that fits is taken; one behind a wider one is never reached.",
        f"{_LAST_RULE}\n  - {{ resolution: refund, reason: faulty, workflow: example-item }}",
        _LAST_RULE,
    ),
    Rule(
        "unknown-country",
        "The calendar's country is one of two letters whose holidays are known.",
        _CALENDAR.replace("country: DE, region: BY,", "country: XX,"),
        _CALENDAR,
    ),
    Rule(
        "unknown-region",
        "The calendar's region is one that the country has.",
        _CALENDAR.replace("region: BY", "region: BX"),
        _CALENDAR,
    ),
    Rule(
        "region-without-country",
        "A region says nothing without its country.",
        _CALENDAR.replace("country: DE, ", ""),
        _CALENDAR,
    ),
    Rule(
        "unknown-time-zone",
        "A time zone is named as in Europe/Berlin.",
        _CALENDAR.replace("Europe/Berlin", "Europe/Berlyn"),
        _CALENDAR,
    ),
    Rule(
        "unknown-day",
        "Days of the weekend have their English names.",
        _CALENDAR.replace("closed:", "weekend: [sunnday], closed:"),
        _CALENDAR,
    ),
    Rule(
        "no-business-day",
        "A week has at least one business day, or clocks of business days would never ring.",
        _CALENDAR.replace(
            "closed:",
            "weekend: [monday, tuesday, wednesday, thursday, friday, saturday, sunday], closed:",
        ),
        _CALENDAR,
    ),
    Rule(
        "no-date",
        "A closed day is a date, such as 2026-12-24.",
        _CALENDAR.replace("2026-12-24", "24.12.2026"),
        _CALENDAR,
    ),
    Rule(
        "limit-twice",
        "A role has one limit of a kind for a currency; of two nobody knows which is meant.",
        f"{_OF_CASE}\n  - {{ role: agent, per: case, amount: 300.00, currency: EUR }}",
        _OF_CASE,
    ),
    Rule(
        "amount",
        "A limit is a number of major units with at most the currency's decimals.",
        _OF_CASE.replace("200.00", "200.005"),
        _OF_CASE,
    ),
    Rule(
        "percent-or-amount",
        "A deduction is a percentage of what was paid for the pieces, or an amount; one of them.",
        _DEDUCTION.replace("percent: 15", "percent: 15, amount: 4.90"),
        _DEDUCTION,
    ),
    Rule(
        "number",
        "What a deduction takes off is a number: at most 100 percent, or an amount.",
        _DEDUCTION.replace("15", "115"),
        _DEDUCTION,
    ),
    Rule(
        "currency",
        "A currency is its three capital letters, as EUR.",
        _OF_CASE.replace("EUR", "Euro"),
        _OF_CASE,
    ),
)

CLAIMS_RULES: Mapping[str, Rule] = {rule.name: rule for rule in _RULES}
