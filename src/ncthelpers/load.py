"""Folders of data in, checked and frozen :class:`YearData` out - or every fault at once.

A year's folder holds what its own documents say; ``data/reference`` holds what every year is held against: official
statistics by release, areas, definitions, publications.

:func:`load_year` reads everything and holds it to every rule: what a run does before it makes a page. :func:`open_year`
is for a page: it reads, and holds to its own schema, only what the page asks for, so that the page depends on that alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from types import MappingProxyType

import pandas as pd
import yaml

from ncthelpers import claims, datapackage, narrative, rules
from ncthelpers.citations import PUBLICATIONS
from ncthelpers.contract import contract_faults, excused_tables
from ncthelpers.faults import DataFaults, Fault
from ncthelpers.files import is_data
from ncthelpers.reading import Lazily, noted
from ncthelpers.schemas import TableSchema, open_schemas, read_schemas, read_table
from ncthelpers.yaml_files import read_yaml
from ncthelpers.years import ContractYear

__all__ = [
    "NO_REFERENCE", "Reference", "YearData", "Comparison", "load_reference", "load_year", "load_years", "open_year", "open_years",
    "seal_reference", "seal_year", "year_folder",
]  # fmt: skip

_REFERENCE = "data/reference"


@dataclass(frozen=True, eq=False)
class Reference:
    """What every year is held against, from ``data/reference``; empty in a root that has none.

    Parameters
    ----------
    tables : Mapping of str to DataFrame
        The tables, typed by their schemas.
    schemas : Mapping of str to TableSchema
        What they hold.
    package : Mapping
        Their ``datapackage.yml``, its ``resources`` by path.
    """

    tables: Mapping[str, pd.DataFrame]
    schemas: Mapping[str, TableSchema]
    package: Mapping

    def names(self, table: str, key: str, name: str) -> dict[str, str]:
        """Names of a table's rows by their key; none where there is no such table."""
        frame = self.tables.get(table)
        return {} if frame is None else dict(zip(frame[key], frame[name], strict=True))

    @property
    def titles(self) -> dict[str, str]:
        """Titles of the publications by id."""
        return self.names(PUBLICATIONS, "publication", "title")


NO_REFERENCE = Reference(MappingProxyType({}), MappingProxyType({}), MappingProxyType({}))


@dataclass(frozen=True, eq=False)
class YearData:
    """One contract year as its source documents give it; the only thing calculations take.

    Parameters
    ----------
    year : ContractYear
        The contract year.
    starts, ends : date
        Its first and last day, as the contract has them.
    contract : Mapping
        ``contract.yml``: provider, councils, terms in force, tables not reported.
    tables : Mapping of str to DataFrame
        The tables, typed by their schemas. Take one with ``data["name"]``, which gives a copy.
    schemas : Mapping of str to TableSchema
        What the tables hold.
    commentary : Mapping of str to str
        People's words, by page name.
    package : Mapping
        ``datapackage.yml``: documents and files with licence and checksum; its ``resources`` by path.
    reference : Reference
        What the year is held against; its tables are taken by name like the year's own.
    """

    year: ContractYear
    starts: date
    ends: date
    contract: Mapping
    tables: Mapping[str, pd.DataFrame]
    schemas: Mapping[str, TableSchema]
    commentary: Mapping[str, str]
    package: Mapping
    reference: Reference = NO_REFERENCE

    def __getitem__(self, table: str) -> pd.DataFrame:
        return (self.tables if table in self.tables else self.reference.tables)[table].copy()

    @property
    def has_annual_report(self) -> bool:
        """Whether the councils' annual report of the year is at hand; otherwise only public data is."""
        return bool(self.contract["annual_report"]["at_hand"])

    @property
    def titles(self) -> dict[str, str]:
        """What is cited, by id: titles of the publications, names of the files imported."""
        files = {one["id"]: f"file {one['title']}" for one in self.package["documents"] if one.get("sha256")}
        return self.reference.titles | files

    @property
    def is_invented(self) -> bool:
        """Whether the trust is invented, which whatever is made of the year then says."""
        return bool(self.contract.get("invented"))


