"""Folders of data in, checked and frozen :class:`YearData` out - or every fault at once.

A year's folder holds what its own documents say; ``data/reference`` holds what every year is held against: official
statistics by release, areas, definitions, publications.

:func:`load_year` reads everything and holds it to every rule: what a run does before it makes a page. :func:`open_year`
is for a page: it reads, and holds to its own schema, only what the page asks for, so that the page depends on that alone.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import yaml

from ncthelpers import access, claims, datapackage, narrative, rules, sealed
from ncthelpers.addresses import addressed, with_lines
from ncthelpers.cells import holds_control, visible
from ncthelpers.contract import NOT_ENTERED, contract_faults, excused_tables, to_enter
from ncthelpers.faults import DataFaults, Fault
from ncthelpers.files import checksum, is_data, work_tree_of
from ncthelpers.reading import Lazily, Readable, content_of, noted, text_in
from ncthelpers.rows import unread as unread_rows
from ncthelpers.schemas import TableSchema, has_rows, open_schemas, read_rows, read_schemas, read_table
from ncthelpers.suggestions import nearest
from ncthelpers.yaml_files import read_yaml
from ncthelpers.yeardata import NO_REFERENCE, Comparison, Reference, YearData
from ncthelpers.years import ContractYear

__all__ = [
    "NO_REFERENCE", "Reference", "YearData", "Comparison", "load_reference", "load_year", "load_years", "open_year", "open_years",
    "placed", "read_year", "as_read",
    "seal_reference", "seal_year", "year_folder",
]  # fmt: skip

_REFERENCE = "data/reference"


def year_folder(root: Path, year: ContractYear) -> Path:
    """Where a year's data lies under a root."""
    return Path(root) / "data" / str(year)


def _yaml(path: Path, file: str) -> tuple[dict[str, Any], list[Fault]]:
    try:
        read = read_yaml(text_in(path, path.parent))
    except FileNotFoundError:
        return {}, [Fault(file, None, "", "", "is missing")]
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it is not YAML"
        return {}, [Fault(file, None if line is None else line + 1, "", "", f"cannot be read as YAML: {problem}")]
    except UnicodeDecodeError:
        return {}, [Fault(file, None, "", "", "is not UTF-8 text")]
    except (OSError, ValueError) as error:  # a folder of that name; a date that no calendar has
        return {}, [Fault(file, None, "", "", f"cannot be read: {getattr(error, 'strerror', None) or error}")]
    if not isinstance(read, dict):
        return {}, [Fault(file, None, "", "", "must be a mapping of names to values")]
    return read, []


def _tables(
    folder: Path, place: str, schemas: Mapping[str, Any], excused: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Fault]]:
    """The tables with every row that could be read, excused ones empty, and the faults of the rest."""
    tables, faults = {}, []
    for name, schema in schemas.items():
        path, file = folder / f"{name}.csv", f"{place}/{name}.csv"
        if path.is_file():
            if name in excused and schema.access == access.RESTRICTED:  # it is not even read
                faults.append(Fault(file, None, "", "", access.MAY_NOT_ENTER))
                continue
            try:
                content = content_of(path, folder)
            except OSError as error:
                faults.append(Fault(file, None, "", "", f"cannot be read: {error.strerror}"))
                continue
            tables[name], found = read_rows(content, schema, file)
            found = [*found, *access.published_faults(tables[name], schema, file)]
            tables[name] = access.emptied(tables[name], schema)
            if name in excused:
                del tables[name]
                found = [*found, Fault(file, None, "", "", "is there, yet contract.yml says it was not reported")]
            faults += found
        elif name in excused:
            tables[name] = pd.DataFrame(columns=schema.names, dtype=object)
        else:
            faults.append(
                Fault(file, None, "", "", "is missing, and contract.yml does not say that it was not reported")
            )
    absent = [f"{name}.csv" for name in schemas if name not in tables]
    faults += [Fault(f"{place}/{path.name}", None, "", "", f"has no schema: there is no data/schemas/{path.stem}.yml",
                     suggestion=nearest(path.name, absent))
               for path in sorted(folder.glob("*.csv"))
               if path.stem not in schemas and is_data(path)]  # fmt: skip
    return tables, faults


