"""Pictures of a report: how places were filled, how people did, how full sessions are.

The page has the numbers of each as a table beside it.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Patch, Rectangle

from scheduler.report.drawing import FAINT, PAPER, drawing, readable_on, short, svg
from scheduler.report.page import BANDS
from scheduler.report.view import UNTOLD
from scheduler.report.wording import counted, natural, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from scheduler.report.page import Group, Offer, Page

BAR = "#2c6e9b"
WORST_TO_BEST = ("#a63d2f", "#e09f6b", "#e8dfc8", "#8fbcc4", "#2c6e9b")
FILL = LinearSegmentedColormap.from_list("fill", ["#f1f6f9", "#9cc4d8", "#2c6e9b", "#123a57"])
CLOSED = "#ffffff"

KINDS = {"flex": "Flex blocks", "advisory": "Advisory groups", "pd": "Communities of practice"}

ROWS, TALL_ROWS = 40, 26
"""Rows of a heat map that fit a printed page: of one line each, of two."""

TILES = 6
"""Sessions side by side where a kind has one block only."""


# ---- how places were filled --------------------------------------------------------------------


def ways(found: Page) -> str:
    """Bars: the share of all places that each way of filling them has."""
    shown = [(way.how, way.share, way.places) for way in found.ways if way.share is not None]
    with drawing(0.5 + 0.27 * len(shown)) as (figure, axes):
        lengths = [100 * float(share) for _, share, _ in shown]
        axes.barh(range(len(shown)), lengths, color=BAR, height=0.7)
        for at, (_, share, places) in enumerate(shown):
            axes.text(lengths[at] + 0.6, at, f"{percent(share)}  ({places})", va="center")
        axes.set_yticks(range(len(shown)), [short(how, 40) for how, _, _ in shown])
        axes.set_xticks([])
        axes.set_xlim(0, 1.25 * max(lengths, default=1))
        axes.set_ylim(len(shown) - 0.4, -0.6)
        said = "; ".join(f"{how}: {percent(share)}" for how, share, _ in shown)
        return svg(figure, "ways", "How places were filled", f"Share of all places. {said}.")


# ---- how people did ----------------------------------------------------------------------------


def groups(found: Page) -> str:
    """Bars by group: people by their share of what was possible, or the middle share."""
    whole = all(group.bands for group in found.groups)
    with drawing(0.75 + 0.32 * len(found.groups)) as (figure, axes):
        labels = [f"{short(g.group, 24)} ({g.people:,})" for g in found.groups]
        axes.set_yticks(range(len(labels)), labels)
        axes.set_ylim(len(labels) - 0.4, -0.6)
        axes.set_xlim(0, 100)
        axes.set_xticks([0, 25, 50, 75, 100], ["0 %", "25 %", "50 %", "75 %", "100 %"])
        if whole:
            _bands(axes, found.groups)
            axes.set_xlabel("people of the group")
            title = "How people did, by group"
        else:
            middles = [100 * float(group.middle) for group in found.groups]
            axes.barh(range(len(labels)), middles, color=BAR, height=0.7)
            axes.set_xlabel("middle share of what was possible")
            title = "The middle person of each group"
        said = "; ".join(f"{g.group}: middle share {percent(g.middle)}" for g in found.groups)
        return svg(figure, "groups", title, f"Shares of what was possible. {said}.")


def _bands(axes: Axes, found: Sequence[Group]) -> None:
    """Stacked bars, the worst share at the left; numbers where they fit."""
    left = [0.0] * len(found)
    for band, colour in enumerate(WORST_TO_BEST):
        widths = [100 * group.bands[band] / group.people for group in found]
        axes.barh(
            range(len(found)),
            widths,
            left=left,
            color=colour,
            height=0.72,
            edgecolor=PAPER,
            linewidth=0.6,
            label=BANDS[band],
        )
        for at, width in enumerate(widths):
            if width >= 4:
                where = left[at] + width / 2
                text = f"{found[at].bands[band]:,}"
                axes.text(where, at, text, ha="center", va="center", color=readable_on(colour))
            left[at] += width
    axes.legend(
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=len(BANDS),
        frameon=False,
        handlelength=1,
        columnspacing=1.2,
    )


# ---- how full sessions are ---------------------------------------------------------------------


def heat_maps(found: Page) -> list[tuple[str, str]]:
    """A heading and a picture for each kind, in parts that fit a printed page.

    Activities against blocks; sessions as tiles where a kind meets in one block only.
    """
    pictures = []
    order = ["", *KINDS]
    kinds = sorted(found.offers, key=lambda offer: order.index(offer.kind))
    for kind, group in groupby(kinds, key=lambda offer: offer.kind):
        offers = list(group)
        grid = len({offer.block for offer in offers}) > 1
        cells = _grid(offers) if grid else _tiles(offers)
        fit = ROWS if grid and not found.priced else TALL_ROWS
        parts = [cells[at : at + fit] for at in range(0, len(cells), fit)]
        for at, part in enumerate(parts):
            of = f", part {at + 1} of {len(parts)}" if len(parts) > 1 else ""
            title = f"{KINDS.get(kind, 'All sessions')}{of}"
            pictures.append((title, _heat_map(part, f"heat-{kind}-{at + 1}", title, found.priced)))
    return pictures


def _grid(offers: list[Offer]) -> list[tuple[str, list[tuple[str, Offer | None]]]]:
    """Rows of activities, columns of blocks; an activity that meets twice at once has two rows."""
    blocks = list(dict.fromkeys(offer.block for offer in offers))
    rows: dict[tuple[str, int], dict[str, Offer]] = {}
    for offer in offers:
        again = 0
        while offer.block in rows.get((offer.title, again), {}):
            again += 1
        rows.setdefault((offer.title, again), {})[offer.block] = offer
    return [
        (title, [(block, row.get(block)) for block in blocks])
        for (title, _), row in sorted(rows.items(), key=lambda one: natural(one[0][0]))
    ]


def _tiles(offers: list[Offer]) -> list[tuple[str, list[tuple[str, Offer | None]]]]:
    return [
        ("", [(offer.title, offer) for offer in offers[at : at + TILES]])
        for at in range(0, len(offers), TILES)
    ]


def _heat_map(
    rows: list[tuple[str, list[tuple[str, Offer | None]]]], name: str, title: str, priced: bool
) -> str:
    columns = max(len(cells) for _, cells in rows)
    tiles = not any(label for label, _ in rows)
    size = 7.0 if columns < 8 else 56 / columns
    step = 0.42 if tiles else 0.34 if priced else 0.24
    with drawing(0.75 + step * len(rows)) as (figure, axes):
        for y, (_, cells) in enumerate(rows):
            for x, (label, offer) in enumerate(cells):
                _cell(axes, (x, y), offer, short(label, 17) if tiles else "", size)
        axes.set_xlim(-0.5, columns - 0.5)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_yticks(range(len(rows)), [short(label, 30) for label, _ in rows])
        labels = [] if tiles else [short(block, 14) for block, _ in rows[0][1]]
        axes.set_xticks(range(len(labels)), labels)
        axes.xaxis.tick_top()
        _key(axes)
        offers = [offer for _, cells in rows for _, offer in cells if offer is not None]
        return svg(figure, name, f"{title}: how full they are", _told(offers))


def _cell(axes: Axes, at: tuple[int, int], offer: Offer | None, label: str, size: float) -> None:
    """One session: its colour says how full, its text how many of how many."""
    if offer is None:
        return
    x, y = at
    colour = _colour(offer)
    box = Rectangle(
        (x - 0.48, y - 0.45),
        0.96,
        0.9,
        facecolor=colour,
        edgecolor=FAINT,
        linewidth=0.6,
        hatch=None if offer.open else "////",
    )
    axes.add_patch(box)
    lines = [label, _inside(offer)]
    if offer.price is not None:
        lines.append(f"seat {offer.price:+,.0f}")
    text = "\n".join(part for part in lines if part)
    back = {"facecolor": CLOSED, "edgecolor": "none", "pad": 1} if not offer.open else None
    axes.text(
        x,
        y,
        text,
        ha="center",
        va="center",
        fontsize=size,
        color=readable_on(colour),
        bbox=back,
        clip_on=True,
    )


def _inside(offer: Offer) -> str:
    if not offer.open:
        return "closed"
    size = offer.size.replace("fewer than ", "<").replace(UNTOLD, "?")
    waiting = "" if offer.waiting == "0" else f"  +{offer.waiting.replace('fewer than ', '<')}"
    return (size if offer.seats == "–" else f"{size}/{offer.seats}") + waiting


def _colour(offer: Offer) -> str:
    if not offer.open:
        return CLOSED
    fill = 0.0 if offer.fill is None else float(offer.fill)
    red, green, blue, _ = FILL(min(fill, 1.0))
    return f"#{round(255 * red):02x}{round(255 * green):02x}{round(255 * blue):02x}"


def _key(axes: Axes) -> None:
    """What the colours mean, below the map."""
    steps = {"empty": 0.0, "half full": 0.5, "three quarters": 0.75, "full": 1.0}
    handles = [
        Patch(facecolor=FILL(fill), edgecolor=FAINT, label=label) for label, fill in steps.items()
    ]
    handles.append(Patch(facecolor=CLOSED, edgecolor=FAINT, hatch="////", label="closed"))
    axes.legend(
        handles=handles,
        loc="upper center",
        bbox_to_anchor=(0.5, -0.01),
        ncols=len(handles),
        frameon=False,
        handlelength=1.2,
        columnspacing=1.5,
    )


def _told(offers: list[Offer]) -> str:
    closed = sum(not offer.open for offer in offers)
    full = sum(offer.fill is not None and offer.fill >= 1 for offer in offers)
    return (
        f"{counted(len(offers), 'session')}: {full:,} full, {closed:,} closed. The table of "
        "sessions has the numbers."
    )
