"""Reports as tables and sentences for a terminal; nothing is shown that could steer it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from scheduler.models import KINDS
from scheduler.report.wording import NONE, counted, number, ordinal, percent, safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import RenderableType

    from scheduler.report.headline import Headline
    from scheduler.report.overview import Load, Overview
    from scheduler.report.promises import Entry
    from scheduler.report.roster import Roster
    from scheduler.report.summary import Filled, Met, Seats, Summary
    from scheduler.report.week import Hour, Week

RIGHT = ">"
"""A column's heading that starts with this holds numbers."""

SHORT = ("block", "hours", "kind", "rank", "room", "grade", "priority", "tier", "rule", "knob")
"""Columns that stay in one line where a terminal is narrow."""

SHOWN = 10
"""Closed sessions and unplaced people that a summary lists; JSON has all."""


def line(text: str, style: str = "") -> Text:
    """A sentence."""
    return Text(safe(text), style=style)


def heading(text: str) -> Padding:
    """A heading with a blank line above it."""
    return Padding(line(text, "bold"), (1, 0, 0, 0))


def table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> RenderableType:
    """A plain table, indented; long cells go on in the next line."""
    names = list(headings)
    headed = any(name.strip(RIGHT) for name in names)
    shown = Table(
        box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", show_header=headed
    )
    for name in names:
        shown.add_column(
            Text(name.removeprefix(RIGHT)),
            justify="right" if name.startswith(RIGHT) else "left",
            overflow="fold",
            no_wrap=name.startswith(RIGHT) or name in SHORT,
        )
    for row in rows:
        shown.add_row(*(cell if isinstance(cell, Text) else line(str(cell)) for cell in row))
    return Padding(shown, (0, 0, 0, 2))


def _bar(filled: Filled) -> str:
    return "█" * max(1, round(20 * filled.share))


# ---- a scenario --------------------------------------------------------------------------------


def of_overview(found: Overview) -> Iterator[RenderableType]:
    """What a scenario holds."""
    yield line(found.name or "A scenario without a name", "bold")
    others = [name for name in found.calendars if name != found.calendar]
    also = f" (also there: {', '.join(others)})" if others else ""
    yield line(f"Calendar {found.calendar}{also}: {', '.join(found.days)}.")
    yield line(f"Decided: {', '.join(found.kinds)}.")
    yield heading("Rows")
    yield table((">", ""), ((f"{rows:,}", name) for name, rows in found.rows.items()))
    if found.unoffered:
        lacking = counted(found.unoffered, "session is", "sessions are")
        yield line(f"  {lacking} not offered: this calendar lacks the block.")
    yield heading("Seats and demand")
    headings = ("block", "hours", "kind", ">people", ">sessions", ">seats", ">over-chosen")
    yield table(headings, map(_load, found.loads))


def _load(load: Load) -> tuple[object, ...]:
    seats = "no limit" if load.seats is None else f"{load.seats:,}"
    block = load.block or "once per cycle"
    return block, load.hours, load.kind, f"{load.people:,}", load.sessions, seats, load.sought


# ---- a solution --------------------------------------------------------------------------------


def of_headline(found: Headline) -> Iterator[RenderableType]:
    """The outcome in a few sentences."""
    for sentence in found.sentences:
        yield line(sentence)


def of_summary(found: Summary) -> Iterator[RenderableType]:
    """A solution at a glance."""
    people = f"{counted(found.students, 'student')}, {found.staff:,} staff"
    yield line(f"{found.name or 'A scenario without a name'}: {people}", "bold")
    yield from of_headline(found.headline)
    yield from _filled(found)
    yield from _unplaced(found)
    yield from _met("Support needs", "priority", found.needs)
    yield from _met("Pulls by staff", "tier", found.pulls)
    yield from _people(found)
    yield from _sessions(found)
    yield from _costs(found)


def _filled(found: Summary) -> Iterator[RenderableType]:
    kinds = [kind for kind in KINDS if any(one.kinds.get(kind) for one in found.filled)]
    rows = (
        (one.how, *(_filled_of(one, kind) for kind in kinds), *_all_of(one), _bar(one))
        for one in found.filled
    )
    yield heading("How places were filled")
    yield table(("", *(f">{kind}" for kind in kinds), ">all", ">", ""), rows)


def _filled_of(one: Filled, kind: str) -> str:
    return f"{one.kinds[kind]:,}" if kind in one.kinds else ""


def _all_of(one: Filled) -> tuple[str, str]:
    return f"{one.places:,}", percent(one.share)


def _unplaced(found: Summary) -> Iterator[RenderableType]:
    if found.unplaced:
        yield heading("Without a place")
        yield from (line(f"  {one}") for one in found.unplaced[:SHOWN])
        yield from _more(len(found.unplaced))


def _more(number: int) -> Iterator[RenderableType]:
    if number > SHOWN:
        yield line(f"  and {number - SHOWN:,} more")


