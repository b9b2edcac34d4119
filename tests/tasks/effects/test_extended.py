"""An extension's effect takes hold once: whatever the other side does, and whenever we die."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from acme_claims import EXTENSION, hauler
from acme_claims.little_hauler import LittleHauler
from claims import clock, effects
from claims.claimable import Wanted
from claims.claiming import claim
from claims.extending import Effect, EffectRun
from claims.extensions import join
from claims.models import Attempt, Incident, Item
from claims.models import Effect as EffectRow
from claims.outside import Outcome, Unknown
from claims.refusals import Refused
from claims.rules import Rules
from config.bootstrap import read_rules
from config.settings import PROJECT, settings_from
from tasks.effects.carry_out import carry_out_next
from tasks.workshop import Workshop
from tests.conftest import NOWHERE
from tests.support.cases import AGENT, press
from tests.support.machine import MovableMachine
from tests.support.shop import Line, an_order
from tests.support.small_shop import small_shop

BULKY = PROJECT / "docs" / "examples" / "acme_claims" / "workflows" / "item-bulky.yaml"
WARDROBE = Line(name="Wardrobe", unit_price=19900)


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    """The rules of a shop with the extension, in which everything is bulky."""
    settings = settings_from({**NOWHERE, "EXTENSIONS": "acme_claims"})
    shop = small_shop(Path(tmp_path_factory.mktemp("acme")), settings)
    (shop.workflows / BULKY.name).write_text(BULKY.read_text())
    shop.change("claims.yaml", "workflow: item-mark-only", "workflow: item-bulky")
    return read_rules(shop.settings)


@pytest.fixture
def vans(monkeypatch: pytest.MonkeyPatch) -> Iterator[LittleHauler]:
    with LittleHauler() as little:
        monkeypatch.setenv("ACME_HAULER_URL", little.url)
        yield little


@dataclass(frozen=True)
class Yard:
    """A wardrobe on its way back, and whoever looks after it."""

    sessions: sessionmaker[Session]
    owner_sessions: sessionmaker[Session]
    rules: Rules
    workshop: Workshop
    machine: MovableMachine

    def claim(self, grams: int | None = None) -> int:
        """A wardrobe, weighed if that is said, that is to come back; gives the item's key."""
        with self.sessions.begin() as session:
            order = an_order(session, [WARDROBE])
            wanted = Wanted(order.lines[0].id, 1, "does-not-fit", "none")
            item = claim(session, self.rules, order.id, [wanted], AGENT).items[0]
            if grams is not None:
                press(session, self.rules, item, "weigh", AGENT, grams=str(grams))
                press(session, self.rules, item, "fetch", AGENT)
            return item.id

    def work(self, shop: Workshop | None = None, *, after: timedelta = timedelta(0)) -> None:
        """One look at what is due, some time later."""
        self.machine.pass_time(after)
        self.move_database_clock(after)
        carry_out_next(shop or self.workshop)

    def move_database_clock(self, by: timedelta) -> None:
        """No time passes; that one clock jumps."""
        with self.owner_sessions.begin() as session:
            clock.move(session, by)

    def state(self, item_id: int) -> str:
        with self.sessions() as session:
            return session.get_one(Item, item_id).state

    def attempts(self) -> list[tuple[str, str | None]]:
        with self.sessions() as session:
            found = session.scalars(select(Attempt).order_by(Attempt.id))
            return [(attempt.action, attempt.result) for attempt in found]

    def with_effect(self, effect: Effect) -> Workshop:
        """A worker whose hauler behaves otherwise."""
        changed = replace(EXTENSION, effects={"acme.book-pickup": effect})
        rules = self.rules.held()
        rules.extensions = join([changed])
        return replace(self.workshop, rules=rules)


@pytest.fixture
def yard(
    sessions: sessionmaker[Session],
    owner_sessions: sessionmaker[Session],
    acme: Rules,
    workshop: Workshop,
) -> Yard:
    machine = MovableMachine()
    shop = replace(workshop, rules=acme, machine_time=machine)
    return Yard(sessions, owner_sessions, acme, shop, machine)


BOOK = EXTENSION.effects["acme.book-pickup"]


def test_what_is_heavy_is_fetched_by_a_van(yard: Yard, vans: LittleHauler) -> None:
    item = yard.claim(grams=45_000)

    yard.work()

    [booking] = vans.bookings
    assert (booking["depot"], booking["parcel"]) == ("north", "1 x Wardrobe")
    assert yard.state(item) == "on-its-way"
    assert yard.attempts() == [("call", "done")]


def test_what_is_light_comes_by_parcel(yard: Yard, vans: LittleHauler) -> None:
    item = yard.claim(grams=900)

    assert yard.state(item) == "on-its-way"
    assert vans.bookings == []


def test_a_weight_that_cannot_be_is_refused_by_the_extension(yard: Yard, session: Session) -> None:
    item = session.get_one(Item, yard.claim())

    with pytest.raises(Refused, match="weighs between 1 g and 2 t, not 3000000 g"):
        press(session, yard.rules, item, "weigh", AGENT, grams="3000000")


