"""``ncthelpers import``: a workbook or a Word document into a year's data, once its differences have been looked at."""

import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from ncthelpers import cli
from ncthelpers.faults import DataFaults, Fault
from ncthelpers.files import only_writer
from ncthelpers.publish import toc
from ncthelpers.years import ContractYear

if TYPE_CHECKING:
    from ncthelpers.exchange.differences import Difference
    from ncthelpers.exchange.importing import Proposal

_EXAMPLES = """\b
Examples:
  ncthelpers import 2024-25 outturn.xlsx
  ncthelpers import 2024-25 finance.ods --sheet Budget --table service_costs
  ncthelpers import 2024-25 commentary.docx
  ncthelpers import 2024-25 outturn.xlsx --yes --reason "the audited outturn"
"""


def _published(root: Path, year: ContractYear) -> bool:
    return (root / "_toc.yml").is_file() and any(page.startswith(f"{year}/") for page in toc.pages_listed(root))


def _shown(found: Sequence["Difference"]) -> None:
    """On a screen a table, elsewhere a line a difference."""
    out = Console(highlight=False, emoji=False)
    if not out.is_terminal:
        for one in found:
            out.print(Text(str(one)), soft_wrap=True)
        return
    from rich.table import Table

    table = Table("table", "row", "column", "old", "new", "change")
    for one in found:
        cells = (one.table, one.key, one.column, one.old, one.new, one.change)
        table.add_row(*(Text(cell, overflow="fold") for cell in cells))
    out.print(table)


def _as_json(found: Sequence["Difference"], **more: object) -> str:
    return json.dumps({"differences": [one.as_record() for one in found], **more}, indent=1)


def _reason(year: ContractYear, published: bool, yes: bool, reason: str) -> str:
    """The reason, once whoever imports has agreed; asked for where there is somebody to ask."""
    reason, needed = reason.strip(), "--yes --reason TEXT" if published else "--yes"
    if yes and (reason or not published):
        return reason
    if not sys.stdin.isatty():
        why = f"{year} is published" if published else "there is nobody to ask"
        raise ValueError(f"nothing was written: {why}, so give {needed}")
    while published and not reason:
        reason = typer.prompt(f"{year} is published. Why is it changed", err=True).strip()
    if not yes and not typer.confirm("Write this", err=True):
        cli.say.print("nothing was written")
        raise typer.Exit(1)
    return reason


def _notes(year: ContractYear, proposal: "Proposal") -> None:
    """What of the file is not read."""
    if proposal.not_read:
        cli.say.print(Text(f"{year}: not read, as no table is called so: {', '.join(proposal.not_read)}"))
    if proposal.out_of_date:
        said = (
            "left as the data has it, for the file has it as it was when it was written (--sheet reads it all the same)"
        )
        cli.say.print(Text(f"{year}: {said}: {', '.join(proposal.out_of_date)}"))


@cli.app.command("import", epilog=_EXAMPLES)
def import_command(
    year: cli.Year,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An .xlsx, .xls, .ods, .csv or .docx file.")],
    sheet: Annotated[str, typer.Option(metavar="NAME", help="Read this sheet only.")] = "",
    table: Annotated[
        str, typer.Option(metavar="NAME", help="The table that the sheet is, if its name does not say.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking.")] = False,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why a published year is changed.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the differences, or the faults, as JSON.")] = False,
) -> None:
    """Import a workbook or Word document into a year: shows what would change, asks, and writes all of it or nothing.

    A file written by `workbook` has every row of its tables: one taken out of it goes. Any other file adds its rows, each in the
    place of the row with its key. A row whose source is left empty cites the file, its sheet and row; so an emptied source
    confirms a row that was carried over.
    """
    from ncthelpers.exchange import importing, staging
    from ncthelpers.exchange.current import current
    from ncthelpers.exchange.differences import GONE
    from ncthelpers.reading import content_of

    root, wanted, today = cli.root(), ContractYear(year), date.today()
    found: list[Difference] = []
    try:
        held = current(root, wanted)
        proposal = importing.proposed(content_of(file), file.name, held, today, sheet, table)
        _notes(wanted, proposal)
        if not proposal.files and not proposal.faults:
            print(_as_json(found, written=False)) if as_json else None
            cli.say.print(f"{wanted}: nothing to change")
            return
        with staging.staged(root, wanted, held, proposal, today) as stage:
            found = importing.differences(held, proposal)
            if not as_json:
                _shown(found)
            agreed = _reason(wanted, _published(root, wanted), yes, reason)
            with only_writer(root, cli.says_that_it_waits):
                staging.put_in_place(stage, root, held, agreed)
    except ValueError as error:
        if not as_json:
            raise
        faults = error.faults if isinstance(error, DataFaults) else (Fault(file.name, None, "", "", str(error)),)
        print(_as_json(found, written=False, faults=[fault.as_record() for fault in faults]))
        raise typer.Exit(2) from None
    if as_json:
        print(_as_json(found, written=True))
    gone = sum(one.column == GONE for one in found)
    count = f"{len(found)} difference{'s' if len(found) != 1 else ''}" + (
        f" ({gone} row{'s' if gone > 1 else ''} taken out)" if gone else ""
    )
    cli.say.print(Text(f"{wanted}: {count} from {file.name} written to data/{wanted}"))
    if stage.left:
        cli.say.print(
            f"{wanted}: not sealed, for {len(stage.left)} of its faults were there before: ncthelpers check {wanted}"
        )
