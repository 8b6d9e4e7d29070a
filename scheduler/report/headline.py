"""What a certificate says, in words for somebody who is tired."""

from __future__ import annotations

from decimal import Decimal  # noqa: TC003
from typing import TYPE_CHECKING

from scheduler.models.points import plain
from scheduler.report.typed import Report
from scheduler.report.wording import counted, number, percent

if TYPE_CHECKING:
    from scheduler.models import Certificate, Level

STOPPED = {
    "done": "",
    "gap": "The search stopped because the plan is as good as was asked for.",
    "time": "The search stopped at its time limit; more time may find a better plan.",
    "interrupt": "The search was interrupted; this is the best plan found until then.",
}


class Headline(Report):
    """The outcome in a few sentences, with the numbers behind them."""

    sentences: tuple[str, ...]
    status: str
    stopped_by: str
    value: Decimal
    bound: Decimal | None
    gap: Decimal | None


def headline(certificate: Certificate) -> Headline:
    """Say what a certificate says."""
    sentences = [_places(certificate), *map(_level, certificate.levels), _value(certificate)]
    sentences.append(STOPPED[certificate.stopped_by])
    return Headline(
        sentences=tuple(sentence for sentence in sentences if sentence),
        status=certificate.status,
        stopped_by=certificate.stopped_by,
        value=certificate.value,
        bound=certificate.bound,
        gap=certificate.gap,
    )


def _places(certificate: Certificate) -> str:
    placed, places = (certificate.counts.get(key, 0) for key in ("placed", "places"))
    missing = certificate.counts.get("unplaced", 0)
    if not missing:
        return f"All {counted(places, 'place')} are filled: everyone who attends has a place."
    filled = f"{placed:,} of {counted(places, 'place')} are filled"
    if certificate.stopped_by in ("time", "interrupt"):
        empty = f"{missing:,} were still empty when the search was stopped"
        return f"{filled}; {empty}: give it more time."
    return f"{filled}; {missing:,} could not be."


def _level(level: Level) -> str:
    """What one level of leximin reached, and the most that it could."""
    if level.bound is None:
        return f"Level {level.name!r}: {_short(level.value)}; its best is not known."
    if level.bound == level.value:
        return f"Level {level.name!r}: {_short(level.value)}, proven to be the best."
    return f"Level {level.name!r}: {_short(level.value)}; at best it is {_short(level.bound)}."


def _short(value: Decimal) -> str:
    """A count as it is, a share to four places."""
    return plain(round(value, 4))


def _value(certificate: Certificate) -> str:
    worth = f"The plan is worth {number(certificate.value)} points"
    if certificate.status == "impossible":
        return (
            f"{worth}. It is a best effort: not everything that must hold could hold at once, so "
            "some promises were waived, the fewest that were found."
        )
    plan = "plan that does as well on every level" if certificate.levels else "plan"
    if certificate.status == "optimal":
        return f"{worth}, and it is proven that no {plan} is worth more."
    if certificate.bound is None or certificate.gap is None:
        return f"{worth}. How much better a plan could be is not known."
    return (
        f"{worth}; no {plan} can be worth more than {number(certificate.bound)}. So it is at most "
        f"{percent(certificate.gap)} short of the best possible."
    )
