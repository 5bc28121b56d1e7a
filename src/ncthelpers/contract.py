"""What ``contract.yml`` of a year must hold: the parties, the contract year's days, the terms in force."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from ncthelpers.faults import Fault
from ncthelpers.years import ContractYear

__all__ = ["contract_faults", "excused_tables"]

_KEYS = {
    "contract_year", "annual_report", "starts", "ends", "title", "provider", "councils", "terms", "not_reported",
}  # fmt: skip


def _blank(value: object) -> bool:
    return value is None or not str(value).strip()


def _records(contract: Mapping, key: str, parts: tuple[str, ...], file: str) -> list[Fault]:
    """A list of mappings, each with every one of its parts."""
    listed = contract.get(key)
    if not isinstance(listed, list) or not listed:
        return [Fault(file, None, key, "" if listed is None else str(listed), "must be a list with at least one entry")]
    faults = []
    for number, entry in enumerate(listed, 1):
        if not isinstance(entry, dict):
            faults.append(Fault(file, None, f"{key} {number}", str(entry), f"must give {', '.join(parts)}"))
            continue
        name = str(entry.get(parts[0]) or "")
        faults += [
            Fault(file, None, f"{key} {number}", name, f"lacks its {part}") for part in parts if _blank(entry.get(part))
        ]
    return faults


def _texts(contract: Mapping, file: str) -> list[Fault]:
    """What a council is known by is text."""
    listed = contract.get("councils")
    return [Fault(file, None, f"councils {number}", str(council[part]), f"is its {part} and must be text")
            for number, council in enumerate(listed if isinstance(listed, list) else [], 1) if isinstance(council, dict)
            for part in ("id", "name", "area") if not isinstance(council.get(part), str | None)]  # fmt: skip


def _days(contract: Mapping, year: ContractYear, file: str) -> list[Fault]:
    """First and last day are dates, in order, inside the financial year that the folder names."""
    faults = []
    for key in {"starts", "ends"} & set(contract):
        value = contract[key]
        if not isinstance(value, date) or isinstance(value, datetime):
            faults.append(Fault(file, None, key, str(value), "is not a date such as 1999-12-31"))
        elif not year.start <= value <= year.end:
            faults.append(Fault(file, None, key, str(value), f"is outside the year, {year.start} to {year.end}"))
    if not faults and {"starts", "ends"} <= set(contract) and contract["ends"] < contract["starts"]:
        faults.append(Fault(file, None, "ends", str(contract["ends"]), f"is before the start, {contract['starts']}"))
    return faults


def _excuses(contract: Mapping, tables: set[str], file: str) -> list[Fault]:
    """A table is excused by its name and a reason."""
    excused = contract.get("not_reported")
    if not isinstance(excused, dict):
        return [Fault(file, None, "not_reported", str(excused or ""), "must give a reason for each table, or be {}")]
    faults = [
        Fault(file, None, "not_reported", str(table), "is not a table of the schemas")
        for table in excused
        if table not in tables
    ]
    return faults + [Fault(file, None, "not_reported", str(table), "is excused without a reason")
                     for table, reason in excused.items() if _blank(reason)]  # fmt: skip


def _annual_report(contract: Mapping, file: str) -> list[Fault]:
    """Whether the year's annual report is at hand and, if it is not, why."""
    said = contract.get("annual_report")
    if not isinstance(said, dict) or said.get("at_hand") not in (True, False) or set(said) - {"at_hand", "reason"}:
        return [
            Fault(
                file, None, "annual_report", str(said or ""), "must give at_hand: true, or at_hand: false and a reason"
            )
        ]
    if not said["at_hand"] and _blank(said.get("reason")):
        return [Fault(file, None, "annual_report", "false", "is not at hand, without a reason")]
    return []


def excused_tables(contract: Mapping, absent: Iterable[str]) -> dict[str, str]:
    """The tables that a year does not report, each with its reason.

    Parameters
    ----------
    contract : Mapping
        ``contract.yml``: its ``not_reported``; and where the annual report is not at hand, the reason for that excuses
        every absent table.
    absent : iterable of str
        Tables of the schemas that the year's folder does not hold.

    Examples
    --------
    >>> excused_tables({"annual_report": {"at_hand": False, "reason": "not found"}, "not_reported": {}}, ["risks"])
    {'risks': 'not found'}
    """
    report, given = contract.get("annual_report"), contract.get("not_reported")
    missing = isinstance(report, dict) and report.get("at_hand") is False
    by_report = {table: str(report.get("reason") or "") for table in absent} if missing else {}
    return by_report | (given if isinstance(given, dict) else {})


def contract_faults(contract: Mapping, year: ContractYear, tables: set[str], file: str) -> list[Fault]:
    """Every fault of a year's ``contract.yml``.

    Parameters
    ----------
    contract : Mapping
        What the file holds.
    year : ContractYear
        The year that its folder names.
    tables : set of str
        Names of the tables that the schemas know.
    file : str
        Its path from the root, for the faults.
    """
    faults = [Fault(file, None, key, "", "is missing") for key in sorted(_KEYS - set(contract))]
    faults += [Fault(file, None, str(key), "", "is not a known entry") for key in set(contract) - _KEYS]
    if contract.get("contract_year", str(year)) != str(year):
        faults.append(Fault(file, None, "contract_year", str(contract["contract_year"]), f"is not the folder's {year}"))
    faults += _days(contract, year, file)
    if "annual_report" in contract:
        faults += _annual_report(contract, file)
    if "provider" in contract:
        provider = contract["provider"]
        if not isinstance(provider, dict) or _blank(provider.get("name")) or _blank(provider.get("short")):
            faults.append(Fault(file, None, "provider", str(provider), "must give name and short"))
    for key, parts in (("councils", ("id", "name")), ("terms", ("term", "value", "unit", "source"))):
        if key in contract:
            faults += _records(contract, key, parts, file)
    faults += _texts(contract, file)
    for number, term in enumerate(contract.get("terms") or [], 1):
        if isinstance(term, dict) and isinstance(term.get("value"), float):
            faults.append(
                Fault(
                    file, None, f"terms {number}", str(term["value"]), "must be in quotes, so that its places are kept"
                )
            )
    if "not_reported" in contract:
        faults += _excuses(contract, tables, file)
    return faults
