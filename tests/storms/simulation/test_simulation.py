"""The short form of the simulation: seeds without a violation, traces that repeat, plants found."""

from collections.abc import Iterator

import pytest

from config.bootstrap import read_rules
from config.local.postgres import LocalPostgres
from config.settings import settings_from
from tests.conftest import NOWHERE
from tests.storms.quiet_shop import quiet_shop
from tests.storms.simulation.plants import PLANTS
from tests.storms.simulation.play import simulate
from tests.storms.simulation.storm import look_for, play_seeds
from tests.storms.simulation.world import World, a_world

SHORT = range(1, 6)
FOUND_AT_ONCE = ("random_key", "fence_left_out")


@pytest.fixture(scope="module")
def world(
    cluster: LocalPostgres, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("quiet")
    rules = read_rules(settings_from({**NOWHERE, **quiet_shop(folder)}))
    with a_world(cluster, rules, f"simulation_{worker_id}") as made:
        yield made


def test_no_seed_loses_or_doubles_a_refund(world: World) -> None:
    assert play_seeds(world, SHORT, twice=1000).violations == []


def test_the_same_seed_gives_the_same_trace_and_another_seed_another(world: World) -> None:
    first, again, other = (simulate(world, seed, keeps_lines=True) for seed in (3, 3, 4))

    assert first.lines == again.lines
    assert first.digest == again.digest != other.digest


def test_a_run_leaves_nothing_behind(world: World) -> None:
    simulate(world, 1)

    assert world.rows("SELECT count(*) FROM effects") == [(0,)]
    world.connection.rollback()


@pytest.mark.parametrize("name", FOUND_AT_ONCE)
def test_a_planted_mistake_is_found(world: World, name: str) -> None:
    assert look_for(world, name, most=10).seed is not None


def test_every_mistake_can_be_planted_where_it_belongs(world: World) -> None:
    for plant in PLANTS.values():
        with pytest.MonkeyPatch.context() as patch:
            plant.install(patch, world)


def test_at_least_thirty_mistakes_are_planted_and_each_is_another() -> None:
    assert len(PLANTS) >= 30
    assert len({plant.name for plant in PLANTS.values()}) == len(PLANTS)
