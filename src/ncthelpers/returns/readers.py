"""A return read from its files by its layout: text only, nothing judged but whether the files are those of the layout."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from ncthelpers.faults import DataFaults, Fault
from ncthelpers.returns.delimited import ROW, UNNAMED, read_csv, read_header, read_sheets
from ncthelpers.returns.layouts import Layout, Module, layout_for, layouts, looks_like, plain
from ncthelpers.returns.recognition import told_apart
from ncthelpers.years import ContractYear

__all__ = ["Raw", "Part", "read", "used_columns"]

_TABLES = (".csv",)
_BOOKS = (".xlsx", ".xlsm")
_XML = (".xml",)
_HALF = 0.5


@dataclass(frozen=True)
class Raw:
    """What the files of a return say, as text.

    Parameters
    ----------
    layout : Layout
        The layout that they were read by.
    year : ContractYear
        The year of the return.
    tables : mapping of str to polars.DataFrame
        By the names of the layout's modules: their columns, all text, and the row in the file (the line, in XML). Modules
        of which nothing is used are not there.
    files : tuple of Path
        Those that were read.
    warnings : tuple of Fault
        Columns and files that no module knows, and how files were read.
    header : mapping of str to str
        What an XML file says of itself, such as ``ReferenceDate``.
    rows : mapping of Path to int
        How many records were read from which file; not there where nothing of a file is used.
    places : mapping of str to str
        Of each module that was read, the file, or the sheet in its file, as faults name it.
    """

    layout: Layout
    year: ContractYear
    tables: Mapping[str, pl.DataFrame]
    files: tuple[Path, ...]
    warnings: tuple[Fault, ...] = ()
    header: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[Path, int] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)

    def place(self, module: str) -> str:
        """Where a module was read from, as faults name it."""
        return self.places.get(module) or ", ".join(path.as_posix() for path in self.files)


def _named(names: Sequence[str], module: Module) -> tuple[dict[str, str], list[str], list[str]]:
    """Which of the names are which column of a module, the required ones that lack, and those that it does not know."""
    by_plain = {plain(name): name for name in module.known}
    found = {name: by_plain[plain(name)] for name in names if plain(name) in by_plain}
    missing = [name for name in module.required_columns if name not in found.values()]
    return found, missing, [name for name in names if name and name not in found]


def _fits(names: Sequence[str], module: Module) -> bool:
    found, missing, _ = _named(names, module)
    return not missing and (bool(module.columns) or len(found) == len(module.not_used))


def _nearest(names: Sequence[str], layout: Layout, taken: Mapping[str, object]) -> Module | None:
    """The module that most columns of are there, at least half of those it needs; its missing ones are named later."""
    lacks = [(len(_named(names, module)[1]) / len(module.required_columns), n) for n, module in enumerate(layout.modules)
             if module.required_columns and module.name not in taken]  # fmt: skip
    share, n = min(lacks, default=(1.0, 0))
    return layout.modules[n] if share <= _HALF else None


def _by_header(names: Sequence[str], layout: Layout) -> list[Module]:
    """The modules that names of columns fit best."""
    fitting = [module for module in layout.modules if _fits(names, module)]
    shared = [len(_named(names, module)[0]) for module in fitting]
    return [module for module, count in zip(fitting, shared, strict=True) if count == max(shared)]


@dataclass(frozen=True)
class Part:
    """A table of text and whence it comes: of a CSV file only the ``names`` of its columns are read to begin with."""

    path: Path
    shown: str
    names: tuple[str, ...]
    rows: pl.DataFrame | None = None


def _placed(
    parts: Sequence[Part], layout: Layout, given: set[Path]
) -> tuple[dict[str, Part], list[Fault], list[Fault]]:
    """Which part is which module: by its file's name, else by its header; with faults and warnings."""
    places: dict[str, Part] = {}
    faults, warnings = [], []
    by_file = {plain(module.file): module for module in layout.modules if module.file}
    rest = []
    for part in parts:
        module = by_file.get(plain(part.path.name))
        if module and part.rows is None and module.name not in places:
            places[module.name] = part
        else:
            rest.append(part)
    named = set(places)
    for part in rest:
        if not any(part.names):
            warnings.append(Fault(part.shown, None, "", "", "is empty: it is not used"))
            continue
        fitting = _by_header(part.names, layout)
        free = [module for module in fitting if module.name not in places]
        if len(free) == 1:
            places[free[0].name] = part
        elif free:
            names = ", ".join(module.name for module in free)
            faults.append(Fault(part.shown, None, "", "", f"has a header that fits {names} alike"))
        elif fitting and (fitting[0].name not in named or part.path in given):
            other = places[fitting[0].name]
            rule = f"has the header of {fitting[0].name}, as {other.shown} has"
            faults.append(Fault(part.shown, None, "", "", rule, suggestion="give one of them"))
        elif fitting:
            warnings.append(Fault(part.shown, None, "", "", f"is not read: {fitting[0].name} is in another file"))
        elif near := _nearest(part.names, layout, places):
            places[near.name] = part
        else:
            warnings.append(
                Fault(part.shown, None, "", "", f"is not used: its header is that of no module of {layout.name}")
            )
    return places, faults, warnings


