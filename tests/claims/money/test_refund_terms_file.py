"""`deductions:` and `shipping:` of claims.yaml: what they say, and mistakes at their place."""

import re
from decimal import Decimal

import pytest

from claims.choices import Choices
from claims.money.reading_refund_terms import Known, read_deductions, read_shipping
from claims.reading_choices import read_choices
from config.settings import PROJECT
from tests.claims.test_explained import definitions
from workflows.problems import Findings
from workflows.source import read_source

KNOWN = Known({"faulty", "other"}, {"refund"})
FILE = """\
reclamation-workflow: example-reclamation
reasons:
  faulty: { label: Faulty }
  wrong-item: { label: Wrong }
  changed-mind: { label: Unwanted }
  does-not-fit: { label: Too small }
rules:
  - { workflow: example-item }
"""


def problems(text: str) -> list[str]:
    findings = Findings("claims.yaml")
    root = read_source(text, findings)
    if "refund" in text:
        read_shipping(findings, root, KNOWN, ())
    else:
        read_deductions(findings, root, KNOWN, ())
    return [str(problem) for problem in findings.in_order()]


def of_the_guide() -> Choices:
    guide = (PROJECT / "docs" / "money.md").read_text(encoding="utf-8")
    [block] = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    refund = "resolutions:\n  refund: { label: Money back, keeps-product: false }"
    own = FILE + block.replace("resolutions:", refund)
    return read_choices(own, "claims.yaml", definitions())


def test_the_example_of_the_guide_is_sound() -> None:
    terms = of_the_guide().refund_terms("ANY")

    assert terms.shipping_share("faulty", "refund", "") == "whole"
    assert terms.shipping_share("changed-mind", "refund", "") == "proportional"
    assert terms.deductions_of("changed-mind", "refund", "opened", 10_000, "EUR") == {
        "restocking-fee": 1500,
        "return-shipping": 490,
    }
    assert terms.deductions_of("faulty", "refund", "damaged", 999, "EUR") == {"wear": 299}
    assert terms.goodwill == frozenset({"goodwill"})
    assert terms.as_store_credit == frozenset({"credit"})
    assert terms.shipping_only == frozenset({"express"})


def test_amounts_follow_the_decimals_of_the_currency() -> None:
    terms = of_the_guide().refund_terms("ANY")

    found = [
        terms.deductions_of("does-not-fit", "refund", "", 10_000, currency)["return-shipping"]
        for currency in ("JPY", "EUR", "KWD")
    ]

    assert found == [4, 490, 4900]


def test_a_shop_can_have_rules_of_its_own() -> None:
    own = (
        FILE
        + "resolutions: { refund: { label: Money back, keeps-product: false } }\n"
        + "shipping: [{ refund: whole }]\n"
        + "deductions: [{ kind: wear, percent: 7.5 }]\n"
        + "shops: { OUTLET: { shipping: [{ refund: none }] } }\n"
    )

    choices = read_choices(own, "claims.yaml", definitions())

    assert choices.refund_terms("MAIN").shipping_share("faulty", "refund", "") == "whole"
    assert choices.refund_terms("OUTLET").shipping_share("faulty", "refund", "") == "none"
    assert choices.refund_terms("OUTLET").deductions[0].percent == Decimal("7.5")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("kind: wear", "1:1 not-a-list deductions is a list."),
        ("refund: whole", "1:1 not-a-list shipping is a list."),
        (
            "- { kind: ware, percent: 5 }",
            "1:11 unknown-word kind of a deduction cannot be ware. Did you mean wear?",
        ),
        (
            "- { kind: wear }",
            "1:3 percent-or-amount A deduction is either a percent or an amount.",
        ),
        (
            "- { kind: wear, percent: 5, amount: 5 }",
            "1:3 percent-or-amount A deduction is either a percent or an amount.",
        ),
        (
            "- { kind: wear, percent: 101 }",
            "1:26 number 101 percent is more than there is. Write at most 100.",
        ),
        (
            "- { kind: wear, amount: -5 }",
            "1:25 number The amount of a deduction cannot be -5. Write a number such as 4.90.",
        ),
        (
            "- { kind: wear, percent: 5, reason: faulti }",
            "1:37 unknown-reason There is no reason faulti. Did you mean faulty?",
        ),
        (
            "- { refund: half }",
            (
                "1:13 unknown-word refund of a rule of shipping cannot be half. "
                "There is whole, proportional, none."
            ),
        ),
        (
            "- { refund: whole, for: x }",
            (
                "1:20 unknown-key A rule of shipping knows no key for. "
                "There is refund, reason, resolution, condition."
            ),
        ),
    ],
)
def test_a_mistake_is_told_at_its_place(text: str, sentence: str) -> None:
    assert [problem.removeprefix("claims.yaml:") for problem in problems(text)] == [sentence]
