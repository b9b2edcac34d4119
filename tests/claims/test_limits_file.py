"""The limits of claims.yaml: what they say, and mistakes at their line and column."""

import pytest

from claims.money.limits import Limits, alone_up_to, read_limits
from workflows.problems import Findings
from workflows.source import read_source


def read(text: str) -> tuple[Limits, list[str]]:
    findings = Findings("claims.yaml")
    limits = read_limits(findings, read_source(text, findings), Limits())
    return limits, [str(problem) for problem in findings.in_order()]


def limits(*lines: str) -> Limits:
    found, wrong = read("\n".join(f"- {{ {line} }}" for line in lines))
    assert wrong == []
    return found


def binding(limits: Limits, *roles: str, currency: str = "EUR") -> list[list[list[int]]]:
    """Amounts in minor units: kinds, of each the roles, of each their limits."""
    kinds = limits.of(roles, currency)
    return [[[limit.minor(currency) for limit in role] for role in kind] for kind in kinds]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("agent: 200", "1:1 not-a-list limits is a list."),
        (
            "- { role: agnt, per: case, amount: 1 }",
            "1:11 unknown-role There is no role agnt. Did you mean agent?",
        ),
        (
            "- { role: agent, per: item, amount: 1 }",
            "1:23 unknown-word per of a limit cannot be item. There is case, order, customer, day.",
        ),
        (
            "- { role: agent, per: case, amount: 1e9 }",
            "1:37 amount The amount of a limit cannot be 1e9. Write a number such as 200.00.",
        ),
        (
            "- { role: agent, per: day, within: 3 days, amount: 1 }",
            "1:36 misplaced within is for limits per customer; this one is per day. Leave it out.",
        ),
        (
            "- { role: lead, per: customer, within: 1 y, amount: 1 }",
            "1:40 span within of a limit cannot be 1 y. Write a number of days, such as 30 days.",
        ),
        (
            "- { role: agent, per: case, amount: 1, currency: eur }",
            "1:50 currency eur is no currency. Write its three capital letters, as EUR.",
        ),
        (
            "- { role: agent, per: case, amount: 1.5, currency: JPY }",
            "1:37 amount 1.5 has more decimals than JPY. It has 0.",
        ),
        ("- { role: agent, per: case }", "1:3 missing-key A limit needs amount."),
        (
            "- { role: agent, per: case, amount: 1 }\n- { role: agent, per: case, amount: 2 }",
            "2:3 limit-twice There are two limits per case for agent; keep one of them.",
        ),
    ],
)
def test_a_mistake_is_found_where_it_stands(text: str, sentence: str) -> None:
    assert read(text)[1] == [f"claims.yaml:{sentence}"]


def test_for_each_kind_the_best_role_counts() -> None:
    both = limits(
        "role: agent, per: case, amount: 200",
        "role: agent, per: day, amount: 900",
        "role: lead, per: case, amount: 2000",
    )

    assert binding(both, "agent") == [[[20000]], [[90000]]]
    assert binding(both, "agent", "lead") == [[[20000], [200000]]], "a lead has no day's limit"


def test_a_role_that_no_limit_names_lifts_none_and_alone_has_none() -> None:
    one = limits("role: agent, per: case, amount: 200")

    assert binding(one, "agent", "warehouse") == [[[20000]]]
    assert binding(one, "finance") == []


def test_a_limit_of_a_currency_stands_in_for_the_general_one() -> None:
    yen = limits(
        "role: agent, per: case, amount: 200.00",
        "role: agent, per: case, amount: 30000, currency: JPY",
        "role: lead, per: case, amount: 5, currency: EUR",
    )

    assert binding(yen, "agent") == [[[20000]]]
    assert binding(yen, "agent", currency="KWD") == [[[200000]]]
    assert binding(yen, "agent", currency="JPY") == [[[30000]]]
    assert binding(yen, "lead", currency="JPY") == []


def test_the_checker_hears_the_most_that_a_role_may_refund_of_a_case_in_any_shop() -> None:
    here = limits("role: agent, per: case, amount: 200", "role: lead, per: case, amount: 900")
    there = limits("role: agent, per: case, amount: 50", "role: lead, per: day, amount: 900")

    assert alone_up_to([here]) == {"agent": 200.0, "lead": 900.0}
    assert alone_up_to([here, there]) == {"agent": 200.0}
