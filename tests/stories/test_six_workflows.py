"""Each default workflow from the claim to the closed reclamation, through the pages."""

from sqlalchemy import select

from claims.models import Refund, ReturnLabel
from tests.stories.telling import (
    CUSTOMER,
    Story,
    assert_closed_is_closed,
    assert_the_journal_is_whole,
)
from tests.support.shop import Line

TENT = Line("TENT", "Ridge tent", 1, 34900, tax=5572, tax_rate=1900)
MUG = Line("MUG", "Mug", 2, 900)


def test_return_the_parcel_comes_back_and_is_refunded_over_both_payments(story: Story) -> None:
    story.buy(Line(quantity=2), payments=[1000, 3998])
    story.claim("anna", ("does-not-fit", "refund"))

    story.press("anna", "request-return")
    story.press("wim", "parcel-arrived", received="2", condition="as new")
    shown = story.press("jonas", "refund", amount="49.98")
    assert "Refund under way" in shown.text or "Refunded" in shown.text
    story.wait_until_all_is_done()

    assert story.states() == ["refunded"]
    assert story.paid_back() == [1000, 3998]
    assert story.letters() == [
        "How to return your order O",
        "Your claim R is closed",
        "Your refund for order O",
    ]
    with story.sessions() as session:
        label = session.scalars(select(ReturnLabel.number)).one()
    assert any(label in letter.get_content() for letter in story.mailbox.to(CUSTOMER))
    assert label in story.page().text
    assert_closed_is_closed(story, "refund", "reject")
    assert_the_journal_is_whole(story)


def test_return_of_something_dear_needs_a_second_person(story: Story) -> None:
    story.buy(TENT)
    story.claim("anna", ("changed-mind", "refund"))

    story.press("anna", "request-return")
    story.press("wim", "parcel-arrived")
    story.press("anna", "refund")
    assert story.states() == ["awaiting-approval"]
    assert "approve" not in story.offered("anna")
    assert story.paid_back() == []
    story.press("lena", "approve")
    story.wait_until_all_is_done()

    assert story.states() == ["refunded"]
    assert story.paid_back() == [34900]
    assert "Lena" in story.page().text


def test_faulty_the_same_product_is_sent_once_more(story: Story) -> None:
    story.buy(Line(), MUG)
    story.claim("anna", ("faulty", "replacement"), None)

    story.press("anna", "accept")
    story.press("anna", "replace")
    story.wait_for("replacement-ordered")
    assert story.letters() == [], "nothing is on its way yet"
    story.press("wim", "replacement-sent")
    story.wait_until_all_is_done()

    assert story.states() == ["replaced"]
    assert story.new_orders() == [("replacement", "SHIRT-BLUE-M", 1)]
    assert story.paid_back() == []
    assert story.letters() == [
        "Your claim R is closed",
        "Your replacement for order O is on its way",
    ]
    assert_closed_is_closed(story, "replace", "refund")
    assert_the_journal_is_whole(story)


def test_a_replacement_is_cancelled_before_it_is_sent_and_the_money_goes_back(
    story: Story,
) -> None:
    story.buy(Line())
    story.claim("anna", ("faulty", "replacement"))
    story.press("anna", "accept")
    asked = story.people["anna"].open(story.place("replace")).text
    assert "Until it is sent it can be cancelled." in asked
    story.press("anna", "replace")
    story.wait_for("replacement-ordered")
    story.press("anna", "cancel-replacement")
    story.wait_for("accepted")
    assert story.new_orders() == [("replacement", "SHIRT-BLUE-M", 1)]
    assert "Cancelled" in story.page().text

    assert "cannot be undone" in story.people["anna"].open(story.place("refund")).text
    story.press("anna", "refund")
    story.wait_until_all_is_done()

    assert story.states() == ["refunded"]
    assert story.paid_back() == [2499]
    assert story.letters() == ["Your claim R is closed", "Your refund for order O"]
    assert_the_journal_is_whole(story)


