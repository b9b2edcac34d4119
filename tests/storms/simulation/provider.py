"""A provider of the mind: a book of its own, and a network that loses, delays and doubles.

The real adapter of the sandbox speaks to it: only what lies below HTTP is played.
"""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx

from claims.money.refund_abilities import RefundAbilities
from tasks.providers.port import Abilities
from tasks.providers.sending import Answered
from tests.storms.simulation.stage import Actor, Stage, chosen

Row = dict[str, object]
MOST_CALLS = 60
POISONED = "A program that cannot even ask."
MOST_IN_A_MINUTE = 8
MOST_AFTER_THE_LAST_WORD = 8
LONGEST_ON_THE_WAY = 300.0
"""Seconds; with a pause before it is sent a request is still younger than IN_FLIGHT."""


@dataclass(frozen=True, slots=True)
class Manners:
    """What goes wrong outside, each with its chance."""

    call: dict[str, float] = field(default_factory=dict)
    look_up: dict[str, float] = field(default_factory=dict)
    away: tuple[tuple[float, float], ...] = ()
    """From when to when nobody listens, in seconds."""


@dataclass(eq=False, slots=True)
class Request:
    """One request for a refund on its way."""

    reference: str
    key: str
    asked: Row
    wrong: str = ""
    asker: Actor | None = None
    waits: int = 0
    slept: bool = False
    """Between the last look at our own rows and the sending."""
    answer: Answered | None = None

    @property
    def name(self) -> str:
        return f"{self.reference[-8:]} {self.key[-6:]}"


