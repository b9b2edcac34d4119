"""The list's filters as they stand in an address."""

from datetime import UTC, date, datetime, timedelta
from typing import cast, get_args

from werkzeug.datastructures import MultiDict

from claims.queries.orders import Claimed, Cursor, Filters

LONGEST_SEARCH = 200


def filters_from(arguments: MultiDict[str, str]) -> Filters:
    """What an address asks for; what cannot be read is left out."""
    until = _day(arguments.get("until"))
    claimed = arguments.get("claimed", "")
    return Filters(
        search=" ".join(arguments.get("q", "").split())[:LONGEST_SEARCH],
        shop=arguments.get("shop", ""),
        unit=arguments.get("unit", ""),
        claimed=cast(Claimed, claimed) if claimed in get_args(Claimed) else "",
        since=_day(arguments.get("since")),
        until=until + timedelta(days=1) if until else None,
    )


def cursor_from(text: str | None) -> Cursor | None:
    """A place in the list as `cursor_text` wrote it; None where it is none."""
    moment, _, key = (text or "").rpartition("_")
    try:
        return Cursor(datetime.fromisoformat(moment), int(key))
    except ValueError:
        return None


def cursor_text(cursor: Cursor | None) -> str | None:
    return f"{cursor.placed_at.astimezone(UTC).isoformat()}_{cursor.id}" if cursor else None


def _day(text: str | None) -> datetime | None:
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return datetime(found.year, found.month, found.day, tzinfo=UTC)
