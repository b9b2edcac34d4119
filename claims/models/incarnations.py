"""Which databases the rows have lived in; see `claims.incarnations`."""

from sqlalchemy.orm import Mapped, mapped_column

from claims.models.base import Base, Moment


class Incarnation(Base):
    """One database (its server, its timeline, its number there) that these rows were in."""

    __tablename__ = "incarnations"

    identity: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[Moment]
