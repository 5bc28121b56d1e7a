"""Pages whose commands are run as they stand: what such a page shows is what its commands print.

A page holds blocks of ``console``: a line that begins with ``$`` is a command, the lines below it are its output. Between them
it may have steps that a person takes by hand: a change of a file, lines put into one, cells to type into the workbook.
:func:`played` takes all of it from the top, in a folder with a copy of the invented trust. ``python -I tests/documented.py``
writes what the commands print today into the pages.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
from click.testing import CliRunner
from typer.main import get_command

from ncthelpers import cli

REPOSITORY = Path(__file__).resolve().parents[1]
ABOUT = REPOSITORY / "src" / "ncthelpers" / "publish" / "about"
PAGES = ("commands.md", "first_rerun.md")
TRUST, WORKBOOK = "my-trust", "my-trust/review.xlsx"
_SHOWN, _LAST = 26, 4  # lines of an output, and how many of these are its last
_CALLED = ["python", "-m", "ncthelpers"]
_PROGRAM = Path(sys.executable).with_name("ncthelpers.exe" if os.name == "nt" else "ncthelpers")
_CONSOLE = re.compile(r"```console\n(?P<console>.*?)^```\n", flags=re.MULTILINE | re.DOTALL)
_CHANGED = re.compile(
    r"^- In `(?P<changed>[^`]+)`, change `(?P<old>[^`]+)` to `(?P<new>[^`]+)`\.\n", flags=re.MULTILINE
)
_PUT = re.compile(
    r"^- In `(?P<put>[^`]+)`, put below the line `(?P<line>[^`]+)`:\n\n```\w+\n(?P<lines>.*?)^```\n",
    flags=re.MULTILINE | re.DOTALL,
)
_TYPED = re.compile(
    r"^- In the sheet `(?P<sheet>[^`]+)`, from cell `(?P<cell>[^`]+)` on[^\n]*:\n\n```text\n(?P<typed>.*?)^```\n",
    flags=re.MULTILINE | re.DOTALL,
)
_STEP = re.compile(
    "|".join(pattern.pattern for pattern in (_CONSOLE, _CHANGED, _PUT, _TYPED)), re.MULTILINE | re.DOTALL
)


def commands(page: str) -> list[str]:
    """The commands of a page, without their prompt."""
    return [line.removeprefix("$ ") for block in _CONSOLE.findall(page) for line in block.splitlines()
            if line.startswith("$ ")]  # fmt: skip


def made_trust(folder: Path) -> Path:
    """The invented trust as the reader of a page has it before the first command."""
    left = shutil.ignore_patterns("book", "_build")
    return Path(shutil.copytree(REPOSITORY / "examples" / "inventshire", folder / TRUST, ignore=left))


def steady(text: str, folder: Path) -> str:
    """What a command printed, without what differs from one day, machine or run to the next."""
    for place in dict.fromkeys([folder.resolve(), folder]):
        text = text.replace(f"{place}{os.sep}", "")
    today = date.today()
    text = text.replace(today.isoformat(), "TODAY").replace(f"{today.day} {today:%B %Y}", "TODAY")
    text = re.sub(r"\b\d+\.\d+ s\b", "N s", text)
    text = re.sub(r"(?m)^  \d+ of \d+: .*\n", "", text)  # pages as they end, in any order
    return re.sub(r"(?m)[ \t]+$", "", text).strip("\n")


def readable(text: str) -> str:
    """An output as a page shows it: the middle of a long one is left out, and said to be."""
    lines = text.splitlines()
    if len(lines) > _SHOWN:
        lines = [*lines[: _SHOWN - _LAST], f"... ({len(lines) - _SHOWN} lines more)", *lines[-_LAST:]]
    return "\n".join(lines)


def printed(command: str, folder: Path) -> str:
    """What a command of a page prints, and its exit code where that is not nought."""
    words = shlex.split(command)
    if words[:3] != _CALLED:
        raise ValueError(f"a page shows only commands of this project: {command}")
    if words[-1] == "--help":  # needs no process of its own
        asked = CliRunner().invoke(get_command(cli.app), words[3:], prog_name="ncthelpers", terminal_width=80)
        return steady(asked.output, folder)
    done = subprocess.run(
        [_PROGRAM, *words[3:]], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300,
        stdin=subprocess.DEVNULL, env={**os.environ, "COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    text = readable(steady(done.stdout, folder))
    return text + (f"\n(exit code {done.returncode})" if done.returncode else "")


def _change(folder: Path, file: str, change: Callable[[str], str]) -> None:
    path = folder / file
    before = path.read_text("utf-8")
    after = change(before)
    if after == before:
        raise ValueError(f"{file} has nothing to change in that place")
    path.write_text(after, "utf-8")


def _type(folder: Path, sheet: str, cell: str, lines: str) -> None:
    """Type lines of cells into a sheet of the workbook, the first of them into the cell named."""
    workbook = openpyxl.load_workbook(folder / WORKBOOK)
    first = workbook[sheet][cell]
    for down, line in enumerate(lines.splitlines()):
        for right, text in enumerate(line.split(" | ")):
            value = int(text) if re.fullmatch(r"-?\d+", text) else text
            workbook[sheet].cell(first.row + down, first.column + right).value = value
    workbook.save(folder / WORKBOOK)


def played(page: str, folder: Path) -> str:
    """A page with what its commands print, each step of it taken in a folder that holds the trust."""

    def taken(step: re.Match) -> str:
        if step["console"] is not None:
            lines = (line for line in step["console"].splitlines() if line.startswith("$ "))
            shown = (f"{line}\n{printed(line.removeprefix('$ '), folder)}".rstrip() for line in lines)
            return "```console\n" + "\n\n".join(shown) + "\n```\n"
        if step["changed"] is not None:
            _change(folder, step["changed"], lambda text: text.replace(step["old"], step["new"], 1))
        elif step["put"] is not None:
            _change(
                folder,
                step["put"],
                lambda text: text.replace(f"{step['line']}\n", f"{step['line']}\n{step['lines']}", 1),
            )
        else:
            _type(folder, step["sheet"], step["cell"], step["typed"])
        return step[0]

    return _STEP.sub(taken, page)


if __name__ == "__main__":
    for name in sys.argv[1:] or PAGES:
        with tempfile.TemporaryDirectory() as made:
            made_trust(Path(made))
            path = ABOUT / name
            path.write_text(played(path.read_text("utf-8"), Path(made)), "utf-8")