@dataclass(frozen=True)
class Comparison:
    """Several contract years side by side; what the pages that compare years take.

    Parameters
    ----------
    years : tuple of YearData
        Oldest first, all with the same reference.
    """

    years: tuple[YearData, ...]

    @property
    def reference(self) -> Reference:
        """What the years are held against."""
        return self.years[-1].reference

    @property
    def titles(self) -> dict[str, str]:
        """Titles of the publications by id; files imported have an id in one year only."""
        return self.reference.titles

    @property
    def newest(self) -> YearData:
        """The newest of the years."""
        return self.years[-1]

    @property
    def is_invented(self) -> bool:
        """Whether the trust is invented; a root holds no invented year beside a real one."""
        return any(year.is_invented for year in self.years)


def year_folder(root: Path, year: ContractYear) -> Path:
    """Where a year's data lies under a root."""
    return Path(root) / "data" / str(year)


def _yaml(path: Path, file: str) -> tuple[dict, list[Fault]]:
    try:
        read = read_yaml(path.read_text("utf-8-sig"))
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


def _tables(folder: Path, place: str, schemas: Mapping, excused: Mapping) -> tuple[dict, list[Fault]]:
    """The tables that could be read, excused ones empty, and the faults of the rest."""
    tables, faults = {}, []
    for name, schema in schemas.items():
        path, file = folder / f"{name}.csv", f"{place}/{name}.csv"
        if path.is_file():
            tables[name], found = read_table(path.read_bytes(), schema, file)
            if name in excused:
                found = [*found, Fault(file, None, "", "", "is there, yet contract.yml says it was not reported")]
            if found:
                del tables[name]
            faults += found
        elif name in excused:
            tables[name] = pd.DataFrame(columns=schema.names, dtype=object)
        else:
            faults.append(
                Fault(file, None, "", "", "is missing, and contract.yml does not say that it was not reported")
            )
    faults += [Fault(f"{place}/{path.name}", None, "", "", "has no schema in data/schemas")
               for path in sorted(folder.glob("*.csv"))
               if path.stem not in schemas and is_data(path)]  # fmt: skip
    return tables, faults


def _commentary(folder: Path, place: str) -> tuple[dict[str, str], list[Fault]]:
    commentary, faults = {}, []
    for path in sorted((folder / "commentary").glob("*.md")):
        if not is_data(path):
            continue
        try:
            commentary[path.stem] = path.read_text("utf-8-sig")
        except UnicodeDecodeError:
            faults.append(Fault(f"{place}/commentary/{path.name}", None, "", "", "is not UTF-8 text"))
    return commentary, faults


def _by_path(package: Mapping) -> MappingProxyType:
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
    faults += rules.reference_faults(tables, schemas, _REFERENCE)
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


def _mixed(root: Path, contract: Mapping, file: str) -> list[Fault]:
    """The years of a root are all invented or none is, or pages around them would say what is not true."""
    said = contract.get("invented")
    others = [_yaml(path, file)[0].get("invented") for path in sorted((root / "data").glob("*/contract.yml"))]
    if all((other is True) == (said is True) for other in others):
        return []
    return [Fault(file, None, "invented", str(said or ""), "is not said alike of every year of this root")]


