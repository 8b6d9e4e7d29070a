"""Scenarios changed by a few rows: the same school with one more seat, one lock less.

Each change is data, rows before and after, so that anybody can make it again and solve afresh.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scheduler.explain.typed import RowChange
from scheduler.models import TABLES, Lock, Session

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable

    from scheduler.models import Scenario
    from scheduler.models.cells import Row
    from scheduler.rules.facts import Facts


def rows_changed(before: Scenario, after: Scenario) -> tuple[RowChange, ...]:
    """The rows in which two scenarios differ, table by table; those of one id are one change."""
    found: list[RowChange] = []
    for table in TABLES:
        old, new = getattr(before, table), getattr(after, table)
        if old is new:
            continue
        gone = [_cells(row) for row in _without(old, new)]
        came = [_cells(row) for row in _without(new, old)]
        for row in gone:
            same = [other for other in came if "id" in row and other["id"] == row["id"]]
            came = [other for other in came if other not in same]
            found.append(RowChange(table=table, before=row, after=same[0] if same else {}))
        found += [RowChange(table=table, after=row) for row in came]
    return tuple(found)


def _without(rows: Iterable[Row], others: Iterable[Row]) -> list[Row]:
    known = {id(row) for row in others}
    texts = {row.model_dump_json() for row in others}
    return [row for row in rows if id(row) not in known and row.model_dump_json() not in texts]


def _cells(row: Row) -> dict[str, Any]:
    """The values of a row that are filled, as JSON has them."""
    return {key: value for key, value in row.model_dump(mode="json").items() if value is not None}


def applied(scenario: Scenario, changes: Iterable[RowChange]) -> Scenario:
    """The scenario with these rows changed; the other way of `rows_changed`.

    A row is the one meant where all that is said of it ``before`` holds. New rows come last.
    """
    for change in changes:
        rows = list(getattr(scenario, change.table))
        new = [TABLES[change.table].model_validate(change.after)] if change.after else []
        meant = [at for at, row in enumerate(rows) if change.before and _is(row, change.before)]
        if meant:
            rows[meant[0] : meant[0] + 1] = new
        else:
            rows += new
        scenario = scenario.model_copy(update={change.table: tuple(rows)})
    return scenario


def _is(row: Row, cells: dict[str, Any]) -> bool:
    known = row.model_dump(mode="json")
    return all(known.get(key) == value for key, value in cells.items())


# ---- single changes --------------------------------------------------------------------------


def with_lock(scenario: Scenario, person: str, session: str) -> Scenario:
    """Somebody locked into a session; what was locked of these two before gives way."""
    others = tuple(k for k in scenario.locks if (k.person, k.session) != (person, session))
    lock = Lock(person=person, session=session, state="in")
    return scenario.model_copy(update={"locks": (*others, lock)})


def without(scenario: Scenario, table: str, gone: Callable[[Any], bool]) -> Scenario:
    """Some rows of a table left out."""
    kept = tuple(row for row in getattr(scenario, table) if not gone(row))
    return scenario.model_copy(update={table: kept})


def smaller(scenario: Scenario, session: str, least: int) -> Scenario:
    """A session that opens with fewer people."""
    sessions = tuple(
        s.model_copy(update={"min_size": least}) if s.id == session else s
        for s in scenario.sessions
    )
    return scenario.model_copy(update={"sessions": sessions})


def unled(scenario: Scenario, gone: Container[str]) -> Scenario:
    """Sessions without those who lead them."""
    sessions = tuple(
        s.model_copy(update={"leaders": ()}) if s.id in gone else s for s in scenario.sessions
    )
    return scenario.model_copy(update={"sessions": sessions})


def twice(facts: Facts, session: str) -> tuple[Scenario, str]:
    """A session held a second time at its time, in a room that is free then, and its id.

    It has as many seats at most, and nobody who leads it.
    """
    scenario, first = facts.scenario, facts.session(session)
    known = {*facts.cycle.offered} | {a.id for a in scenario.activities}
    known |= {s.id for s in scenario.sessions}
    number = next(n for n in range(2, len(known) + 3) if f"{session}-{n}" not in known)
    seats = facts.seats(session)
    update = {
        "id": f"{session}-{number}",
        "room": _free_room(facts, session) if first.room else "",
        "leaders": (),
        "max_size": first.max_size if seats is None else seats,
        "min_size": 1,
        "one_of": "",
    }
    other = Session.model_validate(first.model_dump() | update)
    return scenario.model_copy(update={"sessions": (*scenario.sessions, other)}), other.id


def _free_room(facts: Facts, session: str) -> str:
    """The smallest room that is free then and has as many seats; none where there is no such."""
    block, seats = facts.session(session).block, facts.seats(session) or 0
    taken = {
        other.room
        for other in facts.cycle.offered.values()
        if any(facts.cycle.overlap(block, busy) for busy in facts.cycle.busy_blocks(other))
    }
    free = [r for r in facts.scenario.rooms if r.id not in taken and r.seats >= seats]
    return min(free, key=lambda room: (room.seats, room.id)).id if free else ""