def _commentary(folder: Path, place: str, withheld: Mapping[str, Any]) -> tuple[dict[str, str], list[Fault]]:
    commentary, faults = {}, []
    for path in sorted((folder / "commentary").glob("*.md")):
        if not is_data(path):
            continue
        if path.stem in withheld:
            faults.append(Fault(f"{place}/commentary/{path.name}", None, "", "", access.MAY_NOT_ENTER))
            continue
        try:
            commentary[path.stem] = visible(text_in(path, folder))
            faults += [
                Fault(f"{place}/commentary/{path.name}", row, "", "", "holds a control character")
                for row, line in enumerate(commentary[path.stem].split("\n"), 1)
                if holds_control(line)
            ]
        except UnicodeDecodeError:
            faults.append(Fault(f"{place}/commentary/{path.name}", None, "", "", "is not UTF-8 text"))
        except OSError as error:
            faults.append(Fault(f"{place}/commentary/{path.name}", None, "", "", f"cannot be read: {error.strerror}"))
    return commentary, faults


def _by_path(package: Mapping[str, Any]) -> MappingProxyType[str, Any]:
    """A package with its files by their path."""
    listed = package.get("resources")
    entries = listed if isinstance(listed, list) else []
    files = {str(entry.get("path")): entry for entry in entries if isinstance(entry, dict)}
    return MappingProxyType({**package, "resources": MappingProxyType(files)})


def _read_reference(root: Path) -> tuple[Reference, list[Fault], list[Fault]]:
    """The reference as far as it can be read, the faults of its content, and those of its packaging."""
    schemas = read_schemas((root / "data" / "schemas" / "reference").resolve())
    if not schemas:
        return NO_REFERENCE, [], []
    folder = root / _REFERENCE
    tables, faults = _tables(folder, _REFERENCE, schemas, {})
    package, packaging = _yaml(folder / "datapackage.yml", f"{_REFERENCE}/datapackage.yml")
    if not packaging:
        packaging = datapackage.package_faults(folder, package, f"{_REFERENCE}/datapackage.yml")
    faults = placed(root, [*faults, *rules.reference_faults(tables, schemas, _REFERENCE, passing=bool(faults))])
    return Reference(MappingProxyType(tables), schemas, _by_path(package)), faults, packaging


def load_reference(root: Path | str) -> Reference:
    """Read and check what every year is held against.

    Raises
    ------
    DataFaults
        With every fault of every file.
    """
    reference, faults, packaging = _read_reference(Path(root))
    if faults or packaging:
        raise DataFaults(faults + packaging)
    return reference


def _mixed(root: Path, contract: Mapping[str, Any], file: str) -> list[Fault]:
    """What a root is as a whole is said alike of every year, or pages around them would say what is not true."""
    others = [_yaml(path, file)[0] for path in sorted((root / "data").glob("*/contract.yml"))]
    return [
        Fault(file, None, key, str(contract.get(key) or ""), "is not said alike of every year of this root")
        for key, whole in (("invented", True), ("edition", access.RESTRICTED))
        if any((other.get(key) == whole) != (contract.get(key) == whole) for other in others)
    ]


def _strays(root: Path, contract: Mapping[str, Any], file: str) -> list[Fault]:
    """An edition that holds what may not be published never stands where Git could take it up."""
    if not access.is_edition(contract) or work_tree_of(root) is None:
        return []
    return [Fault(file, None, "edition", access.RESTRICTED, "may not stand inside a Git work tree")]


def _pages(root: Path) -> set[str]:
    """The pages of the root as far as it says which there are: those listed, and those that commentary is written for."""
    listed = root / "_toc.yml"
    found = re.findall(r"/(\d\d_\w+)", listed.read_text("utf-8", "replace")) if listed.is_file() else []
    return {*found, *(path.stem for path in (root / "data").glob("*/commentary/*.md"))}


def _no_schema(folder: Path) -> Fault:
    """What is wrong where no schema is: a copied root may hold the link to them and not what it leads to."""
    said = "holds no schema"
    if folder.is_symlink() and not folder.exists():
        said = f"is a link to {folder.readlink()}, where nothing is: put a copy of the schemas in its place (cp -rL copies a root with what its links lead to)"
    return Fault("data/schemas", None, "", "", said)


