"""A repair in words, for an audience; everything said is in the typed answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.masking import FEW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from scheduler.repair.answer import LevelOf, Move, Repair
    from scheduler.rules.contract import Audience

LEVELS = {
    "waived": "promises that had to be waived",
    "unplaced": "places left empty",
    "missed": "required pulls missed",
    "moved": "people who move",
}

WHY = {
    ("lost", "away"): "{id} is away",
    ("lost", "cancel"): "{id} is cancelled",
    ("lost", "room"): "room {id} is lost",
    ("lost", "lead"): "{id} is led by others",
    ("lost", "resize"): "{id} has other seats",
    ("lost", "drop"): "{id} has left",
    ("pulled", "pull"): "required there",
    ("new", "add"): "new",
    ("fills", ""): "keeps {id} open",
    ("closed", ""): "{id} closes",
    ("room", "pull"): "makes room for {id}, who is required there",
    ("room", "add"): "makes room for {id}, who is new",
}
PLAIN = {
    "lost": "the session is no longer there for them",
    "room": "makes room",
    "placed": "had no place",
    "better": "moves as well, for a better plan",
}


def because(move: Move) -> str:
    """The reason of a move, for coordinators."""
    reason = move.because
    if reason.kind == "better" and move.points > 0:
        return "moves as well, for more points"
    if reason.kind == "lost" and reason.room:
        return f"{reason.id} meets in another room"
    words = WHY.get((reason.kind, reason.action or ""))
    return words.format(id=reason.id) if words else PLAIN[reason.kind]


def sentences(report: Repair, audience: Audience = "student") -> Iterator[str]:
    """What the repair did: counts for students and staff, who and why for coordinators."""
    open_to_all = audience in ("coordinator", "admin")
    for level in report.levels:
        if level.value or level.name in ("unplaced", "moved"):
            yield _level(level, open_to_all)
    if not open_to_all:
        return
    yield from (f"{promise.level}: {promise.text}" for promise in report.promises)
    for move in report.moves:
        yield moved(move)
    yield from (f"{gone.person}, {gone.block}: away, leaves {gone.before}" for gone in report.gone)
    yield from (f"{session} closes" for session in report.closed)
    yield from (f"{session} opens" for session in report.opened)
    yield from _points(report)


def moved(move: Move) -> str:
    """Who moves, from where to where, and why."""
    places = f"{move.before or 'no place'} → {move.after or 'no place'}"
    return f"{move.person}, {move.block}: {places} ({because(move)})"


def _level(level: LevelOf, open_to_all: bool) -> str:
    name = LEVELS[level.name]
    if not open_to_all:
        small = 0 < level.value < FEW
        return f"{name}: {f'fewer than {FEW}' if small else level.value}"
    if level.proven:
        return f"{name}: {level.value}, fewer are impossible"
    if level.bound is None:
        return f"{name}: {level.value}, whether fewer are possible is not known"
    return f"{name}: {level.value}, at least {level.bound} are proven to be needed"


def _points(report: Repair) -> Iterator[str]:
    yield f"points: {_plain(report.value_before)} before, {_plain(report.value)} now"
    if report.headroom is not None:
        where = "in the whole school" if report.whole else f"for the {report.looked_at} looked at"
        most = _plain(report.headroom)
        yield f"with the same moves, at most {most} points more are possible {where}"
    for step in report.curve:
        yield f"if {step.allowed} may move: {_gain(step.gain)}, {step.moved} move"


def _gain(gain: Decimal) -> str:
    return f"{_plain(gain)} points more" if gain else "no point more was found"


def _plain(points: Decimal) -> str:
    """Points without trailing zeros, thousands apart."""
    text = f"{points:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
