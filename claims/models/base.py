"""What every table shares: names of constraints, keys, amounts and times."""

from datetime import datetime
from typing import Annotated, Any, TypeVar

from sqlalchemy import BigInteger, DateTime, Identity, MetaData, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column, object_session

Json = dict[str, Any]

Key = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
Minor = Annotated[int, mapped_column(BigInteger)]
"""An amount in minor units (cents) of the currency that stands beside it."""
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
"""A time in UTC, from the database clock."""
Currency = Annotated[str, mapped_column(String(3))]


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {Json: JSONB, list[Json]: JSONB}  # noqa: RUF012 (SQLAlchemy's own form)


Row = TypeVar("Row", bound=Base)


def keep(row: Row, beside: Base) -> Row:
    """Put a new row into the session that another row is in, and give it back."""
    session = object_session(beside)
    if session is None:
        raise ValueError(f"{beside!r} is in no session; load or add it first.")
    session.add(row)
    return row
