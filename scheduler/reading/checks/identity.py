"""What may be there only once: ids, and rows that say the same of the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from scheduler.models import (
    Away,
    Bell,
    Choice,
    Day,
    Knows,
    Lock,
    Need,
    Owed,
    Pair,
    Previous,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from scheduler.models.cells import Row
    from scheduler.reading.draft import Draft, Spot
    from scheduler.reading.problems import Complaints

ONE_NAMESPACE = (("students", "staff"), ("rooms",), ("activities", "sessions"))
"""Tables whose ids are unique together."""


class Once(NamedTuple):
    """Rows of a table that differ in ``key``; the place is that of ``column``."""

    model: type[Row]
    column: str
    key: Callable[[Any], tuple[Hashable, ...]]


ONCE = (
    Once(Bell, "block", lambda r: (r.calendar, r.day, r.block)),
    Once(Day, "date", lambda r: (r.calendar, r.date)),
    Once(Choice, "choice", lambda r: (r.person, r.choice)),
    Once(Need, "tag", lambda r: (r.person, r.tag)),
    Once(Away, "block", lambda r: (r.person, r.block)),
    Once(Knows, "staff", lambda r: (r.student, r.staff)),
    Once(Owed, "person", lambda r: (r.person,)),
    Once(Previous, "session", lambda r: (r.person, r.session)),
    Once(Pair, "b", lambda r: (*sorted((r.a, r.b)), r.relation, r.kind or "all kinds")),
)


def check(draft: Draft, say: Complaints) -> None:
    """Say which ids and rows are there twice."""
    for tables in ONE_NAMESPACE:
        _ids(draft, tables, say)
    for once in ONCE:
        _rows(draft, once, say)
    _locks(draft, say)


def _ids(draft: Draft, tables: Iterable[str], say: Complaints) -> None:
    seen: dict[str, tuple[Spot, str]] = {}
    for table in tables:
        for entry in draft.tables.get(table, ()):
            name = entry.id
            if not name:
                continue
            first, where = seen.setdefault(name, (entry.spot, table))
            if first is not entry.spot:
                right = "give it another id" if where == table else _APART[table]
                say.wrong(entry.spot.at("id"), f"{name!r} is the id of {first} already", right)


_APART = {
    "staff": "give one of them another id, a person is a student or staff and never both",
    "sessions": "give it another id, one that no activity has",
}


def _rows(draft: Draft, once: Once, say: Complaints) -> None:
    seen: dict[tuple[Hashable, ...], Spot] = {}
    for spot, row in draft.rows(once.model):
        key = once.key(row)
        first = seen.setdefault(key, spot)
        if first is not spot:
            said = ", ".join(map(str, key))
            say.wrong(spot.at(once.column), f"{said}: this is in {first} already", "keep one")


def _locks(draft: Draft, say: Complaints) -> None:
    seen: dict[tuple[str, str], tuple[Spot, str]] = {}
    for spot, lock in draft.rows(Lock):
        first, state = seen.setdefault((lock.person, lock.session), (spot, lock.state))
        if first is spot:
            continue
        if state == lock.state:
            said = f"{lock.person}, {lock.session}: this lock is in {first} already"
        else:
            said = (
                f"{lock.person} is locked {lock.state!r} of {lock.session} here, "
                f"and {state!r} in {first}"
            )
        say.wrong(spot.at("state"), said, "keep one of the two rows")