def _met(title: str, level: str, found: tuple[Met, ...]) -> Iterator[RenderableType]:
    if found:
        yield heading(title)
        rows = ((one.level, f"{one.met:,}", f"{one.asked:,}", _all(one)) for one in found)
        yield table((level, ">met", ">of", ""), rows)


def _all(one: Met) -> str:
    return "all" if one.met == one.asked else f"{one.asked - one.met:,} missed"


def _people(found: Summary) -> Iterator[RenderableType]:
    if not found.spread:
        return
    yield heading("How people did, of the best each could have had alone")
    rows = (
        (one.group, one.people, *map(percent, (one.worst, one.middle, one.best, one.first)))
        for one in found.spread
    )
    yield table(("", ">people", ">worst", ">median", ">best", ">places at 1st choice"), rows)
    yield heading("Worst off")
    rows = (
        (one.called, one.group, percent(one.share), number(one.points), number(one.best))
        for one in found.worst_off
    )
    yield table(("person", "group", ">share", ">points", ">best alone"), rows)


def _sessions(found: Summary) -> Iterator[RenderableType]:
    for title, sessions in (
        ("Fullest sessions", found.fullest),
        ("Emptiest sessions", found.emptiest),
        ("Closed sessions", found.closed),
    ):
        if sessions:
            yield heading(title)
            headings = ("session", "title", "block", ">people", ">minimum", ">seats", ">waiting")
            yield table(headings, map(_seats, sessions[:SHOWN]))
            yield from _more(len(sessions))


def _seats(one: Seats) -> tuple[object, ...]:
    most = "no limit" if one.max_size is None else one.max_size
    return one.session, one.title, one.block, one.size, one.min_size, most, one.waiting


def _costs(found: Summary) -> Iterator[RenderableType]:
    yield heading("What it cost")
    fair = f"; fairness counts them as {number(found.worth)}" if found.worth != found.earned else ""
    yield line(f"  Choices earned {number(found.earned)} points{fair}.")
    if not found.costs:
        yield line("  Every promise was kept.")
        return
    yield table(
        ("rule", "promise", ">findings", ">points lost", ">waived"),
        ((c.rule, c.promise, c.findings, number(c.cost), c.waived or "") for c in found.costs),
    )


# ---- one person, one session -------------------------------------------------------------------


def of_week(found: Week) -> Iterator[RenderableType]:
    """One person's week."""
    yield line(f"{found.called}, {found.about}", "bold")
    yield table(("block", "session", "why", "rank", ">points"), map(_hour, found.lines))
    if found.share is not None:
        yield line(
            f"{number(found.points)} choice points, {percent(found.share)} of the "
            f"{number(found.best)} that were possible for this person alone."
        )


def _hour(one: Hour) -> tuple[object, ...]:
    title = f"{one.title} ({one.session})" if one.title else one.session
    room = f"room {one.room}" if one.room else ""
    where = ", ".join(part for part in (room, *one.leaders) if part)
    return (
        _under(one.block or "once per cycle", one.hours),
        _under(title or NONE, where),
        one.why,
        ordinal(one.rank) if one.rank else "",
        number(one.points) if one.points else "",
    )


def _under(*lines: str) -> Text:
    """Lines in one cell, empty ones left out."""
    return Text("\n").join(line(text) for text in lines if text)


def of_roster(found: Roster) -> Iterator[RenderableType]:
    """One session's roster."""
    yield line(f"{found.title or found.activity} ({found.session})", "bold")
    room = f", room {found.room}" if found.room else ""
    yield line(f"{found.block} {found.hours}{room}")
    if found.leaders:
        yield line(f"Led by {', '.join(found.leaders)}")
    yield line(_running(found))
    if found.members:
        rows = (
            (one.called, one.group, one.why, ordinal(one.rank) if one.rank else "")
            for one in found.members
        )
        yield table(("person", "grade", "why", "rank"), rows)


def _running(found: Roster) -> str:
    seats = "no limit" if found.max_size is None else counted(found.max_size, "seat")
    waiting = f"{found.waiting:,} more would rather be here"
    if not found.open:
        return f"Closed; it would need at least {found.min_size:,} ({seats}; {waiting})."
    people = counted(found.size, "person", "people")
    return f"Open: {people} ({seats}, minimum {found.min_size:,}); {waiting}."


# ---- rules -------------------------------------------------------------------------------------


def of_rules(rules: tuple[Entry, ...]) -> Iterator[RenderableType]:
    """The catalogue, a block per rule."""
    for at, rule in enumerate(rules):
        yield Padding(Text.assemble((rule.name, "bold"), "  ", rule.promise), (min(at, 1), 0, 0, 0))
        yield Padding(line(rule.maths, "italic"), (0, 0, 0, 2))
        if len(rules) == 1:
            yield from (Padding(line(note), (0, 0, 0, 2)) for note in rule.notes)
        yield table(
            ("knob", "type", "default"),
            ((knob.name, knob.type, knob.default) for knob in rule.knobs),
        )
