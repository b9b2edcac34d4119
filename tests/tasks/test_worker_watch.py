"""Each process of a real worker looks at the shop's files by itself: a thread after the fork."""

from sqlalchemy.orm import Session

from claims.rules import Rules
from config.processes import running
from tests.support.parts import Part, eventually


def test_each_process_of_a_worker_tells_by_which_files_it_goes(
    worker: Part, session: Session, rules: Rules
) -> None:
    def told() -> list[tuple[str, str]]:
        session.rollback()
        return [(process.kind, process.fingerprint) for process in running(session)]

    eventually(lambda: told() == [("worker", rules.fingerprint)] * 2, about="telling")
