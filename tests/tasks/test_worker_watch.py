"""Each process of a real worker looks at the shop's files by itself: a thread after the fork."""

from sqlalchemy.orm import Session

from claims.rules import Rules
from config.processes import running
from tests.support.parts import Part, eventually


def test_each_process_of_a_worker_tells_by_which_files_it_goes(
    worker: Part, session: Session, rules: Rules
) -> None:
    def told() -> list[str]:
        # A sweeper of another test may be kept running beside it.
        session.rollback()
        return [each.fingerprint for each in running(session) if each.kind == "worker"]

    eventually(lambda: told() == [rules.fingerprint] * 2, about="telling")
