"""Rivals: other ways to fill the same week, one file each, and each in a process of its own.

A rival's module offers ``play(task) -> Play``. What it claims counts for nothing: its plan is
judged by the project's checker, which knows no solver.
"""

RIVALS = {
    "sign-up": "benchmarks.rivals.sign_up",
    "nightly": "benchmarks.rivals.nightly",
    "highs": "benchmarks.rivals.highs",
    "cpsat": "benchmarks.rivals.cpsat",
    "pdlp": "benchmarks.rivals.pdlp",
}
"""Modules by the rivals' names, in the order in which they play; PDLP is told the best value."""
