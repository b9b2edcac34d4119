"""What a worker works with: made once per process, shared by its threads."""

import os
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from claims import machine_time
from claims.machine_time import MachineTime
from claims.rules import Rules
from config.bootstrap import build
from config.settings import Settings
from tasks.checkpointing import Schedule, schedule_of
from tasks.mail import Send, sender_for
from tasks.providers.port import Provider
from tasks.providers.table import build_providers

LONGEST_CALL_SECONDS = 10.0


@dataclass(frozen=True)
class Workshop:
    """`lease` is how long an effect is this worker's own without a word from it."""

    name: str
    engine: Engine
    sessions: sessionmaker[Session]
    rules: Rules
    providers: Mapping[str, Provider]
    send: Send
    sender: str
    lease: timedelta
    sweep_seconds: float
    checkpoints: Schedule | None = None
    """Where and how often the journal is marked; none: nowhere."""
    reconcile_every: timedelta | None = None
    """How often each provider's refunds are held against ours; none: only by command."""
    reconcile_back: timedelta = timedelta(days=14)
    """How far back each such run looks."""
    keep_events: timedelta = timedelta(days=30)
    """How long events of providers are kept after they were followed."""
    stopping: threading.Event = field(default_factory=threading.Event)
    """Set when the process is to end: nothing new is begun."""
    machine_time: Callable[[], MachineTime] = machine_time.read
    """What this machine's clocks show; a test moves it where it lets time pass."""

    @property
    def call_seconds(self) -> float:
        """How long a call outside may take: well within the lease."""
        return min(LONGEST_CALL_SECONDS, self.lease.total_seconds() / 3)

    def held(self) -> "Workshop":
        """The same, with rules that do not change before a piece of work is done."""
        return replace(self, rules=self.rules.held())

    def transaction(self) -> AbstractContextManager[Session]:
        """One transaction; the doorbell rings by itself after its commit."""
        return self.sessions.begin()

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def open_workshop(settings: Settings, rules: Rules | None = None) -> Workshop:
    """Raises `ProviderRefused`, `MailRefused` or what the shop's files have wrong."""
    redress = build(settings, rules)
    return Workshop(
        name=f"{socket.gethostname()}:{os.getpid()}",
        engine=redress.engine,
        sessions=redress.sessions,
        rules=redress.rules,
        providers=build_providers(settings),
        send=sender_for(settings.mail_url),
        sender=settings.mail_from,
        lease=timedelta(seconds=settings.lease_seconds),
        sweep_seconds=settings.sweep_seconds,
        checkpoints=schedule_of(settings),
        reconcile_every=timedelta(hours=settings.reconcile_hours) or None,
        reconcile_back=timedelta(days=settings.reconcile_days),
        keep_events=timedelta(days=settings.keep_events_days),
    )
