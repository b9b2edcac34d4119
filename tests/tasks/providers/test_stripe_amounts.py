import pytest

from tasks.providers.stripe.amounts import AmountRefused, from_stripe, to_stripe


@pytest.mark.parametrize(
    ("ours", "currency", "theirs"),
    [
        (1234, "EUR", 1234),
        (500, "JPY", 500),
        (500, "ISK", 50_000),
        (500, "UGX", 50_000),
        (45_645, "HUF", 45_645),
        (800_45, "TWD", 800_45),
        (120_00, "MGA", 120),
        (5_120, "KWD", 5_120),
    ],
)
def test_amounts_are_counted_as_stripe_counts_them(ours: int, currency: str, theirs: int) -> None:
    assert to_stripe(ours, currency) == theirs
    assert from_stripe(theirs, currency) == ours


@pytest.mark.parametrize(
    ("amount", "currency", "sentence"),
    [
        (5_124, "KWD", "steps of 10 minor units, and 5124 is none; ask for 5120 or 5130."),
        (12_034, "MGA", "steps of 100 minor units, and 12034 is none; ask for 12000 or 12100."),
        (500, "LYD", "Stripe does not know LYD; pay it back another way."),
    ],
)
def test_what_stripe_cannot_move_is_refused_with_the_way_out_and_never_rounded(
    amount: int, currency: str, sentence: str
) -> None:
    with pytest.raises(AmountRefused, match=sentence.replace(".", r"\.")):
        to_stripe(amount, currency)


def test_a_fraction_that_the_currency_has_not_is_never_dropped() -> None:
    with pytest.raises(AmountRefused, match="150 ISK"):
        from_stripe(150, "ISK")
