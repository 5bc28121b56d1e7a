"""What ``contract.yml`` of a year must hold: the parties, the contract year's days, the terms in force, how escalation goes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, cast

import yaml

from ncthelpers.access import access_faults
from ncthelpers.escalation import STAGES, TRIGGERS, mechanism
from ncthelpers.faults import Fault
from ncthelpers.signoff import role_fault
from ncthelpers.timetable import timetable_faults
from ncthelpers.yaml_files import read_yaml
from ncthelpers.years import ContractYear

__all__ = ["NOT_ENTERED", "cited_in", "contract_faults", "entry_text", "excused_tables", "to_enter", "with_entry"]

# The reason why a table is not reported that ``to_enter`` names and whose file is still without a row.
NOT_ENTERED = "nothing has been entered yet"

_KEYS = {
    "contract_year", "annual_report", "starts", "ends", "title", "provider", "councils", "terms", "not_reported",
}  # fmt: skip
_OPTIONAL = {"invented", "escalation", "timetable", "sign_off", "to_enter", "restricted", "edition"}


def _blank(value: object) -> bool:
    return value is None or not str(value).strip()


def _records(contract: Mapping[str, Any], key: str, parts: tuple[str, ...], file: str) -> list[Fault]:
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


def _texts(contract: Mapping[str, Any], file: str) -> list[Fault]:
    """What a council is known by is text."""
    listed = contract.get("councils")
    return [Fault(file, None, f"councils {number}", str(council[part]), f"is its {part} and must be text")
            for number, council in enumerate(listed if isinstance(listed, list) else [], 1) if isinstance(council, dict)
            for part in ("id", "name", "area") if not isinstance(council.get(part), str | None)]  # fmt: skip


def _days(contract: Mapping[str, Any], year: ContractYear, file: str) -> list[Fault]:
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


def _excuses(contract: Mapping[str, Any], tables: set[str], file: str) -> list[Fault]:
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


def _to_enter(contract: Mapping[str, Any], tables: set[str], file: str) -> list[Fault]:
    """A table that is yet to be entered is one of the schemas', named once, and not excused for another reason."""
    listed = contract.get("to_enter", [])
    if not isinstance(listed, list):
        return [Fault(file, None, "to_enter", str(listed or ""), "must be a list of tables, which may be empty")]
    named, excused = [str(table) for table in listed], contract.get("not_reported")
    rules = {
        "is not a table of the schemas": [table for table in named if table not in tables],
        "is named twice": [table for table in dict.fromkeys(named) if named.count(table) > 1],
        "is named under not_reported too": [table for table in named if isinstance(excused, dict) and table in excused],
    }
    return [Fault(file, None, "to_enter", table, rule) for rule, broken in rules.items() for table in broken]


def _annual_report(contract: Mapping[str, Any], file: str) -> list[Fault]:
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


# The two lists of ``escalation``: what an entry is named by, its length, and what there must be an entry for.
_ESCALATION = (("triggers", "state", "periods", TRIGGERS), ("stages", "stage", "working_days", STAGES))
# A number that no source gives, of a trigger or stage that one names, or that none names either.
_UNKNOWN = ("not published", "not named in the source")
_BASES = ("published", "assumed", *_UNKNOWN)


def _invented(contract: Mapping[str, Any], file: str) -> list[Fault]:
    """A contract is invented or does not speak of it."""
    said = contract.get("invented", True)
    return [] if said is True else [Fault(file, None, "invented", str(said), "must be true, or be left out")]


def _length_faults(entry: Mapping[str, Any], length: str, invented: bool) -> list[str]:
    """What is wrong with the length, the basis and the source of a trigger or a stage."""
    basis, given = entry.get("basis"), entry.get(length)
    if basis not in _BASES:
        return [f"must have a basis that is one of: {', '.join(_BASES)}"]
    faults = []
    if basis != "not named in the source" and _blank(entry.get("source")):
        faults.append("lacks its source")
    if basis == "assumed" and not invented:
        faults.append("is assumed, which only an invented contract may do")
    if basis in _UNKNOWN and given is not None:
        faults.append(f"gives {length}, though its basis is {basis}")
    if basis not in _UNKNOWN and (type(given) is not int or given < 1):
        faults.append(f"must give {length}: a whole number of one or more")
    return faults