def _no_folder(folder: Path) -> str:
    """What keeps the folder of a contract year from being one; nothing if nothing does."""
    if not folder.is_dir():
        return "is missing: a contract year is one folder of data"
    if not folder.resolve().is_relative_to(folder.parent.resolve()):
        return "is a link out of data/: put the folder itself in its place"
    return ""


def _read(root: Path, year: ContractYear, reference: Reference) -> tuple[YearData, list[Fault], list[Fault]]:
    """The year as far as it can be read, the faults of its content, and those of its packaging."""
    root, folder = Path(root), year_folder(root, year)
    place = f"data/{year}"
    if missing := _no_folder(folder):
        raise DataFaults([Fault(place, None, "", "", missing)])
    written = read_schemas((root / "data" / "schemas").resolve())
    if not written:
        raise DataFaults([_no_schema(root / "data" / "schemas")])
    contract, faults = _yaml(folder / "contract.yml", f"{place}/contract.yml")
    if not faults:
        faults += contract_faults(contract, year, set(written), f"{place}/contract.yml")
        faults += access.column_faults(contract, written, _pages(root), f"{place}/contract.yml")
        faults += _mixed(root, contract, f"{place}/contract.yml")
        faults += _strays(root, contract, f"{place}/contract.yml")
    schemas = MappingProxyType({name: access.adapted(schema, contract) for name, schema in written.items()})
    absent = [name for name in schemas if not (folder / f"{name}.csv").is_file()]
    excused = excused_tables(contract, absent) | access.excuses(access.of_year(contract, written.values()))
    tables, found = _tables(folder, place, schemas, excused)
    excused |= {name: NOT_ENTERED for name in to_enter(contract)
                if name not in excused and name in tables and tables[name].empty and not unread_rows(tables[name])}  # fmt: skip
    commentary, unread = _commentary(folder, place, access.withheld_commentary(contract))
    package, packaging = _yaml(folder / "datapackage.yml", f"{place}/datapackage.yml")
    if not packaging:
        packaging = datapackage.package_faults(folder, package, f"{place}/datapackage.yml", access.files_held(contract))
        packaging += _since_sealed(folder, place, package)
    unlisted = _entries(datapackage.shape_faults(package, ""))
    faulty = _entries(faults)
    readable = {key: value for key, value in contract.items() if key not in faulty} | {"not_reported": excused}
    data = YearData(
        year=year,
        starts=readable.get("starts", year.start),
        ends=readable.get("ends", year.end),
        contract=MappingProxyType(readable),
        tables=MappingProxyType(tables),
        schemas=schemas,
        commentary=MappingProxyType(commentary),
        package=_by_path({key: value for key, value in package.items() if key not in unlisted}),
        reference=reference,
    )
    faults += found + unread
    passing = bool(faults or _not_whole(reference.tables, reference.schemas))
    faults += rules.cross_table_faults(data, place, passing)
    if contract:
        wrong = {Path(fault.file).stem for fault in faults if fault.file.endswith(".csv")}
        faulty |= _entries(fault for fault in faults if fault.file == f"{place}/contract.yml")
        whole = as_read(data, faulty, wrong, unlisted) if passing or faulty or wrong or unlisted else data
        faults += rules.found_by(claims.claim_faults, passing, whole, place, data.tables.get("claims"))
        faults += rules.found_by(narrative.commentary_faults, passing, whole, place, rules.known_sources(data))
    faults = placed(root, faults)
    told = {(fault.file, fault.cell) for fault in faults if fault.cell}
    return data, faults, [fault for fault in packaging if (fault.file, fault.cell) not in told]


def _since_sealed(folder: Path, place: str, package: Mapping[str, Any]) -> list[Fault]:
    """Which cells of the tables that have changed since the year was sealed are not what they were, as far as that is recorded."""
    then, faults = _by_path(package)["resources"], []
    for name, record in sealed.read_record(folder).items():
        content = _content(folder, name) if name in then else None
        if content is not None and checksum(content) != then[name].get("sha256"):
            faults += sealed.cell_faults(content, record, f"{place}/{name}")
    return faults


