"""Columns, matrix, price, open, plan, master, polish, certify; `solve` is the only door."""

from scheduler.solver.solve import CheckerDisagrees, NothingFound, State, solve

__all__ = ["CheckerDisagrees", "NothingFound", "State", "solve"]
