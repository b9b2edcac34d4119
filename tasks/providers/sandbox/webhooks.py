"""The webhooks that the sandbox sends, and how badly it sends them.

`PUT /webhooks` with {"url": "http://…/webhooks/sandbox", "secret": "…", "times": [1, 50],
"shuffle": true, "forged": 3, "seed": 7}. Each event goes out a random number of times out of
`times`; what has gathered goes out shuffled; and beside each event go so many forged ones, about
the same refund and signed with another secret. What is not taken is sent again for a while.
`GET /webhooks` tells how many wait, and how often each status was answered.
"""

import hmac
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Self

import httpx
from pydantic import BaseModel, ConfigDict, Field, model_validator

GATHER_SECONDS = 0.1
PAUSE_SECONDS = 0.5
MOST_TRIES = 20
OTHER_SECRET = "a secret that is not the shop's"  # noqa: S105 - forged ones are signed with it

Times = Annotated[int, Field(ge=1, le=50)]


class WebhookPlan(BaseModel):
    """What `PUT /webhooks` takes: it replaces what was there."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(pattern="^https?://")
    secret: str = Field(min_length=1)
    times: tuple[Times, Times] = (1, 1)
    shuffle: bool = False
    forged: int = Field(default=0, ge=0, le=50)
    seed: int = 0

    @model_validator(mode="after")
    def _least_first(self) -> Self:
        if self.times[0] > self.times[1]:
            raise ValueError("times is [least, most]")
        return self


@dataclass(frozen=True, slots=True)
class Delivery:
    """One sending of one event; `secret` is the shop's or another."""

    body: bytes
    secret: str
    tries: int = 0


class Webhooks:
    """One thread sends; without a plan nothing is gathered. `now` is the sandbox's clock."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._change = threading.Condition()
        self._http = httpx.Client(trust_env=False, timeout=10)
        self._thread: threading.Thread | None = None
        self.replace(None)

    def replace(self, plan: WebhookPlan | None) -> None:
        with self._change:
            self._plan = plan
            self._random = random.Random(plan.seed if plan else 0)  # noqa: S311 - not secrecy
            self._waiting: list[Delivery] = []
            self._told: set[str] = set()
            self._answered: Counter[str] = Counter()
            if plan is not None and self._thread is None:
                self._thread = threading.Thread(target=self._send_for_ever, daemon=True)
                self._thread.start()

    def tell(self, kind: str, refund: str, reference: str) -> None:
        """An event of a refund; each kind once for each refund, however often it is told here."""
        event_id = f"evt_{refund.removeprefix('sbx_')}_{kind.removeprefix('refund.')}"
        at = self._now().isoformat()
        event = {"id": event_id, "kind": kind, "at": at, "refund": refund, "reference": reference}
        with self._change:
            if self._plan is None or event_id in self._told:
                return
            self._told.add(event_id)
            body = json.dumps(event).encode()
            times = self._random.randint(*self._plan.times)
            self._waiting += [Delivery(body, self._plan.secret)] * times
            for number in range(self._plan.forged):
                forged = {**event, "id": f"{event_id}_forged_{number}"}
                self._waiting.append(Delivery(json.dumps(forged).encode(), OTHER_SECRET))
            self._change.notify()

    def shown(self) -> dict[str, object]:
        with self._change:
            return {"waiting": len(self._waiting), "answered": dict(self._answered)}

    def _send_for_ever(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: bool(self._waiting))
            time.sleep(GATHER_SECONDS)
            with self._change:
                plan, gathered = self._plan, list(self._waiting)
                if plan is not None and plan.shuffle:
                    self._random.shuffle(gathered)
            again = [
                replace(each, tries=each.tries + 1)
                for each in gathered
                if plan is not None and not self._is_taken(plan, each)
            ]
            with self._change:
                if self._plan is plan:
                    self._waiting = [*self._waiting[len(gathered) :], *again]
            if again:
                time.sleep(PAUSE_SECONDS)

    def _is_taken(self, plan: WebhookPlan, delivery: Delivery) -> bool:
        """Whether it need not be sent again."""
        seconds = str(int(self._now().timestamp()))
        signed = hmac.new(
            delivery.secret.encode(), seconds.encode() + b"." + delivery.body, "sha256"
        )
        header = f"t={seconds},v1={signed.hexdigest()}"
        try:
            answer = self._http.post(
                plan.url,
                content=delivery.body,
                headers={"Sandbox-Signature": header, "Content-Type": "application/json"},
            )
            said = str(answer.status_code)
        except httpx.HTTPError:
            said = "no answer"
        with self._change:
            if self._plan is plan:
                self._answered[said] += 1
        is_ours = delivery.secret == plan.secret
        return said.startswith("2") or not is_ours or delivery.tries >= MOST_TRIES