def _content(folder: Path, name: str) -> bytes | None:
    """What a file of a folder holds; none where it cannot be read."""
    try:
        return content_of(folder / name, folder)
    except OSError:
        return None


def _entries(faults: Iterable[Fault]) -> set[str]:
    """The entries of a YAML file that have a fault."""
    return {fault.column.partition(" ")[0] for fault in faults}


def _not_whole(tables: Mapping[str, pd.DataFrame], schemas: Mapping[str, Any]) -> set[str]:
    """Tables that could not be read, or not every row of them."""
    return {name for name in schemas if name not in tables or unread_rows(tables[name])}


def as_read(
    data: YearData, faulty: Collection[str] = (), wrong: Collection[str] = (), unlisted: Collection[str] = ()
) -> YearData:
    """A year that answers only for what could be read whole, and refuses the rest by :class:`ncthelpers.reading.NotRead`.

    Parameters
    ----------
    data : YearData
        The year as far as it could be read.
    faulty : collection of str
        Entries of ``contract.yml`` that have a fault.
    wrong : collection of str
        Tables that have one, so that nothing is to be made of them.
    unlisted : collection of str
        Entries of ``datapackage.yml`` that have one.
    """

    def whole(tables: Mapping[str, Any], schemas: Mapping[str, Any]) -> Readable[Any]:
        unread = _not_whole(tables, schemas) | (set(schemas) & set(wrong))
        return Readable({name: frame for name, frame in tables.items() if name not in unread}, unread)

    held = data.reference
    return replace(
        data,
        contract=Readable(data.contract, faulty),
        package=Readable(data.package, unlisted),
        tables=whole(data.tables, data.schemas),
        reference=replace(held, tables=whole(held.tables, held.schemas)),
    )


def placed(root: Path, faults: Sequence[Fault]) -> list[Fault]:
    """Faults or queries about files of a root, each with the cell of a table or the line of an entry that it stands in."""
    found_at = []
    by_file: dict[str, list[Fault]] = {}
    for fault in faults:
        by_file.setdefault(fault.file, []).append(fault)
    for file, found in by_file.items():
        path = root / file
        if path.suffix == ".csv" and path.is_file():
            with suppress(OSError):  # which is itself among the faults
                found = addressed(found, content_of(path, path.parent))
        elif path.name == "contract.yml" and path.is_file():
            with suppress(OSError, UnicodeDecodeError):
                found = with_lines(found, text_in(path, path.parent))
        found_at += found
    return found_at


def read_year(root: Path | str, year: ContractYear) -> tuple[YearData, tuple[Fault, ...]]:
    """One contract year as far as it can be read, and every fault: for what reports on a year that is not finished.

    Raises
    ------
    DataFaults
        If there is no folder of the year, or no schema.
    """
    reference, found, packaging = _read_reference(Path(root))
    data, faults, unsealed = _read(Path(root), year, reference)
    return data, tuple(found + packaging + faults + unsealed)


def load_year(root: Path | str, year: ContractYear | str, reference: Reference | None = None) -> YearData:
    """Read and check one contract year, and what it is held against.

    Parameters
    ----------
    root : Path or str
        The folder that holds ``data/``.
    year : ContractYear or str
        Such as ``2021-22``.
    reference : Reference, optional
        Already read; read and checked with the year if none is given.

    Returns
    -------
    YearData
        The checked year.

    Raises
    ------
    DataFaults
        With every fault of every file.
    ValueError
        If the year is not a contract year.
    """
    year = year if isinstance(year, ContractYear) else ContractYear(year)
    faults = []
    if reference is None:
        reference, found, packaging = _read_reference(Path(root))
        faults += found + packaging
    data, found, packaging = _read(Path(root), year, reference)
    faults += found + packaging
    if faults:
        raise DataFaults(faults)
    return data


