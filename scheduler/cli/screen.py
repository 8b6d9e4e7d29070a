"""The two ways out of a command: results go to stdout, everything else to stderr."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

from rich.console import Console

from scheduler.report.wording import TURNING, safe
from scheduler.writing.cells import dumped

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, TextIO

    from rich.console import RenderableType

PIPED_WIDTH = 120
"""Characters of a line where no terminal says how many it shows."""

_STEERING = re.compile(f"[\x7f-\x9f\u2028\u2029{''.join(sorted(TURNING))}]")


def show(renderables: Iterable[RenderableType]) -> None:
    """Write a result to stdout, with colours and widths only where it is a terminal."""
    console = _console(sys.stdout)
    with console.capture() as captured:
        for renderable in renderables:
            console.print(renderable)
    lines = captured.get().splitlines()
    write("".join(f"{line.rstrip()}\n" for line in lines))


def show_json(document: Any) -> None:
    """Write a result to stdout as JSON, as the files have it."""
    text = dumped(document)
    write(_STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")


def write(text: str) -> None:
    """Write a text to stdout; a reader that has gone away, such as ``head``, is no error."""
    _written(sys.stdout, text)


def tell(text: str) -> None:
    """Write a line to stderr."""
    _written(sys.stderr, safe(text) + "\n")


def terminal() -> Console | None:
    """A console on stderr where that is a terminal that can rewrite a line."""
    console = Console(stderr=True, highlight=False)
    return console if console.is_terminal and not console.is_dumb_terminal else None


def _console(stream: TextIO) -> Console:
    console = Console(file=stream, highlight=False, markup=False, emoji=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = PIPED_WIDTH
    return console


def _written(stream: TextIO, text: str) -> None:
    encoding = stream.encoding or "utf-8"
    try:
        stream.write(text.encode(encoding, "replace").decode(encoding))
        stream.flush()
    except BrokenPipeError:
        # Python would try once more to flush on its way out, and complain.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
