"""What was read of a contract year, of several, and of what they are held against: the only thing calculations take."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

import pandas as pd

from ncthelpers import wording
from ncthelpers.citations import PUBLICATIONS
from ncthelpers.schemas import TableSchema
from ncthelpers.years import ContractYear

__all__ = ["NO_REFERENCE", "Comparison", "Reference", "YearData"]


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
    package: Mapping[str, Any]

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
    contract: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    schemas: Mapping[str, TableSchema]
    commentary: Mapping[str, str]
    package: Mapping[str, Any]
    reference: Reference = NO_REFERENCE

    def __getitem__(self, table: str) -> pd.DataFrame:
        return (self.tables if table in self.tables else self.reference.tables)[table].copy()

    @property
    def years(self) -> tuple["YearData", ...]:
        """The year alone, for what is made of one year or of several."""
        return (self,)

    @property
    def newest(self) -> "YearData":
        """The year itself, for what is made of one year or of several."""
        return self

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

    @property
    def marks(self) -> tuple[str, ...]:
        """What every title and caption that is made of the year says of it."""
        return wording.marks(self.contract)


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

    @property
    def marks(self) -> tuple[str, ...]:
        """What every title and caption that is made of the years says of them; a root says it alike of every year."""
        return self.newest.marks
