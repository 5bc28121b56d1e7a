"""``ncthelpers workbook``: a year as an Excel workbook, for ``ncthelpers import`` to bring back."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from ncthelpers import cli
from ncthelpers.years import ContractYear

_EXAMPLES = """\b
Examples:
  ncthelpers workbook 2024-25 --out 2024-25.xlsx
  ncthelpers import 2024-25 2024-25.xlsx          once it has been filled in Excel
"""


@cli.app.command("workbook", epilog=_EXAMPLES)
def workbook_command(
    year: cli.Year,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE.xlsx", help="The workbook to write; it must not be there yet.")
    ],
) -> None:
    """Write a year as an Excel workbook: a sheet a table with headings, units, drop-downs and last year's values."""
    wanted = ContractYear(year)
    cli.refuse_to_overwrite(out, ".xlsx", "an Excel workbook", "figures")
    from ncthelpers import access
    from ncthelpers.exchange.current import current, files_in
    from ncthelpers.exchange.workbook import workbook
    from ncthelpers.load import year_folder

    held = current(cli.root(), wanted)
    before = year_folder(cli.root(), wanted.before)
    made = workbook(held, files_in(before) if before.is_dir() else {})
    with access.kept_out_of_git(out, held.data.contract).open("xb") as file:
        file.write(made)
    cli.say.print(Text(f"{wanted}: {len(held.data.schemas)} tables in {out}"))
