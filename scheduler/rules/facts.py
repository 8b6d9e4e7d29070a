"""Facts of a scenario by id, in plain Python: what is due, who may go where, what was wished.

Rules measure from these, and from nothing that a solver made: the vectorised columns derive the
same again by other means, and tests hold one against the other.
"""

from __future__ import annotations

from collections import defaultdict
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from scheduler.models import Activity, Choice, Cycle, Need, Pull, Scenario, Session, Student
from scheduler.models.wishes import TIERS, Lock, Tier

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable
    from decimal import Decimal

    from scheduler.models import Plan
    from scheduler.models.people import Person
    from scheduler.models.solution import Reason
    from scheduler.models.time import Kind


class Place(NamedTuple):
    """What a person is due; ``block`` is empty for an advisory group and for pd ``one``."""

    person: str
    kind: Kind
    block: str


class Asked(NamedTuple):
    """All pulls on one person and target: the highest tier, naming all askers."""

    person: str
    target: str
    tier: Tier
    pulls: tuple[Pull, ...]


class Facts:
    """Facts of one scenario.

    Parameters
    ----------
    scenario : Scenario
    pd : {"one", "each"}
        Whether staff are due one pd session per cycle or one per pd block.

    Attributes
    ----------
    best_alone : dict of str to Decimal
        The most choice points that each person could have alone, once the ledger has said it.
    """

    def __init__(self, scenario: Scenario, pd: str) -> None:
        self.scenario = scenario
        self.cycle = Cycle(scenario)
        self.pd = pd
        self.best_alone: dict[str, Decimal] = {}
        self._may_go: dict[tuple[int, str], bool] = {}
        self._reachable: dict[tuple[int, str], tuple[str, ...]] = {}
        self._rosters: tuple[Plan, dict[str, tuple[str, ...]]] | None = None
        self._weeks: tuple[Plan, dict[str, tuple[str, ...]]] | None = None

    def with_lock(self, person: str, session: str) -> Facts:
        """The same facts with somebody locked into a session where they may go anyway.

        Nothing else changes by that, so all that was derived is kept.
        """
        lock = Lock(person=person, session=session, state="in")
        other = copy(self)
        other.scenario = self.scenario.model_copy(update={"locks": (*self.scenario.locks, lock)})
        for name in ("locks", "locked_sessions", "_locked"):
            other.__dict__.pop(name, None)
        other.best_alone = {}
        return other

    # ---- people and places -------------------------------------------------------------------

    def person(self, person: str) -> Person:
        """The person with this id."""
        return self.cycle.people[person]

    def session(self, session: str) -> Session:
        """The offered session with this id."""
        return self.cycle.offered[session]

    def activity(self, session: str) -> Activity:
        """The activity of an offered session."""
        return self._activities[session]

    @cached_property
    def _activities(self) -> dict[str, Activity]:
        return {key: self.cycle.activities[s.activity] for key, s in self.cycle.offered.items()}

    def kind(self, session: str) -> Kind:
        """The kind of an offered session."""
        return self.activity(session).kind

    @cached_property
    def meeting(self) -> dict[Kind, tuple[str, ...]]:
        """Blocks with a decided session, by kind, in the order of the cycle."""
        used = {session.block for session in self.cycle.decided.values()}
        found: dict[Kind, tuple[str, ...]] = {}
        for kind in self.cycle.kinds:
            found[kind] = tuple(
                key for key, bell in self.cycle.blocks.items() if bell.kind == kind and key in used
            )
        return found

    def attends(self, person: Person, block: str) -> bool:
        """Whether the block is for this person and they are there.

        Students attend flex and advisory blocks of their grade, staff pd blocks.
        """
        bell = self.cycle.blocks[block]
        if (person.id, block) in self.cycle.away:
            return False
        if isinstance(person, Student):
            return bell.kind in ("flex", "advisory") and bell.admits(person.grade)
        return bell.kind == "pd"

    @cached_property
    def attended(self) -> dict[str, frozenset[str]]:
        """Blocks that each person attends; where nobody is away, a grade shares one set."""
        away = {person for person, _ in self.cycle.away}
        weeks: dict[Hashable, frozenset[str]] = {}
        found = {}
        for person in self.scenario.people:
            grade = person.grade if isinstance(person, Student) else None
            alike = person.id if person.id in away else (grade,)
            if alike not in weeks:
                weeks[alike] = frozenset(b for b in self.cycle.blocks if self.attends(person, b))
            found[person.id] = weeks[alike]
        return found

    @cached_property
    def places(self) -> dict[str, tuple[Place, ...]]:
        """Places that each person is due, by data, whatever the solution; people in file order."""
        return {person.id: tuple(self._places(person)) for person in self.scenario.people}

    def _places(self, person: Person) -> list[Place]:
        found: list[Place] = []
        for kind, blocks in self.meeting.items():
            there = [block for block in blocks if block in self.attended[person.id]]
            if there and self.once(kind):
                found.append(Place(person.id, kind, ""))
            elif there:
                found += [Place(person.id, kind, block) for block in there]
        return found

    def once(self, kind: Kind) -> bool:
        """Whether one place of this kind is due per cycle, not one per block."""
        return kind == "advisory" or (kind == "pd" and self.pd == "one")

    def place(self, person: str, session: str) -> Place:
        """The place that a decided session would fill for this person."""
        return Place(person, *self.fills[session])

    @cached_property
    def fills(self) -> dict[str, tuple[Kind, str]]:
        """Kind and block of the place that each offered session fills, whoever's it is."""
        return {
            key: (self.kind(key), "" if self.once(self.kind(key)) else session.block)
            for key, session in self.cycle.offered.items()
        }

    # ---- who may go where --------------------------------------------------------------------

    @cached_property
    def locks(self) -> dict[tuple[str, str], str]:
        """State of each lock on a decided session, by (person, session)."""
        decided = self.cycle.decided
        return {
            (lock.person, lock.session): lock.state
            for lock in self.scenario.locks
            if lock.session in decided
        }

    def locked_in(self, person: str, session: str) -> bool:
        """Whether a lock puts this person there, by the session or another of its series."""
        return self._lock(person, session, "in")

    def _lock(self, person: str, session: str, state: str) -> bool:
        """Whether they have a lock of this state on the session or another of its series."""
        return person in self._locked and any(
            self.locks.get((person, s)) == state for s in self.together(session)
        )

    @cached_property
    def _sorts(self) -> dict[str, int]:
        """Which people are alike: on nothing else, but locks, it depends where they may go."""
        sorts: dict[Hashable, int] = {}
        found = {}
        for person in self.scenario.people:
            grade = person.grade if isinstance(person, Student) else None
            alike = (grade, person.all_tags, self.attended[person.id])
            found[person.id] = sorts.setdefault(alike, len(sorts))
        return found

    @cached_property
    def _locked(self) -> frozenset[str]:
        """People with a lock, whatever its state."""
        return frozenset(person for person, _ in self.locks)

    @cached_property
    def locked_sessions(self) -> dict[str, tuple[str, ...]]:
        """Decided sessions that each person is locked into."""
        return _by_first(key for key, state in self.locks.items() if state == "in")

    def together(self, session: str) -> tuple[str, ...]:
        """The session and the others of its series, in the order of blocks."""
        return self._together.get(session, (session,))

    @cached_property
    def _together(self) -> dict[str, tuple[str, ...]]:
        whole = [tuple(s.id for s in sessions) for sessions in self.cycle.series.values()]
        return {session: sessions for sessions in whole for session in sessions}

    def may_go(self, person: str, session: str) -> bool:
        """Whether blocks, grades, ``only`` and locks let this person into a decided session."""
        if person in self._locked:
            return not self._lock(person, session, "out") and self.could_go(person, session)
        key = (self._sorts[person], session)
        if key not in self._may_go:
            self._may_go[key] = self.could_go(person, session)
        return self._may_go[key]

    def could_go(self, person: str, session: str) -> bool:
        """As `may_go`, but for locks ``out``."""
        if session not in self.cycle.decided:
            return False
        who, others, there = self.person(person), self.together(session), self.attended[person]
        if not all(self.session(s).block in there for s in others):
            return False
        return self.locked_in(person, session) or all(
            self.admits(self.activity(s), who) for s in others
        )

    def admits(self, activity: Activity, person: Person) -> bool:
        """Whether the activity's ``grades`` (students only) and ``only`` admit the person."""
        if isinstance(person, Student) and activity.grades and person.grade not in activity.grades:
            return False
        return not activity.only or bool(set(activity.only) & person.all_tags)

    def seats(self, session: str) -> int | None:
        """The smaller of ``max_size`` and the room's seats; ``None`` if nothing limits it."""
        own, activity = self.session(session), self.activity(session)
        most = activity.max_size if own.max_size is None else own.max_size
        limits = (most, self._room_seats.get(own.room))
        return min((n for n in limits if n is not None), default=None)

    @cached_property
    def _room_seats(self) -> dict[str, int]:
        return {room.id: room.seats for room in self.scenario.rooms}

    # ---- wishes ------------------------------------------------------------------------------

    @cached_property
    def tags(self) -> dict[str, frozenset[str]]:
        """Tags that each offered session carries: its activity's and ``staff:<leader>``."""
        return {
            key: frozenset(self.activity(key).tags) | {f"staff:{i}" for i in session.leaders}
            for key, session in self.cycle.offered.items()
        }

    @cached_property
    def sessions_of(self) -> dict[str, tuple[str, ...]]:
        """Decided sessions that an activity's or a session's id stands for."""
        found: dict[str, list[str]] = defaultdict(list)
        for key, session in self.cycle.decided.items():
            found[key].append(key)
            found[session.activity].append(key)
        return {key: tuple(value) for key, value in found.items()}

    def reachable(self, person: str, target: str) -> tuple[str, ...]:
        """Sessions that an activity's or session's id stands for and this person may go to."""
        if person in self._locked:
            return self._reached(person, target)
        key = (self._sorts[person], target)
        if key not in self._reachable:
            self._reachable[key] = self._reached(person, target)
        return self._reachable[key]

    def _reached(self, person: str, target: str) -> tuple[str, ...]:
        return tuple(s for s in self.sessions_of.get(target, ()) if self.may_go(person, s))

    @cached_property
    def choices(self) -> dict[tuple[str, str], tuple[Choice, ...]]:
        """Choices that name a session or its activity, by (person, session they may go to)."""
        found: dict[tuple[str, str], tuple[Choice, ...]] = {}
        for choice in self.scenario.choices:
            if choice.score != 0:
                alone = (choice,)
                for session in self.reachable(choice.person, choice.choice):
                    key = (choice.person, session)
                    found[key] = found[key] + alone if key in found else alone
        return found

    @cached_property
    def wished(self) -> dict[str, tuple[str, ...]]:
        """Sessions that each person's choices name and they may go to."""
        return _by_first(self.choices)

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """Needs that some session the person may go to can meet, in file order."""
        return tuple(need for need in self.scenario.needs if self.meeting_sessions(need))

    def meets(self, session: str, need: Need) -> bool:
        """Whether a visit to the session counts for the need."""
        if need.blocks and self.session(session).block not in need.blocks:
            return False
        return need.tag in self.tags[session]

    def meeting_sessions(self, need: Need) -> tuple[str, ...]:
        """Decided sessions that the person may go to and that meet the need."""
        return tuple(
            s
            for s in self._tagged.get(need.tag, ())
            if self.meets(s, need) and self.may_go(need.person, s)
        )

    @cached_property
    def _tagged(self) -> dict[str, tuple[str, ...]]:
        """Decided sessions that carry each tag, in the order of the file."""
        return _by_first((tag, s) for s in self.cycle.decided for tag in self.tags[s])

    @cached_property
    def needs_of(self) -> dict[str, tuple[Need, ...]]:
        """Needs in effect, by person."""
        found: dict[str, list[Need]] = defaultdict(list)
        for need in self.needs:
            found[need.person].append(need)
        return {key: tuple(value) for key, value in found.items()}

    def needed(self, person: str, session: str) -> bool:
        """Whether a visit counts for some need of theirs, however often already met."""
        return self.may_go(person, session) and any(
            self.meets(session, need) for need in self.needs_of.get(person, ())
        )

    def need_visits(self, person: str, activity: str) -> int:
        """Largest ``visits`` of a need of theirs that the activity meets, 0 if it meets none."""
        needs = self.needs_of.get(person, ())
        sessions = self.reachable(person, activity) if needs else ()
        return max((n.visits for n in needs if any(self.meets(s, n) for s in sessions)), default=0)

    @cached_property
    def pulls(self) -> dict[tuple[str, str], Asked]:
        """Pulls that eligibility lets come true, one per (person, target)."""
        found: dict[tuple[str, str], list[Pull]] = defaultdict(list)
        for pull in self.scenario.pulls:
            found[pull.person, pull.target].append(pull)
        return {
            key: Asked(*key, min((p.tier for p in pulls), key=TIERS.index), tuple(pulls))
            for key, pulls in found.items()
            if self.reachable(*key)
        }

    def pulled(self, person: str, session: str) -> bool:
        """Whether someone asks for this person in the session or its activity."""
        targets = (session, self.session(session).activity)
        return self.may_go(person, session) and any(
            (person, target) in self.pulls for target in targets
        )

    def wanted(self, person: str, session: str) -> bool:
        """Whether the place is chosen, needed, pulled or fallback."""
        return (
            (person, session) in self.choices
            or self.needed(person, session)
            or self.pulled(person, session)
            or self.activity(session).fallback
        )

    def reason(self, person: str, session: str) -> Reason:
        """The first reason that holds by the data for this person's line."""
        if self.locks.get((person, session)) == "in":
            return "lock"
        if self.pulled(person, session):
            return "pull"
        if self.needed(person, session):
            return "need"
        if (person, session) in self.choices:
            return "choice"
        return "fallback" if self.activity(session).fallback else "open-seat"

    # ---- a plan ------------------------------------------------------------------------------

    def roster(self, plan: Plan) -> dict[str, tuple[str, ...]]:
        """People in each decided session, in the order of the plan's lines."""
        if self._rosters is None or self._rosters[0] is not plan:
            self._rosters = plan, self._roster(plan)
        return self._rosters[1]

    def _roster(self, plan: Plan) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {session: [] for session in self.cycle.decided}
        for person, session in plan.lines:
            found[session].append(person)
        return {key: tuple(value) for key, value in found.items()}

    def visits(self, plan: Plan) -> dict[str, tuple[str, ...]]:
        """Decided sessions that each person visits, in the order of blocks."""
        if self._weeks is None or self._weeks[0] is not plan:
            self._weeks = plan, self._visits(plan)
        return self._weeks[1]

    def _visits(self, plan: Plan) -> dict[str, tuple[str, ...]]:
        order = {key: at for at, key in enumerate(self.cycle.blocks)}
        found: dict[str, list[str]] = {person.id: [] for person in self.scenario.people}
        for person, session in plan.lines:
            found[person].append(session)
        return {
            key: tuple(sorted(value, key=lambda s: (order[self.session(s).block], s)))
            for key, value in found.items()
        }

    def led(self, plan: Plan) -> dict[str, tuple[str, ...]]:
        """Open sessions, kept ones too, that each present leader leads."""
        found: dict[str, list[str]] = defaultdict(list)
        for key, session in self.cycle.offered.items():
            if key in plan.open or key in self.cycle.kept_open:
                for leader in self.cycle.present_leaders(session):
                    found[leader].append(key)
        return {key: tuple(value) for key, value in found.items()}

    def filled_by_leading(self, plan: Plan) -> frozenset[Place]:
        """Places that people fill by leading an open decided pd session."""
        return frozenset(
            self.place(leader, session)
            for session in plan.open
            if session in self.cycle.decided and self.kind(session) == "pd"
            for leader in self.cycle.present_leaders(self.session(session))
        )

    def points_due(self, visits: tuple[str, ...], person: str) -> tuple[str, ...]:
        """Visits that earn points: the first line of each place."""
        seen: dict[tuple[Kind, str], str] = {}
        for session in visits:
            seen.setdefault(self.fills[session], session)
        return tuple(seen.values())


def _by_first(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Second items of pairs, by the first."""
    found: dict[str, list[str]] = defaultdict(list)
    for first, other in pairs:
        found[first].append(other)
    return {key: tuple(value) for key, value in found.items()}
