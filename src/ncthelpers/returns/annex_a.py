"""The workbook of lists of children that Ofsted asks for before it inspects (Annex A), read and tidied.

It is a snapshot of a case system and no census: it tells of the months before the day on which it was made, and of fewer
things than the statutory returns do.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from ncthelpers.faults import DataFaults, Fault
from ncthelpers.files import is_data
from ncthelpers.returns.cleaning import Ledger, shaped, typed
from ncthelpers.returns.delimited import sheets, table_of
from ncthelpers.returns.layouts import Layout, Module, layout_for, plain
from ncthelpers.returns.readers import Part, Raw, used_columns
from ncthelpers.returns.recognition import told_apart
from ncthelpers.returns.records import Cover, Records
from ncthelpers.workingdays import months_before
from ncthelpers.years import ContractYear

__all__ = ["read", "tidy"]

RETURN = "annex-a"
NO_CHILD = "left out: no id of the child"
NO_DAY = "left out: no day on which it began"
NOT_YET = "left out: not authorised, or no adoption order, yet"
EARLIER = "left out: it is of a day before the months that the list tells of"
LATER_DAY = "left out: it is of a day after that on which the workbook was made"
BACKWARDS = "field empty: ended is before it began"
OTHER_ADOPTION = "left out: the child stands further down once more"
STILL_TO_COME = "field empty: {} is after the day on which the workbook was made"
OLD_BOOK = "is no xlsx: an error in a cell of it cannot be told from an empty cell"
_BOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
_HEADER_WITHIN = 30  # rows: titles and notes may stand above a header
_NUMBERED = re.compile(r"(?<!\d)(1[01]|[1-9])(?!\d)")
_DAY = timedelta(days=1)
# The day that places a record, and the months that its list tells of
_LISTS = {
    "referrals": ("referred", 6), "assessments": ("authorised", 6), "section47": ("strategy", 6), "plans": ("started", 6),
    "adoptions": ("adopted", 12),
}  # fmt: skip
_BY_THEIR_END = ("assessments", "adoptions")
_ENDS = {"section47": "conference", "plans": "ended"}


def _header(rows: Sequence[Sequence[object]], module: Module) -> tuple[int, int]:
    """How many names of columns the likeliest header of a list has, and which row of the sheet it is."""
    known = {plain(name) for name in module.known}
    named = [len({plain(str(cell)) for cell in row if cell is not None} & known) for row in rows[:_HEADER_WITHIN]]
    best = max(named, default=0)
    return best, named.index(best) if named else 0


def _list_of(name: str, rows: Sequence[Sequence[object]], layout: Layout) -> tuple[Module, int] | None:
    """Which list a sheet is and where its header stands: by the number in the sheet's name, else by the header."""
    numbers = _NUMBERED.findall(name)
    named = [module for module in layout.modules if len(numbers) == 1 and module.file == f"List {numbers[0]}"]
    fits = {module.name: _header(rows, module) for module in layout.modules}
    module = named[0] if named else max(layout.modules, key=lambda one: fits[one.name][0] / len(one.known))
    count, at = fits[module.name]
    required = {plain(column) for column in module.required_columns}
    in_header = {plain(str(cell)) for cell in rows[at]} if rows else set()
    if named and count:
        return module, at
    return (module, at) if count * 2 > len(module.known) and required <= in_header else None


def _lists(path: Path, layout: Layout) -> tuple[list[tuple[Module, Part]], list[Fault], list[Fault]]:
    """The lists in a workbook, with faults, and warnings for sheets that are none."""
    found, faults, warnings = [], [], []
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        warnings.append(Fault(path.as_posix(), None, "", "", OLD_BOOK, suggestion="save it as xlsx"))
    for name, first, rows in sheets(path):
        shown = f"{path.as_posix()}!{name}"
        if not (this := _list_of(name, rows, layout)):
            warnings.append(Fault(shown, None, "", "", "is not used: it is none of the lists 1 to 11"))
            continue
        module, at = this
        names = [str(cell).strip() for cell in rows[at] if cell]
        twice = sorted({name for name in names if names.count(name) > 1})
        faults += [Fault(shown, first + at, name, "", "is the name of two columns") for name in twice]
        if not twice:
            table = table_of(rows[at:], first + at)
            found.append((module, Part(path, shown, tuple(table.columns[1:]), table)))
    return found, faults, warnings


def _books(paths: Sequence[Path]) -> Iterator[Path]:
    """The files given, and the workbooks in the folders given."""
    for path in paths:
        if path.is_dir():
            yield from (file for file in sorted(path.iterdir()) if file.suffix.lower() in _BOOKS and is_data(file))
        else:
            yield path


def read(paths: Sequence[Path], year: ContractYear, extra: Sequence[Path] = ()) -> Raw:
    """The lists of an Annex A workbook, as text.

    Parameters
    ----------
    paths : sequence of Path
        The workbook (xlsx, xls or ods), several that hold a list or more each, or the folder that holds them.
    year : ContractYear
        The year in which it was made.
    extra : sequence of Path
        Folders with further layouts.

    Returns
    -------
    Raw
        What the lists say that are used, and warnings for what no layout knows. A sheet is known as a list by the one
        number in its name, or by its header, above which titles may stand.

    Raises
    ------
    DataFaults
        If a file cannot be read, is no workbook or holds no list, two sheets are the same list, or a list lacks a column
        that is needed; every fault at once.
    """
    given = [Path(path) for path in paths]
    with told_apart(RETURN, given):
        return _read(given, layout_for(RETURN, year, extra), year)


