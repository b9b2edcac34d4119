"""The list's filters as they stand in an address, and back; every choice lives in the URL."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

from werkzeug.datastructures import MultiDict

from claims.queries.filters import Filters
from claims.queries.reclamations import Cursor

LONGEST_SEARCH = 200


def filters_from(arguments: MultiDict[str, str]) -> Filters:
    """What an address asks for; what cannot be read is left out."""
    since, until = _day(arguments.get("since")), _day(arguments.get("until"))
    return Filters(
        tab=arguments.get("tab", "open" if arguments.get("q") else "needs-action"),
        search=arguments.get("q", "").strip()[:LONGEST_SEARCH],
        states=tuple(dict.fromkeys(filter(None, arguments.getlist("state")))),
        flag=arguments.get("flag", ""),
        reason=arguments.get("reason", ""),
        shop=arguments.get("shop", ""),
        unit=arguments.get("unit", ""),
        assignee=arguments.get("assignee", ""),
        since=since,
        until=_day_after(until),
        sort="oldest" if arguments.get("sort") == "oldest" else "newest",
    )


def filters_in(query: str) -> Filters:
    """The same for a query string that a page carries along."""
    return filters_from(MultiDict(parse_qsl(query)))


def query_of(filters: Filters, **more: str) -> str:
    """The query string that asks for exactly these filters."""
    pairs: list[tuple[str, str]] = [("tab", filters.tab), ("q", filters.search)]
    pairs += [("state", state) for state in filters.states]
    pairs += [
        ("flag", filters.flag),
        ("reason", filters.reason),
        ("shop", filters.shop),
        ("unit", filters.unit),
        ("assignee", filters.assignee),
        ("since", day(filters.since)),
        ("until", day(filters.until - timedelta(days=1) if filters.until else None)),
        ("sort", "" if filters.sort == "newest" else filters.sort),
        *more.items(),
    ]
    return urlencode([(name, value) for name, value in pairs if value])


def without(filters: Filters, name: str, value: str = "") -> Filters:
    """The filters with one chip taken off."""
    if name == "states":
        return replace(filters, states=tuple(s for s in filters.states if s != value))
    empty: Mapping[str, object] = {"since": None, "until": None}
    return replace(filters, **{name: empty.get(name, "")})  # type: ignore[arg-type]


def cursors_from(arguments: Mapping[str, str]) -> tuple[Cursor | None, Cursor | None]:
    """After which row the page begins, or before which it ends."""
    return cursor_from(arguments.get("after")), cursor_from(arguments.get("before"))


def cursor_from(text: str | None) -> Cursor | None:
    """A place in the list as `cursor_text` wrote it; None where it is none."""
    moment, _, key = (text or "").rpartition("_")
    try:
        return Cursor(datetime.fromisoformat(moment), int(key))
    except ValueError:
        return None


def cursor_text(cursor: Cursor | None) -> str:
    return f"{cursor.opened_at.astimezone(UTC).isoformat()}_{cursor.id}" if cursor else ""


def day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else ""


def _day_after(moment: datetime | None) -> datetime | None:
    try:
        return moment + timedelta(days=1) if moment else None
    except OverflowError:
        return None


def _day(text: str | None) -> datetime | None:
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return datetime(found.year, found.month, found.day, tzinfo=UTC)
