"""A year as it stands: its files as they are written, whatever is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ncthelpers import access
from ncthelpers.exchange.differences import rows_of
from ncthelpers.faults import DataFaults, Fault
from ncthelpers.files import is_data
from ncthelpers.load import YearData, read_year, year_folder
from ncthelpers.reading import content_of
from ncthelpers.yaml_files import read_yaml
from ncthelpers.years import ContractYear

__all__ = ["CONTRACT", "PACKAGE", "Current", "current", "files_in"]

CONTRACT, PACKAGE = "contract.yml", "datapackage.yml"
_WRITTEN_INTO = {"", "not_reported", "to_enter", "terms", "escalation", "documents"}
_UNREADABLE = ("cannot be read", "is not UTF-8", "must be a mapping of names")


@dataclass(frozen=True)
class Current:
    """A year as it stands before an import.

    Parameters
    ----------
    data : YearData
        The year as far as it can be read.
    files : Mapping of str to bytes
        Its files by path in its folder.
    """

    data: YearData
    files: Mapping[str, bytes]

    def text(self, path: str) -> str:
        """A file's text, its line ends made one; empty where it is not there."""
        return self.files.get(path, b"").decode("utf-8-sig", errors="replace").replace("\r\n", "\n")

    @property
    def contract(self) -> dict[str, Any]:
        """``contract.yml`` as it is written."""
        return read_yaml(self.text(CONTRACT)) or {}

    @property
    def package(self) -> dict[str, Any]:
        """``datapackage.yml`` as it is written."""
        return read_yaml(self.text(PACKAGE)) or {}


def current(root: Path, year: ContractYear) -> Current:
    """A year as it stands, whatever is wrong with it.

    Raises
    ------
    DataFaults
        If there is no such year, a file of it cannot be read at all, or one holds what is restricted and may not be handed on.
    """
    data, faults = read_year(root, year)
    files, place = files_in(year_folder(root, year)), f"data/{year}/"
    found = [fault for fault in faults
             if fault.file.startswith(place) and (_is_unread(fault) or fault.rule == access.MAY_NOT_ENTER)]  # fmt: skip
    found += access.exposed_faults(
        data.schemas, {name: rows_of(files.get(f"{name}.csv")) for name in data.schemas}, place
    )
    if found:
        raise DataFaults(found)
    return Current(data, MappingProxyType(files))


def _is_unread(fault: Fault) -> bool:
    """Whether a file, or what an import writes into, is not even of the form that it must have."""
    name = Path(fault.file).name
    shapeless = name in {CONTRACT, PACKAGE} and fault.column in _WRITTEN_INTO and fault.rule.startswith("must ")
    return shapeless or any(words in fault.rule for words in _UNREADABLE)


def files_in(folder: Path) -> dict[str, bytes]:
    """The analyst's files of a folder, by path in it."""
    return {path.relative_to(folder).as_posix(): content_of(path, folder)
            for path in sorted(folder.rglob("*")) if path.is_file() and is_data(path)}  # fmt: skip