def used_columns(
    module: Module, part: Part, layout: Layout, others: Sequence[Layout]
) -> tuple[pl.DataFrame | None, list[Fault], list[Fault]]:
    """The used columns of a module, with faults for what cannot be read or lacks, and warnings for columns no one knows."""
    rows = part.rows
    names: Sequence[str] = part.names
    faults: list[Fault] = []
    warnings: list[Fault] = []
    if module.columns and not any(names):
        return None, [Fault(part.shown, None, "", "", f"is empty: {module.name} of {layout.name} was to be in it")], []
    if rows is None and module.columns:
        try:
            rows, warnings = read_csv(part.path)
            names = rows.columns[1:]
        except DataFaults as error:
            faults += error.faults
    found, missing, unknown = _named(names, module)
    other = looks_like(names, module.name, layout, others) if missing else ""
    hint = f"this looks like the layout {other}" if other else ""
    at = 1 if part.rows is None else None
    rule = f"is missing: {module.name} of {layout.name} has it"
    faults += [Fault(part.shown, at, name, "", rule, suggestion=hint) for name in missing]
    theirs = list(found.values())
    twice = sorted({name for name in theirs if theirs.count(name) > 1})
    faults += [Fault(part.shown, at, name, "", "is the name of two columns") for name in twice]
    if module.required and module.columns and not faults and rows is not None and rows.is_empty():
        faults.append(Fault(part.shown, None, "", "", f"holds no record: {layout.name} needs {module.name}"))
    rule = f"is no column of {module.name} of {layout.name}: it is not used"
    nothing = {
        name
        for name in unknown
        if name.startswith(UNNAMED) and (rows is None or rows[name].null_count() == rows.height)
    }
    warnings = [*warnings, *(Fault(part.shown, at, name, "", rule) for name in unknown if name not in nothing)]
    if not module.columns:
        warnings.append(Fault(part.shown, None, "", "", f"is not used: no figure is counted from {module.name}"))
    used = None if faults or not module.columns or rows is None else rows.select(ROW, *found).rename(found)
    return used, faults, warnings


def _tables(
    paths: Sequence[Path], given: set[Path], layout: Layout, others: Sequence[Layout], year: ContractYear
) -> Raw:
    """A return of CSV files and workbooks."""
    parts = []
    for path in paths:
        if path.suffix.lower() in _BOOKS:
            sheets = read_sheets(path)
            parts += [
                Part(path, f"{path.as_posix()}!{name}", tuple(rows.columns[1:]), rows) for name, rows in sheets.items()
            ]
        else:
            parts.append(Part(path, path.as_posix(), tuple(read_header(path))))
    places, faults, warnings = _placed(parts, layout, given)
    for module in layout.modules:
        if module.required and module.name not in places:
            rule = f"is missing: {layout.name} needs {module.name}"
            faults += [
                Fault(module.file or module.name, None, "", "", rule),
                *warnings,
            ]  # one not used may be the one meant
    if not places and not faults:
        known = ", ".join(module.file or module.name for module in layout.modules)
        faults = [
            Fault(path.as_posix(), None, "", "", f"is none of the files of {layout.of}: {known}") for path in paths
        ]
    warnings += [
        Fault(part.shown, None, "", "", f"was read as {name}, by the names of its columns")
        for name, part in places.items()
        if plain(part.shown.rpartition("!")[2] if part.rows is not None else part.path.stem)
        not in {plain(name), plain(Path(layout[name].file).stem)}
    ]
    tables: dict[str, pl.DataFrame] = {}
    read_from: dict[Path, int] = {}
    for name, part in places.items():
        used, wrong, told = used_columns(layout[name], part, layout, others)
        faults, warnings = faults + wrong, warnings + told
        if used is not None:
            tables[name] = used
            read_from[part.path] = read_from.get(part.path, 0) + used.height
    if faults:
        raise DataFaults(faults)
    files = tuple(dict.fromkeys(part.path for part in places.values()))
    shown = {name: part.shown for name, part in places.items()}
    return Raw(layout, year, tables, files, tuple(sorted(set(warnings), key=str)), rows=read_from, places=shown)


