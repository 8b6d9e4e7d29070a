"""What changed between two solutions: who moved, findings, points by rule, value.

The two may be of different scenarios, such as before and after an offer was changed: what is
compared are ids. With a scenario, lines are matched by the place that they fill and findings are
said in words; without, by their block.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from scheduler.masking import FEW
from scheduler.models.solution import Outcome
from scheduler.rules import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scheduler.models import Assignment, Finding, Scenario, Solution
    from scheduler.rules.contract import Audience
    from scheduler.rules.facts import Facts

    Key = tuple[str, str, tuple[str, ...]]
    Lines = dict[tuple[str, str], list[Assignment]]

HIDDEN = "school"
"""Reason of a place that somebody else asked for."""


class Move(Outcome):
    """A person whose place changed; an empty session is none at all."""

    person: str
    block: str
    before: str
    after: str
    reason_before: str
    reason_after: str


class Changed(Outcome):
    """A finding that came, went, or grew or shrank; amount and cost are 0 where it is not there."""

    rule: str
    what: str
    subjects: tuple[str, ...]
    amount_before: Decimal
    amount_after: Decimal
    cost_before: Decimal
    cost_after: Decimal
    text: str


class Points(Outcome):
    """Points of one rule before and after, and its findings."""

    rule: str
    before: Decimal
    after: Decimal
    findings_before: int
    findings_after: int


class Difference(Outcome):
    """What changed.

    Attributes
    ----------
    people : int or None
        People with a move; ``None`` means fewer than 5, where the reader may not know more. Staff
        are told 0 where nothing at all differs.
    moves : tuple of Move
        In the order of the files. For students their own; for staff none.
    gained, lost, changed : tuple of Changed
        For coordinators and admins.
    points : tuple of Points
        Rules whose points or findings differ; for coordinators and admins.
    opened, closed : tuple of str
        Sessions that are open now and were not, and the other way.
    value_before, value_after : Decimal or None
        Not for students.
    comparable : bool
        Whether both are solutions of one scenario, so that their values measure the same.
    """

    people: int | None
    moves: tuple[Move, ...]
    gained: tuple[Changed, ...]
    lost: tuple[Changed, ...]
    changed: tuple[Changed, ...]
    points: tuple[Points, ...]
    opened: tuple[str, ...]
    closed: tuple[str, ...]
    value_before: Decimal | None
    value_after: Decimal | None
    comparable: bool


def difference(
    before: Solution,
    after: Solution,
    audience: Audience = "student",
    *,
    scenario: Scenario | None = None,
    reader: str = "",
) -> Difference:
    """Say what changed from one solution to another.

    Parameters
    ----------
    before, after : Solution
    audience : str
        Students see their own moves and which sessions open; staff counts, too.
    scenario : Scenario, optional
        One that knows the ids of both; what it does not know is compared by block.
    reader : str
        Id of the student who reads.
    """
    facts = None if scenario is None else catalogue.facts(scenario)
    moves = tuple(_moves(before, after, facts))
    full = audience in ("coordinator", "admin")
    findings = _findings(before, after, facts, audience) if full else ((), (), ())
    private = audience == "student"
    opened, closed = _open(before, after), _open(after, before)
    return Difference(
        people=_people(moves, audience, same=_same(before, after)),
        moves=moves if full else tuple(_own(m) for m in moves if private and m.person == reader),
        gained=findings[0],
        lost=findings[1],
        changed=findings[2],
        points=tuple(_points(before, after)) if full else (),
        opened=opened,
        closed=closed,
        value_before=None if private else before.certificate.value,
        value_after=None if private else after.certificate.value,
        comparable=before.certificate.scenario_hash == after.certificate.scenario_hash,
    )


def _own(move: Move) -> Move:
    """A student's own move: why school placed them is told where it is known whether they may."""
    return move.model_copy(
        update={
            name: HIDDEN
            for name in ("reason_before", "reason_after")
            if getattr(move, name) in ("lock", "pull", "need")
        }
    )


