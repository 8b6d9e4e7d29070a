"""What is wrong with changes: every problem at once, each with its row and what would be right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.models import Change, Cycle, Scenario, Session
from scheduler.models.cells import opaque, split
from scheduler.reading import BadInput, Problem
from scheduler.reading.draft import Spot, columns_of, validated
from scheduler.reading.problems import Complaints, Where, in_order
from scheduler.reading.tables import table
from scheduler.reading.words import nearest
from scheduler.repair.applying import asker, before, newcomer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

FILE = "changes.csv"


class BadChanges(BadInput):
    """Something is wrong with the changes; it carries every problem."""


Rows = tuple[tuple[Change, Spot], ...]
"""Changes, each with its place."""


def read_changes(path: Path) -> Rows:
    """Rows of a file of changes, each with its place.

    Raises
    ------
    BadChanges
        When the file cannot be read, or a cell cannot be what it says.
    """
    rows, problems = readable(path)
    if problems:
        raise BadChanges(problems)
    return rows


def readable(path: Path) -> tuple[Rows, tuple[Problem, ...]]:
    """Rows of a file of changes that could be read, and what is wrong with the others."""
    say = Complaints()
    columns = columns_of(Change)
    found = table(path.name, path.read_bytes(), columns, say)
    rows = []
    absent = frozenset(columns.required) - set(found.columns) if found else frozenset()
    for line in found.lines if found else ():
        spot = Spot(path.name, line.row)
        row = validated(Change, line.cells, spot.at, say, line.wrong | absent)
        if row is not None:
            rows.append((row, spot))
    return tuple(rows), in_order(say.problems)


def spotted(changes: Iterable[Change]) -> Rows:
    """Changes that stand in the scenario's own ``changes.csv``, or were made up, with places."""
    return tuple((change, Spot(FILE, row)) for row, change in enumerate(changes, 2))


def checked(
    scenario: Scenario,
    rows: Sequence[tuple[Change, Spot]],
    since: str | None = None,
    known: Sequence[Problem] = (),
) -> tuple[Change, ...]:
    """The changes, once nothing is wrong with them.

    Parameters
    ----------
    scenario : Scenario
    rows : sequence of (Change, Spot)
    since : str, optional
        Blocks before this one are over.
    known : sequence of Problem
        What is wrong with rows that could not be read, to be said with the rest.

    Raises
    ------
    BadChanges
        When ids or blocks are unknown, or a value is not what its action takes.
    """
    check = _Check(scenario, rows, since)
    check.say.problems.extend(known)
    if check.block_is_wrong(since):
        raise BadChanges(check.problems())
    for change, spot in rows:
        check.row(change, spot)
    check.repeated(rows)
    if problems := check.problems():
        raise BadChanges(problems)
    return tuple(change for change, _ in rows)


def _named(spot: Spot) -> str:
    """Another row, in a message: as messages about it begin."""
    return spot.file if spot.row is None else f"{spot.file}:{spot.row}"


def _without(spot: Spot) -> str:
    """How to take a change back: it is a row, or an option."""
    return f"leave out {spot.file}" if spot.row is None else "remove the row"


