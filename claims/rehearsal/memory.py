"""A session without a database: what a flush would fill in, and going back to a moment before.

Everything stays pending for ever. A query, were there one, finds no engine and is an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any

from sqlalchemy.orm import Mapper, Session, object_mapper
from sqlalchemy.orm.base import instance_dict
from sqlalchemy.orm.collections import InstrumentedList

from claims.models import Base

_STATE = "_sa_instance_state"


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a flush would fill in of one kind of row."""

    has_key: bool
    defaults: Mapping[str, object]
    links: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    """Relationship to the pairs of its own column and the other row's."""


@dataclass(frozen=True, slots=True)
class Memory:
    """All rows as they were at one moment, and what the session knew."""

    rows: tuple[tuple[Base, Mapping[str, object]], ...]
    lists: tuple[tuple[InstrumentedList[Any], tuple[object, ...]], ...]
    info: Mapping[Any, Any]


def new_session() -> Session:
    """A session bound to nothing."""
    return Session(autoflush=False)


def write(session: Session) -> None:
    """Give new rows their keys, their columns' defaults and the keys of rows they lead to."""
    counters = session.info.setdefault("rehearsal_keys", {})
    rows = list(session.new)
    for row in rows:
        shape, values = _shape(object_mapper(row)), instance_dict(row)
        if shape.has_key and values.get("id") is None:
            values["id"] = next(counters.setdefault(type(row), count(1)))
            for name, default in shape.defaults.items():
                if values.get(name) is None:
                    values[name] = default
    for row in rows:
        values = instance_dict(row)
        for name, pairs in _shape(object_mapper(row)).links:
            other = values.get(name)
            if other is not None:
                for own, others in pairs:
                    values[own] = instance_dict(other).get(others)


@cache
def _shape(mapper: Mapper[Any]) -> _Shape:
    defaults = {
        attribute.key: column.default.arg
        for attribute in mapper.column_attrs
        for column in attribute.columns
        if column.default is not None and column.default.is_scalar
    }
    links = tuple(
        (
            link.key,
            tuple(
                (mapper.get_property_by_column(own).key, link.mapper.get_property_by_column(o).key)
                for own, o in link.local_remote_pairs
            ),
        )
        for link in mapper.relationships
        if link.direction.name == "MANYTOONE"
    )
    return _Shape("id" in mapper.column_attrs, defaults, links)


def remember(session: Session) -> Memory:
    """Everything as it is now, for `go_back`."""
    rows: list[tuple[Base, Mapping[str, object]]] = []
    lists: list[tuple[InstrumentedList[Any], tuple[object, ...]]] = []
    for row in session.new:
        values = dict(instance_dict(row))
        values.pop(_STATE, None)
        rows.append((row, values))
        lists += [
            (value, tuple(value))
            for value in values.values()
            if isinstance(value, InstrumentedList)
        ]
    return Memory(tuple(rows), tuple(lists), dict(session.info))


def go_back(session: Session, memory: Memory) -> None:
    """Make everything as it was; rows that came later are forgotten.

    Past the ORM's events: these would try to mend the other side of each relationship.
    """
    kept = {id(row) for row, _ in memory.rows}
    for row in list(session.new):
        if id(row) not in kept:
            session.expunge(row)
    for row, values in memory.rows:
        present = instance_dict(row)
        for name in [name for name in present if name != _STATE and name not in values]:
            del present[name]
        present.update(values)
    for instrumented, members in memory.lists:
        list.__setitem__(instrumented, slice(None), members)
    session.add_all(row for row, _ in memory.rows if row not in session)
    session.info.clear()
    session.info.update(memory.info)
