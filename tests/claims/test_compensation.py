"""What cannot be taken back is said before the button is pressed."""

import pytest

from claims.rules import Rules


def money_buttons(rules: Rules) -> list[tuple[str, str, str]]:
    """Workflow, event and what is to be confirmed, for each button that pays money back."""
    found = set()
    for definition in rules.definitions.values():
        for line in definition.transitions:
            event = definition.events[line.event]
            runs = {definition.effects[name].run for name in line.effects}
            pays = "refund.pay" in runs or "refund.propose" in line.do
            if pays and event.by - {"import"}:
                found.add((definition.name, event.name, event.confirm or ""))
    return sorted(found)


def test_every_shipped_button_that_pays_says_before_that_it_cannot_be_undone(
    rules: Rules,
) -> None:
    buttons = money_buttons(rules)

    assert len(buttons) >= 10
    assert [each for each in buttons if "cannot be undone" not in each[2]] == []


@pytest.mark.parametrize("event", ["confirm-paid", "confirm-not-paid"])
def test_what_became_of_an_unclear_refund_takes_a_second_person_and_a_word(
    rules: Rules, event: str
) -> None:
    deciding = [d for d in rules.definitions.values() if event in d.events]

    assert len(deciding) == 5
    for definition in deciding:
        declared = definition.events[event]
        assert declared.second_person
        assert declared.confirm
        assert [(field.type, field.optional) for field in declared.input] == [("text", False)]
