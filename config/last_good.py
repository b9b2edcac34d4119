"""The shop's files as they were taken up last, so that a process can begin while they are broken.

gunicorn renews its workers and machines restart; none of it may wait for somebody to put a YAML
file right.
"""

import logging
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from claims.models import TakenUpFiles
from claims.rules import Rules
from config.bootstrap import read_rules
from config.proving import prove
from config.settings import Settings
from config.shop_files import CLAIMS, WORKFLOWS, fingerprint_in, texts_of
from workflows.problems import WorkflowProblems

_PATIENCE = 3

log = logging.getLogger(__name__)


def keep_files(session: Session, settings: Settings, rules: Rules) -> bool:
    """Keep the files that these rules were read from; False where they have changed since."""
    try:
        texts = texts_of(settings)
    except (OSError, UnicodeDecodeError):
        return False
    if fingerprint_in(texts) != rules.fingerprint:
        return False
    now = func.clock_timestamp()
    session.execute(
        insert(TakenUpFiles)
        .values(fingerprint=rules.fingerprint, files=texts, taken_up_at=now)
        .on_conflict_do_update(index_elements=[TakenUpFiles.fingerprint], set_={"taken_up_at": now})
    )
    return True


def rules_at_start(settings: Settings) -> Rules:
    """The rules of the files; where these are broken, those that were taken up last.

    Files that nobody has taken up yet are proved as running processes prove them. Raises what is
    wrong where none were ever taken up, or where the database cannot tell.
    """
    kept = _kept(settings)
    try:
        rules = read_rules(settings)
        if kept is not None and kept.fingerprint != rules.fingerprint:
            prove(settings, rules)
        return rules
    except (WorkflowProblems, OSError) as broken:
        last = None if kept is None else _read(settings, kept.files)
        if last is None:
            raise
        log.error("The shop's files are refused; those taken up last go on:\n%s", broken)
        return last


def _kept(settings: Settings) -> TakenUpFiles | None:
    engine = create_engine(
        settings.database_url, poolclass=NullPool, connect_args={"connect_timeout": _PATIENCE}
    )
    newest = select(TakenUpFiles).order_by(TakenUpFiles.taken_up_at.desc()).limit(1)
    try:
        with Session(engine, expire_on_commit=False) as session:
            return session.scalar(newest)
    except SQLAlchemyError as away:
        log.warning("The files taken up last cannot be read: %s", type(away).__name__)
        return None
    finally:
        engine.dispose()


def _read(settings: Settings, files: dict[str, str]) -> Rules | None:
    """A newer checker, or an extension that is gone, may find them broken as well."""
    with TemporaryDirectory(prefix="redress-") as folder:
        places = {"workflows_dir": Path(folder, WORKFLOWS), "claims_file": Path(folder, CLAIMS)}
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        try:
            return read_rules(settings.model_copy(update=places))
        except WorkflowProblems as problems:
            log.error("The files taken up last are not sound either:\n%s", problems)
            return None
