"""The part of a scenario that is solved: one calendar, its days, the kinds decided."""

from collections import defaultdict
from functools import cached_property

from scheduler.models.offer import Activity, Session
from scheduler.models.scenario import Scenario
from scheduler.models.time import KINDS, Bell, Kind


class Cycle:
    """Blocks, offered sessions and kept lines of the calendar that a scenario asks for.

    Attributes
    ----------
    blocks : dict of str to Bell
        Blocks of the solved calendar and days by ``day.block``, in the order of days and clock.
    kinds : tuple of str
        The kinds decided.
    activities : dict of str to Activity
    offered : dict of str to Session
        Sessions whose block is solved, of decided and undecided kinds, in the order of the file.
    kept : tuple of (person, session)
        Lines of undecided kinds, copied from ``previous.csv``.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        settings = scenario.scenario
        self.calendar = settings.calendar or calendar_names(scenario)[0]
        self.kinds: tuple[Kind, ...] = tuple(k for k in KINDS if k in (settings.kinds or KINDS))
        self.blocks = _blocks(scenario, self.calendar)
        self.activities: dict[str, Activity] = {a.id: a for a in scenario.activities}
        self.offered = {s.id: s for s in scenario.sessions if s.block in self.blocks}
        self.people = {person.id: person for person in scenario.people}
        self.kept = self._kept()

    def kind(self, session: Session) -> Kind:
        """Kind of the session's activity."""
        return self.activities[session.activity].kind

    @cached_property
    def decided(self) -> dict[str, Session]:
        """Offered sessions of the kinds decided."""
        return {i: s for i, s in self.offered.items() if self.kind(s) in self.kinds}

    @cached_property
    def kept_open(self) -> frozenset[str]:
        """Sessions of undecided kinds that are open because someone is kept in them."""
        return frozenset(session for _, session in self.kept)

    @cached_property
    def away(self) -> frozenset[tuple[str, str]]:
        """Pairs (person, block) of people who are not there."""
        return frozenset((row.person, row.block) for row in self.scenario.away)

    @cached_property
    def _busy_blocks(self) -> dict[str, tuple[str, ...]]:
        """For each block: itself, or, if advisory, every advisory block that shares a grade."""
        advisory = [bell for bell in self.blocks.values() if bell.kind == "advisory"]
        return {
            key: tuple(other.key for other in advisory if other.shares_grade(bell))
            if bell.kind == "advisory"
            else (key,)
            for key, bell in self.blocks.items()
        }

    def busy_blocks(self, session: Session) -> tuple[str, ...]:
        """Blocks in which the session's leaders and room are busy while it is open."""
        return self._busy_blocks[session.block]

    def present_leaders(self, session: Session) -> tuple[str, ...]:
        """Leaders of the session who are not away in its block."""
        return tuple(i for i in session.leaders if (i, session.block) not in self.away)

    @cached_property
    def leading(self) -> dict[str, frozenset[str]]:
        """Offered sessions that each leader leads, if they open, and is there for."""
        found: dict[str, set[str]] = defaultdict(set)
        for key, session in self.offered.items():
            for leader in self.present_leaders(session):
                found[leader].add(key)
        return {leader: frozenset(sessions) for leader, sessions in found.items()}

    @cached_property
    def series(self) -> dict[str, tuple[Session, ...]]:
        """Decided sessions of each series, in the order of blocks."""
        found: dict[str, list[Session]] = defaultdict(list)
        for session in self.decided.values():
            name = self.activities[session.activity].series
            if name:
                found[name].append(session)
        order = {key: at for at, key in enumerate(self.blocks)}
        return {k: tuple(sorted(v, key=lambda s: order[s.block])) for k, v in found.items()}

    def overlap(self, a: str, b: str) -> bool:
        """Whether two blocks, by key, share a moment."""
        return self.blocks[a].overlaps(self.blocks[b])

    @cached_property
    def overlapping(self) -> dict[str, frozenset[str]]:
        """For each block, by key: the others that share a moment with it."""
        return {
            one: frozenset(b for b in self.blocks if b != one and self.overlap(one, b))
            for one in self.blocks
        }

    def _kept(self) -> tuple[tuple[str, str], ...]:
        return tuple(
            (row.person, row.session)
            for row in self.scenario.previous
            if row.person in self.people
            and row.session in self.offered
            and self.kind(self.offered[row.session]) not in self.kinds
        )


def calendar_names(scenario: Scenario) -> list[str]:
    """Names of the calendars in ``bells.csv``, in the order of the file."""
    return list(dict.fromkeys(bell.calendar for bell in scenario.bells))


def _blocks(scenario: Scenario, calendar: str) -> dict[str, Bell]:
    bells = [bell for bell in scenario.bells if bell.calendar == calendar]
    days = list(scenario.scenario.cycle) or list(dict.fromkeys(bell.day for bell in bells))
    order = {day: at for at, day in enumerate(days)}
    solved = [bell for bell in bells if bell.day in order]
    solved.sort(key=lambda bell: (order[bell.day], bell.start, bell.end))
    return {bell.key: bell for bell in solved}
