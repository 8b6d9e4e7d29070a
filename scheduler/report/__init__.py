"""Reports: typed summaries of a scenario and a solution, and the tables they are shown as.

`overview` says what a scenario holds, `summary` how a solution came out, `week` where one person
goes, `roster` who is in one session, `entries` what each rule promises. `tables` shows them.
"""

from scheduler.report.headline import Headline, headline
from scheduler.report.overview import Overview, overview
from scheduler.report.promises import Entry, entries, markdown
from scheduler.report.roster import Roster, roster
from scheduler.report.summary import Summary, summary
from scheduler.report.typed import Report, Unknown, unknown
from scheduler.report.week import Week, week

__all__ = [
    "Entry",
    "Headline",
    "Overview",
    "Report",
    "Roster",
    "Summary",
    "Unknown",
    "Week",
    "entries",
    "headline",
    "markdown",
    "overview",
    "roster",
    "summary",
    "unknown",
    "week",
]
