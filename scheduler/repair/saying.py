"""From what the search found to the typed answer: who moves, from where to where, and why."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, NamedTuple

from scheduler.models import Cycle
from scheduler.models.points import from_units
from scheduler.repair.answer import Because, Curve, Gone, LevelOf, Move, Promise, Repair

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scheduler.models import Assignment, Change, Finding, Scenario, Solution
    from scheduler.repair.freedom import Freedom
    from scheduler.repair.repairing import Found
    from scheduler.verify import Judgement

Place = tuple[str, str]
"""Kind and block of a place; the block is empty where there is one per cycle."""


class Before(NamedTuple):
    """A scenario and its solution."""

    scenario: Scenario
    solution: Solution


def said(
    before: Before,
    judgement: Judgement,
    changes: Sequence[Change],
    freedom: Freedom,
    found: Found,
    curve: tuple[Curve, ...],
) -> Repair:
    """The typed answer; who moves is compared by ids alone.

    Parameters
    ----------
    before : Before
    judgement : Judgement
        Of the new plan, as the checker sees it.
    changes : sequence of Change
    freedom : Freedom
        Who counts as moving.
    found : Found
    curve : tuple of Curve
    """
    plan, mended = before.solution.plan, found.mended
    moves = _Moves(before, judgement, changes, freedom).all()
    opened = {state.session for state in judgement.sessions if state.open}
    blocks = {session.id: session.block for session in before.scenario.sessions}
    waived = LevelOf(name="waived", value=mended.waived, bound=mended.fewest)
    levels = [LevelOf.model_validate(level._asdict()) for level in mended.levels]
    return Repair(
        levels=(waived, *levels),
        promises=tuple(_promises(judgement)),
        moved=tuple(dict.fromkeys(m.person for m in moves if m.person not in freedom.newcomers)),
        moves=moves,
        gone=tuple(
            Gone(person=p, block=blocks[s], before=s)
            for p, s in plan.lines
            if (p, s) in freedom.gone_lines
        ),
        opened=tuple(sorted(opened - plan.open)),
        closed=tuple(
            s.session for s in before.solution.sessions if s.session in plan.open - opened
        ),
        value_before=before.solution.certificate.value,
        value=judgement.value,
        headroom=None if mended.waived else from_units(max(0, mended.bound - mended.units)),
        whole=mended.alone,
        looked_at=found.looked_at,
        curve=curve,
    )


def _promises(judgement: Judgement) -> Iterator[Promise]:
    """What was waived and missed, in the words that the files have."""
    for finding in judgement.waived:
        yield _promise("waived", finding)
    for finding in missed(judgement):
        yield _promise("missed", finding)


def missed(judgement: Judgement) -> tuple[Finding, ...]:
    """Required pulls that are not kept."""
    return tuple(f for f in judgement.findings if (f.rule, f.what) == ("pulls", "required"))


def _promise(level: Literal["waived", "missed"], finding: Finding) -> Promise:
    return Promise(
        level=level,
        rule=finding.rule,
        what=finding.what,
        subjects=finding.subjects,
        text=finding.text,
    )


def movers(before: Before, lines: Iterable[tuple[str, str]], freedom: Freedom) -> set[str]:
    """People whose week differs although they were due and placed; newcomers do not count."""
    old, new = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for person, session in before.solution.plan.lines:
        if (person, session) not in freedom.gone_lines:
            old[person].add(session)
    for person, session in lines:
        new[person].add(session)
    people = {person.id for person in freedom.scenario.people} - freedom.newcomers
    return {person for person in people if old[person] != new[person]}


class _Moves:
    """Places that changed, person by person, each with its reason."""

    def __init__(
        self,
        before: Before,
        after: Judgement,
        changes: Sequence[Change],
        freedom: Freedom,
    ) -> None:
        self.old = self._weeks(before.solution.assignments)
        self.new = self._weeks(after.assignments)
        self.states = {state.session: state for state in after.sessions}
        self.were_open = before.solution.plan.open
        series = Cycle(before.scenario).series.values()
        self.together = {s.id: tuple(o.id for o in whole) for whole in series for s in whole}
        self.changes, self.freedom = changes, freedom
        self.sessions = {s.id: s for s in before.scenario.sessions}
        self.kinds = {a.id: a.kind for a in before.scenario.activities}
        self.still = {session.id for session in freedom.scenario.sessions}
        self.comers = self._gained(self.old, self.new)
        self.leavers = self._gained(self.new, self.old)

    @staticmethod
    def _weeks(assignments: Sequence[Assignment]) -> dict[str, dict[str, Assignment]]:
        """Decided lines of each person by session."""
        found: dict[str, dict[str, Assignment]] = defaultdict(dict)
        for line in assignments:
            if line.session and line.reason != "kept":
                found[line.person][line.session] = line
        return found

    @staticmethod
    def _gained(
        old: dict[str, dict[str, Assignment]], new: dict[str, dict[str, Assignment]]
    ) -> dict[str, list[str]]:
        """Who is in a session of one plan and was not in the other."""
        found: dict[str, list[str]] = defaultdict(list)
        for person, week in new.items():
            for session in week.keys() - old.get(person, {}).keys():
                found[session].append(person)
        return found

    def _place(self, session: str) -> Place:
        kind = self.kinds[self.sessions[session].activity]
        once = self.freedom.facts.once(kind)
        return kind, "" if once else self.sessions[session].block

    def all(self) -> tuple[Move, ...]:
        """Moves in the order of the people's file."""
        return tuple(m for p in self.freedom.scenario.people for m in self._of(p.id))

    def _of(self, person: str) -> list[Move]:
        return [
            Move(
                person=person,
                block=self.sessions[after or before].block,
                before=before,
                after=after,
                points=self._points(self.new, person, after)
                - self._points(self.old, person, before),
                because=self._reason(person, before, after),
            )
            for before, after in self._changed(person)
        ]

    def _points(
        self, weeks: dict[str, dict[str, Assignment]], person: str, session: str
    ) -> Decimal:
        return weeks[person][session].points if session else Decimal(0)

    def _changed(self, person: str) -> Iterator[tuple[str, str]]:
        """Sessions before and after of each place that changed, empty where there is none."""
        gone = self.freedom.gone_lines
        old = [s for s in self.old[person] if (person, s) not in gone]
        lost: dict[Place, list[str]] = defaultdict(list)
        for session in old:
            if session not in self.new[person]:
                lost[self._place(session)].append(session)
        for session in self.new[person]:
            if session not in self.old[person]:
                there = lost[self._place(session)]
                yield (there.pop(0) if there else ""), session
        for left in lost.values():
            for session in left:
                yield session, ""

    # ---- why ---------------------------------------------------------------------------------

    def _reason(self, person: str, before: str, after: str) -> Because:
        for number, change in enumerate(self.changes, 1):
            if change.action == "add" and change.id == person:
                return _because("new", number, change)
            if change.action == "pull" and change.id == person and self._answers(after, change):
                return _because("pulled", number, change)
        if not before:
            return Because(kind="placed")
        for number, change in enumerate(self.changes, 1):
            if any(self._takes(change, s, person) for s in self.together.get(before, (before,))):
                return _because("lost", number, change)
        return self._own(before, after)

    def _own(self, before: str, after: str) -> Because:
        """Why somebody moves whose place no change takes away."""
        left, come = self.states.get(before), self.states.get(after)
        full = left is not None and left.max_size is not None and left.size >= left.max_size
        if full and self.comers[before]:
            return self._room(before)
        if left is not None and not left.open:
            return Because(kind="closed", id=before)
        least = come is not None and after in self.were_open and come.size <= come.min_size
        if least and self.leavers[after]:
            return Because(kind="fills", id=after)
        return Because(kind="better")

    def _answers(self, session: str, change: Change) -> bool:
        target = change.value.split(";")[0].strip()
        return bool(session) and target in (session, self.sessions[session].activity)

    def _takes(self, change: Change, session: str, person: str) -> bool:
        """Whether a change takes something away from a session, or this person from it."""
        there = self.sessions[session]
        fits = change.block in ("", there.block)
        match change.action:
            case "cancel" | "resize" | "lead":
                return change.id == session
            case "room":
                lost = not change.value and there.room == change.id and fits
                return change.id == session or (lost and session not in self.still)
            case "away":
                return change.id in (*there.leaders, person) and fits
            case "drop":
                return change.id in there.leaders
        return False

    def _room(self, session: str) -> Because:
        """Somebody came into the session for a change."""
        for number, change in enumerate(self.changes, 1):
            if change.action in ("add", "pull") and change.id in self.comers[session]:
                return _because("room", number, change)
        return Because(kind="room")


def _because(kind: str, number: int, change: Change) -> Because:
    room = change.value if change.action == "room" else ""
    told = {"change": number, "action": change.action, "id": change.id, "room": room}
    return Because.model_validate({"kind": kind, **told})
