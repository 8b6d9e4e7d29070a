"""``flexweave generate``: an invented school of any size."""

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from scheduler.cli.exits import Refused
from scheduler.cli.inputs import Seed
from scheduler.cli.screen import tell
from scheduler.generate import PRESETS, Sizes, generate
from scheduler.report import unknown
from scheduler.report.wording import counted
from scheduler.writing import write_scenario

EXAMPLES = (
    "flexweave generate out/school --students 300 --blocks 5 --sessions 14 --seed 7",
    "flexweave generate out/week.zip --preset week-300",
    "flexweave generate out/lean.json --students 120 --set seat_ratio=1.02 --force",
)

GROWING = ("staff", "advisory_groups", "cops", "pairs")
"""Sizes that follow the number of students where they are not given themselves."""


def _count(least: int, text: str) -> Any:
    return typer.Option(metavar="N", min=least, help=text, show_default=False)


def command(
    target: Annotated[
        Path,
        typer.Argument(metavar="TARGET", help="A folder, or a file that ends in .zip or .json."),
    ],
    preset: Annotated[
        str,
        typer.Option(metavar="NAME", help=f"The school to start from: {', '.join(PRESETS)}."),
    ] = "demo",
    students: Annotated[int | None, _count(1, "Students; what grows with them follows.")] = None,
    staff: Annotated[int | None, _count(0, "Members of staff.")] = None,
    blocks: Annotated[int | None, _count(0, "Flex blocks in the week.")] = None,
    sessions: Annotated[int | None, _count(2, "Sessions in each flex block.")] = None,
    groups: Annotated[int | None, _count(0, "Advisory groups.")] = None,
    cops: Annotated[int | None, _count(0, "Communities of practice (CoPs) of staff.")] = None,
    choices: Annotated[int | None, _count(0, "Choices of each student.")] = None,
    more: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="SIZE=VALUE",
            help=f"Any other size, as often as needed: {', '.join(Sizes.model_fields)}.",
            show_default=False,
        ),
    ] = None,
    seed: Seed = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Write a synthetic school: the same sizes and seed give the same files."""
    if not force and target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise Refused(f"{target} is there already; name another target, or add --force")
    named = {
        "students": students,
        "staff": staff,
        "flex_blocks": blocks,
        "sessions_per_block": sessions,
        "advisory_groups": groups,
        "cops": cops,
        "choices": choices,
    }
    given = {name: value for name, value in named.items() if value is not None}
    scenario = generate(sized(preset, given | _settings(more or [])), seed)
    write_scenario(scenario, target)
    held = (
        counted(len(scenario.students), "student"),
        f"{len(scenario.staff):,} staff",
        counted(len(scenario.sessions), "session"),
    )
    tell(f"Wrote {target}: {', '.join(held)}; see: flexweave check {target}")


def _settings(texts: list[str]) -> dict[str, str]:
    """``name=value`` texts by name.

    Raises
    ------
    Refused, Unknown
        When one is no such text, or names no size.
    """
    found = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign:
            raise Refused(f"--set {text} has no value; write --set {text}=VALUE")
        if name not in Sizes.model_fields:
            raise unknown("size", name, Sizes.model_fields)
        found[name] = value
    return found


def sized(preset: str, given: dict[str, Any]) -> Sizes:
    """Sizes of a preset, with those given in their place and the others fitted to them.

    Raises
    ------
    Unknown
        When there is no such preset.
    Refused
        When a value is not of its kind, or the sizes do not fit together.
    """
    if preset not in PRESETS:
        raise unknown("preset", preset, PRESETS)
    base = PRESETS[preset].model_dump()
    try:
        return Sizes.model_validate(base | _fitted(base, given) | given)
    except ValidationError as wrong:
        said = [
            ": ".join([*map(str, error["loc"]), error["msg"].removeprefix("Value error, ")])
            for error in wrong.errors()
        ]
        raise Refused("; ".join(said)) from wrong


def _fitted(base: dict[str, Any], given: dict[str, Any]) -> dict[str, int]:
    """What grows with the students, and what needs several blocks, so that all fits together."""
    asked = base | {name: value for name, value in given.items() if isinstance(value, int)}
    students, blocks = asked["students"], asked["flex_blocks"]
    fitted = {name: round(base[name] * students / base["students"]) for name in GROWING}
    fitted["pairs"] = min(fitted["pairs"], students // 3)
    staff = asked["staff"] if "staff" in given else max(fitted["staff"], 2 * given.get("cops", 0))
    fitted["staff"] = staff
    # One CoP alone cannot meet while half of the staff lead.
    fitted["cops"] = min(max(2, fitted["cops"]), staff // 2) if base["cops"] else 0
    if fitted["cops"] < 2:
        fitted["cops"] = 0
    fitted["series"] = asked["series"] if blocks > 1 else 0
    fitted["floating"] = asked["floating"] if blocks >= asked["alternatives"] else 0
    free = blocks * (asked["sessions_per_block"] - 1) - 2 * fitted["series"]
    free -= fitted["floating"] * asked["alternatives"]
    fitted["must_close"] = max(0, min(asked["must_close"], free))
    return fitted
