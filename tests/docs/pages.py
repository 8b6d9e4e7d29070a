"""Pages of the documentation taken apart: fenced blocks, the commands in them, links.

What happens to a block follows from its language and from the line above it. A block whose file
name stands above it, in backquotes, is a whole file.

========== ====================================================================
``console`` lines after ``$`` are commands; a line ``# exits N`` below one states
            its exit code; what follows is its output
``sh``      every line is a command
``python``  a file, or run in the page's namespace
``pycon``   a doctest
``toml``    a file, or settings that are read
``csv``, ``json`` files
``text``    shown only
========== ====================================================================

In an output ``...`` stands for what is left out: whole lines where it stands alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
LEFT_OUT = "..."
FILES = ("csv", "json")
LANGUAGES = ("console", "sh", "python", "pycon", "toml", *FILES, "text")

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_NAME = re.compile(r"`([\w./-]+\.\w+)`")
_EXITS = re.compile(r"# exits (\d)")


@dataclass(frozen=True)
class Command:
    """One command of a page, the exit code that it states and the output that it shows."""

    line: int
    text: str
    exits: int
    shown: tuple[str, ...]

    @property
    def target(self) -> str | None:
        """The target, where this is a call of make and nothing else."""
        found = re.fullmatch(r"make (\w+)", self.text)
        return found[1] if found else None


@dataclass(frozen=True)
class Block:
    """One fenced block; ``name`` is the file that it is, if it is one."""

    line: int
    language: str
    text: str
    name: str

    @property
    def treatment(self) -> str | None:
        """What is done with it; ``None`` where nobody knows."""
        if self.language in ("console", "sh"):
            return "commands"
        if self.name and self.language in ("python", "toml", *FILES):
            return "file"
        return {"python": "run", "pycon": "doctest", "toml": "settings", "text": "shown"}.get(
            self.language
        )

    @property
    def commands(self) -> list[Command]:
        """The commands of a ``console`` or ``sh`` block."""
        lines = list(enumerate(self.text.splitlines(), self.line + 1))
        if self.language == "sh":
            return [Command(at, line.removeprefix("$ "), 0, ()) for at, line in lines if line]
        if self.language != "console":
            return []
        starts = [at for at, (_, line) in enumerate(lines) if line.startswith("$ ")]
        ends = [*starts[1:], len(lines)]
        return [_command(lines[start:end]) for start, end in zip(starts, ends, strict=True)]


def _command(lines: list[tuple[int, str]]) -> Command:
    (at, first), *rest = lines
    shown = [line for _, line in rest]
    stated = _EXITS.fullmatch(shown[0]) if shown else None
    output = shown[1:] if stated else shown
    return Command(at, first.removeprefix("$ "), int(stated[1]) if stated else 0, tuple(output))


@dataclass(frozen=True)
class Page:
    """One page, by its path below the root."""

    path: str

    @cached_property
    def text(self) -> str:
        return (ROOT / self.path).read_text(encoding="utf-8")

    @cached_property
    def blocks(self) -> list[Block]:
        """Fenced blocks in order."""
        return [self._block(found) for found in _FENCE.finditer(self.text)]

    def _block(self, found: re.Match[str]) -> Block:
        before = self.text[: found.start()]
        above = before.strip().rpartition("\n")[2]
        name = _NAME.fullmatch(above)
        return Block(before.count("\n") + 1, found[1], found[2], name[1] if name else "")

    @cached_property
    def prose(self) -> str:
        """The page without its fenced blocks."""
        return _FENCE.sub("", self.text)

    @property
    def commands(self) -> list[Command]:
        return [command for block in self.blocks for command in block.commands]

    @property
    def written(self) -> set[str]:
        """Files that its blocks are."""
        return {block.name for block in self.blocks if block.treatment == "file"}

    @cached_property
    def anchors(self) -> set[str]:
        """Names that links may give to its headings."""
        heads = re.findall(r"^#+ (.+)$", self.prose, re.MULTILINE)
        return {re.sub(r"[^\w\- ]", "", head).strip().lower().replace(" ", "-") for head in heads}

    @property
    def links(self) -> list[str]:
        return re.findall(r"\]\(([^)\s]+)\)", self.prose)

    @property
    def code(self) -> list[str]:
        """Inline code."""
        return re.findall(r"`([^`\n]+)`", self.prose)


def pages() -> list[Page]:
    """Every page: those of the root, of docs and of benchmarks."""
    found = [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "benchmarks").rglob("*.md"),
    ]
    return [Page(str(path.relative_to(ROOT))) for path in sorted(found)]


def differs(shown: tuple[str, ...], output: str) -> str | None:
    """What of the shown lines an output lacks; ``None`` if nothing. Widths do not matter."""
    lines = [_plain(line) for line in output.splitlines() if _plain(line)]
    chunks: list[list[str]] = [[]]
    for line in shown:
        if line.strip() == LEFT_OUT:
            chunks.append([])
        elif _plain(line):
            chunks[-1].append(_plain(line))
    at = 0
    for number, chunk in enumerate(chunks):
        last = number == len(chunks) - 1
        starts = [at] if number == 0 else range(at, len(lines) - len(chunk) + 1)
        ends = (start + len(chunk) for start in starts if _fits(chunk, lines, start))
        found = next((end for end in ends if not last or end == len(lines)), None)
        if found is None:
            return "\n".join(chunk) or "no more lines"
        at = found
    return None


def _fits(chunk: list[str], lines: list[str], start: int) -> bool:
    part = lines[start : start + len(chunk)]
    return len(part) == len(chunk) and all(map(_matches, chunk, part))


def _matches(shown: str, line: str) -> bool:
    parts = [re.escape(part.strip()) for part in shown.split(LEFT_OUT)]
    return re.fullmatch(r"\s*.*\s*".join(parts), line) is not None


def _plain(line: str) -> str:
    """A line with single spaces: widths follow from the longest cell of a table."""
    return " ".join(line.split())