def load_years(root: Path | str, years: Sequence[ContractYear | str]) -> Comparison:
    """Read and check several contract years, to be compared.

    Parameters
    ----------
    root : Path or str
        The folder that holds ``data/``.
    years : sequence of ContractYear or str
        In any order.

    Raises
    ------
    DataFaults
        With every fault of the reference or of every year.
    ValueError
        If no year is given, or one is not a contract year.
    """
    if not years:
        raise ValueError("no contract year is given to compare")
    reference, found, packaging = _read_reference(Path(root))
    faults, loaded = found + packaging, []
    for year in sorted(year if isinstance(year, ContractYear) else ContractYear(year) for year in years):
        try:
            loaded.append(load_year(root, year, reference))
        except DataFaults as more:
            faults += more.faults
    if faults:
        raise DataFaults(faults)
    return Comparison(tuple(loaded))


class _Excused(Mapping[str, str]):
    """The tables that a year does not report, each with its reason.

    One that is yet to be entered is looked at when it is asked for, and noted as read: it is reported once it has a row.
    """

    def __init__(self, given: Mapping[str, str], folder: Path, waiting: Sequence[str]) -> None:
        self._given, self._folder, self._waiting = given, folder, waiting

    def __contains__(self, name: object) -> bool:
        if name in self._given or name not in self._waiting:
            return name in self._given
        path = noted(self._folder / f"{name}.csv")
        return path.is_file() and not has_rows(content_of(path, self._folder))

    def __getitem__(self, name: str) -> str:
        if name not in self:
            raise KeyError(name)
        return self._given.get(name, NOT_ENTERED)

    def __iter__(self) -> Iterator[str]:
        return (name for name in dict.fromkeys((*self._given, *self._waiting)) if name in self)

    def __len__(self) -> int:
        return len(list(iter(self)))


def _opened_package(folder: Path, place: str) -> Mapping[str, Any]:
    """A ``datapackage.yml``, to whose checksums a page owes nothing but those of the files that it asks for."""
    package, faults = _yaml(noted(folder / "datapackage.yml"), f"{place}/datapackage.yml")
    faults = faults or datapackage.shape_faults(package, f"{place}/datapackage.yml")
    if faults:
        raise DataFaults(faults)
    files = _by_path(package)["resources"]
    return MappingProxyType({**package, "resources": Lazily(folder, "", files, files.__getitem__)})


def _opened_tables(folder: Path, place: str, schemas: Lazily[TableSchema], excused: Mapping[str, Any]) -> Lazily[Any]:
    def table(name: str) -> pd.DataFrame:
        path, file = folder / f"{name}.csv", f"{place}/{name}.csv"
        if not path.is_file():
            return pd.DataFrame(columns=schemas[name].names, dtype=object)
        if schemas[name].access == access.RESTRICTED and name in excused:
            raise DataFaults([Fault(file, None, "", "", access.MAY_NOT_ENTER)])
        content = content_of(path, folder)
        frame, faults = read_table(content, schemas[name], file)
        faults = [*faults, *access.published_faults(frame, schemas[name], file)]
        if faults:
            raise DataFaults(addressed(faults, content))
        return frame

    held = (name for name in schemas.names if (folder / f"{name}.csv").is_file() or name in excused)
    return Lazily(folder, ".csv", held, table)


def _open_reference(root: Path) -> Reference:
    folder, schemas = root / _REFERENCE, open_schemas(root / "data" / "schemas" / "reference")
    if not schemas.names:
        return NO_REFERENCE
    return Reference(_opened_tables(folder, _REFERENCE, schemas, {}), schemas, _opened_package(folder, _REFERENCE))


