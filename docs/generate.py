"""Write the pages that are made from the code: ``python docs/generate.py [--check]``.

With ``--check`` nothing is written, and the exit code is 1 if a page is not as the code says.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from api.app import create_app
from api.cli import app as command_line
from api.client import source
from api.settings import Settings
from scheduler.report import entries, markdown

HERE = Path(__file__).parent
NOTICE = "<!-- Made by docs/generate.py; change the code instead. -->\n\n"


def pages() -> dict[str, str]:
    """Every generated page by its file name."""
    return {
        "rules.md": NOTICE + markdown(entries()),
        "cli.md": NOTICE + command_page(),
        "client/flexweave_client.py": client(),
    }


def client() -> str:
    """The Python client of the service."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(database_url=f"sqlite:///{folder}/flexweave.db"))
        made = source(app.openapi())
        app.state.service.database.close()
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "100", "-"]
    told = subprocess.run(command, input=made, capture_output=True, encoding="utf-8", check=True)
    return told.stdout


def command_page() -> str:
    """The commands: what each does, what it takes, examples."""
    root: Any = typer.main.get_command(command_line.app)
    lines = ["# The flexweave command", "", root.help, "", *exit_codes()]
    for name, command in all_commands(root):
        lines += ["", f"## flexweave {name}", "", *described(name, command)]
    return "\n".join(lines) + "\n"


def all_commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command by its name, those of a group behind the group's (``calendar shift``)."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from all_commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def exit_codes() -> list[str]:
    return [
        "Results go to stdout, everything else to stderr. `python -m scheduler.cli` does the same, "
        "but for `serve`, `token`, `admin` and `db`, which are the service's ([api.md](api.md)).",
        "",
        "| exit code | meaning |",
        "|---|---|",
        "| 0 | the answer was written, also after a limit or Ctrl-C |",
        "| 1 | impossible, the best effort was written; `verify`: illegal or not as certified |",
        "| 2 | bad input, nothing was written |",
        "| 3 | stopped with nothing to show, nothing was written |",
        "| 4 | the checker disagrees with the solver, which is a bug; nothing was written |",
    ]


def described(name: str, command: Any) -> list[str]:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option"]
    needed = [f"{called(p)}" for p in options if p.required]
    usage = " ".join(["flexweave", name, *map(usage_of, arguments), *needed, "[OPTIONS]"])
    rows = [
        f"| `{cell(called(p))}` | {cell(p.help or '')} | {default(p)} |" for p in command.params
    ]
    return [
        *command.help.replace("\\[", "[").split("\n"),
        "",
        "```text",
        usage if options else usage.removesuffix(" [OPTIONS]"),
        "```",
        "",
        *(["| takes | meaning | default |", "|---|---|---|", *rows, ""] if rows else []),
        "```sh",
        *examples(command),
        "```",
    ]


def usage_of(argument: Any) -> str:
    return argument.metavar if argument.required else f"[{argument.metavar}]"


def called(param: Any) -> str:
    if param.param_type_name == "argument":
        return str(param.metavar)
    names = ", ".join(sorted(param.opts, key=len))
    return names if param.is_flag else f"{names} {param.metavar}"


def default(param: Any) -> str:
    if isinstance(param.show_default, str):
        return f"`{param.show_default}`"
    plain = param.default is None or param.default is False or param.default == ""
    plain = plain or param.required
    return "" if plain else f"`{param.default}`"


def examples(command: Any) -> list[str]:
    return [line.strip().replace("\\[", "[") for line in command.epilog.split("\n")[1:]]


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def main(arguments: list[str], folder: Path = HERE) -> int:
    """Write the pages, or only compare them."""
    found = pages()
    if "--check" not in arguments:
        for name, text in found.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        return 0
    stale = [name for name, text in found.items() if written(folder / name) != text]
    for name in stale:
        print(f"docs/{name} is not what the code says; run: python docs/generate.py")
    return 1 if stale else 0


def written(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
