"""How a day becomes shorter or longer: what `calendar shift` and `calendar sweep` both take."""

from typing import Annotated

import typer

from scheduler.calendars.retime import Weighing
from scheduler.calendars.shift import GIVE, Spread

USUAL = ",".join(GIVE)
"""What gives and takes where nothing is said."""

Pays = Annotated[
    Spread,
    typer.Option(
        "--spread",
        metavar="HOW",
        help="How the other days pay: even keeps the week, year keeps the year's dates, none.",
    ),
]
Gives = Annotated[
    str,
    typer.Option(
        "--give", metavar="NAMES", help="Kinds or blocks that become shorter, with commas."
    ),
]
Takes = Annotated[
    str,
    typer.Option(
        "--take", metavar="NAMES", help="Kinds or blocks that become longer, with commas."
    ),
]
Weighs = Annotated[
    Weighing,
    typer.Option("--by", metavar="HOW", help="Blocks change by their length, or all even."),
]
Keeps = Annotated[
    int,
    typer.Option("--least", metavar="MINUTES", min=1, help="What a block keeps when it gives."),
]
