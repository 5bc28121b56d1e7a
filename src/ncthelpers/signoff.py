"""Sign-off of a year as data: a role, the day, and the checksum of the data that it signed; it lapses when a figure changes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from ncthelpers.faults import Fault
from ncthelpers.files import checksum

if TYPE_CHECKING:
    from ncthelpers.yeardata import YearData

__all__ = ["Signature", "CURRENT", "LAPSED", "NOT_YET", "data_checksum", "is_signed_off", "role_fault", "sign_off_faults", "signatures",
           "signed"]  # fmt: skip

CURRENT, LAPSED, NOT_YET = "current", "lapsed", "not yet signed off"
_TITLED = re.compile(r"\b(?:mr|mrs|ms|miss|mx|dr|sir|dame|prof|professor|cllr|councillor)\b", re.IGNORECASE)
_PARTS = ("role", "on", "sha256")


@dataclass(frozen=True)
class Signature:
    """How it stands with one role's sign-off.

    Parameters
    ----------
    role : str
        The role, never a person's name.
    on : date or None
        The day of its sign-off; none if there is none.
    state : str
        Current, lapsed (a figure changed since), or not yet signed off.
    """

    role: str
    on: date | None
    state: str


def data_checksum(package: Mapping[str, Any]) -> str:
    """One checksum of all data of a year, from the checksums of its files and the days of its documents, by which claims are judged.

    Parameters
    ----------
    package : Mapping
        ``datapackage.yml``, its ``resources`` as a list or by path; what else stands in it does not count.

    Examples
    --------
    >>> sealed = {"resources": [{"path": "a.csv", "sha256": "1"}, {"path": "b.csv", "sha256": "2"}]}
    >>> data_checksum(sealed) == data_checksum({**sealed, "sign_off": []}), data_checksum(sealed)[:8]
    (True, '843da7f5')
    """
    listed = package.get("resources") or []
    entries = listed.values() if isinstance(listed, Mapping) else listed
    files = sorted(f"{entry['path']}\n{entry.get('sha256', '')}\n" for entry in entries)
    days = sorted(f"{one['id']}\n{one['date']}\n" for one in package.get("documents") or () if one.get("date"))
    return checksum("".join([*files, *days]).encode())


def signatures(contract: Mapping[str, Any], package: Mapping[str, Any]) -> tuple[Signature, ...]:
    """How it stands with each role that must sign, and with each other that has signed.

    Parameters
    ----------
    contract : Mapping
        ``contract.yml``: the roles of its ``sign_off``, if it names any.
    package : Mapping
        ``datapackage.yml``: the entries of its ``sign_off``, if there are any.

    Examples
    --------
    >>> package = {"resources": [], "sign_off": [{"role": "Director", "on": date(2022, 8, 10), "sha256": "of other data"}]}
    >>> [(one.role, one.state) for one in signatures({"sign_off": ["Director", "Treasurer"]}, package)]
    [('Director', 'lapsed'), ('Treasurer', 'not yet signed off')]
    """
    entries = {str(entry["role"]): entry for entry in package.get("sign_off") or []}
    now = data_checksum(package) if entries else ""
    roles = dict.fromkeys([*map(str, contract.get("sign_off") or []), *entries])
    return tuple(
        Signature(role, entries[role]["on"], CURRENT if entries[role]["sha256"] == now else LAPSED)
        if role in entries
        else Signature(role, None, NOT_YET)
        for role in roles
    )


def is_signed_off(data: "YearData") -> bool:
    """Whether a year stands signed off: by every role that its contract names or, where it names none, by one at least.

    Parameters
    ----------
    data : YearData
        The year.
    """
    named = set(map(str, data.contract.get("sign_off") or []))
    found = signatures(data.contract, data.package)
    counted = [one.state == CURRENT for one in found if not named or one.role in named]
    return all(counted) if named else any(counted)


def role_fault(role: object) -> str:
    """What keeps a text from being a role; nothing if nothing does. No personal data enters a year: roles sign, not names.

    Examples
    --------
    >>> role_fault("Director of Children's Services"), role_fault("Dr A. Nother")
    ('', "must be a role, never a person's name")
    """
    if not isinstance(role, str) or not role.strip() or not role.isprintable():
        return "must be a role, as text on one line"
    return "must be a role, never a person's name" if "@" in role or _TITLED.search(role) else ""


def sign_off_faults(package: Mapping[str, Any], file: str) -> list[Fault]:
    """What keeps the ``sign_off`` of a ``datapackage.yml`` from being a list of roles, each once, with day and checksum."""
    entries = package.get("sign_off") or []
    if not isinstance(entries, list) or not all(
        isinstance(entry, dict) and set(entry) == set(_PARTS) for entry in entries
    ):
        return [
            Fault(
                file, None, "sign_off", "", f"must be a list of entries, each with {', '.join(_PARTS)} and nothing else"
            )
        ]
    faults = []
    for number, entry in enumerate(entries, 1):
        rules = [role_fault(entry["role"])]
        if not isinstance(entry["on"], date) or isinstance(entry["on"], datetime):
            rules.append("must give on as a date such as 1999-12-31")
        if not isinstance(entry["sha256"], str) or not re.fullmatch("[0-9a-f]{64}", entry["sha256"]):
            rules.append("must give the sha256 of the data that it signed")
        if [one["role"] for one in entries].count(entry["role"]) > 1:
            rules.append("stands more than once: a role signs once")
        faults += [Fault(file, None, f"sign_off {number}", str(entry["role"]), rule) for rule in rules if rule]
    return faults


def signed(package: Mapping[str, Any], role: str, on: date) -> dict[str, Any]:
    """A ``datapackage.yml`` with a role's sign-off of the data as it is now, in the place of an earlier one of that role.

    Raises
    ------
    ValueError
        If the role is none but, say, a person's name.

    Examples
    --------
    >>> now = signed({"resources": []}, "Director", date(2022, 8, 10))
    >>> now["sign_off"][0]["role"], signatures({}, now)[0].state
    ('Director', 'current')
    """
    fault = role_fault(role)
    if fault:
        raise ValueError(f"the role {role!r} {fault}")
    others = [entry for entry in package.get("sign_off") or [] if entry["role"] != role]
    return {**package, "sign_off": [*others, {"role": role, "on": on, "sha256": data_checksum(package)}]}