class _Check:
    """Ids that are there, those that come and go, and what was found wrong."""

    def __init__(
        self, scenario: Scenario, rows: Sequence[tuple[Change, Spot]], since: str | None
    ) -> None:
        self.scenario, self.say = scenario, Complaints()
        self.cycle = Cycle(scenario)
        self.since = since
        self.over = before(scenario, since) if since in self.cycle.blocks else ()
        self.sessions = {s.id: s for s in scenario.sessions}
        self.rooms = {room.id: room for room in scenario.rooms}
        self.staff = [one.id for one in scenario.staff]
        self.offer = [*self.sessions, *(a.id for a in scenario.activities)]
        self.people = [person.id for person in scenario.people]
        self.added = [c.id for c, _ in rows if c.action == "add"]
        self.dropped = {c.id: spot for c, spot in rows if c.action == "drop"}
        self.led = {c.id: split(c.value) for c, _ in rows if c.action == "lead"}
        self.cancelled = {c.id: spot for c, spot in rows if c.action == "cancel"}

    def problems(self) -> tuple[Problem, ...]:
        return in_order(self.say.problems)

    def block_is_wrong(self, since: str | None) -> bool:
        wrong = since is not None and since not in self.cycle.blocks
        if wrong:
            self._unknown_block(Where("--from"), str(since))
        return wrong

    def row(self, change: Change, spot: Spot) -> None:
        """Say what is wrong with one row."""
        actions: dict[str, Callable[[Change, Spot], None]] = {
            "away": self._away,
            "cancel": self._cancel,
            "room": self._room,
            "lead": self._lead,
            "resize": self._resize,
            "pull": self._pull,
            "add": self._add,
            "drop": self._drop,
        }
        actions[change.action](change, spot)

    # ---- actions -----------------------------------------------------------------------------

    def _away(self, change: Change, spot: Spot) -> None:
        self._known_person(change, spot)
        self._no_value(change, spot)
        self._block(change, spot)

    def _cancel(self, change: Change, spot: Spot) -> None:
        self._session(change, spot)
        self._no_value(change, spot)

    def _room(self, change: Change, spot: Spot) -> None:
        if change.value:
            self._session(change, spot)
            if change.value not in self.rooms:
                self._unknown(spot.at("value"), "room", change.value, list(self.rooms))
        elif change.id not in self.rooms:
            known = [*self.rooms]
            self._unknown(spot.at("id"), "room", change.id, known, "; a session needs a value")
        else:
            self._block(change, spot)

    def _lead(self, change: Change, spot: Spot) -> None:
        self._session(change, spot)
        if not change.value:
            right = "name the new leaders, joined by ';', or cancel the session"
            self.say.wrong(spot.at("value"), "nobody would lead the session", right)
        for leader in split(change.value):
            if leader not in self.staff:
                self._unknown(spot.at("value"), "member of staff", leader, self.staff)
            else:
                self._still_there(leader, spot, "value")
                self._free(leader, change.id, spot)

    def _free(self, leader: str, session: str, spot: Spot) -> None:
        """Somebody new at a session leads nothing else then, once all changes are made."""
        here = self.sessions.get(session)
        if here is None or leader in here.leaders:
            return
        for other in self.sessions.values():
            alike = other.id == session or (here.one_of and here.one_of == other.one_of)
            leaders = self.led.get(other.id, other.leaders)
            gone = alike or other.id in self.cancelled or other.block != here.block
            if not gone and leader in leaders:
                wrong = f"{leader} leads {other.id} in {here.block}"
                right = f"name somebody free, or others for {other.id} in a row of its own"
                self.say.wrong(spot.at("value"), wrong, right)

    def _resize(self, change: Change, spot: Spot) -> None:
        session = self._session(change, spot)
        if not change.value.isascii() or not change.value.isdigit() or len(change.value) > 6:
            wrong = f"{change.value!r} is no number of seats"
            self.say.wrong(spot.at("value"), wrong, "write a whole number, such as 20")
            return
        if session is None:
            return
        activity = self.cycle.activities[session.activity]
        given = activity.min_size if session.min_size is None else session.min_size
        least = 1 if given is None else given
        if int(change.value) < least:
            wrong = f"{change.value} seats are fewer than the {least} that it needs"
            self.say.wrong(spot.at("value"), wrong, f"write at least {least}, or cancel it")

    def _pull(self, change: Change, spot: Spot) -> None:
        self._known_person(change, spot)
        self._no_block(change, spot)
        target, by = asker(self.scenario, change.value)
        if target not in self.offer:
            self._unknown(spot.at("value"), "session or activity", target, self.offer)
            return
        if target in self.cancelled:
            there = self.cancelled[target]
            wrong = f"{target} is cancelled ({_named(there)})"
            self.say.wrong(spot.at("value"), wrong, "name another session, or its activity")
        if len(split(change.value)) > 2:
            wrong = f"{change.value!r} names more than a session and who asks"
            self.say.wrong(spot.at("value"), wrong, f"write {target};{by}, and others in rows")
        if by and by not in self.staff:
            self._unknown(spot.at("value"), "member of staff", by, self.staff)
        elif not by:
            right = f"write who asks, as in {target};{next(iter(self.staff), 'ito')}"
            self.say.wrong(spot.at("value"), f"nobody leads {target}", right)
        else:
            self._still_there(by, spot, "value")

    def _add(self, change: Change, spot: Spot) -> None:
        self._no_block(change, spot)
        if change.id in self.people or self.added.count(change.id) > 1:
            wrong = f"there is a person {change.id!r} already"
            self.say.wrong(spot.at("id"), wrong, "give the new student an id of their own")
        new = newcomer(change.value)
        grades = sorted({student.grade for student in self.scenario.students})
        if not new.grade:
            right = "write it first, then choices, as in 10;robotics;chess"
            self.say.wrong(spot.at("value"), "the new student has no grade", right)
        elif grades and new.grade not in grades:
            self._unknown(spot.at("value"), "grade of a student", new.grade, grades)
        elif not grades:
            try:
                opaque(new.grade)
            except ValueError as error:
                self.say.wrong(spot.at("value"), *str(error).split("; ", 1))
        items = [item.strip() for item in change.value.split(";")]
        for choice in new.choices:
            if choice not in self.offer:
                self._unknown(spot.at("value"), "session or activity", choice, self.offer)
            elif choice in self.cancelled:
                wrong = f"{choice} is cancelled ({_named(self.cancelled[choice])})"
                self.say.wrong(spot.at("value"), wrong, "choose another session, or its activity")
            elif items.count(choice) > 1:
                wrong = f"{choice!r} is chosen twice"
                self.say.wrong(spot.at("value"), wrong, "write each choice once")

    def _drop(self, change: Change, spot: Spot) -> None:
        if change.id not in self.people:
            self._unknown(spot.at("id"), "person", change.id, self.people)
        self._no_block(change, spot)
        self._no_value(change, spot)

    # ---- cells -------------------------------------------------------------------------------

    def _known_person(self, change: Change, spot: Spot) -> None:
        if change.id not in self.people and change.id not in self.added:
            self._unknown(spot.at("id"), "person", change.id, self.people)
        self._still_there(change.id, spot, "id")

    def _still_there(self, person: str, spot: Spot, column: str) -> None:
        if person in self.dropped:
            wrong = f"{person} leaves ({_named(self.dropped[person])})"
            self.say.wrong(spot.at(column), wrong, f"{_without(spot)}, or the other")

    def _session(self, change: Change, spot: Spot) -> Session | None:
        session = self.sessions.get(change.id)
        if session is None:
            self._unknown(spot.at("id"), "session", change.id, list(self.sessions))
            return None
        if change.block not in ("", session.block):
            wrong = f"{change.id} is in {session.block}, not in {change.block}"
            self.say.wrong(spot.at("block"), wrong, "leave it empty")
        if change.action != "cancel" and change.id in self.cancelled:
            wrong = f"{change.id} is cancelled ({_named(self.cancelled[change.id])})"
            self.say.wrong(spot.at("id"), wrong, f"{_without(spot)}, or the other")
        if session.block in self.over:
            wrong = f"{change.id} is over: {session.block} is before {self.since}"
            right = f"{_without(spot)}, or give an earlier --from"
            self.say.wrong(spot.at("id"), wrong, right)
        return session

    def _block(self, change: Change, spot: Spot) -> None:
        if change.block and change.block not in self.cycle.blocks:
            self._unknown_block(spot.at("block"), change.block)
        if change.block in self.over:
            wrong = f"{change.block} is over: it is before {self.since}"
            right = f"{_without(spot)}, or give an earlier --from"
            self.say.wrong(spot.at("block"), wrong, right)

    def _no_block(self, change: Change, spot: Spot) -> None:
        if change.block:
            wrong = f"the action {change.action} takes no block"
            self.say.wrong(spot.at("block"), wrong, "leave it empty")

    def _no_value(self, change: Change, spot: Spot) -> None:
        if change.value:
            wrong = f"the action {change.action} takes no value"
            self.say.wrong(spot.at("value"), wrong, "leave it empty")

    def repeated(self, rows: Sequence[tuple[Change, Spot]]) -> None:
        """Say which rows ask for what another row asks for already."""
        first: dict[tuple[str, ...], Spot] = {}
        for change, spot in rows:
            block = "" if change.id in self.sessions else change.block
            target = split(change.value)[:1] if change.action == "pull" else ()
            there = first.setdefault((change.action, change.id, block, *target), spot)
            if there is not spot and change.action != "add":
                wrong = f"there is a row {change.action} {change.id} already ({_named(there)})"
                self.say.wrong(spot.at("id"), wrong, f"{_without(spot)}, or the other")

    def _unknown_block(self, where: Where, name: str) -> None:
        known = list(self.cycle.blocks)
        near = nearest(name, known)
        right = f"write {near!r}, the nearest" if near else "there is no block at all"
        self.say.wrong(where, f"there is no block {name!r} in the cycle", right)

    def _unknown(
        self, where: Where, sort: str, name: str, known: Sequence[str], more: str = ""
    ) -> None:
        near = nearest(name, known)
        right = f"write {near!r}, the nearest" if near else f"there is no {sort} at all"
        self.say.wrong(where, f"there is no {sort} {name!r}", right + more)
