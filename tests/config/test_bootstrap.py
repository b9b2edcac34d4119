"""The doorbell rings after the commit that others can see, and not for what was rolled back."""

from collections.abc import Iterable

from sqlalchemy.orm import Session, sessionmaker

from config.bootstrap import ring_after_commit
from config.doorbell import Doorbell


class Heard(Doorbell):
    """A doorbell whose broker is this list."""

    def __init__(self) -> None:
        self.rings: list[list[int]] = []

    def ring(self, effect_ids: Iterable[int]) -> bool:
        self.rings.append(list(effect_ids))
        return True


def listening(sessions: sessionmaker[Session]) -> tuple[sessionmaker[Session], Heard]:
    own, heard = sessionmaker(sessions.kw["bind"]), Heard()
    ring_after_commit(own, heard)
    return own, heard


def test_it_rings_once_after_the_outermost_commit(sessions: sessionmaker[Session]) -> None:
    own, heard = listening(sessions)

    with own.begin() as session:
        session.info["effects_asked"] = [7]
        with session.begin_nested():
            session.info["effects_asked"].append(8)
        assert heard.rings == []

    assert heard.rings == [[7, 8]]


def test_a_rollback_rings_for_nothing(sessions: sessionmaker[Session]) -> None:
    own, heard = listening(sessions)

    with own() as session:
        session.begin()
        session.info["effects_asked"] = [7]
        session.rollback()
        session.begin()
        session.commit()

    assert not any(heard.rings)


def test_a_savepoint_taken_back_leaves_the_rest_to_be_rung_for(
    sessions: sessionmaker[Session],
) -> None:
    own, heard = listening(sessions)

    with own.begin() as session:
        session.info["effects_asked"] = [7]
        with session.begin_nested() as savepoint:
            savepoint.rollback()

    assert heard.rings == [[7]]
