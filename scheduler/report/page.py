"""The whole report as typed facts, for one audience: what every table and picture is made from."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal  # noqa: TC003
from typing import TYPE_CHECKING

from scheduler.masking import FEW, left_out
from scheduler.report.headline import headline
from scheduler.report.slips import Slip, slips
from scheduler.report.standings import Standing, spreads, standings
from scheduler.report.summary import Filled, costs, filled, way_of
from scheduler.report.typed import Report, ratio
from scheduler.report.view import FEWER, UNTOLD
from scheduler.report.wording import NONE, counted, listed, natural, number, ordinal, percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scheduler.models import Certificate, SessionState
    from scheduler.report.standings import Spread
    from scheduler.report.view import View
    from scheduler.rules.facts import Facts

BANDS = ("under 20 %", "20–40 %", "40–60 %", "60–80 %", "80 % and more")
"""Shares of the possible, from worst to best."""

WORST = 15
"""People who are named as worst-off."""

SENTENCES = 100
"""Findings of one rule that a page spells out; the workbook has all."""


class Offer(Report):
    """One session; counts are texts, for a few people are not always told as a number.

    Attributes
    ----------
    fill : Decimal or None
        Share of its seats that are taken, 0 to 1; ``None`` where it is closed, takes any number,
        or may not be told.
    price : Decimal or None
        What one more seat is worth in points, where that was verified.
    """

    session: str
    title: str
    kind: str
    block: str
    hours: str
    room: str
    leaders: tuple[str, ...]
    open: bool
    size: str
    seats: str
    fill: Decimal | None
    min_size: int
    waiting: str
    price: Decimal | None


class Way(Report):
    """How many places were filled in one way; ``share`` is ``None`` where it may not be told."""

    how: str
    places: str
    share: Decimal | None


class Group(Report):
    """How a group did, in shares of what was possible for each person alone.

    ``bands`` counts its people by `BANDS`. Where single people may not be told of it is empty, and
    worst and best are ``None``; ``first`` is that, too, where nobody ranks anything.
    """

    group: str
    people: int
    worst: Decimal | None
    middle: Decimal
    best: Decimal | None
    first: Decimal | None
    bands: tuple[int, ...]


class Closed(Report):
    """A session that does not run, and its story."""

    session: str
    title: str
    block: str
    hours: str
    story: tuple[str, ...]


class Breaches(Report):
    """What one rule found: how often, at what cost, in words where they may be told."""

    rule: str
    promise: str
    findings: str
    cost: Decimal | None
    waived: int
    said: tuple[str, ...]
    more: int


class Page(Report):
    """One solution, for one audience."""

    name: str
    audience: str
    about: tuple[str, ...]
    sentences: tuple[str, ...]
    proof: tuple[tuple[str, str], ...]
    doubts: tuple[str, ...]
    slip: Slip | None
    ways: tuple[Way, ...]
    offers: tuple[Offer, ...]
    priced: bool
    groups: tuple[Group, ...]
    worst_off: tuple[Standing, ...]
    closed: tuple[Closed, ...]
    breaches: tuple[Breaches, ...]


def page(view: View, prices: Mapping[str, Decimal] | None = None) -> Page:
    """Put the report together.

    Parameters
    ----------
    view : View
        A solution that names nobody and nothing strange; see `typed.strangers`.
    prices : mapping of str to Decimal, optional
        Verified prices in points, by session; told to coordinators and admins only.
    """
    people = _people(view)
    told = prices if prices and view.whole else {}
    return Page(
        name=view.scenario.scenario.name if view.scenario else "",
        audience=view.audience,
        about=_about(view),
        sentences=_sentences(view),
        proof=tuple(_proof(view)),
        doubts=tuple(_doubts(view)),
        slip=_slip(view),
        ways=tuple(_ways(view)),
        offers=tuple(_offer(view, state, told) for state in _sessions(view)),
        priced=bool(told),
        groups=tuple(_group(view, spread, people) for spread in _spreads(view, people)),
        worst_off=tuple(people[:WORST]) if view.whole else (),
        closed=tuple(_closed(view, state) for state in _sessions(view) if not state.open),
        breaches=tuple(_breaches(view)),
    )


# ---- headline ----------------------------------------------------------------------------------


def _about(view: View) -> tuple[str, ...]:
    """What the report is about: people and sessions in numbers."""
    running = sum(state.open for state in view.solution.sessions)
    sessions = f"{running:,} of {counted(len(view.solution.sessions), 'session')} run"
    if view.scenario is None:
        return (sessions,)
    students, staff = len(view.scenario.students), len(view.scenario.staff)
    return counted(students, "student"), f"{staff:,} staff", sessions


def _sentences(view: View) -> tuple[str, ...]:
    """The outcome in words; to students and staff without small counts."""
    certificate = view.solution.certificate
    missing = certificate.counts.get("unplaced", 0)
    said = headline(certificate).sentences
    if view.whole:
        return said
    first = said[0] if view.counts(missing) else _nearly(certificate)
    found = (first, *said[1 + len(certificate.levels) :])
    return tuple(sentence for sentence in found if sentence)


def _nearly(certificate: Certificate) -> str:
    places = counted(certificate.counts.get("places", 0), "place")
    return f"Of {places}, {FEWER} are still empty."


def _proof(view: View) -> Iterable[tuple[str, str]]:
    """What the certificate says, line by line, each in words."""
    certificate = view.solution.certificate
    yield "Worth of this plan", f"{number(certificate.value)} points"
    if certificate.bound is None:
        yield "No plan is worth more than", "not known"
    else:
        yield "No plan is worth more than", f"{number(certificate.bound)} points"
        yield "So it falls short of the best by at most", percent(certificate.gap)
    yield "Checked again", _checked(view)
    given = [f"{key} {value}" for key, value in certificate.overrides.items()]
    if given:
        yield "Solved with", "; ".join(given)
    yield "Seed", str(certificate.seed)
    if certificate.scenario_hash:
        yield "Scenario", certificate.scenario_hash[:16]
    made_by = [f"{name} {version}" for name, version in certificate.versions.items()]
    if made_by:
        yield "Made by", ", ".join(made_by)


def _checked(view: View) -> str:
    if view.scenario is None:
        return "Not here: that takes the scenario."
    if not view.current:
        return "Not here: the scenario is not the one that was solved."
    if view.disputed:
        return f"The checker disagrees in {counted(view.disputed, 'point')}: do not use this plan."
    return (
        "Yes. A checker that knows no solver computed everything but the bound from who is where; "
        "it agrees."
    )


def _doubts(view: View) -> Iterable[str]:
    """What a reader has to know before they trust the page."""
    if view.scenario is None:
        yield "Made without the scenario: there are ids instead of names, and no grades or hours."
    elif not view.current:
        yield "The scenario has changed since this plan was made. Solve again before you use it."
    elif view.disputed:
        yield "The checker disagrees with this plan. Run flexweave verify before you use it."
    if view.solution.certificate.status == "impossible":
        yield "Not everything that must hold can hold at once. Some promises were waived."
    if not view.whole:
        reader = "a student" if view.audience == "student" else "staff"
        yield f"Made for {reader}: nobody else is named, and counts under {FEW} are hidden."


def _slip(view: View) -> Slip | None:
    return next((one for one in slips(view) if one.person == view.person), None)


# ---- places ------------------------------------------------------------------------------------


def _ways(view: View) -> Iterable[Way]:
    found = list(_filled(view))
    said = view.parts({one.how: one.places for one in found})
    for one in found:
        told = said[one.how] not in (FEWER, UNTOLD)
        yield Way(how=one.how, places=said[one.how], share=one.share if told else None)


def _filled(view: View) -> Iterable[Filled]:
    """Ways in which places were filled; without a scenario each line is a place."""
    if view.facts is not None:
        yield from filled(view.facts, view.solution)
        return
    lines = view.solution.assignments
    counts = Counter(way_of(line if line.session else None) for line in lines)
    for (_, how), places in sorted(counts.items()):
        yield Filled(how=how, kinds={}, places=places, share=ratio(places, len(lines)))


# ---- sessions ----------------------------------------------------------------------------------


def _sessions(view: View) -> list[SessionState]:
    """Sessions by day and clock, then by title."""
    order = {block: at for at, block in enumerate(view.blocks)}
    return sorted(
        view.solution.sessions,
        key=lambda s: (order.get(s.block, len(order)), natural(view.named(s)), s.session),
    )


def _offer(view: View, state: SessionState, prices: Mapping[str, Decimal]) -> Offer:
    told = state.open and view.sizes[state.session] not in (FEWER, UNTOLD) and state.max_size
    return Offer(
        session=state.session,
        title=view.named(state),
        kind=view.kind(state),
        block=state.block,
        hours=view.hours(state.block),
        room=state.room,
        leaders=tuple(map(view.called, state.leaders)) if view.audience != "student" else (),
        open=state.open,
        size=view.sizes[state.session],
        seats=NONE if state.max_size is None else f"{state.max_size:,}",
        fill=ratio(state.size, state.max_size) if told and state.max_size else None,
        min_size=state.min_size,
        waiting=view.count(state.waiting),
        price=prices.get(state.session),
    )


def _closed(view: View, state: SessionState) -> Closed:
    return Closed(
        session=state.session,
        title=view.named(state),
        block=state.block,
        hours=view.hours(state.block),
        story=tuple(_story(view, state)),
    )


def _story(view: View, state: SessionState) -> Iterable[str]:
    """Who wanted it at which rank, where they are instead, what it would need: as counts."""
    yield f"It would need at least {counted(state.min_size, 'person', 'people')}."
    if view.facts is not None and state.session in view.facts.cycle.decided:
        yield from _wanted(view, view.facts, state)
    yield f"Would rather be here than where they are: {view.count(state.waiting)}."


def _wanted(view: View, facts: Facts, state: SessionState) -> Iterable[str]:
    """How many asked for it; to those who see everybody at which rank, and where they are."""
    ranks = view.wishes.get(state.session, {})
    if not ranks:
        yield "Nobody put it on their list."
        return
    people = f"{view.count(len(ranks))} {'person' if len(ranks) == 1 else 'people'}"
    known = Counter(rank for rank in ranks.values() if rank is not None)
    if not view.whole:
        yield f"{view.count(len(ranks))} people put it on their list."
        return
    at = [f"{known[rank]:,} as {ordinal(rank)} choice" for rank in sorted(known)]
    yield f"{people} put it on their list{': ' * bool(at)}{listed(at) if at else ''}."
    yield _instead(view, facts, state, ranks)


def _instead(view: View, facts: Facts, state: SessionState, people: Iterable[str]) -> str:
    """Where those who asked for it are in that place."""
    places = {facts.place(person, state.session) for person in people}
    counts: Counter[tuple[int, str]] = Counter()
    for place in places:
        lines = [
            line
            for line in view.of_person.get(place.person, ())
            if line.session in facts.cycle.decided
            and facts.place(place.person, line.session) == place
        ]
        counts[way_of(lines[0] if lines else None)] += 1
    said = [f"{n:,} × {how}" for (_, how), n in sorted(counts.items())]
    return f"Instead: {', '.join(said)}."


# ---- people ------------------------------------------------------------------------------------


def _people(view: View) -> list[Standing]:
    if view.scenario is None or view.facts is None:
        return []
    names = {person: view.called(person) for person in view.everybody}
    return standings(view.scenario, view.facts, view.solution, names)


def _spreads(view: View, people: list[Standing]) -> Iterable[Spread]:
    """Groups that may be told of: small ones only to those who see everybody."""
    if view.facts is not None:
        found = list(spreads(view.facts, view.solution, people))
        out = frozenset() if view.whole else _left_out(found)
        yield from (spread for spread in found if spread.group not in out)


def _left_out(found: Iterable[Spread]) -> frozenset[str]:
    """Groups of which nothing is told; all students, and staff, are no parts of each other."""
    grades = {s.group: s.people for s in found if s.group not in ("students", "staff")}
    small = {s.group for s in found if s.people < FEW}
    return left_out(grades) | small


def _group(view: View, spread: Spread, people: list[Standing]) -> Group:
    shares = [
        one.share
        for one in people
        if spread.group == one.group or (spread.group == "students" and one.group != "staff")
    ]
    counts = Counter(min(int(5 * share), len(BANDS) - 1) for share in shares)
    bands = tuple(counts[band] for band in range(len(BANDS))) if view.whole else ()
    return Group(
        group=spread.group,
        people=spread.people,
        worst=spread.worst if view.whole else None,
        middle=spread.middle,
        best=spread.best if view.whole else None,
        first=spread.first,
        bands=bands,
    )


# ---- findings ----------------------------------------------------------------------------------


def _breaches(view: View) -> Iterable[Breaches]:
    """What each rule found, the costliest first; costs tell counts, and so only some see them."""
    said: dict[str, list[str]] = {}
    for finding in view.solution.findings:
        if view.tells(finding):
            text = view.said(finding) or ", ".join(map(view.called, finding.subjects))
            said.setdefault(finding.rule, []).append(text)
    found = list(costs(view.solution))
    for one in found if view.whole else sorted(found, key=lambda one: one.rule):
        texts = said.get(one.rule, [])
        yield Breaches(
            rule=one.rule,
            promise=one.promise,
            findings=view.count(one.findings),
            cost=one.cost if view.whole else None,
            waived=one.waived if view.whole else 0,
            said=tuple(texts[:SENTENCES]),
            more=max(0, len(texts) - SENTENCES),
        )
