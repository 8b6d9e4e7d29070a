"""What a worker can do: each task calls `scheduler` as the command line does, and says what came.

Documents come and go as bytes: a scenario as `scenario_json` writes it, a solution as its model
does. Nothing is written to disk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from api.jobs.outcomes import Crashed, Done, Outcome, Refused, Stopped
from scheduler.calendars import read_pack
from scheduler.comparison import Subject, compare
from scheduler.explain import (
    Case,
    Unanswerable,
    Words,
    conflict,
    difference,
    prices,
    sentences,
    shown,
    story,
    treatment,
    what_it_takes,
    why,
    why_not,
)
from scheduler.models import TABLES, Change, Scenario, Solution
from scheduler.reading import BadInput, BadScenario, Limits, Problem, examine, read
from scheduler.repair import checked, repair, spotted
from scheduler.repair import sentences as repair_sentences
from scheduler.report import Unknown, html, workbook
from scheduler.report.page import page
from scheduler.report.view import View
from scheduler.report.wording import counted
from scheduler.solver.isolate import SolverCrashed
from scheduler.solver.solve import NothingFound, State, solve
from scheduler.writing import scenario_json
from scheduler.writing.cells import dumped

JOB_ROUTE = "send it to POST /v1/scenarios and solve it by POST /v1/scenarios/{scenario}/solves"
"""What the thin door says of what does not fit through it."""

MOST_PROBLEMS = 10_000
"""Problems that one answer names: a few bytes sent can be wrong a million times."""

Payload = dict[str, Any]
Report = Callable[[dict[str, Any]], None]


def perform(task: str, payload: Payload, report: Report) -> Outcome:
    """Do a task by its name; what is wrong with the input comes back as `Refused`."""
    try:
        return TASKS[task](payload, report)
    except BadInput as bad:
        return bad_input(bad.problems)
    except (Unanswerable, Unknown) as nothing:
        return Refused("no-answer", str(nothing))
    except NothingFound as nothing:
        return Refused("nothing-found", str(nothing))
    except SolverCrashed as crash:
        raise Crashed(str(crash)) from crash


def bad_input(problems: tuple[Problem, ...]) -> Refused:
    """Every problem with the input, but where there are so many that nobody could read them."""
    said = f"{counted(len(problems), 'problem')}"
    if len(problems) > MOST_PROBLEMS:
        said += f", the first {MOST_PROBLEMS:,} of them here"
    return Refused("bad-input", said, problems_of(problems[:MOST_PROBLEMS]))


def problems_of(problems: tuple[Problem, ...]) -> tuple[dict[str, Any], ...]:
    """Problems as the wire has them."""
    return tuple(
        {
            "file": problem.file,
            "row": problem.row,
            "column": problem.column,
            "message": problem.message,
            "hint": problem.hint,
        }
        for problem in problems
    )


# ---- reading -------------------------------------------------------------------------------------


def read_scenario(payload: Payload, _: Report) -> Outcome:
    """Read what was sent: ``data`` with its ``limits``; a document to keep, and what it holds."""
    found = examine(payload["data"], limits=Limits(**payload["limits"]))
    if found.scenario is None:
        raise BadScenario(found.problems)
    held = kept(found.scenario)
    if sum(held["rows"].values()) > payload["rows"]:
        return Refused("too-large", f"the scenario has more than {payload['rows']:,} rows")
    return Done(held | {"warnings": problems_of(found.notes)})


def kept(scenario: Scenario) -> Payload:
    """A scenario as it is kept."""
    rows = {table: len(getattr(scenario, table)) for table in TABLES}
    return {
        "name": scenario.scenario.name,
        "digest": scenario.digest,
        "rows": {table: number for table, number in rows.items() if number},
        "document": scenario_json(scenario),
    }


def nothing(_: Payload, __: Report) -> Outcome:
    """Be there: all that takes a while to load has been loaded by now."""
    return Done(None)


def check_settings(payload: Payload, _: Report) -> Outcome:
    """Say what is wrong with settings before a job is made with them."""
    _opened(payload)
    return Done(None)


def _opened(payload: Payload) -> Scenario:
    """The scenario with the settings of the solve in place of its own."""
    given = payload["overrides"]
    kinds = given.get("kinds")
    return read(
        payload["scenario"],
        calendar=given.get("calendar"),
        kinds=None if kinds is None else tuple(kinds.split(";")),
    )


def _answered(payload: Payload) -> tuple[Scenario, Solution]:
    return _opened(payload), Solution.model_validate_json(payload["solution"])


# ---- solving -------------------------------------------------------------------------------------


def solve_scenario(payload: Payload, report: Report) -> Outcome:
    """Solve, as ``flexweave solve`` does."""

    def progress(state: State) -> None:
        report(said(state))

    solution = solve(
        _opened(payload),
        time_limit=payload["time_limit"],
        gap=payload["gap"],
        seed=payload["seed"],
        progress=progress,
    ).overridden(payload["overrides"])
    return Done(solved(solution), solution.certificate.stopped_by == "interrupt")


def said(state: State) -> dict[str, Any]:
    """Where a search stands, as events have it."""
    numbers = {"value": state.value, "bound": state.bound, "gap": state.gap}
    plain = {key: None if number is None else float(number) for key, number in numbers.items()}
    return {"stage": state.stage, **plain, "seconds": round(state.seconds, 3)}


def solved(solution: Solution) -> Payload:
    """A solution as it is kept."""
    return {
        "solution": solution.model_dump_json().encode(),
        "certificate": solution.certificate.model_dump(mode="json"),
    }


def solve_small(payload: Payload, report: Report) -> Outcome:
    """Read and solve a small scenario: the solution as text."""
    found = small(payload)
    if isinstance(found, Refused):
        return found
    outcome = solve_scenario(payload | {"scenario": scenario_json(found)}, report)
    assert isinstance(outcome, Done)
    solution = Solution.model_validate_json(outcome.value["solution"])
    if solution.certificate.stopped_by == "time" and not payload["limited"]:
        return Refused("took-too-long", f"it takes longer than a reply may; {JOB_ROUTE}")
    return Done(dumped(solution.model_dump()))


def small(payload: Payload) -> Scenario | Refused:
    """The scenario of a request that is answered at once, if it is small enough."""
    found = examine(payload["data"], limits=Limits(**payload["limits"]))
    if found.scenario is None:
        raise BadScenario(found.problems)
    if len(found.scenario.people) > payload["people"]:
        return Refused(
            "too-large",
            f"{len(found.scenario.people)} people are too many to solve at once, "
            f"{payload['people']} are the most; {JOB_ROUTE}",
        )
    return found.scenario


# ---- comparing -----------------------------------------------------------------------------------


def check_calendars(payload: Payload, _: Report) -> Outcome:
    """Say what is wrong under any of the calendars before a job is made of them."""
    _subjects(payload)
    return Done(None)


def _subjects(payload: Payload) -> list[Subject]:
    """The scenario under each calendar.

    Raises
    ------
    BadScenario
        With what is wrong under any of them, such as that there is no such calendar.
    """
    found = [examine(payload["scenario"], calendar=name) for name in payload["calendars"]]
    # What is wrong whatever the calendar is said once.
    wrong = tuple(dict.fromkeys(problem for one in found for problem in one.problems))
    schools = [one.scenario for one in found if one.scenario is not None]
    if len(schools) < len(found):
        raise BadScenario(wrong)
    return [
        Subject(name, school.scenario.name or "scenario", school, name)
        for name, school in zip(payload["calendars"], schools, strict=True)
    ]


def compare_calendars(payload: Payload, report: Report) -> Outcome:
    """Solve a scenario under each calendar, one after the other, as ``flexweave compare`` does.

    One that is cancelled says nothing: without all its calendars there is nothing to compare.
    """
    subjects = _subjects(payload)
    limit = payload["time_limit"] / len(subjects)
    solutions: dict[str, Solution] = {}
    seconds = 0.0
    for one in subjects:
        solution = _under(one, payload, limit, report)
        certificate = solution.certificate
        if certificate.stopped_by == "interrupt":
            return Stopped()
        seconds += sum(certificate.seconds_per_stage.values())
        solutions[one.key] = solution
    packs = [read_pack(payload["pack"])] if payload["pack"] else []
    found = compare([subjects], solutions, packs)
    return Done(
        {
            "comparison": dumped(found.model_dump()).encode(),
            "page": html.comparison(found).encode(),
            "seconds": seconds,
        }
    )


def _under(subject: Subject, payload: Payload, limit: float, report: Report) -> Solution:
    """The solution under one calendar; where the search stands is told with the calendar."""

    def progress(state: State) -> None:
        report(said(state) | {"calendar": subject.label})

    return solve(
        subject.scenario,
        time_limit=limit,
        gap=payload["gap"],
        seed=payload["seed"],
        progress=progress,
    )


# ---- asking --------------------------------------------------------------------------------------


def _why(case: Case, payload: Payload) -> tuple[Any, ...]:
    return why(case, payload["person"])


def _why_not(case: Case, payload: Payload) -> tuple[Any, ...]:
    return (why_not(case, payload["person"], payload["session"]),)


def _take(case: Case, payload: Payload) -> tuple[Any, ...]:
    return (what_it_takes(case, payload["person"], payload["session"]),)


def _story(case: Case, payload: Payload) -> tuple[Any, ...]:
    return (story(case, payload["session"]),)


def _prices(case: Case, _: Payload) -> tuple[Any, ...]:
    return prices(case)


QUESTIONS: dict[str, Callable[[Case, Payload], tuple[Any, ...]]] = {
    "why": _why,
    "why-not": _why_not,
    "what-would-it-take": _take,
    "session": _story,
    "prices": _prices,
}
"""Questions about a case, by the name under which they are asked; a new one is one line here."""


def explain(payload: Payload, _: Report) -> Outcome:
    """Answer a question about a solution, for an audience: typed answers and their sentences."""
    school, solution = _answered(payload)
    return Done(answer(school, solution, payload))


def answer(school: Scenario, solution: Solution, payload: Payload) -> str:
    """The answer as text."""
    audience = payload["audience"]
    if payload["question"] == "fairness":
        found = treatment.treated(school, solution, audience, reader=payload["reader"])
        told = treatment.sentences(found, audience)
        return dumped({"answers": [found.model_dump()], "text": list(told)})
    words = Words()
    with Case(school, solution) as case:
        answers = [
            shown(case, one, audience) for one in QUESTIONS[payload["question"]](case, payload)
        ]
    text = [line for one in answers for line in sentences(one, words)]
    return dumped({"answers": [one.model_dump() for one in answers], "text": text})


def explain_small(payload: Payload, report: Report) -> Outcome:
    """Read and solve a small scenario, and answer a question about the solution."""
    found = small(payload)
    if isinstance(found, Refused):
        return found
    document = scenario_json(found)
    outcome = solve_scenario(payload | {"scenario": document}, report)
    assert isinstance(outcome, Done)
    return explain(payload | {"scenario": document, "solution": outcome.value["solution"]}, report)


def diagnose(payload: Payload, _: Report) -> Outcome:
    """Say why a scenario is impossible, or people have no place."""
    if payload["solution"] is None:
        school, solution = _opened(payload), None
    else:
        school, solution = _answered(payload)
    found = conflict.diagnosed(
        school,
        solution,
        payload["audience"],
        time_limit=payload["time_limit"],
        seed=payload["seed"],
    )
    return Done(dumped(found.model_dump() | {"text": list(conflict.sentences(found))}))


# ---- changing ------------------------------------------------------------------------------------


def check_changes(payload: Payload, _: Report) -> Outcome:
    """Say everything that is wrong with changes before a job is made of them."""
    checked(_opened(payload), spotted(_changes(payload)), payload["since"])
    return Done(None)


def _changes(payload: Payload) -> tuple[Change, ...]:
    return tuple(Change.model_validate(change) for change in payload["changes"])


def repair_solution(payload: Payload, _: Report) -> Outcome:
    """Repair a solution after changes: the scenario that is there now, its solution, the report."""
    school, solution = _answered(payload)
    changes = checked(school, spotted(_changes(payload)), payload["since"])
    found = repair(
        school,
        solution,
        changes,
        since=payload["since"],
        seed=payload["seed"],
        time_limit=payload["time_limit"],
    )
    report = found.report.model_dump() | {
        "text": list(repair_sentences(found.report, "coordinator"))
    }
    return Done(
        kept(found.scenario)
        | solved(found.solution.overridden(payload["overrides"]))
        | {"repair": dumped(report).encode()}
    )


def compare_solutions(payload: Payload, _: Report) -> Outcome:
    """Say what changed between two solutions."""
    school, after = _answered(payload)
    before = Solution.model_validate_json(payload["before"])
    audience = payload["audience"]
    found = difference.difference(
        before, after, audience, scenario=school, reader=payload["reader"]
    )
    told = difference.sentences(found, audience)
    return Done(dumped(found.model_dump() | {"text": list(told)}))


# ---- showing -------------------------------------------------------------------------------------


def show_page(payload: Payload, _: Report) -> Outcome:
    """The report as an HTML page for an audience."""
    school, solution = _answered(payload)
    return Done(html.report(page(View(solution, school, payload["audience"], payload["reader"]))))


def show_workbook(payload: Payload, _: Report) -> Outcome:
    """The workbook for an audience."""
    school, solution = _answered(payload)
    return Done(workbook.workbook(View(solution, school, payload["audience"], payload["reader"])))


TASKS: dict[str, Callable[[Payload, Report], Outcome]] = {
    "nothing": nothing,
    "read": read_scenario,
    "check-settings": check_settings,
    "solve": solve_scenario,
    "solve-small": solve_small,
    "check-calendars": check_calendars,
    "compare": compare_calendars,
    "explain": explain,
    "explain-small": explain_small,
    "diagnose": diagnose,
    "check-changes": check_changes,
    "repair": repair_solution,
    "diff": compare_solutions,
    "report": show_page,
    "workbook": show_workbook,
}
"""Every task by its name."""
