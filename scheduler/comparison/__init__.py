"""Calendars, scenarios and shifts side by side: minutes, law and people, each figure's difference.

`outcomes` says how people fare in one solved calendar, `compare` puts cases side by side, `sweep`
follows a calendar that is shortened step by step.
"""

from scheduler.comparison.comparing import Case, Comparison, GradeLine, Subject, Table, compare
from scheduler.comparison.legal import FloorLine
from scheduler.comparison.lines import Line
from scheduler.comparison.outcomes import Duty, GradeOutcome, Outcomes, outcomes
from scheduler.comparison.sweeping import Shift, Step, Sweep, shifts, sweep
from scheduler.comparison.timing import Course

__all__ = [
    "Case",
    "Comparison",
    "Course",
    "Duty",
    "FloorLine",
    "GradeLine",
    "GradeOutcome",
    "Line",
    "Outcomes",
    "Shift",
    "Step",
    "Subject",
    "Sweep",
    "Table",
    "compare",
    "outcomes",
    "shifts",
    "sweep",
]