def test_a_hauler_that_refuses_moves_the_item_back(yard: Yard, vans: LittleHauler) -> None:
    vans.refuses = "the street is too narrow."
    item = yard.claim(grams=45_000)

    yard.work()

    assert yard.state(item) == "weighed"


def test_a_van_that_was_booked_without_an_answer_is_found_and_not_booked_twice(
    yard: Yard, vans: LittleHauler
) -> None:
    vans.hangs_up = "after"
    item = yard.claim(grams=45_000)
    yard.work()
    assert yard.attempts() == [("call", "unknown")]

    yard.work(after=timedelta(minutes=1))

    assert yard.attempts() == [("call", "unknown"), ("look-up", "done")]
    assert len(vans.bookings) == 1
    assert yard.state(item) == "on-its-way"


def test_a_van_that_was_not_booked_is_booked_once_nothing_can_be_on_its_way_any_more(
    yard: Yard, vans: LittleHauler
) -> None:
    vans.hangs_up = "before"
    item = yard.claim(grams=45_000)
    yard.work()
    vans.hangs_up = ""

    yard.work(after=timedelta(minutes=1))
    assert vans.bookings == []
    yard.work(after=timedelta(minutes=1))
    assert yard.attempts() == [("call", "unknown"), ("look-up", "unknown")]
    yard.work(after=timedelta(minutes=15))

    assert yard.attempts()[-2:] == [("look-up", "absent"), ("call", "done")]
    assert len(vans.bookings) == 1
    assert yard.state(item) == "on-its-way"


def test_a_database_clock_that_jumps_ahead_books_no_second_van(
    yard: Yard, vans: LittleHauler
) -> None:
    vans.hangs_up = "before"
    yard.claim(grams=45_000)
    yard.work()
    vans.hangs_up = ""

    yard.move_database_clock(timedelta(hours=25))
    yard.work(after=timedelta(minutes=1))

    assert yard.attempts() == [("call", "unknown"), ("look-up", "unknown")]
    assert vans.bookings == []


def test_a_worker_that_dies_after_the_call_leaves_a_van_that_the_next_one_finds(
    yard: Yard, vans: LittleHauler
) -> None:
    class Died(BaseException):
        """What no except clause of ours stops."""

    def book_and_die(run: EffectRun) -> Outcome:
        hauler.book_pickup(run)
        raise Died

    item = yard.claim(grams=45_000)
    with pytest.raises(Died):
        yard.work(yard.with_effect(replace(BOOK, carry_out=book_and_die)))
    assert yard.attempts() == [("call", None)]

    yard.work(after=yard.workshop.lease * 2)

    assert len(vans.bookings) == 1
    assert yard.state(item) == "on-its-way"


def test_what_may_be_repeated_is_done_again_under_its_key(yard: Yard, vans: LittleHauler) -> None:
    keys: list[str] = []

    def cut_once(run: EffectRun) -> Outcome:
        keys.append(run.key)
        return hauler.book_pickup(run) if len(keys) > 1 else Unknown("It was cut.")

    repeated = replace(BOOK, carry_out=cut_once, look_up=None, is_repeatable=True)
    shop = yard.with_effect(repeated)
    item = yard.claim(grams=45_000)

    yard.work(shop)
    yard.work(shop, after=timedelta(minutes=1))

    assert yard.attempts() == [("call", "unknown"), ("call", "done")]
    assert keys[0] == keys[1] == vans.bookings[0]["reference"]
    assert yard.state(item) == "on-its-way"


def test_a_hauler_that_never_tells_is_given_to_a_person(yard: Yard, session: Session) -> None:
    def cannot_tell(_: EffectRun) -> Unknown:
        return Unknown("Nobody knows.")

    shop = yard.with_effect(replace(BOOK, carry_out=cannot_tell, look_up=cannot_tell))
    yard.claim(grams=45_000)

    for _ in range(effects.MOST_TRIES + 1):
        yard.work(shop, after=timedelta(hours=2))

    [incident] = session.scalars(select(Incident))
    assert incident.kind == "effect-stopped"
    assert "Looked up 12 times in vain. Nobody knows." in incident.sentence
    assert [result for action, result in yard.attempts() if action == "call"] == ["unknown"]


def test_an_extension_that_answers_nonsense_slows_nobody_else(yard: Yard, session: Session) -> None:
    def nonsense(_: EffectRun) -> Outcome:
        return "booked"  # type: ignore[return-value]

    yard.claim(grams=45_000)

    yard.work(yard.with_effect(replace(BOOK, carry_out=nonsense)))

    row = session.scalars(select(EffectRow)).one()
    assert row.status == "waiting"
    assert "acme.book-pickup answered 'booked', which is no outcome" in row.last_word


def test_an_effect_whose_extension_was_taken_away_waits_and_says_so(
    yard: Yard, session: Session
) -> None:
    yard.claim(grams=45_000)
    rules = yard.rules.held()
    rules.extensions = join([])

    yard.work(replace(yard.workshop, rules=rules))

    row = session.scalars(select(EffectRow)).one()
    assert "nothing here carries out acme.book-pickup; is its extension in" in row.last_word