def open_year(root: Path | str, year: ContractYear | str, reference: Reference | None = None) -> YearData:
    """One contract year for a page: each table is read, and held to its own schema, when it is first asked for.

    Parameters
    ----------
    root, year, reference
        As for :func:`load_year`.

    Returns
    -------
    YearData
        The year; what it gives is what :func:`load_year` gives.

    Raises
    ------
    DataFaults
        With every fault of ``contract.yml`` or ``datapackage.yml``; later, with those of a table asked for.
    ValueError
        If the year is not a contract year.
    """
    root, year = Path(root), year if isinstance(year, ContractYear) else ContractYear(year)
    folder, place, schemas = year_folder(root, year), f"data/{year}", open_schemas(root / "data" / "schemas")
    if missing := _no_folder(folder):
        raise DataFaults([Fault(place, None, "", "", missing)])
    contract, faults = _yaml(noted(folder / "contract.yml"), f"{place}/contract.yml")
    faults = faults or contract_faults(contract, year, set(schemas.names), f"{place}/contract.yml")
    if faults:
        raise DataFaults(faults)
    absent = [name for name in schemas.names if not (folder / f"{name}.csv").is_file()]
    faults = _strays(root, contract, f"{place}/contract.yml")
    if faults:
        raise DataFaults(faults)
    schemas = open_schemas(root / "data" / "schemas", partial(access.adapted, contract=contract))
    given = excused_tables(contract, absent)
    if set(given) - set(contract["not_reported"]):
        noted(folder)  # what is not there is excused because it is not there
    unexplained = (schemas[name] for name in absent if name not in given)
    given |= access.excuses(access.of_year(contract, unexplained))
    excused = _Excused(given, folder, to_enter(contract))
    withheld = access.withheld_commentary(contract)
    pages = sorted(path.stem for path in (folder / "commentary").glob("*.md")
                   if is_data(path) and path.stem not in withheld)  # fmt: skip
    return YearData(
        year=year,
        starts=contract["starts"],
        ends=contract["ends"],
        contract=MappingProxyType({**contract, "not_reported": excused}),
        tables=_opened_tables(folder, place, schemas, excused),
        schemas=schemas,
        commentary=Lazily(folder / "commentary", ".md", pages, partial(_written, folder / "commentary")),
        package=_opened_package(folder, place),
        reference=_open_reference(root) if reference is None else reference,
    )


def _written(folder: Path, page: str) -> str:
    return visible(text_in(folder / f"{page}.md", folder.parent))


def open_years(root: Path | str, years: Sequence[ContractYear | str]) -> Comparison:
    """Several contract years for a page that compares them; as :func:`open_year`.

    Raises
    ------
    DataFaults, ValueError
        As :func:`open_year`; ValueError if no year is given.
    """
    if not years:
        raise ValueError("no contract year is given to compare")
    reference = _open_reference(Path(root))
    sought = sorted(year if isinstance(year, ContractYear) else ContractYear(year) for year in years)
    return Comparison(tuple(open_year(root, year, reference) for year in sought))


def _sealed(
    folder: Path, file: str, tables: Mapping[str, Any], schemas: Mapping[str, Any], faults: list[Fault], held: Collection[str] = (),
    today: date | None = None,
) -> None:  # fmt: skip
    package, unread = _yaml(folder / "datapackage.yml", file)
    faults = faults + (unread or datapackage.shape_faults(package, file))
    if faults:
        raise DataFaults(faults)
    datapackage.seal(folder, tables, schemas, held, today)


def seal_year(root: Path | str, year: ContractYear, today: date | None = None) -> None:
    """Record the checksums of a year's files, and what their cells are, as they are now, provided that they have no fault.

    Parameters
    ----------
    root, year
        As for :func:`load_year`.
    today : date, optional
        The day, which is said of each file that has changed since it was last sealed; the computer's if none is given.

    Raises
    ------
    DataFaults
        If the content breaks a rule; nothing is written then.
    """
    root = Path(root)
    folder, (data, faults, _) = year_folder(root, year), _read(root, year, _read_reference(root)[0])
    file, held = f"data/{year}/datapackage.yml", access.files_held(data.contract)
    _sealed(folder, file, data.tables, data.schemas, faults, held, today or date.today())
    tables = [name for table in data.schemas if (name := f"{table}.csv") not in held and (folder / name).is_file()]
    sealed.write_record(folder, tables)


def seal_reference(root: Path | str) -> None:
    """Record the checksums of the reference as it is now, provided that its content has no fault.

    Raises
    ------
    DataFaults
        If the content breaks a rule; nothing is written then.
    """
    root = Path(root)
    held, faults, _ = _read_reference(root)
    _sealed(root / _REFERENCE, f"{_REFERENCE}/datapackage.yml", held.tables, held.schemas, faults)
