"""A worker's workshop inside the test, and a desk at which refunds are asked for."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session, sessionmaker

from claims.rules import Rules
from config.settings import Settings
from tasks.workshop import Workshop, open_workshop
from tests.support.machine import MovableMachine
from tests.support.parts import Sandbox
from tests.tasks.desk import Desk
from tests.tasks.providers.stripe_processes import StripeProcesses


@pytest.fixture(scope="session")
def _shared_workshop(shared_settings: Settings, rules: Rules) -> Iterator[Workshop]:
    shop = open_workshop(shared_settings, rules)
    yield shop
    shop.close()


@pytest.fixture
def machine() -> MovableMachine:
    """The machine that the worker runs on; the desk lets time pass there too."""
    return MovableMachine()


@pytest.fixture
def workshop(_shared_workshop: Workshop, settings: Settings, machine: MovableMachine) -> Workshop:
    """What a worker process holds; effects are carried out in the test's own thread."""
    return replace(_shared_workshop, stopping=threading.Event(), machine_time=machine)


@pytest.fixture
def desk(
    sessions: sessionmaker[Session],
    owner_sessions: sessionmaker[Session],
    rules: Rules,
    sandbox: Sandbox,
    machine: MovableMachine,
) -> Desk:
    return Desk(sessions, owner_sessions, rules, sandbox, machine)


@pytest.fixture(scope="session")
def _stripe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StripeProcesses]:
    processes = StripeProcesses(tmp_path_factory.mktemp("stripe"))
    yield processes
    processes.stop()


@pytest.fixture
def stripe(_stripe: StripeProcesses) -> StripeProcesses:
    """Stripe as localstripe plays it, with nothing in it, behind a proxy that behaves."""
    _stripe.forget()
    return _stripe