def _found(paths: Sequence[Path], layout: Layout) -> Iterator[Path]:
    """The files of a return: of a folder its CSV files, or where it has none its workbooks, or else its XML."""
    kinds = (_TABLES, _BOOKS) if any(module.file for module in layout.modules) else ()
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        files = sorted(file for file in path.iterdir() if file.is_file() and not file.name.startswith((".", "~$")))
        of_kind = ([file for file in files if file.suffix.lower() in some] for some in (*kinds, _XML))
        yield from next(filter(None, of_kind), [])


def _nothing_in(folder: Path) -> Fault:
    """That a folder holds no file of a return, and which folders in it may."""
    inside = ", ".join(sorted(path.name for path in folder.iterdir() if path.is_dir()))
    hint = f"name the folder in it that is meant: {inside}" if inside else ""
    return Fault(
        folder.as_posix(),
        None,
        "",
        "",
        "holds no file that this return is read from (CSV, xlsx or XML; a census is one XML file)",
        suggestion=hint,
    )


def _passed_over(paths: Sequence[Path], read: Sequence[Path]) -> Iterator[Fault]:
    """Files of a folder that were not opened."""
    for folder in (path for path in paths if path.is_dir()):
        for file in sorted(folder.iterdir()):
            if file.is_file() and file not in read:
                yield Fault(
                    file.as_posix(),
                    None,
                    "",
                    "",
                    "is not read: the folder's other files are the return; name it to read it",
                )


def read(of: str, paths: Sequence[Path], year: ContractYear, extra: Sequence[Path] = ()) -> Raw:
    """A statutory return, read by the layout of its year.

    Parameters
    ----------
    of : str
        The return: ``ssda903``, ``cin`` or ``csww``.
    paths : sequence of Path
        Its files, or a folder that holds them. A file of a folder is known by its name, else by its header; a folder of
        CSV files is read as these alone.
    year : ContractYear
        The year it is of.
    extra : sequence of Path
        Folders with further layouts.

    Returns
    -------
    Raw
        What the files say, and warnings for what no layout knows.

    Raises
    ------
    DataFaults
        If there is no layout for the year, a file cannot be read, or a column or module that is needed is not there;
        every fault at once.
    """
    given = [Path(path) for path in paths]
    with told_apart(of, given):
        return _read(of, given, year, extra)


def _read(of: str, given: Sequence[Path], year: ContractYear, extra: Sequence[Path]) -> Raw:
    layout, others = layout_for(of, year, extra), layouts(of, extra)
    if absent := [path for path in given if not path.exists()]:
        raise DataFaults([Fault(path.as_posix(), None, "", "", "is not there") for path in absent])
    files = list(_found(given, layout))
    kinds = {file.suffix.lower() for file in files}
    if strange := [file for file in files if file.suffix.lower() not in (*_TABLES, *_BOOKS, *_XML)]:
        raise DataFaults(
            [Fault(file.as_posix(), None, "", "", "is no CSV, xlsx or XML file; save it as one") for file in strange]
        )
    if pipes := [file for file in files if not file.is_file()]:
        rule = "is a pipe or a device, and no file"
        raise DataFaults([Fault(file.as_posix(), None, "", "", rule) for file in pipes])
    if not files:
        raise DataFaults([_nothing_in(path) for path in given])
    if kinds & set(_XML) and (len(files) > 1 or not layout.root):
        alone = "is XML, which is read alone; name the one that is meant, and those of years before by --earlier"
        rule = alone if layout.root else f"is XML, and {layout.name} says nothing of XML; give it as CSV files or xlsx"
        raise DataFaults([Fault(file.as_posix(), None, "", "", rule) for file in files if file.suffix.lower() in _XML])
    if kinds & set(_XML):
        from ncthelpers.returns.xml import read_xml

        tables, header, warnings = read_xml(files[0], layout, others, year)
        rows = {files[0]: sum(table.height for table in tables.values())}
        raw = Raw(layout, year, tables, tuple(files), tuple(warnings), header, rows)
    elif any(module.file for module in layout.modules):
        raw = _tables(files, set(given), layout, others, year)
    else:
        raise DataFaults([Fault(file.as_posix(), None, "", "", f"is no XML: {of} is read from XML") for file in files])
    return replace(raw, warnings=(*raw.warnings, *_passed_over(given, files)))