def test_faulty_and_dear_is_believed_after_evidence_and_refunded(story: Story) -> None:
    story.buy(Line("BOOTS", "Trail boots", 1, 17995))
    story.claim("anna", ("faulty", "refund"))
    assert "accept" not in story.offered("anna")

    story.press("anna", "ask-evidence", message="A picture of the sole, please.")
    story.press("jonas", "evidence-came")
    story.press("jonas", "accept")
    story.press("jonas", "refund")
    story.wait_until_all_is_done()

    assert story.states() == ["refunded"]
    assert story.paid_back() == [17995]
    [asked] = [
        letter.get_content()
        for letter in story.mailbox.to(CUSTOMER)
        if "little more" in str(letter["Subject"])
    ]
    assert "A picture of the sole, please." in asked


def test_exchange_another_product_goes_out_when_the_parcel_is_back(story: Story) -> None:
    story.buy(Line("BOOTS-42", "Trail boots, size 42", 1, 17995))
    story.claim("anna", ("wants-other", "exchange"))

    story.press("anna", "request-return")
    story.press("wim", "parcel-arrived", condition="opened")
    story.press("anna", "exchange", sku="BOOTS-41", name="Trail boots, size 41")
    story.wait_for("exchange-ordered")
    story.press("wim", "exchange-sent")
    story.wait_until_all_is_done()

    assert story.states() == ["exchanged"]
    assert story.new_orders() == [("exchange", "BOOTS-41", 1)]
    assert story.paid_back() == []
    assert story.letters() == [
        "How to return your order O",
        "Your claim R is closed",
        "Your exchange for order O is on its way",
    ]
    assert_closed_is_closed(story, "exchange", "refund")
    assert_the_journal_is_whole(story)


def test_missing_part_the_part_is_sent_after(story: Story) -> None:
    story.buy(TENT)
    story.claim("anna", ("part-missing", "parts"))

    story.press("anna", "send-parts", parts="Four pegs")
    story.wait_for("parts-ordered")
    story.press("wim", "parts-sent")
    story.wait_until_all_is_done()

    assert story.states() == ["parts-sent"]
    assert story.new_orders() == [("parts", "parts", 1)]
    assert "Four pegs" in story.page().text
    assert story.paid_back() == []
    assert story.letters() == [
        "The missing parts for order O are on their way",
        "Your claim R is closed",
    ]
    assert_closed_is_closed(story, "send-parts", "refund")
    assert_the_journal_is_whole(story)


def test_goodwill_something_is_paid_and_the_customer_keeps_the_goods(story: Story) -> None:
    story.buy(Line())
    story.claim("anna", ("arrived-late", "goodwill"))

    story.press("anna", "refund", amount="5.00")
    story.wait_until_all_is_done()

    assert story.states() == ["goodwill-paid"]
    assert story.paid_back() == [500]
    assert story.letters() == ["Something back for order O", "Your claim R is closed"]
    assert_closed_is_closed(story, "refund", "reject")
    assert_the_journal_is_whole(story)

    first = story.number
    story.claim("anna", ("faulty", "refund"), follow_up=True)
    assert story.number != first
    assert first in story.page().text
    story.press("anna", "accept")
    story.press("anna", "refund")
    story.wait_until_all_is_done()
    assert story.paid_back() == [500, 1999], "never more than was paid for the piece"


def test_mark_only_nothing_is_paid_and_it_counts_all_the_same(story: Story) -> None:
    story.buy(Line())
    story.claim("anna", ("other", "none"))

    story.press("anna", "mark-refunded", amount="20.00")
    story.wait_until_all_is_done()

    assert story.states() == ["refunded"]
    assert story.paid_back() == []
    assert story.letters() == ["Your claim R is closed"]
    with story.sessions() as session:
        refund = session.scalars(select(Refund)).one()
        assert (refund.status, refund.amount) == ("outside", 2000)
    assert_closed_is_closed(story, "mark-refunded", "reject")
    assert_the_journal_is_whole(story)
