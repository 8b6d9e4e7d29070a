"""Ids that name something elsewhere: whether it is there, and of the right sort."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from scheduler.models.cells import opaque, split
from scheduler.reading.words import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.reading.draft import Draft, Entry
    from scheduler.reading.problems import Complaints

PEOPLE = ("students", "staff")
OFFER = ("activities", "sessions")


class Reference(NamedTuple):
    """A column of one table that names an id in others; ``lenient`` makes it a note."""

    table: str
    column: str
    targets: tuple[str, ...]
    lenient: bool = False


REFERENCES = (
    Reference("students", "home", ("staff",)),
    Reference("sessions", "activity", ("activities",)),
    Reference("sessions", "room", ("rooms",)),
    Reference("sessions", "leaders", ("staff",)),
    Reference("choices", "person", PEOPLE),
    Reference("choices", "choice", OFFER),
    Reference("needs", "person", PEOPLE),
    Reference("needs", "by", ("staff",), lenient=True),
    Reference("pulls", "person", PEOPLE),
    Reference("pulls", "target", OFFER),
    Reference("pulls", "by", ("staff",)),
    Reference("locks", "person", PEOPLE),
    Reference("locks", "session", ("sessions",)),
    Reference("pairs", "a", PEOPLE),
    Reference("pairs", "b", PEOPLE),
    Reference("away", "person", PEOPLE),
    Reference("knows", "student", ("students",)),
    Reference("knows", "staff", ("staff",)),
    Reference("ledger", "person", PEOPLE, lenient=True),
    Reference("previous", "person", PEOPLE, lenient=True),
    Reference("previous", "session", ("sessions",), lenient=True),
)
BLOCKS = (("sessions", "block"), ("needs", "blocks"), ("away", "block"), ("changes", "block"))

_SORT = {
    "students": "student",
    "staff": "member of staff",
    "rooms": "room",
    "activities": "activity",
    "sessions": "session",
}


def check(draft: Draft, say: Complaints) -> None:
    """Say which ids and blocks are unknown, with the nearest known one."""
    ids = {table: list(draft.ids(table)) for table in _SORT}
    sort_of = {name: table for table in reversed(_SORT) for name in ids[table]}
    for reference in REFERENCES:
        if not draft.unread & set(reference.targets):
            _check_ids(draft, reference, ids, sort_of, say)
    if "bells" not in draft.unread:
        _check_blocks(draft, say)


def _check_ids(
    draft: Draft,
    reference: Reference,
    ids: dict[str, list[str]],
    sort_of: dict[str, str],
    say: Complaints,
) -> None:
    names = [name for table in reference.targets for name in ids[table]]
    known = frozenset(names)
    near = cache(lambda word: nearest(word, names))
    sorts = " or ".join(_SORT[table] for table in reference.targets)
    report = say.note if reference.lenient else say.wrong
    for entry in draft.tables.get(reference.table, ()):
        for name in _named(entry, reference.column):
            if name in known:
                continue
            found = near(name)
            right = f"write {found!r}, the nearest" if found else ""
            if name in sort_of:
                other = _with_article(_SORT[sort_of[name]])
                wrong = f"{name!r} names no {sorts} but {other}"
                right = right or f"write the id of {_with_article(sorts)}"
            else:
                wrong = f"no {sorts} has the id {name!r}"
                add = f"add {name!r} to {' or '.join(reference.targets)}"
                right = f"{right}, or {add}" if right else add
            report(entry.spot.at(reference.column), wrong, right)


def _with_article(sort: str) -> str:
    return f"{'an' if sort[0] in 'aeiou' else 'a'} {sort}"


def _named(entry: Entry, column: str) -> Iterator[str]:
    """Ids in a cell, of valid rows and others; what cannot be an id is said elsewhere."""
    cell = entry.cells.get(column, "")
    for name in split(cell) if column in ("leaders", "blocks") else (cell,):
        if isinstance(name, str) and name.strip():
            try:
                yield opaque(name.strip())
            except ValueError:
                continue


def _check_blocks(draft: Draft, say: Complaints) -> None:
    known = {
        f"{entry.cells.get('day')}.{entry.cells.get('block')}"
        for entry in draft.tables.get("bells", ())
    }
    if not known:
        return
    names = sorted(known)
    near = cache(lambda word: nearest(word, names))
    for table, column in BLOCKS:
        for entry in draft.tables.get(table, ()):
            for name in _named(entry, column):
                if name not in known:
                    say.wrong(
                        entry.spot.at(column),
                        f"no calendar has the block {name!r}",
                        f"write {near(name)!r}, the nearest, or add it to bells",
                    )