def _read(root: Path, year: ContractYear, reference: Reference) -> tuple[YearData, list[Fault], list[Fault]]:
    """The year as far as it can be read, the faults of its content, and those of its packaging."""
    root, folder = Path(root), year_folder(root, year)
    place = f"data/{year}"
    if not folder.is_dir():
        raise DataFaults([Fault(place, None, "", "", "is missing: a contract year is one folder of data")])
    schemas = read_schemas((root / "data" / "schemas").resolve())
    if not schemas:
        raise DataFaults([Fault("data/schemas", None, "", "", "holds no schema")])
    contract, faults = _yaml(folder / "contract.yml", f"{place}/contract.yml")
    if not faults:
        faults += contract_faults(contract, year, set(schemas), f"{place}/contract.yml")
        faults += _mixed(root, contract, f"{place}/contract.yml")
    absent = [name for name in schemas if not (folder / f"{name}.csv").is_file()]
    excused = excused_tables(contract, absent)
    tables, found = _tables(folder, place, schemas, excused)
    commentary, unread = _commentary(folder, place)
    package, packaging = _yaml(folder / "datapackage.yml", f"{place}/datapackage.yml")
    if not packaging:
        packaging = datapackage.package_faults(folder, package, f"{place}/datapackage.yml")
    faulty = {fault.column.partition(" ")[0] for fault in faults}
    readable = {key: value for key, value in contract.items() if key not in faulty} | {"not_reported": excused}
    data = YearData(
        year=year,
        starts=readable.get("starts", year.start),
        ends=readable.get("ends", year.end),
        contract=MappingProxyType(readable),
        tables=MappingProxyType(tables),
        schemas=schemas,
        commentary=MappingProxyType(commentary),
        package=_by_path(package),
        reference=reference,
    )
    faults += found + unread + rules.cross_table_faults(data, place)
    if not faults:
        faults += claims.claim_faults(data, place)
        faults += narrative.commentary_faults(data, place)
    return data, faults, packaging


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


def _opened_package(folder: Path, place: str) -> Mapping:
    """A ``datapackage.yml``, to whose checksums a page owes nothing but those of the files that it asks for."""
    package, faults = _yaml(noted(folder / "datapackage.yml"), f"{place}/datapackage.yml")
    faults = faults or datapackage.shape_faults(package, f"{place}/datapackage.yml")
    if faults:
        raise DataFaults(faults)
    files = _by_path(package)["resources"]
    return MappingProxyType({**package, "resources": Lazily(folder, "", files, files.__getitem__)})


def _opened_tables(folder: Path, place: str, schemas: Lazily, excused: Mapping) -> Lazily:
    def table(name: str) -> pd.DataFrame:
        path = folder / f"{name}.csv"
        if not path.is_file():
            return pd.DataFrame(columns=schemas[name].names, dtype=object)
        frame, faults = read_table(path.read_bytes(), schemas[name], f"{place}/{name}.csv")
        if faults:
            raise DataFaults(faults)
        return frame

    held = (name for name in schemas.names if name in excused or (folder / f"{name}.csv").is_file())
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
    if not folder.is_dir():
        raise DataFaults([Fault(place, None, "", "", "is missing: a contract year is one folder of data")])
    contract, faults = _yaml(noted(folder / "contract.yml"), f"{place}/contract.yml")
    faults = faults or contract_faults(contract, year, set(schemas.names), f"{place}/contract.yml")
    if faults:
        raise DataFaults(faults)
    absent = [name for name in schemas.names if not (folder / f"{name}.csv").is_file()]
    excused = excused_tables(contract, absent)
    if set(excused) - set(contract["not_reported"]):
        noted(folder)  # what is not there is excused because it is not there
    pages = sorted(path.stem for path in (folder / "commentary").glob("*.md") if is_data(path))
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
    return (folder / f"{page}.md").read_text("utf-8-sig")


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


def _sealed(folder: Path, file: str, tables: Mapping, schemas: Mapping, faults: list[Fault]) -> None:
    package, unread = _yaml(folder / "datapackage.yml", file)
    faults = faults + (unread or datapackage.shape_faults(package, file))
    if faults:
        raise DataFaults(faults)
    datapackage.seal(folder, tables, schemas)


def seal_year(root: Path | str, year: ContractYear) -> None:
    """Record the checksums of a year's files as they are now, provided that their content has no fault.

    Raises
    ------
    DataFaults
        If the content breaks a rule; nothing is written then.
    """
    root = Path(root)
    data, faults, _ = _read(root, year, _read_reference(root)[0])
    file = f"data/{year}/datapackage.yml"
    _sealed(year_folder(root, year), file, data.tables, data.schemas, faults)


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