def _people(moves: Iterable[Move], audience: Audience, *, same: bool) -> int | None:
    number = len({move.person for move in moves})
    open_to_staff = number >= FEW or same
    told = audience in ("coordinator", "admin") or (audience == "staff" and open_to_staff)
    return number if told else None


def _same(before: Solution, after: Solution) -> bool:
    """Whether nothing at all differs, which tells nobody anything of a single person."""
    one, other = (
        (s.assignments, s.sessions, s.findings, s.certificate.value) for s in (before, after)
    )
    return one == other


# ---- moves -----------------------------------------------------------------------------------


def _moves(before: Solution, after: Solution, facts: Facts | None) -> Iterator[Move]:
    old, new = _lines(before, facts), _lines(after, facts)
    for key in dict.fromkeys((*old, *new)):
        yield from _moved(old.get(key, []), new.get(key, []))


def _lines(solution: Solution, facts: Facts | None) -> Lines:
    """Lines by person and place, as far as the place is known, else block."""
    found: Lines = defaultdict(list)
    for line in solution.assignments:
        found[line.person, _place(line, facts)].append(line)
    return found


def _place(line: Assignment, facts: Facts | None) -> str:
    """Name of the place that a line fills; of one per cycle its kind."""
    known = facts is not None and (not line.session or line.session in facts.cycle.decided)
    if facts is None or not known or line.person not in facts.cycle.people:
        return line.block
    if line.session:
        place = facts.place(line.person, line.session)
        return place.block or place.kind
    if line.block:
        return line.block
    once = [place.kind for place in facts.places[line.person] if not place.block]
    return once[0] if once else ""


def _moved(old: list[Assignment], new: list[Assignment]) -> Iterator[Move]:
    """Lines of one place, those that are in both left out, the others paired block by block."""
    there, here = {line.session for line in old}, {line.session for line in new}
    gone = [line for line in old if line.session and line.session not in here]
    come = [line for line in new if line.session and line.session not in there]
    for line in gone:
        other = next((n for n in come if n.block == line.block), come[0] if come else None)
        if other is not None:
            come.remove(other)
        yield _move(line, other)
    for line in come:
        yield _move(None, line)


def _move(old: Assignment | None, new: Assignment | None) -> Move:
    line = new or old
    assert line is not None
    return Move(
        person=line.person,
        block=line.block,
        before=old.session if old else "",
        after=new.session if new else "",
        reason_before=old.reason if old else "unplaced",
        reason_after=new.reason if new else "unplaced",
    )


def _open(before: Solution, after: Solution) -> tuple[str, ...]:
    """Sessions that are open after and were not before."""
    was = {state.session for state in before.sessions if state.open}
    return tuple(s.session for s in after.sessions if s.open and s.session not in was)


# ---- findings and points -----------------------------------------------------------------------


def _findings(
    before: Solution, after: Solution, facts: Facts | None, audience: Audience
) -> tuple[tuple[Changed, ...], tuple[Changed, ...], tuple[Changed, ...]]:
    """Gained, lost, changed."""
    old, new = _by_key(before), _by_key(after)
    gained, lost, changed = [], [], []
    for key in dict.fromkeys((*old, *new)):
        was, now = old.get(key), new.get(key)
        if was is None:
            gained.append(_changed(was, now, facts, audience))
        elif now is None:
            lost.append(_changed(was, now, facts, audience))
        elif (was.amount, was.cost) != (now.amount, now.cost):
            changed.append(_changed(was, now, facts, audience))
    return tuple(gained), tuple(lost), tuple(changed)


def _by_key(solution: Solution) -> dict[Key, Finding]:
    """Findings by what they are about; several about the same are one, of all their amounts."""
    found: dict[Key, Finding] = {}
    for finding in solution.findings:
        key = (finding.rule, finding.what, finding.subjects)
        known = found.get(key)
        if known is not None:
            more = {"amount": known.amount + finding.amount, "cost": known.cost + finding.cost}
            finding = finding.model_copy(update=more)
        found[key] = finding
    return found


