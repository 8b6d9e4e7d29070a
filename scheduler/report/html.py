"""Pages as one HTML file each: nothing is fetched, every text is escaped, no scripts."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from scheduler.report import calendar_charts, charts, compared
from scheduler.report.page import BANDS
from scheduler.report.wording import NONE, number, ordinal, percent, safe

if TYPE_CHECKING:
    from scheduler.comparison import Comparison, Sweep, Table
    from scheduler.report.page import Page
    from scheduler.report.roster import Roster
    from scheduler.report.slips import Slip


_OF_COMPARISONS = (
    *("balances", "bells", "by_part", "differing", "gaps", "judged", "labelled", "lawful"),
    *("sentences", "shown"),
)
"""Words of `compared` that its template uses."""


@cache
def _templates() -> Environment:
    """Templates that escape everything, and shout at what is missing."""
    found = Environment(
        loader=PackageLoader("scheduler.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: safe(value) if type(value) is str else value,
    )
    found.filters |= {"number": number, "percent": percent, "ordinal": ordinal}
    found.filters |= {name: getattr(compared, name) for name in _OF_COMPARISONS}
    found.globals |= {"none_sign": NONE}
    return found


def report(found: Page) -> str:
    """The report as a page of its own."""
    pictures = {
        # Drawn by us, its texts escaped there.
        "ways": Markup(charts.ways(found)) if found.ways else "",
        "groups": Markup(charts.groups(found)) if found.groups else "",
        "heat": [(title, Markup(svg)) for title, svg in charts.heat_maps(found)],
    }
    template = _templates().get_template("report.html")
    return template.render(page=found, pictures=pictures, bands=BANDS)


def rosters(name: str, found: tuple[Roster, ...]) -> str:
    """Rosters, each on printed pages of its own."""
    return _templates().get_template("rosters.html").render(name=name, rosters=found)


def slips(name: str, found: tuple[Slip, ...]) -> str:
    """Slips, each on a printed page of its own."""
    return _templates().get_template("slips.html").render(name=name, slips=found)


def comparison(found: Comparison) -> str:
    """Calendars compared, as a page of its own; one school's prints on two pages."""
    return (
        _templates()
        .get_template("compare.html")
        .render(
            found=found,
            rows=compared.overview(found),
            heads=compared.overview_heads(found),
            packs=compared.packs(found),
            yardstick=compared.YARDSTICK,
            pictures=[_of_table(table, at) for at, table in enumerate(found.tables, 1)],
        )
    )


def _of_table(table: Table, at: int) -> dict[str, object]:
    """Pictures of one table; their ids tell it from the others."""
    others = list(enumerate(table.cases))[1:]
    return {
        "weeks": Markup(calendar_charts.weeks(table, f"weeks-{at}")),
        "floors": Markup(calendar_charts.floors(table, f"floors-{at}")) if table.floors else "",
        "outcomes": Markup(calendar_charts.outcomes(table, f"outcomes-{at}")),
        "winners": [
            (case.label, Markup(calendar_charts.winners(table, n, f"winners-{at}-{n}")))
            for n, case in others
        ],
    }


def sweep(told: Sweep) -> str:
    """A sweep's trade-off as a page of its own."""
    return (
        _templates()
        .get_template("sweep.html")
        .render(
            told=told,
            texts=compared.sweep_sentences(told),
            heads=list(compared.SWEPT.values()),
            rows=compared.swept(told),
            packs=compared.sweep_packs(told),
            curve=Markup(calendar_charts.curve(told, "curve")),
            against=Markup(calendar_charts.against(told, "against")),
        )
    )
