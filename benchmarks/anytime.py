"""Value and bound over time: measured while a search goes on, printed, and drawn."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from benchmarks.rows import Curve
from scheduler.reading import read
from scheduler.solver import solve

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal
    from pathlib import Path

    from scheduler.solver.solve import State

    Point = tuple[float, float]

AT = (1, 2, 5, 10, 20, 60)
"""Seconds at which the curve is read off."""
LOCAL_SEARCH = {10: 6.8, 20: 1.5, 60: 0.13}
"""Percent that a tuned Java local search was short of the optimum after so many seconds, in a trial
on a week of 3,000 students of this kind, on two cores. Not this instance, not this machine."""


def followed(case: str, seed: int, folder: Path, limit: float | None = None) -> Curve:
    """Read and solve a folder and note value and bound whenever something is new."""
    began = time.monotonic()
    events: list[tuple[float, Decimal | None, Decimal | None]] = []

    def note(state: State) -> None:
        events.append((time.monotonic() - began, state.value, state.bound))

    solution = solve(read(folder), time_limit=limit, progress=note)
    certificate = solution.certificate
    events.append((time.monotonic() - began, certificate.value, certificate.bound))
    return Curve(case=case, seed=seed, events=events)


def short(curve: Curve) -> list[tuple[float, float | None, float | None]]:
    """Seconds, percent that the value is short of the last bound, percent of bound above value.

    The value is held against the best bound of the whole search, and each bound against the best
    value: so both can only fall, and they meet at the gap that was left.
    """
    bounds = [bound for _, _, bound in curve.events if bound is not None]
    values = [value for _, value, _ in curve.events if value is not None]
    if not bounds or not values:
        return []
    bound, value = min(bounds), max(values)
    scale = max(1.0, abs(float(bound)))
    return [
        (
            seconds,
            None if v is None else 100 * float(bound - v) / scale,
            None if b is None else 100 * float(b - value) / scale,
        )
        for seconds, v, b in curve.events
    ]


def read_off(curve: Curve) -> list[tuple[int, float | None, float | None, float | None]]:
    """Seconds of `AT`, the last value and bound until then as `short` has them, the local search's.

    Seconds after the end of the search repeat its end.
    """
    events = short(curve)
    found = []
    for at in AT:
        until = [event for event in events if event[0] <= at]
        _, value, bound = until[-1] if until else (0.0, None, None)
        found.append((at, value, bound, LOCAL_SEARCH.get(at)))
    return found


# ---- the picture ---------------------------------------------------------------------------------

WIDTH, HEIGHT = 780, 430
LEFT, RIGHT, TOP, BOTTOM = 100, 40, 60, 66
MOST, LEAST = 100.0, 0.0001
"""Percent at the top and at the foot of the picture; less is drawn at the foot."""
FIRST = 0.5
"""Seconds at the left."""
INK, SOFT, GRID = "#1b1b1b", "#1f5fa8", "#d9d9d9"


def picture(curve: Curve) -> str:
    """The curve as SVG: seconds across, percent up, both on logarithmic scales."""
    events = short(curve)
    last = 1.4 * max([float(AT[-1]), *(seconds for seconds, _, _ in events)])
    value = [(seconds, v) for seconds, v, _ in events if v is not None]
    bound = [(seconds, b) for seconds, _, b in events if b is not None]
    parts = [
        *_frame(last, f"{curve.case}, seed {curve.seed}"),
        _line(value, last, f'stroke="{INK}" stroke-width="2"'),
        _line(bound, last, f'stroke="{SOFT}" stroke-width="2" stroke-dasharray="7 4"'),
        *_rival(last),
        *_legend(),
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="13" fill="{INK}">'
    )
    return "\n".join([head, f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>', *parts]) + (
        "\n</svg>\n"
    )


def _x(seconds: float, last: float) -> float:
    share = math.log(max(seconds, FIRST) / FIRST) / math.log(last / FIRST)
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(percent: float) -> float:
    share = math.log(min(max(percent, LEAST), MOST) / LEAST) / math.log(MOST / LEAST)
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _frame(last: float, title: str) -> Iterable[str]:
    yield f'<text x="{LEFT}" y="22" font-weight="bold">Value and bound over time: {title}</text>'
    yield f'<text x="{LEFT}" y="42">Lower is better; the lines end where the search did.</text>'
    exponents = range(round(math.log10(LEAST)), round(math.log10(MOST)) + 1)
    for percent in (10.0**exponent for exponent in exponents):
        said = f"{percent:g} %" if percent > LEAST else f"≤ {LEAST:.4f} %"
        y = _y(percent)
        yield _segment(LEFT, y, WIDTH - RIGHT, y)
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{said}</text>'
    for seconds in (t for t in (0.5, *AT, 120, 300, 600, 1800) if t <= last):
        x = _x(seconds, last)
        yield _segment(x, TOP, x, HEIGHT - BOTTOM)
        place = f'x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}"'
        yield f'<text {place} text-anchor="middle">{seconds:g} s</text>'


def _segment(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{GRID}"/>'


def _line(points: list[Point], last: float, style: str) -> str:
    """Steps: what is known holds until something better is."""
    if not points:
        return ""
    path = f"M{_x(points[0][0], last):.1f} {_y(points[0][1]):.1f}"
    for seconds, percent in points[1:]:
        path += f"H{_x(seconds, last):.1f}V{_y(percent):.1f}"
    return f'<path d="{path}" fill="none" {style}/>'


def _rival(last: float) -> Iterable[str]:
    for seconds, percent in LOCAL_SEARCH.items():
        x, y = _x(seconds, last), _y(percent)
        yield f'<path d="M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6 -6z" fill="white" stroke="{INK}"/>'
        yield f'<text x="{x + 10:.1f}" y="{y - 6:.1f}">{percent:g} %</text>'


def _legend() -> Iterable[str]:
    y = HEIGHT - 16
    yield f'<path d="M{LEFT} {y - 4}h28" stroke="{INK}" stroke-width="2"/>'
    yield f'<text x="{LEFT + 34}" y="{y}">value, short of the last bound</text>'
    x = LEFT + 240
    yield f'<path d="M{x} {y - 4}h28" stroke="{SOFT}" stroke-width="2" stroke-dasharray="7 4"/>'
    yield f'<text x="{x + 34}" y="{y}">bound, above the last value</text>'
    x = LEFT + 476
    yield f'<path d="M{x} {y - 10}l6 6l-6 6l-6 -6z" fill="white" stroke="{INK}"/>'
    yield f'<text x="{x + 12}" y="{y}">Java local search (trial)</text>'