def _escalation(contract: Mapping[str, Any], file: str) -> list[Fault]:
    """Each trigger and each stage once, with its length or that it is not published; a failure takes longer than an issue."""
    said, faults = contract.get("escalation", {}), []
    if not isinstance(said, dict) or set(said) != {key for key, *_ in _ESCALATION}:
        return [Fault(file, None, "escalation", str(said), "must give triggers and stages, and nothing else")]
    for key, name, length, known in _ESCALATION:
        found = [replace(fault, column=f"escalation {fault.column}")
                 for fault in _records(said, key, (name, "basis"), file)]  # fmt: skip
        faults += found
        if found:
            continue
        for number, entry in enumerate(said[key], 1):
            rules = _length_faults(entry, length, contract.get("invented") is True)
            rules += [
                f"has an entry that is not known: {other}"
                for other in sorted(map(str, set(entry) - {name, length, "basis", "source"}))
            ]
            faults += [Fault(file, None, f"escalation {key} {number}", str(entry[name]), rule) for rule in rules]
        named = [str(entry[name]) for entry in said[key]]
        if sorted(named) != sorted(known):
            faults.append(
                Fault(file, None, f"escalation {key}", ", ".join(named), f"must be, each once: {', '.join(known)}")
            )
    if not faults:
        issue, failure = (mechanism(contract).periods(state) for state in TRIGGERS)
        if issue is not None and failure is not None and failure <= issue:
            faults.append(Fault(file, None, "escalation triggers", str(failure),
                                f"is not more periods than the {issue} of a {TRIGGERS[0]}, which comes before"))  # fmt: skip
    return faults


def _roles(contract: Mapping[str, Any], file: str) -> list[Fault]:
    """The roles that must sign the year off, each once."""
    roles = contract.get("sign_off", [])
    if not isinstance(roles, list):
        return [Fault(file, None, "sign_off", str(roles), "must be a list of roles")]
    faults = [Fault(file, None, f"sign_off {number}", str(role), rule)
              for number, role in enumerate(roles, 1) if (rule := role_fault(role))]  # fmt: skip
    return faults + [Fault(file, None, "sign_off", str(role), "stands more than once")
                     for role in {str(role) for role in roles if roles.count(role) > 1}]  # fmt: skip


def excused_tables(contract: Mapping[str, Any], absent: Iterable[str]) -> dict[str, str]:
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
    missing = report if isinstance(report, dict) and report.get("at_hand") is False else None
    by_report = {table: str(missing.get("reason") or "") for table in absent} if missing else {}
    return by_report | (given if isinstance(given, dict) else {})


def to_enter(contract: Mapping[str, Any]) -> tuple[str, ...]:
    """The tables that ``contract.yml`` says nobody has entered yet: one of them without a row is not reported, and not nil.

    Examples
    --------
    >>> to_enter({"to_enter": ["risks"]}), to_enter({})
    (('risks',), ())
    """
    listed = contract.get("to_enter")
    return tuple(table for table in listed if isinstance(table, str)) if isinstance(listed, list) else ()


def entry_text(key: str, value: object) -> str:
    """One entry of ``contract.yml`` as it is written, its lists of records a line a record.

    Examples
    --------
    >>> print(entry_text("councils", [{"id": "EAST", "name": "East Invented Council"}]), end="")
    councils:
    - {id: EAST, name: East Invented Council}
    """
    style = None if isinstance(value, list | dict) else False
    of_names = isinstance(value, list) and all(isinstance(one, str) for one in value)
    written: str = yaml.safe_dump(
        {key: value},
        sort_keys=False,
        allow_unicode=True,
        width=110 if of_names else 10_000,  # a record keeps its line, however long
        default_flow_style=style,
    )
    return written


