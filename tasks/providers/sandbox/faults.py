"""The ways in which the sandbox can be told to misbehave, and when.

`PUT /faults` with {"seed": 7, "faults": [{"kind": "slow", "seconds": 3, "next": 2}]}. A fault is
taken by the next `next` requests it fits, or, with `probability`, by each of them with that
chance; the first of the list that fits wins. They last until `DELETE /faults` or the end of
the process.
"""

import random
import threading
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Kind = Literal[
    "slow",  # waits `seconds`, then does it and answers
    "answer-late",  # does it, then waits `seconds` before the answer: a timeout after success
    "drop-before",  # cuts the connection, not having done it
    "drop-after",  # does it, then cuts the connection
    "refuse",  # 402, kept under the key
    "error-before",  # 500, not having done it; nothing is kept under the key
    "error-after",  # does it, then answers 500; the next with this key gets the true answer
    "store-error",  # 500, kept under the key; with `paid` the refund is made all the same
    "too-many",  # 429
    "nonsense",  # does it, then answers what is not JSON
    "duplicate",  # pays twice
]


class Fault(BaseModel):
    """One misbehaviour, and which requests it befalls."""

    model_config = ConfigDict(extra="forbid", strict=True)

    kind: Kind
    on: Literal["refunds", "look-ups"] = "refunds"
    payment: str | None = None
    """Only refunds to this payment."""
    next: int | None = Field(default=None, ge=1)
    probability: float | None = Field(default=None, ge=0, le=1)
    seconds: float = Field(default=1, ge=0, le=600)
    reason: str = "The card issuer refused the refund."
    paid: bool = False

    @model_validator(mode="after")
    def _one_measure(self) -> "Fault":
        if self.next is not None and self.probability is not None:
            raise ValueError("give next or probability, not both")
        return self


class FaultPlan(BaseModel):
    """What `PUT /faults` takes: it replaces what was there."""

    model_config = ConfigDict(extra="forbid", strict=True)

    faults: list[Fault] = []
    seed: int = 0


class Faults:
    """The plan that holds now, shared by the threads of the server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.replace(FaultPlan())

    def replace(self, plan: FaultPlan) -> None:
        with self._lock:
            self._seed = plan.seed
            self._random = random.Random(plan.seed)  # noqa: S311 - chance, not secrecy
            self._faults = [fault.model_copy() for fault in plan.faults]

    def shown(self) -> dict[str, object]:
        with self._lock:
            return {"seed": self._seed, "faults": [fault.model_dump() for fault in self._faults]}

    def take(self, on: Literal["refunds", "look-ups"], payment: str | None = None) -> Fault | None:
        """The fault that befalls this request, if any; used up where it was counted."""
        with self._lock:
            for fault in self._faults:
                if fault.on != on or fault.payment not in {None, payment}:
                    continue
                if fault.probability is not None and self._random.random() >= fault.probability:
                    continue
                if fault.probability is None:
                    fault.next = (fault.next or 1) - 1
                    if fault.next == 0:
                        self._faults.remove(fault)
                return fault
        return None
