"""Who reads, and what they may see: the one place that every page and table asks.

A student sees counts and nobody but themselves; staff see the people they lead, advise or pulled;
a coordinator sees everything but why support is needed; an admin sees everything. Without a
scenario there are ids only: no names, grades, hours, nor whether a reason may be told.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from scheduler.masking import FEW, concealed
from scheduler.models import Student
from scheduler.report.typed import Unknown, by_grade, called, unknown
from scheduler.report.wording import hours
from scheduler.rules import catalogue
from scheduler.verify import verify

if TYPE_CHECKING:
    from scheduler.models import Assignment, Finding, Scenario, SessionState, Solution
    from scheduler.rules.contract import Audience
    from scheduler.rules.facts import Facts

FEWER = f"fewer than {FEW}"
"""What students and staff are told of smaller counts."""

UNTOLD = "not told"
"""What they are told of others from which a small one would follow."""

K = TypeVar("K")

_EVERYTHING: tuple[Audience, ...] = ("coordinator", "admin")


class View:
    """A solution as one audience may see it.

    Parameters
    ----------
    solution : Solution
    scenario : Scenario, optional
        Names, grades, hours and wishes; without it there are ids only.
    audience : {"student", "staff", "coordinator", "admin"}
    person : str
        Who reads, an id or a name; for a coordinator or admin, whom they ask about.

    Raises
    ------
    Unknown
        When nobody, or more than one, is called so. To students and staff it names nobody else.
    """

    def __init__(
        self,
        solution: Solution,
        scenario: Scenario | None = None,
        audience: Audience = "student",
        person: str = "",
    ) -> None:
        self.solution = solution
        self.scenario = scenario
        self.audience = audience
        self.facts: Facts | None = None if scenario is None else catalogue.facts(scenario)
        self.person = self._found(person) if person else ""

    def _found(self, asked: str) -> str:
        people = self.scenario.people if self.scenario else ()
        if asked in self.everybody:
            return asked
        named = [p.id for p in people if p.name and p.name.casefold() == asked.casefold()]
        if len(named) == 1:
            return named[0]
        if not self.whole:
            raise Unknown(f"{'several people are' if named else 'nobody is'} called {asked!r}")
        if named:
            raise Unknown(f"several people are called {asked!r}: {', '.join(named)}; give one id")
        raise unknown("person", asked, [*self.everybody, *(p.name for p in people if p.name)])

    # ---- what may be seen ----------------------------------------------------------------------

    @property
    def whole(self) -> bool:
        """Whether everybody may be seen."""
        return self.audience in _EVERYTHING

    def count(self, number: int) -> str:
        """A count as this audience may read it."""
        return f"{number:,}" if self.whole or number == 0 or number >= FEW else FEWER

    def parts(self, parts: dict[K, int]) -> dict[K, str]:
        """Parts of a total that is told, as texts: no small one follows from the others."""
        kept = frozenset[K]() if self.whole else concealed(parts)
        if kept is None:
            return dict.fromkeys(parts, UNTOLD)
        return {
            name: f"{n:,}" if name not in kept else FEWER if n < FEW else UNTOLD
            for name, n in parts.items()
        }

    @cached_property
    def sizes(self) -> dict[str, str]:
        """People in each session, parts of all places that are filled."""
        return self.parts({state.session: state.size for state in self.solution.sessions})

    def counts(self, number: int) -> bool:
        """Whether this count may be read as it is."""
        return self.whole or number == 0 or number >= FEW

    @cached_property
    def visible(self) -> frozenset[str]:
        """People whose sessions may be seen."""
        if self.whole:
            return frozenset(self.everybody)
        own = {self.person} & set(self.everybody)
        if self.audience == "student" or not own:
            return frozenset(own)
        led = {s.session for s in self.solution.sessions if self.leads(s)}
        theirs = {line.person for line in self.solution.assignments if line.session in led}
        if self.scenario is not None:
            theirs |= {s.id for s in self.scenario.students if s.home == self.person}
            theirs |= {pull.person for pull in self.scenario.pulls if pull.by == self.person}
        return frozenset(own | theirs)

    def leads(self, state: SessionState) -> bool:
        """Whether who reads leads this session."""
        return bool(self.person) and self.person in state.leaders

    def rosters(self) -> tuple[SessionState, ...]:
        """Open sessions whose people may be named: all, or those that who reads leads."""
        there = (state for state in self.solution.sessions if state.open)
        if self.audience == "student":
            return ()
        return tuple(s for s in there if self.whole or self.leads(s))

    def tells(self, finding: Finding) -> bool:
        """Whether a finding may be shown with its people."""
        if self.whole:
            return True
        if self.audience == "student":
            return False
        people = set(finding.subjects) & set(self.everybody)
        led = {s.session for s in self.solution.sessions if self.leads(s)}
        return people <= self.visible and bool(people or led & set(finding.subjects))

    def said(self, finding: Finding) -> str:
        """A finding in words for this audience, with names; empty where it cannot be said."""
        text = self.told(finding)
        people = [one for one in finding.subjects if one in self._called]
        if not people or not text:
            return text
        ids = "|".join(re.escape(one) for one in sorted(people, key=len, reverse=True))
        return re.sub(rf"(?<![\w-])(?:{ids})(?![\w-])", lambda one: self.called(one[0]), text)

    def told(self, finding: Finding) -> str:
        """A finding in words, with ids; empty where it cannot be said.

        The sentences in ``findings.csv`` are written for a coordinator; others get them again from
        the rule, which takes the scenario. Only an admin reads why support is needed.
        """
        if self.audience == "coordinator":
            return finding.text
        written = finding.text if self.audience == "admin" else ""
        rule = catalogue.rules().get(finding.rule)
        if not self.current or not self.tells(finding) or rule is None or self.facts is None:
            return written
        return str(rule.say(finding, self.facts, self.audience))

    @cached_property
    def current(self) -> bool:
        """Whether there is a scenario, and it is the one that was solved."""
        digest = None if self.scenario is None else self.scenario.digest
        return digest == self.solution.certificate.scenario_hash

    @cached_property
    def disputed(self) -> int:
        """In how many points the checker disagrees; 0 where it cannot look."""
        if self.scenario is None or not self.current:
            return 0
        return len(verify(self.scenario, self.solution))

    @cached_property
    def wishes(self) -> dict[str, dict[str, int | None]]:
        """Who chose each session or its activity, at which best rank, by session and person."""
        found: dict[str, dict[str, int | None]] = {}
        for (person, session), choices in (self.facts.choices if self.facts else {}).items():
            ranks = [choice.rank for choice in choices if choice.rank is not None]
            found.setdefault(session, {})[person] = min(ranks, default=None)
        return found

    # ---- ids, names, grades, hours -------------------------------------------------------------

    @cached_property
    def everybody(self) -> tuple[str, ...]:
        """Ids of all people that there are, in order; without a scenario those with a line."""
        if self.scenario is not None:
            return tuple(person.id for person in self.scenario.people)
        lead = (leader for state in self.solution.sessions for leader in state.leaders)
        return tuple(dict.fromkeys([*(a.person for a in self.solution.assignments), *lead]))

    @cached_property
    def _called(self) -> dict[str, str]:
        return {} if self.scenario is None else called(self.scenario)

    def called(self, person: str) -> str:
        """``name (id)``, or the id."""
        return self._called.get(person, person)

    @cached_property
    def _names(self) -> dict[str, str]:
        return {p.id: p.name for p in self.scenario.people} if self.scenario else {}

    def name(self, person: str) -> str:
        """Somebody's name; empty where it is not known."""
        return self._names.get(person, "")

    @cached_property
    def _groups(self) -> dict[str, str]:
        people = self.scenario.people if self.scenario else ()
        return {p.id: p.grade if isinstance(p, Student) else "staff" for p in people}

    def group(self, person: str) -> str:
        """A student's grade, or ``staff``; empty where it is not known."""
        return self._groups.get(person, "")

    def title(self, session: str) -> str:
        """An activity's title; empty where there is none, or no scenario."""
        known = self.facts is not None and session in self.facts.cycle.offered
        return self.facts.activity(session).title if self.facts is not None and known else ""

    def named(self, state: SessionState) -> str:
        """What a session is called: the title, or the activity's id."""
        return self.title(state.session) or state.activity

    def hours(self, block: str) -> str:
        """``08:05–08:50``; empty where it is not known."""
        return hours(self.facts.cycle.blocks.get(block)) if self.facts is not None else ""

    @cached_property
    def blocks(self) -> tuple[str, ...]:
        """Blocks of sessions, by day and clock, or as the files have them."""
        used = dict.fromkeys(state.block for state in self.solution.sessions)
        if self.facts is None:
            return tuple(used)
        return tuple(block for block in self.facts.cycle.blocks if block in used)

    def kind(self, state: SessionState) -> str:
        """Kind of a session; empty without a scenario."""
        known = self.facts is not None and state.session in self.facts.cycle.offered
        return self.facts.kind(state.session) if self.facts is not None and known else ""

    # ---- lines ---------------------------------------------------------------------------------

    @cached_property
    def states(self) -> dict[str, SessionState]:
        """Sessions by id."""
        return {state.session: state for state in self.solution.sessions}

    @cached_property
    def in_session(self) -> dict[str, tuple[Assignment, ...]]:
        """Lines of each session, by grade and name."""
        found: dict[str, list[Assignment]] = defaultdict(list)
        for line in self.solution.assignments:
            if line.session:
                found[line.session].append(line)
        return {
            key: tuple(sorted(lines, key=lambda one: self.order(one.person)))
            for key, lines in found.items()
        }

    @cached_property
    def of_person(self) -> dict[str, tuple[Assignment, ...]]:
        """Lines of each person, by day and clock."""
        order = {block: at for at, block in enumerate(self.blocks)}
        found: dict[str, list[Assignment]] = defaultdict(list)
        for line in self.solution.assignments:
            found[line.person].append(line)
        return {
            key: tuple(sorted(lines, key=lambda one: order.get(one.block, len(order))))
            for key, lines in found.items()
        }

    def order(self, person: str) -> tuple[tuple[bool, int, str], str, str]:
        """Sort key of people: by grade, name, id."""
        return by_grade(self.group(person)), self.called(person).casefold(), person
