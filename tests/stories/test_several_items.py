"""A reclamation with several items: each goes its own way, and a person may end them all."""

from tests.stories.telling import Story, assert_closed_is_closed, assert_the_journal_is_whole
from tests.support.shop import Line


def test_items_go_their_own_ways_and_the_last_one_closes_the_reclamation(story: Story) -> None:
    story.buy(Line(), Line("MUG", "Mug", 2, 900), Line("LAMP", "Lamp", 1, 4000))
    story.claim("anna", ("does-not-fit", "refund"), ("faulty", "replacement"), None)

    story.press("anna", "accept", item=2)
    story.press("anna", "replace", item=2)
    story.wait_for("reported", "replacement-ordered")
    story.press("wim", "replacement-sent", item=2)
    story.wait_for("reported", "replaced")
    assert not story.is_closed()
    assert "Partly settled" in story.page().text
    story.press("anna", "reject", item=1, reason="Worn", message="It has been worn.")
    story.wait_until_all_is_done()

    assert story.states() == ["rejected", "replaced"]
    assert story.paid_back() == []
    assert "About your claim R" in story.letters()
    assert_the_journal_is_whole(story)


def test_closing_by_hand_says_what_happens_withdraws_the_rest_and_offers_a_follow_up(
    story: Story,
) -> None:
    story.buy(Line(), Line("MUG", "Mug", 2, 900))
    story.claim("anna", ("does-not-fit", "refund"), ("does-not-fit", "refund"))
    story.press("anna", "request-return", item=1)

    form = story.people["anna"].open(story.place("close", 0))
    assert "Blue shirt" in form.text
    assert "Withdrawn" in form.text
    story.press("anna", "close", item=0)
    story.wait_until_all_is_done()

    assert story.states() == ["withdrawn", "withdrawn"]
    assert "Your claim R is closed" in story.letters()
    assert_closed_is_closed(story, "request-return", "refund")
    closed = story.number
    story.claim("anna", ("changed-mind", "refund"), None, follow_up=True)
    assert f"Follows {closed}" in story.page().text
    story.number = closed
    assert "Followed by" in story.page().text


def test_money_under_way_stands_in_the_way_of_closing(story: Story) -> None:
    story.sandbox.faults(faults=[{"kind": "slow", "seconds": 2}])
    story.buy(Line(), Line("MUG", "Mug", 1, 900))
    story.claim("anna", ("arrived-late", "goodwill"), ("does-not-fit", "refund"))
    story.press("anna", "refund", amount="5.00")

    form = story.people["anna"].open(story.place("close", 0))
    refused = story.people["anna"].press(form, action="/events/close")

    assert refused.status == 409
    assert "stands in the way" in refused.text
    story.wait_for("goodwill-paid", "reported")
    assert story.paid_back() == [500]
    assert not story.is_closed()
