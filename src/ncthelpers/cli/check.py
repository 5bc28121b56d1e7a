"""``ncthelpers check``: what is wrong with a year's data, and what a good analyst would ask about it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from ncthelpers import cli
from ncthelpers.faults import DataFaults, Fault
from ncthelpers.years import ContractYear

if TYPE_CHECKING:
    from ncthelpers.yeardata import Reference, YearData

_EXAMPLES = """\b
Examples:
  ncthelpers check 2024-25
  ncthelpers check 2024-25 --json
"""


def _last(root: Path, year: ContractYear, reference: "Reference") -> "YearData | None":
    """The year before, where it is at hand and has no fault of its own."""
    from ncthelpers.load import load_year, year_folder

    try:
        return load_year(root, year.before, reference) if year_folder(root, year.before).is_dir() else None
    except ValueError:
        return None


def _published(root: Path, year: ContractYear) -> dict[str, str]:
    """The verdicts of the year's claims as they stand in ``book/``; none where nothing readable is there."""
    try:
        listed = json.loads((root / "book" / str(year) / "claims.json").read_text("utf-8"))
        return {claim["claim"]: claim["verdict"] for claim in listed}
    except (OSError, ValueError, LookupError, TypeError):
        return {}


def found(root: Path, year: ContractYear) -> tuple[tuple[Fault, ...], tuple[Fault, ...]]:
    """Every fault of a year, and every query about what could be read of it; both in the order of the files."""
    from ncthelpers.load import as_read, placed, read_year
    from ncthelpers.queries import queries
    from ncthelpers.sealed import CHANGED

    try:
        data, faults = read_year(root, year)
    except DataFaults as missing:
        return missing.faults, ()
    known = _published(root, year)
    wrong = [fault for fault in faults if "sealed" not in fault.rule]  # what only changed since can be reckoned with
    tables = {Path(fault.file).stem for fault in wrong if fault.file.endswith(".csv")}
    whole = as_read(data, wrong=tables) if wrong else None
    asked = placed(root, queries(data, f"data/{year}", _last(root, year, data.reference), published=known, whole=whole))
    told = {(fault.file, fault.row, fault.column) for fault in faults if fault.rule != CHANGED}
    asked = [query for query in asked if (query.file, query.row, query.column) not in told]
    return DataFaults(faults).faults, DataFaults(asked).faults


def _counted(number: int, of: str, many: str) -> str:
    return f"{number or 'no'} {of if number < 2 else many}"


@cli.app.command(epilog=_EXAMPLES)
def check(year: cli.Year, as_json: cli.AsJson = False) -> None:
    """List every fault of a year's data, then what a good analyst would ask: exit 2 if there is a fault, 0 if there is none.

    Each fault and each query names file, cell, value, what is wrong or odd, and what would settle it. Nothing is changed.
    """
    try:
        faults, asked = found(cli.root(), ContractYear(year))
    except ValueError as error:
        if not as_json:
            raise
        faults, asked = (Fault("data", None, "", "", str(error)),), ()
    if as_json:
        kinds = [("fault", fault) for fault in faults] + [("query", query) for query in asked]
        print(json.dumps([{"kind": kind, **one.as_record()} for kind, one in kinds], indent=1))
        raise typer.Exit(2 if faults else 0)
    for of, some in (("fault", faults), ("query", asked)):
        if some:
            cli.listed(some, _counted(len(some), of, "queries" if of == "query" else "faults"))
    queries = f"; {_counted(len(asked), 'query', 'queries')}" if asked else ""
    cli.say.print(Text(f"{year}: {_counted(len(faults), 'fault', 'faults')} in data/{year}{queries}"))
    raise typer.Exit(2 if faults else 0)
