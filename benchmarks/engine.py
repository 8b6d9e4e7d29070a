"""The engine beside its rivals: what is reached, how fast, what is proven.

    python -m benchmarks.engine [SCENARIO ...] [--seeds N] [--limit SECONDS] [--rivals NAMES]
                                [--limit-rival SECONDS] [--curve [SCENARIO]] [--keep FILE] [--write]

Each scenario is written as CSV files, solved by ``flexweave solve`` as a process of its own, and
then by each rival, one at a time. Without names every scenario of the table is measured, which
takes hours; ``--keep FILE`` puts each row aside, and a later run goes on from there.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from benchmarks import anytime, cases, results
from benchmarks.rivals import RIVALS
from benchmarks.rivals.outside import played
from benchmarks.rows import Judged, Results, Row
from benchmarks.targets import missed
from benchmarks.whole import solved
from scheduler.solver.model import modelled
from scheduler.verify import judge
from scheduler.writing import write_scenario

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from benchmarks.processes import Ended
    from benchmarks.rivals.contract import Play
    from benchmarks.rows import Curve, Ours
    from scheduler.models import Scenario

HERE = Path(__file__).parent
PAGE = HERE / "RESULTS.md"
PICTURE = HERE.parent / "docs" / "pictures" / "anytime.svg"
LONGER = 10
"""A rival gets so many times our seconds."""
LEAST = 30.0
"""And at least so many."""


# ---- one row -------------------------------------------------------------------------------------


def measured(
    case: str, seed: int, limit: float | None, rivals: Iterable[str], limit_rival: float
) -> Row:
    """Solve one scenario, and let rivals play on it."""
    return measured_on(cases.made(case, seed), case, seed, limit, rivals, limit_rival)


def measured_on(
    scenario: Scenario,
    case: str,
    seed: int,
    limit: float | None,
    rivals: Iterable[str],
    limit_rival: float,
) -> Row:
    """Solve a scenario, and let rivals play on it, each as a process on the same CSV files."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "scenario"
        write_scenario(scenario, folder)
        ours = solved(scenario, folder, Path(place) / "answer", limit)
        found: list[Judged] = []
        for name in rivals:
            best = _best(ours, found)
            seconds = limit_rival if name == "pdlp" else rival_seconds(ours.seconds, limit_rival)
            play, ended = played(name, folder, seconds, seed, best)
            found.append(judged(scenario, name, play, ended))
    rows, columns = modelled(scenario).matrix.shape
    return Row(
        case=case,
        seed=seed,
        measured=date.today(),
        students=len(scenario.students),
        people=len(scenario.people),
        sessions=len(scenario.sessions),
        columns=columns,
        rows=rows,
        ours=ours,
        rivals=tuple(found),
    )


def rival_seconds(ours: float, most: float) -> float:
    """Ten times our seconds, within bounds."""
    return min(most, max(LEAST, LONGER * ours))


def _best(ours: Ours, found: list[Judged]) -> Decimal | None:
    """The largest value of a legal plan that is known so far."""
    own = None if ours.status == "impossible" else ours.value
    return max((v for v in (own, *(one.value for one in found)) if v is not None), default=None)


def judged(scenario: Scenario, name: str, play: Play, ended: Ended) -> Judged:
    """What the checker says of a rival's plan; only a legal one that waives nothing has a value."""
    seconds = ended.seconds if play.seconds is None else play.seconds
    bare = Judged(by=name, seconds=seconds, bound=play.bound, near=play.near, said=play.said)
    if play.plan is None:
        return bare
    truth = judge(scenario, play.plan)
    broken = truth.illegal or truth.waived
    if broken:
        word = "illegal" if truth.illegal else "breaks what must hold"
        said = f"{word}: {len(broken)} findings, such as: {broken[0].text}"
        return bare.model_copy(update={"said": said})
    return bare.model_copy(
        update={
            "value": truth.value,
            "unplaced": truth.counts["unplaced"],
            "first": truth.counts.get("rank_1", 0),
        }
    )


