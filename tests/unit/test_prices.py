"""What a seat is worth: exactly what a full solve with it says, told only where that is sure."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from scheduler.cli.app import app
from scheduler.explain import Case, Words, grouped, price, prices, sentences, shown
from scheduler.explain.story import one_more_seat
from scheduler.explain.typed import Price
from scheduler.generate import PRESETS, generate
from scheduler.reading import read, read_prices
from scheduler.writing import price_file, write_scenario, write_solution
from tests.solving import Desks, solved_here
from tests.unit.test_take import SCHOOL

if TYPE_CHECKING:
    from pathlib import Path

    from scheduler.explain.typed import PriceOf

SIZES = PRESETS["week-300"].model_copy(update={"students": 24, "seat_ratio": 1.0})


@pytest.fixture(scope="module")
def case() -> Case:
    scenario = generate(SIZES, 1)
    return Case(scenario, solved_here(scenario), answering=Desks())


@pytest.fixture(scope="module")
def found(case: Case) -> tuple[Price, ...]:
    return prices(case, 4)


def test_a_price_is_what_a_full_solve_with_the_seat_adds(
    case: Case, found: tuple[Price, ...]
) -> None:
    value = case.solution.certificate.value
    assert found and any(one.points > 0 for one in found)
    assert [one.points for one in found] == sorted((one.points for one in found), reverse=True)
    for one in found:
        more = solved_here(one_more_seat(case.scenario, one.session)).certificate
        assert (one.points, one.gap) == (more.value - value, 0)


def test_a_seat_that_locks_fill_has_a_price_too() -> None:
    scenario = read(SCHOOL)
    case = Case(scenario, solved_here(scenario), answering=Desks())
    one = price(case, "robots-mon")
    more = solved_here(one_more_seat(scenario, "robots-mon")).certificate
    assert one is not None and one.points == more.value - case.solution.certificate.value > 0


def test_a_price_within_the_gaps_is_not_told(case: Case, found: tuple[Price, ...]) -> None:
    first = found[0]
    certificate = case.solution.certificate
    for bound, sure in (
        (certificate.value + first.points, False),
        (certificate.value + first.points - Decimal("0.0001"), True),
        (None, False),
    ):
        loose = certificate.model_copy(update={"bound": bound})
        other = Case(
            case.scenario,
            case.solution.model_copy(update={"certificate": loose}),
            answering=Desks(),
        )
        one = price(other, first.session)
        assert one is not None and one.points == first.points
        assert one.sure == sure


@pytest.mark.parametrize("by", ["tag", "room", "block"])
def test_groups_have_the_price_of_their_dearest_session(by: PriceOf) -> None:
    common = {"activity": "a", "settled": True, "gap": Decimal(0)}
    some = [
        Price(session="x", block="b1", room="r1", tags=("t", "u"), points=Decimal(5), **common),
        Price(session="y", block="b1", room="r2", tags=("t",), points=Decimal(9), **common),
        Price(session="z", block="b2", room="", points=Decimal(1), **common),
    ]
    groups = grouped(some, by)
    told = {(one.name, one.points, one.session, one.sessions) for one in groups}
    assert (
        told
        == {
            "tag": {("t", 9, "y", 2), ("u", 5, "x", 1)},
            "room": {("r1", 5, "x", 1), ("r2", 9, "y", 1)},
            "block": {("b1", 9, "y", 2), ("b2", 1, "z", 1)},
        }[by]
    )
    assert [one.points for one in groups] == sorted((g.points for g in groups), reverse=True)
    assert all(sentences(one, Words()) for one in groups)


def test_prices_are_written_as_the_report_reads_them(
    tmp_path: Path, found: tuple[Price, ...], case: Case
) -> None:
    (tmp_path / "prices.csv").write_bytes(price_file(found))
    assert read_prices(tmp_path / "prices.csv") == {one.session: one.points for one in found}
    assert all(sentences(shown(case, one), Words()) for one in found)


def test_an_answer_without_a_bound_says_why_it_has_no_prices(tmp_path: Path) -> None:
    scenario = read(SCHOOL)
    solution = solved_here(scenario)
    update = {"bound": None, "gap": None, "status": "feasible"}
    certificate = solution.certificate.model_copy(update=update)
    write_scenario(scenario, tmp_path / "in")
    write_solution(solution.model_copy(update={"certificate": certificate}), tmp_path / "out")
    told = CliRunner().invoke(
        app, ["explain", str(tmp_path / "in"), str(tmp_path / "out"), "--prices"]
    )
    assert told.exit_code == 0, told.output
    assert "has no bound" in " ".join(told.stderr.split())


def test_the_command_saves_and_gathers_prices(tmp_path: Path) -> None:
    scenario = read(SCHOOL)
    write_scenario(scenario, tmp_path / "in")
    write_solution(solved_here(scenario), tmp_path / "out")
    run = CliRunner()
    base = ["explain", str(tmp_path / "in"), str(tmp_path / "out"), "--prices"]
    file = tmp_path / "prices.csv"
    said = run.invoke(app, [*base, "--save", str(file)])
    assert said.exit_code == 0 and "one more seat is worth" in said.stdout
    assert read_prices(file)
    rooms = run.invoke(app, [*base, "--by", "room"])
    assert "Room r1: one more seat is worth up to" in rooms.stdout
    for wrong in (["--by", "room"], ["--save", str(file)]):
        assert run.invoke(app, [*base[:3], "--session", "math-mon", *wrong]).exit_code == 2
