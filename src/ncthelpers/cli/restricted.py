"""``ncthelpers restricted``: the local edition, with what may not be published."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from ncthelpers import cli

_EXAMPLES = """\b
Examples:
  ncthelpers restricted --private ../private            every year that the folder holds
  ncthelpers restricted 2024-25 --private ../private    one year of it
"""


@cli.app.command("restricted", epilog=_EXAMPLES)
def restricted_command(
    private: Annotated[
        Path,
        typer.Option(
            "--private", metavar="DIR", help="Folder outside any Git work tree that holds data/YEAR/TABLE.csv."
        ),
    ],
    year: Annotated[
        str | None, typer.Argument(metavar="[YEAR]", help="Contract year; every year that DIR holds if none is given.")
    ] = None,
    jobs: cli.Jobs = cli.CORES,
) -> None:
    """Make the local edition, which holds what may not be published and says RESTRICTED on every page.

    DIR/data/YEAR/TABLE.csv gives the key and the restricted columns of a table, or all of a restricted table;
    DIR/data/YEAR/commentary/PAGE.md gives restricted commentary. What is restricted, contract.yml says. The edition is made in
    DIR/edition; nothing is written anywhere else, and no message repeats a restricted value.
    """
    from ncthelpers.publish import edition, html
    from ncthelpers.years import ContractYear

    place = edition.place_of(cli.root(), private)
    with edition.private_files():
        made = edition.put_together(cli.root(), place, ContractYear(year) if year else None)
        with edition.kept_private(made), cli.working_on(made):
            cli._run(None, jobs)
            built = html.build_html(made, cli.REPOSITORY / "_config.yml", cli.says_that_it_waits)
    cli.say.print(Text(f"the RESTRICTED edition, which may not be published: {built / 'index.html'}"))
