"""One contract year's folder in, a checked and frozen :class:`YearData` out - or every fault at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

import pandas as pd
import yaml

from ncthelpers import datapackage, narrative, rules
from ncthelpers.contract import contract_faults
from ncthelpers.faults import DataFaults, Fault
from ncthelpers.schemas import TableSchema, read_schemas, read_table
from ncthelpers.years import ContractYear

__all__ = ["YearData", "load_year", "seal_year", "year_folder"]


@dataclass(frozen=True)
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
        ``datapackage.yml``: documents and files with licence and checksum.
    """

    year: ContractYear
    starts: date
    ends: date
    contract: Mapping
    tables: Mapping[str, pd.DataFrame]
    schemas: Mapping[str, TableSchema]
    commentary: Mapping[str, str]
    package: Mapping

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.tables[table].copy()


def year_folder(root: Path, year: ContractYear) -> Path:
    """Where a year's data lies under a root."""
    return Path(root) / "data" / str(year)


def _yaml(path: Path, file: str) -> tuple[dict, list[Fault]]:
    try:
        read = yaml.safe_load(path.read_text("utf-8-sig"))
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
               if path.stem not in schemas and datapackage.is_data(path)]  # fmt: skip
    return tables, faults


def _commentary(folder: Path, place: str) -> tuple[dict[str, str], list[Fault]]:
    commentary, faults = {}, []
    for path in sorted((folder / "commentary").glob("*.md")):
        if not datapackage.is_data(path):
            continue
        try:
            commentary[path.stem] = path.read_text("utf-8-sig")
        except UnicodeDecodeError:
            faults.append(Fault(f"{place}/commentary/{path.name}", None, "", "", "is not UTF-8 text"))
    return commentary, faults


def _read(root: Path, year: ContractYear) -> tuple[YearData, list[Fault], list[Fault]]:
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
    excused = contract.get("not_reported")
    tables, found = _tables(folder, place, schemas, excused if isinstance(excused, dict) else {})
    commentary, unread = _commentary(folder, place)
    package, packaging = _yaml(folder / "datapackage.yml", f"{place}/datapackage.yml")
    if not packaging:
        packaging = datapackage.package_faults(folder, package, f"{place}/datapackage.yml")
    faulty = {fault.column.partition(" ")[0] for fault in faults}
    readable = {key: value for key, value in contract.items() if key not in faulty}
    data = YearData(
        year=year,
        starts=readable.get("starts", year.start),
        ends=readable.get("ends", year.end),
        contract=MappingProxyType(readable),
        tables=MappingProxyType(tables),
        schemas=schemas,
        commentary=MappingProxyType(commentary),
        package=MappingProxyType(package),
    )
    faults += found + unread + rules.cross_table_faults(data, place)
    if not faults:
        faults += rules.named_figure_faults(data, place) + narrative.commentary_faults(data, place)
    return data, faults, packaging


def load_year(root: Path | str, year: ContractYear | str) -> YearData:
    """Read and check one contract year.

    Parameters
    ----------
    root : Path or str
        The folder that holds ``data/``.
    year : ContractYear or str
        Such as ``2021-22``.

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
    data, faults, packaging = _read(Path(root), year)
    if faults or packaging:
        raise DataFaults(faults + packaging)
    return data


def seal_year(root: Path | str, year: ContractYear) -> None:
    """Record the checksums of a year's files as they are now, provided that their content has no fault.

    Raises
    ------
    DataFaults
        If the content breaks a rule; nothing is written then.
    """
    data, faults, _ = _read(Path(root), year)
    file = f"data/{year}/datapackage.yml"
    faults += _yaml(year_folder(Path(root), year) / "datapackage.yml", file)[1] or datapackage.shape_faults(
        data.package, file
    )
    if faults:
        raise DataFaults(faults)
    datapackage.seal(year_folder(Path(root), year), data.tables, data.schemas)