@dataclass(eq=False)
class Book:
    """What the provider has done, and what it remembers of keys."""

    abilities: Abilities
    refunds: list[Row] = field(default_factory=list)
    answers: dict[str, tuple[str, int, Row, datetime]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    foreign: set[str] = field(default_factory=set)
    """References under which somebody else has made a refund by hand."""

    def refund(self, key: str, asked: Row, wrong: str, now: datetime) -> tuple[int, Row]:
        said, lifetime = json.dumps(asked, sort_keys=True), self.abilities.key_lifetime
        kept = self.answers.get(key) if key and lifetime else None
        if kept is not None and lifetime is not None and now - kept[3] < lifetime:
            if kept[0] != said:
                return 409, {"error": "This key was used for another refund."}
            return kept[1], kept[2]
        status, body = self._decide(key, asked, wrong)
        keeps_errors = self.abilities.replays_stored_errors and wrong != "error-before"
        keeps = self.abilities.keeps_refusals if status == 402 else keeps_errors
        if status == 201 or keeps:
            self.answers[key] = (said, status, body, now)
        return status, body

    def _decide(self, key: str, asked: Row, wrong: str) -> tuple[int, Row]:
        if wrong == "refuse":
            self.refused.add(str(asked["reference"]))
            return 402, {"error": "The card issuer refused the refund."}
        if wrong in {"error-before", "error-late", "stored-unpaid"}:
            return 500, {"error": "Something went wrong here."}
        row: Row = {**asked, "id": f"v-{len(self.refunds) + 1}", "key": key, "status": "paid"}
        self.refunds.append(row)
        if wrong == "stored-paid":
            return 500, {"error": "Something went wrong here."}
        return 201, row

    def completes(self, key: str, asked: Row, now: datetime) -> bool:
        """What was answered with an error takes hold after all, unless the key was paid since."""
        if self.abilities.key_lifetime and any(row.get("key") == key for row in self.refunds):
            return False
        _, row = self._decide(key, asked, "")
        if key not in self.answers:
            self.answers[key] = (json.dumps(asked, sort_keys=True), 201, row, now)
        return True

    def by_hand(self, asked: Row) -> None:
        """Somebody makes another refund under our reference in the provider's own office."""
        reference = str(asked["reference"])
        self.foreign.add(reference)
        amount = int(str(asked["amount"]))
        self.refunds.append(
            {**asked, "amount": amount - 1, "id": f"v-{len(self.refunds) + 1}", "status": "paid"}
        )

    def under(self, reference: str) -> list[Row]:
        return [row for row in self.refunds if row["reference"] == reference]


@dataclass(eq=False)
class Network:
    """The adapter's sender: every request goes over this one."""

    stage: Stage
    book: Book
    manners: Manners
    objection: Callable[[str, str], str]
    """What our own rows have against asking for this reference under this key now; "": nothing."""
    seconds: float
    """How long a worker waits for an answer."""
    poison: str = ""
    """The payment whose refund no program can ask for."""
    booked: Callable[[str], None] = lambda _reference: None
    """Told of each refund made, for hints."""
    calls: Counter[str] = field(default_factory=Counter)
    look_ups: int = 0
    on_the_way: int = 0
    """Requests that the provider has not seen yet."""
    _when: dict[str, list[float]] = field(default_factory=dict)
    _in_hand: dict[str, tuple[str, float]] = field(default_factory=dict)
    """Who waits for the answer about a reference, and until when; a call that its worker slept
    before may outlive the lease, which no worker can know."""
    _last_words: Counter[str] = field(default_factory=Counter)

    def send(self, request: httpx.Request, stop_at: float) -> Answered:
        if self.stage.in_transaction:
            self.stage.violated("something outside was called within an open transaction")
        if request.method == "POST":
            return self._call(request)
        return self._look_up(request)

    def _call(self, request: httpx.Request) -> Answered:
        stage = self.stage
        asked: Row = json.loads(request.content)
        call = Request(str(asked["reference"]), request.headers.get("Idempotency-Key", ""), asked)
        if asked["payment"] == self.poison:
            raise RuntimeError(POISONED)
        pauses = stage.pauses
        stage.reach(f"before send {call.name}", longest=LONGEST_ON_THE_WAY)
        call.slept = stage.pauses > pauses
        self._look(call.reference, call.key, slept=call.slept)
        call.wrong = self._befalls(self.manners.call, request)
        if call.wrong == "error-late" and self.book.abilities.ends_with_errors:
            call.wrong = "error-before"
        if call.wrong == "by-hand" and not self.book.under(call.reference):
            self.book.by_hand(asked)
            call.wrong = "lose-request"
        return self._over_the_wire(call, request)

    def _over_the_wire(self, call: Request, request: httpx.Request) -> Answered:
        """Send it on its way, and wait for what comes back, or does not."""
        stage, wrong = self.stage, call.wrong
        actor = stage.actor
        assert actor is not None
        call.asker, call.waits = actor, actor.waits + 1
        if wrong not in {"lose-request", "cut-before", "too-many"}:
            is_late = wrong in {"late-request", "gateway"}
            least, most = (self.seconds, LONGEST_ON_THE_WAY) if is_late else (0.01, 0.2)
            self.on_the_way += 1
            stage.later(stage.dice.uniform(least, most), lambda: self._arrive(call))
        if wrong in {"too-many", "gateway"}:
            stage.wait(0.1)
            return Answered(429 if wrong == "too-many" else 504, b"{}", httpx.Headers())
        if wrong in {"cut-before", "cut-after"}:
            stage.wait(0.5)
            raise httpx.RemoteProtocolError("cut", request=request)
        if not call.slept:
            self._in_hand[call.reference] = (actor.name, stage.seconds + self.seconds)
        stage.wait(self.seconds)
        self._in_hand.pop(call.reference, None)
        stage.reach("after call")
        if call.answer is None:
            raise httpx.ReadTimeout("no answer", request=request)
        return call.answer

    def _arrive(self, call: Request) -> None:
        """The request is there, whether or not anybody waits for the answer still."""
        stage, before = self.stage, len(self.book.refunds)
        self.on_the_way -= 1
        if self._seen_last_word(call.key):
            stage.violated(f"{call.reference[-8:]} is asked for again and again after the answer")
        status, body = self.book.refund(call.key, call.asked, call.wrong, stage.now)
        stage.note(f"the provider answers {status} to {call.name} ({call.wrong})")
        if status == 409:
            stage.violated(f"the key of {call.reference[-8:]} was used for another refund")
        if len(self.book.refunds) > before:
            self.booked(call.reference)
        if call.wrong == "error-late":
            self.on_the_way += 1
            stage.later(stage.dice.uniform(1, LONGEST_ON_THE_WAY), lambda: self._complete(call))
        if call.wrong == "lose-answer":
            return
        if call.wrong == "error-after":
            status, body = 500, {"error": "Something went wrong here."}
        is_nonsense = call.wrong == "nonsense"
        content = b"<html>sorry" if is_nonsense else json.dumps(body).encode()
        call.answer = Answered(status, content, httpx.Headers())
        back = self.seconds * 2 if call.wrong == "late-answer" else stage.dice.uniform(0.01, 0.2)
        assert call.asker is not None
        stage.wake(call.asker, call.waits, back)

    def _complete(self, call: Request) -> None:
        """The provider goes on with what it has answered with an error."""
        self.on_the_way -= 1
        if self.book.completes(call.key, call.asked, self.stage.now):
            self.stage.note(f"the provider pays {call.name} after all")
            self.booked(call.reference)

    def _look(self, reference: str, key: str, *, slept: bool) -> None:
        """What must hold at the moment at which a refund is asked for."""
        stage = self.stage
        self.calls[reference] += 1
        when = self._when.setdefault(reference, [])
        when.append(stage.seconds)
        if not slept and (objection := self.objection(reference, key)):
            stage.violated(objection)
        recent = [at for at in when if at > stage.seconds - 60]
        if self.calls[reference] > MOST_CALLS or len(recent) > MOST_IN_A_MINUTE:
            stage.violated(f"{reference[-8:]} is asked for without patience")
        other = self._in_hand.get(reference)
        mine = stage.actor.name if stage.actor else ""
        if other and other[0] != mine and other[1] > stage.seconds and not slept:
            stage.violated(f"two workers ask for {reference[-8:]} at once")

    def _seen_last_word(self, key: str) -> bool:
        """Whether a key whose answer is kept, and is an error, has been sent too often."""
        kept = self.book.answers.get(key)
        if kept is None or kept[1] == 201:
            return False
        self._last_words[key] += 1
        return self._last_words[key] > MOST_AFTER_THE_LAST_WORD

    def _look_up(self, request: httpx.Request) -> Answered:
        stage = self.stage
        [reference] = parse_qs(urlsplit(str(request.url)).query)["reference"]
        self.look_ups += 1
        stage.reach(f"before look-up {reference[-8:]}")
        wrong = self._befalls(self.manners.look_up, request)
        stage.wait(stage.dice.uniform(0.01, 0.2))
        rows = self.book.under(reference)
        stage.note(f"the provider knows {len(rows)} under {reference[-8:]} ({wrong})")
        if wrong == "late-answer":
            stage.wait(self.seconds)
            raise httpx.ReadTimeout("no answer", request=request)
        stage.reach("after look-up")
        if wrong == "error":
            return Answered(500, b"{}", httpx.Headers())
        return Answered(200, json.dumps({"refunds": rows}).encode(), httpx.Headers())

    def _befalls(self, chances: dict[str, float], request: httpx.Request) -> str:
        stage = self.stage
        if any(begin <= stage.seconds < end for begin, end in self.manners.away):
            raise httpx.ConnectError("nobody listens", request=request)
        if stage.is_calm:
            return ""
        wrong = chosen(stage.dice, chances)
        if wrong == "shut":
            raise httpx.ConnectError("nobody listens", request=request)
        return wrong


def abilities(kind: str) -> Abilities:
    """The kinds of providers that there are: what each remembers and can be asked."""
    keeps, looks = "keys" in kind, "look" in kind
    return Abilities(
        key_lifetime=timedelta(hours=24) if keeps else None,
        replays_stored_errors="stored" in kind,
        keeps_refusals="stored" in kind,
        ends_with_errors="ends" in kind,
        looks_up=looks,
        refunds=RefundAbilities(),
    )
