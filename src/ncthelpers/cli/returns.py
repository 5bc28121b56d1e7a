"""``ncthelpers returns``: what a statutory return counts, as numerators and denominators; no record leaves."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from ncthelpers import cli
from ncthelpers.faults import DataFaults, Fault
from ncthelpers.files import work_tree_of
from ncthelpers.years import ContractYear, first_day, year_of

if TYPE_CHECKING:
    import polars as pl

    from ncthelpers.returns.cleaning import Ledger
    from ncthelpers.returns.indicators import Counted
    from ncthelpers.returns.readers import Raw
    from ncthelpers.returns.records import Records
    from ncthelpers.workingdays import Holidays

_EXAMPLES = """\b
Examples:
  ncthelpers returns cin census.xml --year 2024-25 --out ../results
  ncthelpers returns cin census.xml --year 2024-25 --earlier 2023-24=last.xml --out ../results
  ncthelpers returns annex-a annex_a.xlsx --year 2024-25 --as-at 2024-12-31 --out ../results
"""


class Return(StrEnum):
    """The returns that can be read."""

    SSDA903 = "ssda903"
    CIN = "cin"
    CSWW = "csww"
    ANNEX_A = "annex-a"
    LOGS = "logs"


_AS_AT_ANY_DAY = (Return.ANNEX_A, Return.LOGS)
# The tables of a return without which it tells nothing of its year, and the day that a record of them is of
_TELLING = {
    Return.SSDA903: ("episodes",), Return.CSWW: ("workers",), Return.CIN: (), Return.ANNEX_A: (),
    Return.LOGS: ("referrals", "complaints", "workers", "vacancies"),
}  # fmt: skip
_DAYS = {"referrals": "referred", "complaints": "received", "workers": "day", "vacancies": "day"}
RECORDS, MEMBERS = "records_left_out.csv", "members_left_out.csv"


@cli.app.command("returns", epilog=_EXAMPLES)
def returns_command(
    of: Annotated[Return, typer.Argument(metavar="RETURN", help=f"One of {', '.join(Return)}.")],
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Its files, or the folder that holds them.")],
    year: Annotated[str, typer.Option("--year", metavar="YEAR", help="The contract year that it is of.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write the results into.")],
    earlier: Annotated[
        list[str] | None,
        typer.Option("--earlier", metavar="YEAR=PATH", help="The return of a year before, for what looks back. Repeatable."),
    ] = None,
    as_at: Annotated[
        str, typer.Option("--as-at", metavar="DAY", help="Last day that an Annex A workbook, or logs, tell of.")
    ] = "",
    layouts: Annotated[
        Path | None,
        typer.Option(
            "--layouts", metavar="DIR", exists=True, file_okay=False,
            help="Folder with more layouts, beside data/layouts of the root.",
        ),
    ] = None,
    detail: Annotated[
        Path | None,
        typer.Option(
            "--detail", metavar="DIR",
            help="Folder to list every record in that was left out, with the child's id. It must lie outside any Git work "
            "tree and any root of this book.",
        ),
    ] = None,
) -> None:  # fmt: skip
    """Count every indicator that a return has the records for, and write the counts: small numbers hidden, no record.

    A year needs a layout: those of the department's returns are shipped for the years whose specification is at hand, and a
    layout file in data/layouts adds one. In what is written, c stands for a number of 1 to 5 people or one that would give such a
    number away, x for what the records do not tell (--earlier may), z for a share of nobody; numbers of records left out are to the
    nearest ten. On the screen those are exact: do not pass them on.
    """
    asked = _asked(ContractYear(year), paths, earlier or [])
    day = _day(of, as_at)
    if out.exists() and not out.is_dir():
        raise ValueError(f"--out {out} is a file: name a folder to write the results into")
    if detail:
        _refuse_where_it_could_be_published(detail, out)
    from ncthelpers.returns import demand, indicators, results

    wanted = ContractYear(year)
    old: list[dict[str, Any]] = results.read_table(out / "kpi_results.csv")
    others = {name: results.read_table(out / name) for name in ("left_out.csv", "inputs.csv", "demand.csv")}
    raws, records, ledger = _read(of, asked, [cli.root() / "data" / "layouts", *([layouts] if layouts else [])], day)
    holidays = _holidays(cli.root())
    counted = indicators.count_all(records, wanted, holidays)
    new = results.kpi_results(counted, of)
    rows: list[dict[str, Any]] = results.joined(old, new, of, wanted)
    left = results.left_out(records, counted, of, wanted)
    tables = {
        "left_out.csv": results.hushed(left, "records"),
        "inputs.csv": results.hushed(results.inputs(raws, of, wanted), "rows"),
        "demand.csv": results.demand_rows(demand.demand(records, wanted), of, wanted),
    }
    if detail:
        _write_detail(detail, left, ledger.detail(), indicators.members_left_out(records, wanted, holidays))
    for name, held in others.items():
        kept = [row for row in held if (row["return"], row["year"]) != (of, str(wanted))]
        found = sorted([*kept, *tables[name]], key=lambda row: (row["year"], row["return"]))
        results.write_table(out / name, demand.apart(found, rows) if name == "demand.csv" else found)
    results.write_table(out / "kpi_results.csv", rows)
    stays = {(results.period_of(row), row["return"]) for row in rows}
    before = {
        row["indicator"]: row["return"]
        for row in old
        if row["return"] != of and (results.period_of(row), row["return"]) not in stays
    }
    _say(raws, records, counted, [row for row in rows if year_of(first_day(row["period"])) == wanted], before)
    _table("not counted", ("indicator", "why"), list(indicators.not_counted(records, wanted).items()))
    cli.say.print(Text(f"{len({row['indicator'] for row in new})} indicators counted: {out / 'kpi_results.csv'}"))


def _asked(year: ContractYear, paths: Sequence[Path], earlier: Iterable[str]) -> dict[ContractYear, list[Path]]:
    """The files of each year."""
    asked = {year: list(paths)}
    for entry in earlier:
        label, given, path = entry.partition("=")
        before = ContractYear(label)
        if not given or not path or before >= year:
            raise ValueError(f"--earlier {entry}: write the year, = and a path, the year being before {year}")
        asked.setdefault(before, []).append(Path(path))
    return asked


def _day(of: Return, as_at: str) -> date | None:
    if as_at and of not in _AS_AT_ANY_DAY:
        raise ValueError(f"--as-at is for {' and '.join(_AS_AT_ANY_DAY)}: a return of {of} tells of its whole year")
    if of is Return.ANNEX_A and not as_at:
        raise ValueError("an Annex A workbook does not say on which day it was made: give it by --as-at 1999-12-31")
    try:
        return date.fromisoformat(as_at) if as_at else None
    except ValueError:
        raise ValueError(f"--as-at {as_at} is not a day: write it like 1999-12-31") from None


def _refuse_where_it_could_be_published(folder: Path, out: Path) -> None:
    """Records of children never stand where Git or the book could take them up, or among what is passed on."""
    place = folder.resolve()
    if place.is_relative_to(out.resolve()):
        raise ValueError(
            f"{folder} would hold records of children, and the results in {out} are passed on: keep them elsewhere"
        )
    root = next(
        (near for near in (place, *place.parents) if (near / "_toc.yml").exists() and (near / "data").is_dir()), None
    )
    if tree := work_tree_of(folder):
        raise ValueError(f"{folder} would hold records of children, and {tree} is a Git work tree: keep them elsewhere")
    if root or place.is_relative_to(cli.root().resolve()):
        raise ValueError(f"{folder} would hold records of children, and {root or cli.root()} holds the book: keep them elsewhere")  # fmt: skip


def _read(
    of: Return, asked: Mapping[ContractYear, Sequence[Path]], extra: Sequence[Path], day: date | None
) -> tuple[list["Raw"], "Records", "Ledger"]:
    """What the files of every year say, the tidy records, and what was left out; every fault of every year at once."""
    from importlib import import_module

    from ncthelpers.returns import readers
    from ncthelpers.returns.cleaning import Ledger

    module = import_module(f"ncthelpers.returns.{of.replace('-', '_')}")
    raws: list[Raw] = []
    faults: list[Fault] = []
    for year, paths in asked.items():
        try:
            raws.append(
                module.read(paths, year, extra) if hasattr(module, "read") else readers.read(of, paths, year, extra)
            )
        except DataFaults as found:
            faults += found.faults
    if faults:
        raise DataFaults(faults)
    ledger = Ledger(of)
    day_asked = {"as_at": day} if day else {}
    records = module.tidy(*raws, ledger=ledger, **day_asked)
    if faults := _silent(of, raws, records):
        raise DataFaults(faults)
    return raws, records, ledger


def _silent(of: Return, raws: Sequence["Raw"], records: "Records") -> list[Fault]:
    """Files that were given for a year and tell nothing of it: what is counted from them would be nought, and wrong."""
    import polars as pl

    faults = []
    for raw in raws:
        within = {
            "episodes": (pl.col("started") <= raw.year.end) & (pl.col("ended").is_null() | (pl.col("ended") >= raw.year.start)),
            **{table: pl.col(day).is_between(raw.year.start, raw.year.end) for table, day in _DAYS.items()},
        }  # fmt: skip
        files = ", ".join(path.as_posix() for path in raw.files)
        silent = [
            table for table in _TELLING[of]
            if table in raw.tables and records[table].filter(within[table]).is_empty()
        ]  # fmt: skip
        if not any(raw.rows.values()):
            faults.append(Fault(files, None, "", "", f"holds no record of {raw.year}: it is empty"))
        else:
            faults += [
                Fault(raw.place(table), None, "", "", f"holds no record of {raw.year}: it is empty, or of another year")
                for table in silent
            ]  # fmt: skip
    return faults


def _holidays(root: Path) -> "Holidays":
    """The bank holidays that the root is held against."""
    from ncthelpers.schemas import open_schemas, read_table
    from ncthelpers.workingdays import Holidays

    file, schemas = "data/reference/bank_holidays.csv", open_schemas(root / "data" / "schemas" / "reference")
    if "bank_holidays" not in schemas.names or not (root / file).is_file():
        raise DataFaults([Fault(file, None, "", "", "is missing: without it nobody can count working days")])
    days, faults = read_table((root / file).read_bytes(), schemas["bank_holidays"], file)
    if faults:
        raise DataFaults(faults)
    return Holidays.of(days["day"])


def _write_detail(
    folder: Path, left: Sequence[Mapping[str, Any]], records: "pl.DataFrame", members: "pl.DataFrame"
) -> None:
    """What was left out in full: how many by reason, which records of the return, and whom of an indicator."""
    from ncthelpers.returns.results import write_table

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_table(folder / "left_out.csv", left)
    for name, found in ((RECORDS, records), (MEMBERS, members)):
        write_table(folder / name, found.iter_rows(named=True), found.columns)


def _say(
    raws: Sequence["Raw"], records: "Records", counted: "Counted", rows: Sequence[Mapping[str, Any]], before: Mapping[str, str]
) -> None:  # fmt: skip
    """What was read, left out and counted: on a screen as tables, elsewhere a line each."""
    from ncthelpers.disclosure import HIDDEN
    from ncthelpers.returns.indicators import UNAVAILABLE

    warnings = [warning for raw in raws for warning in raw.warnings]
    if warnings:
        cli.listed(warnings, f"{len(warnings)} warning{'s' if len(warnings) > 1 else ''}")
    read = [(name, f"{table.height:,}", f"{records.covers[name].first} to {records.covers[name].last}")
            for name, table in records.tables.items()]  # fmt: skip
    left = [(table, reason, f"{number:,}") for _, table, reason, number in records.left_out.rows()]
    left += [(name, reason, f"{number:,}") for name, reason, number in counted.left_out.rows()]
    names = counted.results["indicator"].unique(maintain_order=True)
    told = []
    for name in names:
        own = [row for row in rows if row["indicator"] == name]
        symbols = [row["symbol"] for row in own]
        told.append(
            (name, str(len(own)), str(symbols.count(UNAVAILABLE)), str(symbols.count(HIDDEN)), before.get(name, ""))
        )
    _table("read", ("records", "number", "days"), read)
    _table(
        "left out, emptied or changed (exact numbers: not to be passed on)",
        ("table or indicator", "reason", "records"),
        left,
    )
    _table("counted", ("indicator", "counts", "not available (x)", "hidden (c)", "in place of those from"), told)


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if not rows:
        return
    if not cli.say.is_terminal:
        lines = ["; ".join(f"{head}: {cell}" for head, cell in zip(heads, row, strict=True) if cell) for row in rows]
        cli.say.print(Text("\n".join([f"{title}:", *(f"  {line}" for line in lines)])))
        return
    from rich.table import Table

    table = Table(*heads, title=title, title_justify="left")
    for row in rows:
        table.add_row(*(Text(cell, overflow="fold") for cell in row))
    cli.say.print(table)
