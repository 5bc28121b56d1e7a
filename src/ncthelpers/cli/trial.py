"""``ncthelpers trial``: what is done to the book to break it, and how often it held."""

import subprocess
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from ncthelpers import cli, trials

_EXAMPLES = """\b
Examples:
  ncthelpers trial
  ncthelpers trial torture
  ncthelpers trial reproduce
"""
_SCRIPTS = cli.REPOSITORY / "trials"


def shown(done: trials.Trial) -> None:
    """One table of what was tried, held, and how long it took."""
    from rich.table import Table

    table = Table("tried", "times", "held", "seconds", "result", title=f"{done.title}, {done.date}, commit {done.commit}",
                  title_justify="left")  # fmt: skip
    for line in trials.as_lines(done):
        table.add_row(*(Text(cell) for cell in line))
    for what in done.left_out:
        table.add_row(Text(what), "", "", "", "left out")
    Console(width=None if cli.say.is_terminal else 130, highlight=False).print(table)


@cli.app.command(epilog=_EXAMPLES, context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def trial(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Which; what each found last if none is given.")] = "",
) -> None:
    """Put the book under stress, record what held and print it as one table: exit 1 if something did not hold."""
    there = sorted(path.stem for path in _SCRIPTS.glob("*.py"))
    if not name:
        for done in trials.recorded(cli.root()):
            shown(done)
        return
    if name not in there:
        raise ValueError(f"there is no trial {name}: it is one of {', '.join(there)}")
    code = subprocess.call([sys.executable, "-I", str(_SCRIPTS / f"{name}.py"), *context.args])
    raise typer.Exit(code)
