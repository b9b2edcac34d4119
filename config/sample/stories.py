"""What happened to which claim of the sample shops, as if the staff had been there for weeks.

Times are days before the shop is filled. What a worker or the clock has to do is left to them: a
refund asked for minutes ago is paid as soon as a worker runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

ALL = "all"
"""The whole worth of the claimed pieces, or every piece of the line."""
MINUTE, HOUR = 1 / 1440, 1 / 24


@dataclass(frozen=True, slots=True)
class Want:
    """A line worth between these amounts (minor units), whose number begins with `sku`."""

    reason: str
    resolution: str
    at_least: int = 100
    at_most: int = 1_000_000
    sku: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One button pressed; `item` is the position, 0 the reclamation itself."""

    ago: float
    who: str
    event: str
    input: Mapping[str, object] = field(default_factory=dict)
    item: int = 1


@dataclass(frozen=True, slots=True)
class Story:
    key: str
    filed: float
    wants: tuple[Want, ...]
    steps: tuple[Step, ...] = ()
    by: str = "anna"
    payments: int | None = None
    """Only an order that was paid in so many parts."""
    provider: str = "sandbox"
    assignee: str = ""
    priority: str = "normal"
    note: str = ""


def _asked_back(ago: float, who: str = "anna", item: int = 1) -> Step:
    return Step(ago, who, "request-return", item=item)


def _came_in(ago: float, condition: str = "as new", item: int = 1) -> Step:
    return Step(ago, "wim", "parcel-arrived", {"received": ALL, "condition": condition}, item)


def _refund(ago: float, who: str = "anna", amount: int | str = ALL, item: int = 1) -> Step:
    return Step(ago, who, "refund", {"amount": amount}, item)


def _rejected(ago: float, reason: str, who: str = "anna", item: int = 1) -> Step:
    return Step(ago, who, "reject", {"reason": reason, "message": ""}, item)