def _changed(
    was: Finding | None, now: Finding | None, facts: Facts | None, audience: Audience
) -> Changed:
    finding = now or was
    assert finding is not None
    zero = Decimal(0)
    return Changed(
        rule=finding.rule,
        what=finding.what,
        subjects=finding.subjects,
        amount_before=was.amount if was else zero,
        amount_after=now.amount if now else zero,
        cost_before=was.cost if was else zero,
        cost_after=now.cost if now else zero,
        text=_words(finding, facts, audience),
    )


def _words(finding: Finding, facts: Facts | None, audience: Audience) -> str:
    """The finding as its rule says it, if the scenario knows whom it is about; else ids.

    Words of the files are not used: they were written for somebody, who need not be the reader.
    """
    if facts is not None:
        try:
            return str(catalogue.rules()[finding.rule].say(finding, facts, audience))
        except (KeyError, StopIteration):
            pass
    what = f" {finding.what}" if finding.what else ""
    return f"{finding.rule}{what}: {', '.join(finding.subjects)}"


def _points(before: Solution, after: Solution) -> Iterator[Points]:
    old, new = before.certificate, after.certificate
    zero = Decimal(0)
    for rule in sorted({*old.points_per_rule, *new.points_per_rule}):
        pair = [c.points_per_rule.get(rule, zero) for c in (old, new)]
        counts = [c.findings_per_rule.get(rule, 0) for c in (old, new)]
        if pair[0] != pair[1] or counts[0] != counts[1]:
            yield Points(
                rule=rule,
                before=pair[0],
                after=pair[1],
                findings_before=counts[0],
                findings_after=counts[1],
            )


# ---- words -----------------------------------------------------------------------------------

SHOWN = 20
"""Moves and findings of each sort that are listed; JSON has all."""


def sentences(
    found: Difference, audience: Audience = "student", *, reader: str = ""
) -> tuple[str, ...]:
    """The difference in words, for the reader that it was made for."""
    if audience == "student":
        lines = [f"{_moved_text(move)}." for move in found.moves]
        if reader and not lines:
            lines = ["Nothing changed for you."]
    else:
        lines = [_counted(found), *_value(found)]
        lines += _listed("Moves", [f"{m.person}: {_moved_text(m)}" for m in found.moves])
    if audience == "student" and not found.opened and not found.closed:
        lines.append("No session opened or closed.")
    lines += _listed("Now open", list(found.opened))
    lines += _listed("No longer open", list(found.closed))
    lines += _listed("Findings gained", [change.text for change in found.gained])
    lines += _listed("Findings lost", [change.text for change in found.lost])
    lines += _listed("Findings changed", [_grown(change) for change in found.changed])
    return (*lines, *_listed("Points by rule", [_rule(points) for points in found.points]))


def _moved_text(move: Move) -> str:
    return f"{move.block or 'place'}: {move.before or 'no place'} → {move.after or 'no place'}"


def _counted(found: Difference) -> str:
    if found.people is None:
        return f"Fewer than {FEW} people moved."
    kinds = Counter(
        "placed" if not m.before else "unplaced" if not m.after else "moved" for m in found.moves
    )
    told = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
    return f"{found.people} people have another place{f' ({told})' if told else ''}."


def _value(found: Difference) -> Iterator[str]:
    if found.value_before is not None and found.value_after is not None:
        change = found.value_after - found.value_before
        yield f"Value: {found.value_before:,} → {found.value_after:,} ({change:+,})."
        if not found.comparable:
            yield "They are solutions of different scenarios: their values do not measure the same."


def _grown(change: Changed) -> str:
    return f"{change.text} ({change.amount_before} → {change.amount_after})"


def _rule(points: Points) -> str:
    change = points.after - points.before
    findings = f"{points.findings_before} → {points.findings_after} findings"
    return f"{points.rule}: {points.before:,} → {points.after:,} ({change:+,}), {findings}"


def _listed(heading: str, items: list[str]) -> list[str]:
    if not items:
        return []
    more = [f"  … and {len(items) - SHOWN:,} more"] if len(items) > SHOWN else []
    return [f"{heading}:", *(f"  {item}" for item in items[:SHOWN]), *more]