def with_entry(text: str, key: str, value: object) -> str:
    """``contract.yml`` with one top-level entry written anew, or appended; every other line and comment as it stands.

    Parameters
    ----------
    text : str
        The file as it is.
    key : str
        Name of the entry.
    value : object
        What it is to hold. Comments inside the entry go; those above it stay.

    Raises
    ------
    ValueError
        If the file is no mapping in block style, or says elsewhere what the entry says, so that it has to be edited by hand.

    Examples
    --------
    >>> print(with_entry("# Two tables.\\nto_enter: [risks, aims]\\n# Nothing else.\\nnot_reported: {}\\n", "to_enter", ["aims"]), end="")
    # Two tables.
    to_enter: [aims]
    # Nothing else.
    not_reported: {}
    """
    try:
        held, tree = read_yaml(text), yaml.compose(text, Loader=yaml.SafeLoader)  # whose marks count characters
    except yaml.YAMLError as error:
        raise ValueError(f"contract.yml cannot be read as YAML: {getattr(error, 'problem', None) or error}") from None
    if not isinstance(held, dict) or tree.flow_style:
        raise ValueError("contract.yml must be a mapping with one entry below another")
    begins = [name.start_mark.index for name, _ in tree.value] + [len(text)]
    place = next((number for number, (name, _) in enumerate(tree.value) if name.value == key), None)
    if place is None:
        written = text + ("" if text.endswith("\n") else "\n") + entry_text(key, value)
    else:
        start, stop = begins[place], begins[place + 1]
        below = cast(
            "re.Match[str]", re.search(r"(?:^(?:#.*|[ \t]*)(?:\n|\Z))*\Z", text[start:stop], flags=re.MULTILINE)
        )
        written = text[:start] + entry_text(key, value) + below[0] + text[stop:]
    try:
        sound = read_yaml(written) == {**held, key: value}
    except (yaml.YAMLError, ValueError):
        sound = False
    if not sound:
        raise ValueError(f"contract.yml cannot be written by a program where it stands: edit its entry {key} by hand")
    return written


def cited_in(contract: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What each term, trigger, stage and step of a ``contract.yml`` rests on, after where it stands; one without a source is left out.

    Examples
    --------
    >>> cited_in({"terms": [{"term": "Fee", "source": "report:1/1"}]})
    [('terms 1', 'report:1/1')]
    """
    escalation = contract.get("escalation", {})
    lists = {"terms": contract.get("terms", ()), "timetable": contract.get("timetable") or ()}
    lists |= {f"escalation {key}": escalation.get(key, ()) for key, *_ in _ESCALATION}
    return [
        (f"{place} {number}", str(entry["source"]))
        for place, entries in lists.items()
        for number, entry in enumerate(entries, 1)
        if not _blank(entry.get("source"))
    ]


def contract_faults(contract: Mapping[str, Any], year: ContractYear, tables: set[str], file: str) -> list[Fault]:
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
    faults += [Fault(file, None, str(key), "", "is not a known entry") for key in set(contract) - _KEYS - _OPTIONAL]
    if contract.get("contract_year", str(year)) != str(year):
        faults.append(Fault(file, None, "contract_year", str(contract["contract_year"]), f"is not the folder's {year}"))
    faults += _days(contract, year, file)
    if "annual_report" in contract:
        faults += _annual_report(contract, file)
    if "provider" in contract:
        provider = contract["provider"]
        given = [provider.get(part) for part in ("name", "short")] if isinstance(provider, dict) else [None]
        if not all(isinstance(text, str) and text.strip() for text in given):
            faults.append(Fault(file, None, "provider", str(provider), "must give name and short, as text"))
    for key, parts in (("councils", ("id", "name")), ("terms", ("term", "value", "unit", "source"))):
        if key in contract:
            faults += _records(contract, key, parts, file)
    faults += _texts(contract, file)
    terms = contract.get("terms")
    for number, term in enumerate(terms if isinstance(terms, list) else [], 1):
        if isinstance(term, dict) and isinstance(term.get("value"), float):
            faults.append(
                Fault(
                    file, None, f"terms {number}", str(term["value"]), "must be in quotes, so that its places are kept"
                )
            )
    if "not_reported" in contract:
        faults += _excuses(contract, tables, file)
    faults += _to_enter(contract, tables, file)
    faults += _invented(contract, file)
    faults += access_faults(contract, tables, file)
    if "escalation" in contract:
        faults += _escalation(contract, file)
    return faults + timetable_faults(contract, file) + _roles(contract, file)
