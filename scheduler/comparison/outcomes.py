"""How people fare in one solved calendar: students, staff, sessions, supervision; from ids alone.

What is counted:

- *Student sessions* are sessions of the kinds flex and advisory. One is *stopped by pd* where it is
  closed and a leader of it who is not away attends or leads a community of practice (CoP) at that
  time. It is *beside pd* where its block overlaps a pd block, whoever leads it.
- *Flex time served* are minutes of flex blocks in which a student is in a session.
- *Free together*: in the pd block where most are, the share of staff who are not away and lead no
  open student session then. *Together*: the share who are in CoPs at that time, likewise.
- *On duty* in a block are the present leaders of its open sessions, and kept ones too.
- *Idle* are minutes of a flex or advisory block that a student attends by grade, is not away from,
  and has no session in: because none was found, or none is offered then. A kind that is not decided
  or that has no session at all (homerooms that are not in the files) is not looked at.
- *Gaps at the ends of the day* are idle minutes before a student's first session or lesson of a day
  or after their last, with the breaks between.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from scheduler.models.people import Student
from scheduler.models.solution import Outcome
from scheduler.rules import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.models import Bell, Scenario, Session, Solution
    from scheduler.models.solution import Assignment

HUNDREDTH = Decimal("0.01")
TEN_THOUSANDTH = Decimal("0.0001")
STUDENT_KINDS = ("flex", "advisory")
BREAKS = ("passing", "lunch", "other")
"""Kinds of block that nobody is taught or assigned in: they end no gap and make none."""


class Duty(Outcome):
    """One block: how many students are in its sessions, and how many adults lead those."""

    block: str
    kind: str
    students: int
    adults: int
    sessions: int

    @property
    def students_per_adult(self) -> Decimal | None:
        """``None`` where nobody is on duty."""
        return _each(self.students, self.adults) if self.adults else None


class GradeOutcome(Outcome):
    """How one grade fares, or the ``staff``.

    Attributes
    ----------
    grade : str
        ``staff`` is told by ``staff=True``.
    points : Decimal
        Choice points per person.
    first : int
        Places filled with a first choice.
    """

    grade: str
    staff: bool = False
    people: int
    places: int
    points: Decimal
    first: int
    unplaced: int
    idle_minutes: int = 0


class Outcomes(Outcome):
    """How people fare in one solved calendar; all numbers are of one cycle, see the module.

    Attributes
    ----------
    value, bound, gap : Decimal or None
        Of the certificate: ``bound`` and ``gap`` are ``None`` where nothing is proven.
    places, unplaced : int
        Of students.
    points : Decimal
        Choice points per student.
    per_place : Decimal
        Choice points per student's place; 100 if each is a first choice.
    first : int
        Students' places filled with a first choice.
    needs, needs_met, pulls, pulls_met : int
        All that the scenario asks for, whether this calendar lets it come true or not.
    offered, run, stopped_by_pd, beside_pd, not_offered : int
        Student sessions; the last are those whose block this calendar lacks.
    flex_minutes : Decimal
        Flex time served, per student.
    cop_minutes, cop_points : Decimal
        Minutes in CoPs and choice points for them, per member of staff.
    cop_first, cop_places, cop_unplaced : int
    together, free_together : Decimal or None
        Shares of staff, 0 to 1; ``None`` without a pd block or staff.
    most_per_adult : Decimal or None
        Students for each adult in the block with the fewest adults for its students.
    idle_minutes : int
        Minutes of all students together.
    gaps, gap_minutes : int
        Student-days with a gap at an end, and their minutes.
    """

    value: Decimal
    bound: Decimal | None
    gap: Decimal | None
    status: str
    stopped_by: str
    students: int
    staff: int
    places: int
    unplaced: int
    points: Decimal
    per_place: Decimal
    first: int
    needs: int
    needs_met: int
    pulls: int
    pulls_met: int
    offered: int
    run: int
    stopped_by_pd: int
    beside_pd: int
    not_offered: int
    flex_minutes: Decimal
    cop_minutes: Decimal
    cop_points: Decimal
    cop_first: int
    cop_places: int
    cop_unplaced: int
    together: Decimal | None
    free_together: Decimal | None
    most_per_adult: Decimal | None
    idle_minutes: int
    gaps: int
    gap_minutes: int
    duties: tuple[Duty, ...]
    grades: tuple[GradeOutcome, ...]


def outcomes(scenario: Scenario, solution: Solution) -> Outcomes:
    """Say how people fare in a solution of a scenario."""
    return _Week(scenario, solution).outcomes()


class _Week:
    """One solved week, looked at by person and by block."""

    def __init__(self, scenario: Scenario, solution: Solution) -> None:
        self.scenario = scenario
        self.solution = solution
        self.facts = catalogue.facts(scenario)
        self.cycle = self.facts.cycle
        self.blocks = self.cycle.blocks
        self.open = frozenset(s.session for s in solution.sessions if s.open)
        self.lines = [line for line in solution.assignments if line.session]

    # ---- who is where ------------------------------------------------------------------------

    @cached_property
    def led(self) -> dict[str, tuple[str, ...]]:
        """Open sessions that each present leader leads, of all kinds."""
        return self.facts.led(self.solution.plan)

    @cached_property
    def student_sessions(self) -> list[Session]:
        """Offered sessions of flex and advisory."""
        return [s for s in self.cycle.offered.values() if self.cycle.kind(s) in STUDENT_KINDS]

    @cached_property
    def in_cop(self) -> dict[str, list[Bell]]:
        """Blocks in which each member of staff attends or leads a CoP."""
        found: dict[str, list[Bell]] = defaultdict(list)
        lines = [(line.person, line.session) for line in self.lines]
        leading = [(person, session) for person, ones in self.led.items() for session in ones]
        for person, session in dict.fromkeys(lines + leading):
            bell = self._bell(session)
            if bell.kind == "pd":
                found[person].append(bell)
        return found

    @cached_property
    def on_duty(self) -> dict[str, list[Bell]]:
        """Blocks in which each adult leads an open student session."""
        found: dict[str, list[Bell]] = defaultdict(list)
        for person, sessions in self.led.items():
            for session in sessions:
                for block in self._busy(session):
                    if self.blocks[block].kind in STUDENT_KINDS:
                        found[person].append(self.blocks[block])
        return found

    @cached_property
    def covered(self) -> set[tuple[str, str]]:
        """Pairs (person, block) in which somebody is in a session."""
        return {(line.person, block) for line in self.lines for block in self._busy(line.session)}

    @cached_property
    def idle(self) -> dict[str, list[Bell]]:
        """Blocks that each student is there for and has no session in."""
        return {
            student.id: [
                bell
                for bell in self.looked_at
                if self.facts.attends(student, bell.key)
                and (student.id, bell.key) not in self.covered
            ]
            for student in self.scenario.students
        }

    @cached_property
    def looked_at(self) -> list[Bell]:
        """Blocks in which students should be in a session."""
        sessions = self.scenario.sessions
        kinds = {self.cycle.kind(session) for session in sessions} & set(self.cycle.kinds)
        return [
            bell
            for bell in self.blocks.values()
            if bell.kind in STUDENT_KINDS and bell.kind in kinds
        ]

    def _bell(self, session: str) -> Bell:
        return self.blocks[self.cycle.offered[session].block]

    def _busy(self, session: str) -> tuple[str, ...]:
        return self.cycle.busy_blocks(self.cycle.offered[session])

    # ---- what is told ------------------------------------------------------------------------

    def outcomes(self) -> Outcomes:
        certificate = self.solution.certificate
        return Outcomes.model_validate(
            {name: getattr(certificate, name) for name in _CERTIFIED}
            | {"students": len(self.scenario.students), "staff": len(self.scenario.staff)}
            | self._served()
            | self._asked()
            | self._sessions()
            | self._cops()
            | self._supervised()
            | {"grades": tuple(self._grades())}
        )

    def _served(self) -> dict[str, object]:
        """Students' places, points and flex time."""
        students = {student.id for student in self.scenario.students}
        lines = [line for line in self.solution.assignments if line.person in students]
        points = sum((line.points for line in lines), Decimal(0))
        places = sum(len(self.facts.places[person]) for person in students)
        flex = sum(
            _length(self.blocks[block])
            for person, block in self.covered
            if person in students and self.blocks[block].kind == "flex"
        )
        return {
            "places": places,
            "unplaced": sum(line.reason == "unplaced" for line in lines),
            "points": _each(points, len(students)),
            "per_place": _each(points, places),
            "first": sum(line.rank == 1 for line in lines),
            "flex_minutes": _each(flex, len(students)),
        }

    def _asked(self) -> dict[str, int]:
        """Needs and pulls met, of all that are in the scenario."""
        visits: dict[str, list[str]] = defaultdict(list)
        for line in self.lines:
            visits[line.person].append(line.session)
        needs = [
            sum(self.facts.meets(s, need) for s in visits[need.person]) >= need.visits
            for need in self.scenario.needs
        ]
        asked = dict.fromkeys((pull.person, pull.target) for pull in self.scenario.pulls)
        pulls = [
            any(target in (s, self.cycle.offered[s].activity) for s in visits[person])
            for person, target in asked
        ]
        return {
            "needs": len(needs),
            "needs_met": sum(needs),
            "pulls": len(pulls),
            "pulls_met": sum(pulls),
        }

    def _sessions(self) -> dict[str, int]:
        """Which student sessions run, and which can't for pd."""
        meetings = [bell for bell in self.blocks.values() if bell.kind == "pd"]
        absent = [
            s
            for s in self.scenario.sessions
            if s.id not in self.cycle.offered and self.cycle.kind(s) in STUDENT_KINDS
        ]
        beside = [s for s in self.student_sessions if self._meets_any(s, meetings)]
        return {
            "offered": len(self.student_sessions),
            "run": sum(s.id in self.open for s in self.student_sessions),
            "stopped_by_pd": sum(map(self._stopped, self.student_sessions)),
            "beside_pd": len(beside),
            "not_offered": len(absent),
        }

    def _meets_any(self, session: Session, bells: Iterable[Bell]) -> bool:
        """Whether a session is busy in a block that overlaps one of these."""
        own = [self.blocks[block] for block in self.cycle.busy_blocks(session)]
        return any(bell.overlaps(other) for other in bells for bell in own)

    def _stopped(self, session: Session) -> bool:
        """Whether a session is closed with a leader in a CoP at that time."""
        return session.id not in self.open and any(
            self._meets_any(session, self.in_cop.get(leader, ()))
            for leader in self.cycle.present_leaders(session)
        )

    def _cops(self) -> dict[str, object]:
        """Staff's time in CoPs, their choices, and how many of them can meet at once."""
        staff = {person.id for person in self.scenario.staff}
        lines = [line for line in self.solution.assignments if line.person in staff]
        minutes = sum(_length(b) for p in staff for b in _once(self.in_cop.get(p, ())))
        return {
            "cop_minutes": _each(minutes, len(staff)),
            "cop_points": _each(sum((n.points for n in lines), Decimal(0)), len(staff)),
            "cop_first": sum(line.rank == 1 for line in lines),
            "cop_places": sum(len(self.facts.places[person]) for person in staff),
            "cop_unplaced": sum(line.reason == "unplaced" for line in lines),
            **self._at_once(staff),
        }

    def _at_once(self, staff: set[str]) -> dict[str, Decimal | None]:
        meetings = [bell for bell in self.blocks.values() if bell.kind == "pd"]
        if not meetings or not staff:
            return {"together": None, "free_together": None}
        there = [
            sum(_any_overlap(self.in_cop.get(p, ()), bell) for p in staff) for bell in meetings
        ]
        free = [
            sum(
                (p, bell.key) not in self.cycle.away
                and not _any_overlap(self.on_duty.get(p, ()), bell)
                for p in staff
            )
            for bell in meetings
        ]
        return {
            "together": _each(max(there), len(staff), TEN_THOUSANDTH),
            "free_together": _each(max(free), len(staff), TEN_THOUSANDTH),
        }

    def _supervised(self) -> dict[str, object]:
        """Adults on duty by block, idle students, gaps at the ends of the day."""
        duties = tuple(self._duties())
        ratios = [duty.students_per_adult for duty in duties]
        gaps = [minutes for minutes in self._gaps() if minutes]
        return {
            "duties": duties,
            "most_per_adult": max((ratio for ratio in ratios if ratio is not None), default=None),
            "idle_minutes": sum(_length(b) for bells in self.idle.values() for b in bells),
            "gaps": len(gaps),
            "gap_minutes": sum(gaps),
        }

    def _duties(self) -> Iterable[Duty]:
        students = {student.id for student in self.scenario.students}
        there = Counter(block for person, block in self.covered if person in students)
        sessions = Counter(
            block for s in self.student_sessions if s.id in self.open for block in self._busy(s.id)
        )
        adults = Counter(key for bells in self.on_duty.values() for key in {b.key for b in bells})
        for bell in self.looked_at:
            yield Duty(
                block=bell.key,
                kind=bell.kind,
                students=there[bell.key],
                adults=adults[bell.key],
                sessions=sessions[bell.key],
            )

    def _gaps(self) -> Iterable[int]:
        """Idle minutes at the ends of each student's days."""
        for student in self.scenario.students:
            idle = {bell.key for bell in self.idle[student.id]}
            if idle:
                for bells in self._days(student):
                    busy = [b for b in bells if b.key not in idle and b.kind not in BREAKS]
                    yield _ends(bells, busy, idle)

    def _days(self, student: Student) -> Iterable[list[Bell]]:
        """Blocks of a student's days that they are there for, by the clock."""
        days: dict[str, list[Bell]] = defaultdict(list)
        for key, bell in self.blocks.items():
            there = bell.admits(student.grade) and (student.id, key) not in self.cycle.away
            if bell.kind != "pd" and there:
                days[bell.day].append(bell)
        return days.values()

    def _grades(self) -> Iterable[GradeOutcome]:
        """Each grade in the order of the file; then the staff."""
        groups: dict[tuple[bool, str], list[str]] = defaultdict(list)
        for person in self.scenario.people:
            student = isinstance(person, Student)
            groups[not student, person.grade if isinstance(person, Student) else ""] += [person.id]
        lines: dict[str, list[Assignment]] = defaultdict(list)
        for line in self.solution.assignments:
            lines[line.person].append(line)
        for (staff, grade), people in groups.items():
            theirs = [line for person in people for line in lines[person]]
            idle = [bell for person in people for bell in self.idle.get(person, ())]
            yield GradeOutcome(
                grade=grade,
                staff=staff,
                people=len(people),
                places=sum(len(self.facts.places[person]) for person in people),
                points=_each(sum((line.points for line in theirs), Decimal(0)), len(people)),
                first=sum(line.rank == 1 for line in theirs),
                unplaced=sum(line.reason == "unplaced" for line in theirs),
                idle_minutes=sum(map(_length, idle)),
            )


_CERTIFIED = ("value", "bound", "gap", "status", "stopped_by")


def _ends(bells: list[Bell], busy: list[Bell], idle: set[str]) -> int:
    """Idle minutes before the first busy block of a day and after the last, breaks between too."""
    waits = [bell for bell in bells if bell.key in idle]
    if not busy:
        return max(b.end for b in waits) - min(b.start for b in waits) if waits else 0
    first, last = min(b.start for b in busy), max(b.end for b in busy)
    before = [bell.start for bell in waits if bell.start < first]
    after = [bell.end for bell in waits if bell.end > last]
    return (first - min(before) if before else 0) + (max(after) - last if after else 0)


def _once(bells: Iterable[Bell]) -> Iterable[Bell]:
    return {bell.key: bell for bell in bells}.values()


def _any_overlap(bells: Iterable[Bell], bell: Bell) -> bool:
    return any(bell.overlaps(other) for other in bells)


def _length(bell: Bell) -> int:
    return bell.end - bell.start


def _each(amount: Decimal | int, people: int, step: Decimal = HUNDREDTH) -> Decimal:
    """Of ``amount`` for each; 0 for nobody."""
    return (Decimal(amount) / people).quantize(step) if people else Decimal(0)
