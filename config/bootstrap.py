"""The composition root: puts the parts together, once per process."""

import logging
from dataclasses import dataclass, replace

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session, sessionmaker

from claims.money.limits import alone_up_to
from claims.reading_choices import read_choices_file
from claims.rules import Rules
from config.doorbell import Doorbell
from config.extensions import load_extensions
from config.payment_providers import REFUNDS
from config.settings import Settings
from config.shop_files import fingerprint_of
from workflows.reading import read_folder


@dataclass(frozen=True, slots=True)
class Redress:
    """What an entry point needs: a page, a worker, a command."""

    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    """Transactions; the doorbell rings by itself after a commit that asked for effects."""
    rules: Rules


def build(settings: Settings, rules: Rules | None = None) -> Redress:
    """Everything an entry point needs. Opens no connection yet.

    `rules` are those that were read before; without them the shop's own files are read, and
    WorkflowProblems is raised where these are not sound.
    """
    logging.getLogger("transitions").setLevel(logging.WARNING)  # it tells each callback
    engine = create_engine(
        settings.database_url,
        pool_pre_ping=True,
        pool_size=8,
        max_overflow=8,
        hide_parameters=True,  # an error's words go to logs; customers' words do not
        connect_args={"application_name": "redress"},
    )
    sessions = sessionmaker(engine, expire_on_commit=False)
    ring_after_commit(sessions, Doorbell(settings))
    return Redress(settings, engine, sessions, rules or read_rules(settings))


def read_rules(settings: Settings) -> Rules:
    """The shop's own files, read strictly; raises WorkflowProblems with all that is wrong.

    What they may name is the catalogue with the shop's extensions; SettingsProblem where one of
    these is not right.
    """
    before = fingerprint_of(settings)
    extensions = load_extensions(settings.extensions)
    definitions = read_folder(settings.workflows_dir, extensions.catalogue)
    choices = read_choices_file(settings.claims_file, definitions)
    limits = alone_up_to(choices.limits_of_shops)
    catalogue = replace(extensions.catalogue, alone_up_to=limits)
    # Files that changed while they were read have no fingerprint: they are to be read again.
    fingerprint = before if fingerprint_of(settings) == before else ""
    return Rules(definitions, choices, catalogue, fingerprint, extensions, REFUNDS)


def ring_after_commit(sessions: sessionmaker[Session], doorbell: Doorbell) -> None:
    """Let each outermost commit ring for the effects it asked for; a rollback forgets them."""

    def ring(session: Session) -> None:
        # SQLAlchemy calls this for a savepoint too, whose rows nobody else can see yet.
        if not session.in_nested_transaction():
            doorbell.ring(session.info.pop("effects_asked", ()))

    def forget(session: Session) -> None:
        if not session.in_nested_transaction():
            session.info.pop("effects_asked", None)
        session.info.pop("effects_new", None)
        session.info.pop("versions_kept", None)

    event.listen(sessions, "after_commit", ring)
    event.listen(sessions, "after_rollback", forget)