FIT = "does-not-fit"
STORIES = (
    # Returns
    Story("return-new", 2 * HOUR, (Want(FIT, "refund", 3000),)),
    Story(
        "return-left-lying",
        6,
        (Want("wants-other", "refund", 3000, sku="JACKET"),),
        priority="high",
        note="Called twice; wants to know whether we have the larger size.",
    ),
    Story("return-on-its-way", 5, (Want(FIT, "refund", 3000),), (_asked_back(4.8),)),
    Story(
        "return-not-here",
        18,
        (Want("changed-mind", "refund", 5000),),
        (_asked_back(17, "jonas"),),
        by="jonas",
        assignee="jonas",
    ),
    Story(
        "return-just-in",
        9,
        (Want(FIT, "refund", 5000, 19_000),),
        (_asked_back(9), _came_in(3 * HOUR)),
    ),
    Story(
        "return-in-since-days",
        14,
        (Want("not-as-described", "refund", 4000, 19_000, sku="BOOT"),),
        (_asked_back(13.5), _came_in(5, "opened")),
        assignee="anna",
        note="Looks worn at the heel; ask Wim for pictures before paying all of it.",
    ),
    Story(
        "return-paid-now",
        11,
        (Want(FIT, "refund", 5000, 19_000),),
        (_asked_back(10.5), _came_in(1, "as new"), _refund(6 * MINUTE)),
    ),
    Story(
        "return-paid-two-ways",
        12,
        (Want("arrived-late", "refund", 2000, 19_000),),
        (_asked_back(11), _came_in(2), _refund(4 * MINUTE, "jonas")),
        by="jonas",
        payments=2,
    ),
    Story(
        "return-dear-waits",
        10,
        (Want("changed-mind", "refund", 21_000),),
        (_asked_back(9.5), _came_in(1.5), _refund(1)),
        priority="high",
    ),
    Story(
        "return-dear-waits-long",
        16,
        (Want(FIT, "refund", 21_000),),
        (_asked_back(15), _came_in(6, "opened"), _refund(5, "jonas")),
        by="jonas",
        assignee="lena",
    ),
    Story(
        "return-dear-approved",
        13,
        (Want("wants-other", "refund", 21_000),),
        (_asked_back(12), _came_in(3), _refund(2), Step(3 * MINUTE, "lena", "approve")),
    ),
    Story(
        "return-bank-transfer",
        20,
        (Want("changed-mind", "refund", 1600, 19_000),),
        (_asked_back(19), _came_in(4), _refund(5 * MINUTE)),
        provider="outside",
    ),
    Story(
        "return-rejected",
        40,
        (Want(FIT, "refund", 3000),),
        (_asked_back(39), _came_in(33, "damaged"), _rejected(32, "Worn for weeks", "tom")),
        by="jonas",
    ),
    # Faulty
    Story("faulty-new", 20 * HOUR, (Want("faulty", "refund", 6000),), by="jonas"),
    Story(
        "faulty-with-picture",
        1.2,
        (
            Want(
                "damaged-in-transit", "replacement", 5100, evidence="Picture: one corner is broken."
            ),
        ),
        priority="high",
    ),
    Story(
        "faulty-picture-asked",
        4,
        (Want("faulty", "replacement", 5100),),
        (Step(3.5, "jonas", "ask-evidence", {"message": "A picture of the damage, please."}),),
        by="jonas",
    ),
    Story(
        "faulty-no-picture-came",
        17,
        (Want("not-as-described", "replacement", 5100),),
        (Step(16, "anna", "ask-evidence", {}),),
    ),
    Story(
        "faulty-to-judge",
        7,
        (Want("faulty", "refund", 5100),),
        (
            Step(6.5, "jonas", "ask-evidence", {"message": ""}),
            Step(4.2, "jonas", "evidence-came"),
        ),
        by="jonas",
        assignee="jonas",
    ),
    Story(
        "faulty-replaced-now",
        3,
        (Want("faulty", "replacement", 500, 5000),),
        (Step(2, "anna", "accept"), Step(8 * MINUTE, "anna", "replace")),
    ),
    Story(
        "faulty-outside",
        55,
        (Want("damaged-in-transit", "refund", 500, 5000),),
        (
            Step(54, "jonas", "accept"),
            Step(48, "fiona", "settle-outside", {"amount": ALL}),
        ),
        by="jonas",
    ),
    # Exchange, parts, goodwill, marks
    Story(
        "exchange-on-its-way",
        6,
        (Want("wants-other", "exchange", 2000, sku="JACKET"),),
        (_asked_back(5.5),),
    ),
    Story(
        "exchange-made-now",
        15,
        (Want(FIT, "exchange", 2000, sku="BOOT-TRAIL-42"),),
        (
            _asked_back(14),
            _came_in(2),
            Step(
                7 * MINUTE,
                "anna",
                "exchange",
                {"sku": "BOOT-TRAIL-41", "name": "Trail boots, size 41"},
            ),
        ),
        assignee="anna",
    ),
    Story("part-new", 1.5, (Want("part-missing", "parts", 3000, sku="SHELF"),), assignee="jonas"),
    Story(
        "part-sent-now",
        5,
        (Want("part-missing", "parts", 3000, sku="TENT"),),
        (Step(9 * MINUTE, "jonas", "send-parts", {"parts": "Two tent pegs and the bag"}),),
        by="jonas",
    ),
    Story(
        "goodwill-paid-now",
        2,
        (Want("arrived-late", "goodwill", 4000),),
        (_refund(10 * MINUTE, "anna", 1000),),
    ),
    Story("mark-new", 9 * HOUR, (Want("other", "none", 1000),), priority="low"),
    Story(
        "mark-done",
        30,
        (Want("other", "none", 1000),),
        (Step(29, "tom", "mark-refunded", {"amount": ALL}),),
    ),
    # Several items
    Story(
        "three-items-partly-settled",
        12,
        (
            Want(FIT, "refund", 500, 19_000),
            Want("faulty", "refund", 500),
            Want("wants-other", "exchange", 500),
        ),
        (
            _asked_back(11.5, item=1),
            _rejected(11, "No fault to be seen in the pictures", "lena", item=2),
            _asked_back(10.9, item=3),
            _came_in(4, item=1),
        ),
        assignee="anna",
    ),
    Story(
        "closed-by-hand",
        35,
        (Want("changed-mind", "refund", 500), Want(FIT, "refund", 500)),
        (
            _asked_back(34, item=1),
            _rejected(33, "Past the window", "anna", item=2),
            Step(21, "lena", "close", item=0),
        ),
    ),
)
FOLLOWED_UP = "closed-by-hand"
"""This customer came back; the follow-up is filed when the shop is filled."""
FOLLOW_UP = Want("changed-mind", "refund", 500)
