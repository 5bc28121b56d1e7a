"""Rules that hold between the tables of one year, beyond what each table's schema says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from ncthelpers import results, totals
from ncthelpers.faults import Fault
from ncthelpers.years import first_day, last_day

if TYPE_CHECKING:
    from ncthelpers.load import YearData

__all__ = ["cross_table_faults", "named_figure_faults"]


def _councils(data: YearData, place: str) -> Iterator[Fault]:
    """A council is one of the contract's; a table keyed by council has every one of them."""
    if "councils" not in data.contract:
        return
    known = [council["id"] for council in data.contract["councils"]]
    for name, frame in data.tables.items():
        if name in data.contract.get("not_reported", {}):
            continue
        for column in (c for c in data.schemas[name].columns if c.type == "council"):
            file = f"{place}/{name}.csv"
            for row, value in frame[column.name].dropna().items():
                if value not in known:
                    yield Fault(file, row, column.name, value, f"is not a council of the contract ({', '.join(known)})")
            if column.name in data.schemas[name].key:
                for council in set(known) - set(frame[column.name]):
                    yield Fault(file, None, column.name, council, "has no row, though the table is kept by council")


def _references(data: YearData, place: str) -> Iterator[Fault]:
    """A value that names a row of another table finds it there."""
    for name, frame in data.tables.items():
        for column in (c for c in data.schemas[name].columns if c.refers_to):
            table, _, target = column.refers_to.partition(".")
            if table not in data.tables:
                continue
            there = set(data.tables[table][target])
            for row, value in frame[column.name].dropna().items():
                if value not in there:
                    yield Fault(f"{place}/{name}.csv", row, column.name, str(value), f"is not in {column.refers_to}")


def _sources(data: YearData, place: str) -> Iterator[Fault]:
    """Every paragraph that a row or a term cites is one of the source documents'."""
    if "paragraphs" not in data.tables:
        return
    known, rule = set(data.tables["paragraphs"]["paragraph"]), "is not a paragraph of the sources"
    for name, frame in data.tables.items():
        for column in (c for c in data.schemas[name].columns if c.type == "source"):
            for row, value in frame[column.name].dropna().items():
                for paragraph in value.split():
                    if paragraph not in known:
                        yield Fault(f"{place}/{name}.csv", row, column.name, paragraph, rule)
    for number, term in enumerate(data.contract.get("terms", []), 1):
        for paragraph in str(term["source"]).split():
            if paragraph not in known:
                yield Fault(f"{place}/contract.yml", None, f"terms {number}", paragraph, rule)


def _restricted(data: YearData, place: str) -> Iterator[Fault]:
    """A restricted value never enters the repository; the fault does not repeat it."""
    for name, frame in data.tables.items():
        for column in (c for c in data.schemas[name].columns if c.access == "restricted"):
            for row in frame[column.name].dropna().index:
                yield Fault(
                    f"{place}/{name}.csv", row, column.name, "", "is restricted and may not enter the repository"
                )


def _dates(data: YearData, place: str) -> Iterator[Fault]:
    """A dated row lies inside the contract year unless it is marked as context, and does not end before it starts."""
    for name, frame in data.tables.items():
        if not {"start", "end"} <= set(frame.columns):
            continue
        for row, cells in zip(frame.index, frame.to_dict("records"), strict=True):
            first, last = first_day(cells["start"]), last_day(cells["end"] or cells["start"])
            file = f"{place}/{name}.csv"
            if last < first:
                yield Fault(file, row, "end", cells["end"], f"is before the start, {cells['start']}")
            if "context" not in frame:
                continue
            inside = data.starts <= first and last <= data.ends
            if not inside and not cells["context"]:
                yield Fault(file, row, "start", cells["start"],
                            f"is outside the contract year ({data.starts} to {data.ends}) and not marked as context")  # fmt: skip
            if inside and cells["context"]:
                yield Fault(file, row, "context", "yes", "marks a date as context that lies inside the contract year")


def _totals(data: YearData, place: str) -> Iterator[Fault]:
    """A printed total says which rows it is the total of. That they do not give it is a discrepancy, not a fault."""
    if "printed_totals" not in data.tables:
        return
    for row, total in data.tables["printed_totals"].to_dict("index").items():
        if total["table"] in data.schemas and total["table"] not in data.tables:
            continue
        problem = totals.unknown_rows(total, data.tables)
        if problem:
            yield Fault(f"{place}/printed_totals.csv", row, "table", total["table"], problem)


_RULES = (_councils, _references, _sources, _restricted, _dates, _totals)


def cross_table_faults(data: YearData, place: str) -> list[Fault]:
    """Every fault between the tables of a year. A table that could not be read is nobody else's fault.

    Parameters
    ----------
    data : YearData
        The year as far as it could be read.
    place : str
        The year's folder from the root, for the faults.
    """
    return [fault for rule in _RULES for fault in rule(data, place)]


def named_figure_faults(data: YearData, place: str) -> list[Fault]:
    """Printed percentages whose part or whole names no figure of the year.

    Parameters
    ----------
    data : YearData
        The year, its tables free of faults.
    place : str
        The year's folder from the root, for the faults.
    """
    faults, file = [], f"{place}/printed_rates.csv"
    rates = data.tables["printed_rates"].to_dict("index") if "printed_rates" in data.tables else {}
    for row, column in ((row, column) for row in rates for column in ("numerator", "denominator")):
        name = rates[row][column]
        if name.startswith("rate_checks/"):
            faults.append(Fault(file, row, column, name, "names a percentage that is itself computed from this table"))
            continue
        try:
            value = results.named_value(data, name)
        except LookupError as error:
            faults.append(Fault(file, row, column, name, f"names no figure: {error}"))
            continue
        if value is not None and (isinstance(value, bool) or not isinstance(value, (int, Decimal))):
            faults.append(Fault(file, row, column, name, "names a cell that is not a number"))
    return faults
