"""A plain CP-SAT model, as a competent engineer would write it first: ids in, Booleans out.

One Boolean for each person and session that they may go to (one for a whole series), one for each
session that may open; each promise of the school is said in its plainest form. Nothing of the
engine's matrix is used. ``leximin`` and `stability` are left out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ortools.sat.python import cp_model

from benchmarks.rivals.contract import Play
from scheduler.models import Plan, Staff
from scheduler.models.points import hundredths, units
from scheduler.rules import balance, catalogue, visits
from scheduler.rules.minimum_size import least_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from decimal import Decimal

    from benchmarks.rivals.contract import Task
    from scheduler.models import Pair, Scenario, Session
    from scheduler.rules.facts import Facts, Place

    Literal = Any
    """A Boolean of CP-SAT, or its negation."""

WORKERS = 2


@dataclass
class _Model:
    """The model while it grows.

    Attributes
    ----------
    goes : dict of str to dict of str to Literal
        By person, then by session.
    opens : dict of str to Literal
    terms : list of (variable, int)
        The objective, in units (1/10,000 point).
    """

    facts: Facts
    rules: dict[str, Any]
    cp: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    goes: dict[str, dict[str, Literal]] = field(default_factory=dict)
    opens: dict[str, Literal] = field(default_factory=dict)
    inside: dict[str, list[tuple[str, Literal]]] = field(default_factory=dict)
    terms: list[tuple[Any, int]] = field(default_factory=list)

    def loses(self, variable: Any, points: Decimal, knobs: Any = None) -> None:
        """Let a variable cost points, or keep it at 0 where its rule is hard."""
        if knobs is not None and knobs.mode == "hard":
            self.cp.add(variable == 0)
        elif points:
            self.terms.append((variable, -units(points)))

    def missed(self, literals: Iterable[Literal], points: Decimal, knobs: Any) -> None:
        """Let it cost points if none of the literals holds."""
        miss = self.cp.new_bool_var("")
        self.cp.add_bool_or([*literals, miss])
        self.loses(miss, points, knobs)

    def beyond(self, excess: Any, most: int, points: Decimal, knobs: Any) -> None:
        """Let each one above 0 of an expression cost points."""
        over = self.cp.new_int_var(0, max(0, most), "")
        self.cp.add(over >= excess)
        self.loses(over, points, knobs)

    def size(self, session: str) -> Any:
        """How many people are in a session."""
        return sum(literal for _, literal in self.inside[session])


def play(task: Task) -> Play:
    """Build the model, give CP-SAT the time that is left, take what it found."""
    model = modelled(task.scenario)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = WORKERS
    solver.parameters.random_seed = task.seed
    solver.parameters.max_time_in_seconds = task.left
    status = solver.solve(model.cp)
    said = solver.status_name(status).lower()
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Play(said=f"nothing found ({said})")
    lines = tuple(
        (person, session)
        for person, sessions in model.goes.items()
        for session, literal in sessions.items()
        if solver.boolean_value(literal)
    )
    opened = frozenset(s for s, literal in model.opens.items() if solver.boolean_value(literal))
    return Play(plan=Plan(lines=lines, open=opened), said=said)


def modelled(scenario: Scenario) -> _Model:
    """Everything that the school asks for."""
    rules = {name: knobs for name, (_, knobs) in catalogue.speaking(scenario).items()}
    model = _Model(catalogue.facts(scenario), rules)
    _decide(model)
    for name, promise in PROMISES.items():
        if name in rules:
            promise(model, rules[name])
    _worth(model, scenario)
    model.cp.maximize(
        cp_model.LinearExpr.weighted_sum(
            [variable for variable, _ in model.terms], [units for _, units in model.terms]
        )
    )
    return model


# ---- decisions and what always holds -------------------------------------------------------------


def _decide(model: _Model) -> None:
    """One Boolean for each session or series, and for each person who may go there."""
    facts = model.facts
    model.inside = {session: [] for session in facts.cycle.decided}
    for unit in dict.fromkeys(facts.together(session) for session in facts.cycle.decided):
        model.opens |= dict.fromkeys(unit, model.cp.new_bool_var(""))
    for person in facts.scenario.people:
        mine = model.goes[person.id] = {}
        for session in facts.cycle.decided:
            if session not in mine and facts.may_go(person.id, session):
                mine |= dict.fromkeys(facts.together(session), model.cp.new_bool_var(""))
        for session, literal in mine.items():
            model.inside[session].append((person.id, literal))


def _places(model: _Model, knobs: Any) -> None:
    """Exactly one session in each place, or unplaced; leading an open pd session fills it."""
    facts, leading = model.facts, _leading(model)
    for person, places in facts.places.items():
        filling: dict[Place, dict[int, Literal]] = defaultdict(dict)
        for session, literal in model.goes[person].items():
            filling[facts.place(person, session)][literal.index] = literal
        for place in places:
            unplaced = model.cp.new_bool_var("")
            ways = [*filling[place].values(), unplaced]
            if leads := list(leading.get(place, {}).values()):
                model.cp.add_bool_or([*ways, *leads])
                for lead in leads:
                    model.cp.add_at_most_one([*ways, lead])
            else:
                model.cp.add_exactly_one(ways)
            model.loses(unplaced, knobs.unplaced, knobs)


def _leading(model: _Model) -> dict[Place, dict[int, Literal]]:
    """Sessions whose leaders fill a place of theirs by leading."""
    facts = model.facts
    found: dict[Place, dict[int, Literal]] = defaultdict(dict)
    for session, literal in model.opens.items():
        if facts.kind(session) == "pd":
            for leader in facts.cycle.present_leaders(facts.session(session)):
                found[facts.place(leader, session)][literal.index] = literal
    return found


def _seats(model: _Model, knobs: Any) -> None:
    for session, literal in model.opens.items():
        seats = model.facts.seats(session)
        most = len(model.inside[session]) if seats is None else seats
        model.cp.add(model.size(session) <= most * literal)


def _minimum_size(model: _Model, knobs: Any) -> None:
    """Enough people, but where somebody is locked in; nothing runs without its leaders."""
    facts = model.facts
    for session, literal in model.opens.items():
        offered = facts.session(session)
        if offered.leaders and not facts.cycle.present_leaders(offered):
            model.cp.add(literal == 0)
        if not any(facts.locked_in(person, session) for person, _ in model.inside[session]):
            model.cp.add(model.size(session) >= least_of(facts, session) * literal)


def _locks(model: _Model, knobs: Any) -> None:
    """Who is locked in is there; who is locked out has no Boolean."""
    for (person, session), state in model.facts.locks.items():
        if state == "in" and session in model.goes[person]:
            model.cp.add(model.goes[person][session] == 1)


def _visits(model: _Model, knobs: Any) -> None:
    for person, activity, literals in _by_activity(model):
        limit = visits.limit_of(model.facts, person, activity)
        if limit is not None and len(literals) > limit:
            model.cp.add(sum(literals) <= limit)


def _by_activity(model: _Model) -> Iterable[tuple[str, str, list[Literal]]]:
    for person, sessions in model.goes.items():
        found: dict[str, list[Literal]] = defaultdict(list)
        for session, literal in sessions.items():
            found[model.facts.session(session).activity].append(literal)
        for activity, literals in found.items():
            yield person, activity, literals


def _one_of(model: _Model, knobs: Any) -> None:
    found: dict[str, dict[int, Literal]] = defaultdict(dict)
    for session, literal in model.opens.items():
        if name := model.facts.session(session).one_of:
            found[name][literal.index] = literal
    for alternatives in found.values():
        model.cp.add_at_most_one(alternatives.values())


def _load(model: _Model, knobs: Any) -> None:
    led = _led(model)
    for staff in model.facts.scenario.staff:
        if staff.max_sessions is not None:
            present = [
                model.opens[s.id]
                for s in led[staff.id]
                if staff.id in model.facts.cycle.present_leaders(s)
            ]
            model.cp.add(sum(present) <= staff.max_sessions)


def _led(model: _Model) -> dict[str, list[Session]]:
    """Decided sessions that each of the staff leads by the data."""
    found: dict[str, list[Session]] = defaultdict(list)
    for session in model.facts.cycle.decided.values():
        for leader in dict.fromkeys(session.leaders):
            found[leader].append(session)
    return found


# ---- time ----------------------------------------------------------------------------------------


def _clash(model: _Model, knobs: Any) -> None:
    """At each moment at which something starts, one thing for each of the staff and each room."""
    facts, led = model.facts, _led(model)
    held: dict[str, list[Session]] = defaultdict(list)
    for session in facts.cycle.decided.values():
        held[session.room].append(session)
    for blocks in _moments(facts):
        for person in facts.scenario.people:
            if isinstance(person, Staff):
                model.cp.add_at_most_one(_busy(model, person.id, led[person.id], blocks).values())
        for room in facts.scenario.rooms:
            here = [s for s in held[room.id] if blocks & set(facts.cycle.busy_blocks(s))]
            if room.shared:
                people = {x.index: x for s in here for _, x in model.inside[s.id]}
                model.cp.add(sum(people.values()) <= room.seats)
            else:
                model.cp.add_at_most_one(dict.fromkeys(model.opens[s.id] for s in here))


def _moments(facts: Facts) -> Iterable[frozenset[str]]:
    """Blocks that are on when one of them starts."""
    bells = facts.cycle.blocks.values()
    return dict.fromkeys(
        frozenset(b.key for b in bells if b.day == one.day and b.start <= one.start < b.end)
        for one in bells
    )


def _busy(
    model: _Model, person: str, led: list[Session], blocks: frozenset[str]
) -> dict[int, Literal]:
    """What one of the staff may attend or lead at a moment."""
    cycle = model.facts.cycle
    found = {
        literal.index: literal
        for session, literal in model.goes[person].items()
        if model.facts.session(session).block in blocks
    }
    for session in led:
        busy = {b for b in cycle.busy_blocks(session) if (person, b) not in cycle.away}
        if busy & blocks:
            literal = model.opens[session.id]
            found[literal.index] = literal
    return found


# ---- what costs points ---------------------------------------------------------------------------


def _choices(model: _Model, knobs: Any) -> None:
    """Places that nobody wished cost a little."""
    facts = model.facts
    for person, session, literal in _paid(model):
        advisory = facts.kind(session) == "advisory"
        cost = knobs.unchosen_advisory if advisory else knobs.unchosen
        if cost and not facts.wanted(person, session):
            model.loses(literal, cost)


def _paid(model: _Model) -> Iterable[tuple[str, str, Literal]]:
    """Visits that earn or cost: of a series, its first one in each place."""
    for person, sessions in model.goes.items():
        for session, literal in sessions.items():
            if session in model.facts.points_due(model.facts.together(session), person):
                yield person, session, literal


def _needs(model: _Model, knobs: Any) -> None:
    for need in model.facts.needs:
        met = [model.goes[need.person][s] for s in model.facts.meeting_sessions(need)]
        model.beyond(need.visits - sum(met), need.visits, knobs.cost(need), knobs)


def _pulls(model: _Model, knobs: Any) -> None:
    for asked in model.facts.pulls.values():
        there = model.facts.reachable(asked.person, asked.target)
        model.missed((model.goes[asked.person][s] for s in there), knobs.cost(asked.tier), knobs)


def _mix(model: _Model, knobs: Any) -> None:
    facts = model.facts
    for session, literal in model.opens.items():
        for item in facts.activity(session).mix:
            tagged = [x for p, x in model.inside[session] if item.tag in facts.person(p).all_tags]
            if item.low:
                short = item.low * literal - sum(tagged)
                model.beyond(short, item.low, knobs.under, knobs)
            if item.high is not None:
                model.beyond(sum(tagged) - item.high, len(tagged), knobs.over, knobs)


def _balance(model: _Model, knobs: Any) -> None:
    for session, literal in model.opens.items():
        size, most = model.size(session), len(model.inside[session])
        kind = model.facts.kind(session)
        if kind == "advisory":
            off = model.cp.new_int_var(0, max(most, knobs.smallest), "")
            model.cp.add(off >= size - knobs.largest)
            model.cp.add(off >= knobs.smallest * literal - size)
            model.loses(off, knobs.size, knobs)
            _grades(model, session, size, knobs)
        elif kind == "pd":
            _departments(model, session, size, knobs)


def _grades(model: _Model, session: str, size: Any, knobs: Any) -> None:
    """In hundredths of a person, so that shares are whole."""
    facts, most = model.facts, 100 * len(model.inside[session])
    for grade, share in balance.shares(facts, session).items():
        ours = [
            x for p, x in model.inside[session] if getattr(facts.person(p), "grade", None) == grade
        ]
        apart = 100 * sum(ours) - hundredths(share) * size
        off = model.cp.new_int_var(0, max(0, most), "")
        model.cp.add(off >= apart - hundredths(knobs.tolerance))
        model.cp.add(off >= -apart - hundredths(knobs.tolerance))
        model.loses(off, knobs.grade / 100, knobs)


def _departments(model: _Model, session: str, size: Any, knobs: Any) -> None:
    found: dict[str, list[Literal]] = defaultdict(list)
    for person, literal in model.inside[session]:
        for tag in model.facts.person(person).all_tags:
            if tag.startswith(balance.DEPARTMENT):
                found[tag].append(literal)
    for ours in found.values():
        excess = 100 * sum(ours) - hundredths(knobs.dept_share) * size
        model.beyond(excess, 100 * len(ours), knobs.dept / 100, knobs)


def _relationship(model: _Model, knobs: Any) -> None:
    scenario, cycle = model.facts.scenario, model.facts.cycle
    known = {(k.student, k.staff) for k in scenario.knows if k.strength >= knobs.strength}
    known |= {(student.id, student.home) for student in scenario.students if student.home}
    for student in scenario.students if known or scenario.knows else ():
        if model.facts.places[student.id]:
            meets = [
                literal
                for session, literal in model.goes[student.id].items()
                if any(
                    (student.id, leader) in known
                    for leader in cycle.present_leaders(cycle.decided[session])
                )
            ]
            model.missed(meets, knobs.cost, knobs)


def _continuity(model: _Model, knobs: Any) -> None:
    for student in model.facts.scenario.students:
        groups = [
            literal
            for session, literal in model.goes[student.id].items()
            if model.facts.kind(session) == "advisory"
            and student.home in model.facts.session(session).leaders
        ]
        if groups:
            model.missed(groups, knobs.cost, knobs)


def _variety(model: _Model, knobs: Any) -> None:
    facts = model.facts
    for person, activity, literals in _by_activity(model):
        offered = facts.cycle.activities[activity]
        targets = (activity, *facts.sessions_of[activity])
        if len(literals) > 1 and not (
            offered.kind == "advisory"
            or offered.fallback
            or offered.series
            or facts.need_visits(person, activity)
            or any((person, target) in facts.pulls for target in targets)
        ):
            model.beyond(sum(literals) - 1, len(literals), knobs.cost, knobs)


def _supervision(model: _Model, knobs: Any) -> None:
    facts = model.facts
    for session, literal in model.opens.items():
        offered, seats = facts.session(session), facts.seats(session)
        ratio = knobs.fallback_ratio if facts.activity(session).fallback else knobs.ratio
        seen = ratio * len(set(facts.cycle.present_leaders(offered)))
        if offered.leaders and facts.kind(session) != "pd" and (seats is None or seats > seen):
            people = model.size(session)
            model.beyond(people - seen * literal, len(model.inside[session]), knobs.cost, knobs)


def _pairs(model: _Model, knobs: Any) -> None:
    """One breach for each place that both are due."""
    leading = _leading(model)
    for pair in model.facts.scenario.pairs:
        theirs = model.facts.places[pair.b]
        for place in model.facts.places[pair.a]:
            other = place._replace(person=pair.b)
            if other in theirs and pair.kind in (None, place.kind):
                breach = model.cp.new_bool_var("")
                _pair(model, pair, (place, other), breach, leading)
                if knobs.waives(pair):
                    model.cp.add(breach == 0)
                else:
                    model.loses(breach, knobs.cost(pair))


def _pair(
    model: _Model,
    pair: Pair,
    places: tuple[Place, Place],
    breach: Literal,
    leading: dict[Place, dict[int, Literal]],
) -> None:
    ours, theirs = (
        {s: x for s, x in model.goes[p.person].items() if model.facts.place(p.person, s) == p}
        for p in places
    )
    if pair.relation == "apart":
        for session in ours.keys() & theirs.keys():
            model.cp.add_bool_or([ours[session].negated(), theirs[session].negated(), breach])
        return
    for one, others, place in ((ours, theirs, places[1]), (theirs, ours, places[0])):
        for session, literal in one.items():
            same = [others[session]] if session in others else []
            leads = leading.get(place, {}).values()
            model.cp.add_bool_or([literal.negated(), *same, *leads, breach])


# ---- worth ---------------------------------------------------------------------------------------


def _worth(model: _Model, scenario: Scenario) -> None:
    """Choice points, as they are or through each person's concave segments."""
    earns = catalogue.earnings(model.facts)
    points: dict[str, list[tuple[Literal, int]]] = defaultdict(list)
    for person, session, literal in _paid(model):
        if earned := earns(person, session):
            points[person].append((literal, hundredths(earned)))
    rule, knobs = catalogue.fairness(scenario)
    owed = {row.person: hundredths(row.owed) for row in scenario.ledger}
    for person, earning in points.items():
        if knobs.form == "sum":
            model.terms += [(literal, 100 * each) for literal, each in earning]
            continue
        most = sum(each for _, each in earning)
        places = len(model.facts.places[person])
        pieces = []
        for width, slope in zip(
            *rule.segments(owed.get(person, 0), places, most, knobs), strict=True
        ):
            pieces.append(model.cp.new_int_var(0, int(width), ""))
            model.terms.append((pieces[-1], int(slope)))
        model.cp.add(sum(pieces) == sum(literal * each for literal, each in earning))


PROMISES: dict[str, Callable[[_Model, Any], None]] = {
    "place": _places,
    "seats": _seats,
    "minimum_size": _minimum_size,
    "locks": _locks,
    "visits": _visits,
    "one_of": _one_of,
    "load": _load,
    "clash": _clash,
    "choices": _choices,
    "needs": _needs,
    "pulls": _pulls,
    "mix": _mix,
    "balance": _balance,
    "relationship": _relationship,
    "continuity": _continuity,
    "variety": _variety,
    "supervision": _supervision,
    "pairs": _pairs,
}
"""What each rule of the catalogue comes to, by its name."""
