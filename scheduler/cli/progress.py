"""Progress on stderr: a live line where it is a terminal, else a line now and then."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.live import Live
from rich.text import Text

from scheduler.cli.screen import tell, terminal
from scheduler.report.wording import NONE, number, percent

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from rich.console import Console, RenderableType

    from scheduler.solver.solve import State

EVERY = 2.0
"""Seconds between two plain lines."""


class Progress:
    """Shows where a search stands, as a context in which it is called with each new state."""

    def __init__(self, quiet: bool = False) -> None:
        self._quiet = quiet
        self._state: State | None = None
        self._at = self._said_at = -EVERY
        self._said: State | None = None
        self._live: Live | None = None

    def __enter__(self) -> Self:
        console = None if self._quiet else terminal()
        if console is not None:
            self._live = begun(console, self._now)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()
        elif self._state is not None and self._state is not self._said:
            self._say(self._state)

    def __call__(self, state: State) -> None:
        """Take the newest state; say it if the last one said is old enough."""
        self._state, self._at = state, time.monotonic()
        if self._live is None and state.seconds - self._said_at >= EVERY:
            self._say(state)

    def _say(self, state: State) -> None:
        self._said, self._said_at = state, state.seconds
        if not self._quiet:
            tell(said(state, state.seconds))

    def _now(self) -> Text:
        """The live line: the newest state, and a clock that goes on."""
        if self._state is None:
            return Text("reading the scenario into a model …")
        return Text(said(self._state, self._state.seconds + time.monotonic() - self._at))


def begun(console: Console, now: Callable[[], RenderableType]) -> Live:
    """A live display of what ``now`` gives, already running; nothing of it stays."""
    live = Live(
        get_renderable=now,
        console=console,
        refresh_per_second=4,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    live.start()
    return live


def said(state: State, seconds: float) -> str:
    """Stage, value, bound, gap and seconds in one line."""
    value, bound = (NONE if x is None else number(x) for x in (state.value, state.bound))
    return (
        f"{seconds:7.1f} s  {state.stage:<8}  value {value:>12}  bound {bound:>12}  "
        f"gap {percent(state.gap):>7}"
    )
