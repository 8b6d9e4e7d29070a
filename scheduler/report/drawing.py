"""What pictures of a page have in common: drawn by Matplotlib as SVG, no ids of two alike.

The same facts give the same bytes. Every picture names and describes itself for those who hear the
page.
"""

from __future__ import annotations

import io
import re
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from scheduler.report.wording import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes

WIDTH = 7.2
"""Inches: fits a printed A4 or letter page."""

INK, FAINT, PAPER = "#1f2933", "#d9dee3", "#ffffff"

_STYLE: Any = {
    "svg.hashsalt": "flexweave",
    "svg.fonttype": "none",
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 8.5,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "hatch.linewidth": 0.5,
}

_IDS = re.compile(r'(\bid="|url\(#|href="#)')
_STRIPPED = re.compile(
    r"<!--.*?-->|<\?xml.*?\?>|<!DOCTYPE.*?>|<metadata>.*?</metadata>|<style[^>]*>.*?</style>"
    r'|\s+xmlns(?::\w+)?="[^"]*"',
    re.DOTALL,
)


@contextmanager
def drawing(height: float) -> Iterator[tuple[Figure, Axes]]:
    """A drawing of so many inches, and where to draw; for as long as its style holds."""
    with panels(height, 1, 1) as (figure, (axes,)):
        yield figure, axes


@contextmanager
def panels(height: float, rows: int, columns: int) -> Iterator[tuple[Figure, list[Axes]]]:
    """As `drawing`, with several places to draw in, row by row."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        FigureCanvasSVG(figure)
        found = [figure.add_subplot(rows, columns, at + 1) for at in range(rows * columns)]
        for axes in found:
            for side in axes.spines.values():
                side.set_visible(False)
            axes.tick_params(length=0)
        yield figure, found


def svg(figure: Figure, name: str, title: str, description: str) -> str:
    """The drawing as an element of a page: named, described, with ids of its own."""
    out = io.BytesIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(out, format="svg", metadata=nothing, facecolor=PAPER)
    text = _STRIPPED.sub("", out.getvalue().decode()).replace("xlink:href", "href").strip()
    text = _IDS.sub(rf"\g<1>{name}-", text)
    words = (
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-text">{escape(description)}</desc>'
    )
    labels = f'role="img" aria-labelledby="{name}-title" aria-describedby="{name}-text" '
    start = text.index(">") + 1
    return text[:start].replace("<svg ", f"<svg {labels}", 1) + words + text[start:]


def readable_on(colour: str) -> str:
    """Ink or paper, whichever can be read on this colour (WCAG 2, relative luminance)."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    light = 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    return INK if (light + 0.05) / 0.07 > 1.05 / (light + 0.05) else PAPER


def short(text: str, most: int) -> str:
    """``text`` on one line, cut where it is too long for a picture."""
    shown = safe(text)
    return shown if len(shown) <= most else shown[: most - 1].rstrip() + "…"