def followed(case: str, limit: float | None) -> Curve:
    """One search of a scenario, its first seed, noted while it goes on."""
    (seed,) = cases.seeds_of(case, 1)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "scenario"
        write_scenario(cases.made(case, seed), folder)
        return anytime.followed(case, seed, folder, limit)


# ---- all of them ---------------------------------------------------------------------------------


def main(given: list[str] | None = None) -> int:
    """Measure what is asked for; 1 where a rival's legal plan is worth more than our bound."""
    asked = _asked(given)
    found = kept(asked.keep)
    console = Console(width=max(160, Console().width))
    for row in _rows(asked, found):
        found.rows.append(row)
        _save(asked, found)
        console.print(results.reached([row]).screen())
        console.print(results.beside([row]).screen())
    if asked.curve:
        found.curves = [c for c in found.curves if c.case != asked.curve]
        found.curves.append(followed(asked.curve, asked.limit))
    _save(asked, found)
    for table in results.tables(found):
        console.print(table.screen())
    for text in missed(found.rows):
        print(f"missed: {text}")
    wrong = [f"{by} on {row.name}" for row in found.rows for by in row.refuted]
    for one in wrong:
        print(f"THE BOUND IS WRONG: the plan of {one} is worth more", file=sys.stderr)
    return 1 if wrong else 0


def _rows(asked: argparse.Namespace, found: Results) -> Iterator[Row]:
    """Rows not measured yet."""
    done = {(row.case, row.seed) for row in found.rows}
    for case in asked.scenarios:
        for seed in cases.seeds_of(case, asked.seeds):
            if (case, seed) not in done:
                yield measured(case, seed, asked.limit, asked.rivals, asked.limit_rival)


def kept(file: Path | None) -> Results:
    """What an earlier run put aside, if it was of this machine and these versions."""
    now = Results(machine=results.machine(), versions=results.versions())
    if file is None or not file.exists():
        return now
    before = Results.model_validate_json(file.read_bytes())
    if (before.machine, before.versions) != (now.machine, now.versions):
        raise SystemExit(f"{file} was measured elsewhere or by other versions; name another file")
    return before


def _save(asked: argparse.Namespace, found: Results) -> None:
    if asked.keep is not None:
        asked.keep.parent.mkdir(parents=True, exist_ok=True)
        part = asked.keep.with_suffix(".part")
        part.write_text(found.model_dump_json(indent=1))
        part.replace(asked.keep)
    if asked.write:
        PAGE.write_text(results.page(found))
        for curve in found.curves[-1:]:
            PICTURE.parent.mkdir(exist_ok=True)
            PICTURE.write_text(anytime.picture(curve))


def _asked(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=", ".join(cases.NAMES))
    parser.add_argument("--seeds", type=int, default=3, help="of each generated scenario: 1, 2, …")
    parser.add_argument("--limit", type=float, default=300.0, help="seconds for our search")
    parser.add_argument("--rivals", default=",".join(RIVALS), help="names, or none")
    parser.add_argument("--limit-rival", type=float, default=600.0, help="most seconds for a rival")
    parser.add_argument("--curve", nargs="?", const="week-3000", help="value and bound over time")
    parser.add_argument("--keep", type=Path, help="rows so far: gone on from, and added to")
    parser.add_argument("--write", action="store_true", help=f"also write {PAGE.name}, the picture")
    asked = parser.parse_args(given)
    asked.scenarios = asked.scenarios or list(cases.USUAL)
    asked.rivals = [name for name in asked.rivals.split(",") if name not in ("", "none")]
    named = [*asked.scenarios, *filter(None, [asked.curve])]
    for kind, names, known in (("scenario", named, cases.NAMES), ("rival", asked.rivals, RIVALS)):
        for name in names:
            if name not in known:
                parser.error(f"no {kind} {name}; there are {', '.join(known)}")
    return asked


if __name__ == "__main__":
    sys.exit(main())