def _read(given: Sequence[Path], layout: Layout, year: ContractYear) -> Raw:
    faults: list[Fault] = []
    warnings: list[Fault] = []
    places: dict[str, Part] = {}
    for path in _books(given):
        if not path.is_file() or path.suffix.lower() not in _BOOKS:
            rule = "is no workbook (xlsx, xls or ods); save it as xlsx" if path.exists() else "is not there"
            faults.append(Fault(path.as_posix(), None, "", "", rule))
            continue
        try:
            found, wrong, told = _lists(path, layout)
        except DataFaults as error:
            faults += error.faults
            continue
        faults, warnings = faults + wrong, warnings + told
        for module, part in found:
            if module.name in places:
                rule = f"is {module.file} ({module.name}), as {places[module.name].shown} is"
                faults.append(Fault(part.shown, None, "", "", rule))
            places.setdefault(module.name, part)
    if not places and not faults:
        faults = [Fault(path.as_posix(), None, "", "", "holds none of the lists 1 to 11") for path in given]
    tables: dict[str, pl.DataFrame] = {}
    rows: dict[Path, int] = {}
    for name, part in places.items():
        used, wrong, told = used_columns(layout[name], part, layout, ())
        faults, warnings = faults + wrong, warnings + told
        if used is not None:
            tables[name] = used
            rows[part.path] = rows.get(part.path, 0) + used.height
    if faults:
        raise DataFaults(faults)
    files = tuple(dict.fromkeys(part.path for part in places.values()))
    shown = {name: part.shown for name, part in places.items()}
    return Raw(layout, year, tables, files, tuple(sorted(set(warnings), key=str)), rows=rows, places=shown)


def _cover(table: str, as_at: date) -> Cover:
    """The days that a list tells of in full."""
    # a conference of the first weeks may follow an enquiry that began before them, and then it is not in the list
    months = _LISTS[table][1] - (table == "section47")
    return Cover(months_before(as_at, months) + _DAY, as_at)


def _open_since(table: str, first: date) -> pl.Expr:
    """Plans that began before the months of their list and were open in them: the list has every one."""
    if table != "plans":
        return pl.lit(False)
    return pl.col("ended").is_null() | (pl.col("ended") >= first)


def _tidied(table: str, rows: pl.DataFrame, as_at: date, ledger: Ledger) -> pl.DataFrame:
    """The records of a list that are of its months, once each."""
    day, months = _LISTS[table]
    first = months_before(as_at, months) + _DAY
    why = (
        pl.when(pl.col("child").is_null()).then(pl.lit(NO_CHILD))
        .when(pl.col(day).is_null()).then(pl.lit(NOT_YET if table in _BY_THEIR_END else NO_DAY))
        .when(pl.col(day) > as_at).then(pl.lit(LATER_DAY))
        .when((pl.col(day) < first) & ~_open_since(table, first)).then(pl.lit(EARLIER))
    )  # fmt: skip
    rows = ledger.once(table, ledger.leave_out(table, rows, why))
    if end := _ENDS.get(table):
        rows = ledger.mend(table, rows, pl.col(end) > as_at, STILL_TO_COME.format(end), **{end: None})
    if table == "plans":
        rows = ledger.mend(table, rows, pl.col("ended") < pl.col("started"), BACKWARDS, ended=None)
    return ledger.once(table, rows, ["child"], OTHER_ADOPTION) if table == "adoptions" else rows


def tidy(*raws: Raw, ledger: Ledger | None = None, as_at: date) -> Records:
    """Referrals, assessments, section 47 enquiries, protection plans and adoptions of an Annex A workbook.

    Parameters
    ----------
    *raws : Raw
        What :func:`read` read: one workbook.
    ledger : Ledger, optional
        Where to count: one's own also tells which records (:meth:`~ncthelpers.returns.cleaning.Ledger.detail`).
    as_at : date
        The day on which the workbook was made, which it does not say itself.

    Returns
    -------
    Records
        The tables that the lists give, each covering the months that its list tells of. Records left out and fields emptied
        are counted by reason.

    Raises
    ------
    DataFaults
        If there is more than one workbook, or the day is not one of its year.

    Notes
    -----
    Rule: domain K01: list 3 has no day of decision; it has none of closing either, and list 4 no day of referral, so that
    neither decisions in time, nor re-referrals, nor assessments by the day of referral can be counted.

    Assumed: lists 3, 4, 5 and 7 tell of the six months before the day, and list 10 of the twelve months, as Ofsted's guidance
    for inspections asks; a referral and an enquiry by the day it began, an assessment by that on which it was authorised, an
    adoption by its order. List 7 has every plan that was open in its months, whenever it began. List 5 does not say which children moved in with a plan.
    """
    ledger = ledger or Ledger(RETURN)
    raw, *others = sorted(raws, key=lambda one: one.year, reverse=True)
    if others:
        rule = "is a snapshot, and another workbook is given: they cannot be joined"
        raise DataFaults([Fault(file.as_posix(), None, "", "", rule) for one in others for file in one.files])
    if not raw.year.start <= as_at <= raw.year.end:
        rule = f"is said to be of {as_at}, which is not in {raw.year}; give --as-at a day of it, or another --year"
        raise DataFaults([Fault(raw.files[0].as_posix(), None, "", "", rule)])
    tables = {
        name: shaped(name, _tidied(name, typed(raw, name, ledger), as_at, ledger))
        for name in _LISTS
        if name in raw.tables
    }
    return Records(tables, {name: _cover(name, as_at) for name in tables}, ledger.left_out())
