"""What became of one item's money, as far as the proofs tell it apart."""

from dataclasses import dataclass, replace
from enum import IntEnum

from workflows.definition import Outcome
from workflows.product.words import Doing


class Share(IntEnum):
    """How much of what was left: nothing, a part, or everything."""

    NONE = 0
    PART = 1
    ALL = 2


@dataclass(frozen=True, slots=True)
class Money:
    paid: Share = Share.NONE
    asked: Share = Share.NONE
    """Asked for and not settled: under way, or unclear."""
    proposed: Share = Share.NONE
    took_hold: bool = False
    """An effect that moves money was done for this item."""
    is_unclear: bool = False
    is_large: bool = False
    """The proposal is above every limit, and no second person has seen it."""

    @property
    def total(self) -> Share:
        return max(self.paid, self.asked, self.proposed)

    @property
    def is_asked_already(self) -> bool:
        return self.took_hold or self.asked is not Share.NONE

    def with_doing(self, doing: Doing, share: Share, is_large: bool) -> "Money":
        """After a command or an effect has taken its share."""
        match doing:
            case "propose":
                return replace(self, proposed=share, is_large=is_large)
            case "drop":
                return replace(self, proposed=Share.NONE, is_large=False)
            case "mark":
                return replace(self, paid=max(self.paid, share))
            case "found-paid":
                return self.settled("done")
            case "found-not-paid":
                return self.settled("refused")
            case "pay":
                asked = max(self.asked, self.proposed or share)
                return replace(
                    self, asked=asked, proposed=Share.NONE, is_unclear=False, is_large=False
                )

    def settled(self, outcome: Outcome) -> "Money":
        """After the provider, or a person, said what became of what was asked for."""
        match outcome:
            case "done":
                return replace(
                    self,
                    paid=max(self.paid, self.asked),
                    asked=Share.NONE,
                    took_hold=True,
                    is_unclear=False,
                )
            case "refused":
                return replace(self, asked=Share.NONE, is_unclear=False)
            case "unknown":
                return replace(self, is_unclear=True)


NOTHING = Money()
