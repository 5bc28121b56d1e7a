"""``data/publisher.yml``: who publishes the book, how they are reached, and what people have found out about its accessibility.

Whatever is blank stays blank: it is shown as not given, and never made up. Nothing that takes long to import is used here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from ncthelpers.faults import DataFaults, Fault
from ncthelpers.reading import text_in
from ncthelpers.yaml_files import read_yaml

__all__ = [
    "FILE",
    "MEETS",
    "Assessment",
    "KnownFault",
    "Publisher",
    "Trial",
    "publisher_faults",
    "publisher_of",
    "read_publisher",
]

FILE = "data/publisher.yml"
MEETS = ("all", "most", "few")  # of the requirements, as people who looked at all of them found
_WEB = re.compile(r"https?://[^\s\"'<>()\\]+")  # narrower than that of a cell: it stands in Markdown
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", flags=re.ASCII)
_TELEPHONE = re.compile(r"\+?[\d ()-]{5,}", flags=re.ASCII)


@dataclass(frozen=True)
class Trial:
    """A test by people.

    Parameters
    ----------
    with_ : str
        What they used, such as a screen reader and its version; or who they were.
    on : date
        The day.
    by : str
        Who carried it out.
    """

    with_: str
    on: date
    by: str


@dataclass(frozen=True)
class Assessment:
    """What people found who held the book against every requirement.

    Parameters
    ----------
    by : str
        Who they were.
    on : date
        The day.
    meets : str
        How many of the requirements it meets: one of ``MEETS``.
    """

    by: str
    on: date
    meets: str


@dataclass(frozen=True)
class KnownFault:
    """A part of the book that some people cannot read.

    Parameters
    ----------
    what : str
        The part, and what is wrong with it, as a sentence.
    criterion : str
        What it fails, such as ``1.1.1 Non-text content``.
    mended : str
        When it will be mended, as a sentence or a part of one.
    """

    what: str
    criterion: str
    mended: str


@dataclass(frozen=True)
class Publisher:
    """Who publishes the book and what is known of its accessibility; what is blank was not given.

    Parameters
    ----------
    body : str
        The public body, such as a council.
    website : str
        Where it publishes the book.
    email, telephone, post : str
        How readers reach it who find a fault or need another format.
    formats : tuple of str
        Other formats that it gives on request.
    reply_days : int, optional
        Working days within which it replies.
    prepared, reviewed : date, optional
        When the statement was prepared, and when last reviewed.
    screen_reader, people : Trial, optional
        Whether a screen reader was used on the book, and whether people who need such tools used it.
    assessment : Assessment, optional
        What people found who held it against every requirement.
    faults : tuple of KnownFault
        What is known to be wrong.
    """

    body: str = ""
    website: str = ""
    email: str = ""
    telephone: str = ""
    post: str = ""
    formats: tuple[str, ...] = ()
    reply_days: int | None = None
    prepared: date | None = None
    reviewed: date | None = None
    screen_reader: Trial | None = None
    people: Trial | None = None
    assessment: Assessment | None = None
    faults: tuple[KnownFault, ...] = ()

    @property
    def lacks(self) -> tuple[str, ...]:
        """What the law asks for that was not given.

        Examples
        --------
        >>> Publisher(body="A council", email="a@example.org", formats=("braille",), reply_days=5).lacks
        ('telephone', 'post', 'prepared', 'reviewed')
        """
        asked = ("body", "email", "telephone", "post", "formats", "reply_days", "prepared", "reviewed")
        return tuple(name for name in asked if not getattr(self, name))


def _blank(value: object) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _is_text(value: object) -> str:
    return "" if isinstance(value, str) else "is not text"


def _is_texts(value: object) -> str:
    good = isinstance(value, list) and all(isinstance(one, str) and one.strip() for one in value)
    return "" if good else "must be a list of texts"


def _is_day(value: object) -> str:
    good = isinstance(value, date) and not isinstance(value, datetime)
    return "" if good else "is not a date such as 1999-12-31"


def _is_days(value: object) -> str:
    return "" if type(value) is int and value > 0 else "is not a whole number of one or more"


def _written_like(pattern: re.Pattern[str], what: str) -> Callable[[object], str]:
    return lambda value: "" if isinstance(value, str) and pattern.fullmatch(value) else f"is not {what}"


def _one_of(*values: str) -> Callable[[object], str]:
    return lambda value: "" if value in values else f"is not one of: {', '.join(values)}"


_TEST = {"with": _is_text, "on": _is_day, "by": _is_text}
_ASSESSMENT = {"by": _is_text, "on": _is_day, "meets": _one_of(*MEETS)}
_FAULT = {"what": _is_text, "criterion": _is_text, "mended": _is_text}
_ENTRIES: Mapping[str, Callable[[object], str] | Mapping[str, Any]] = {
    "body": _is_text,
    "website": _written_like(_WEB, "a web address"),
    "email": _written_like(_EMAIL, "an e-mail address"),
    "telephone": _written_like(_TELEPHONE, "a telephone number"),
    "post": _is_text,
    "formats": _is_texts,
    "reply_days": _is_days,
    "prepared": _is_day,
    "reviewed": _is_day,
    "screen_reader": _TEST,
    "people": _TEST,
    "assessment": _ASSESSMENT,
}


def _parts(name: str, value: object, parts: Mapping[str, Callable[[object], str]]) -> list[Fault]:
    """The faults of an entry that has parts, each of which must be given."""
    if not isinstance(value, dict):
        return [Fault(FILE, None, name, str(value), f"must give {', '.join(parts)}")]
    faults = [
        Fault(FILE, None, f"{name} {part}", "", "is not a known entry") for part in map(str, value) if part not in parts
    ]
    for part, rule in parts.items():
        if _blank(value.get(part)):
            faults.append(Fault(FILE, None, f"{name} {part}", "", "is missing"))
        elif wrong := rule(value[part]):
            faults.append(Fault(FILE, None, f"{name} {part}", str(value[part]), wrong))
    return faults


def publisher_faults(held: Mapping[str, Any]) -> list[Fault]:
    """Every fault of what ``data/publisher.yml`` holds.

    Parameters
    ----------
    held : Mapping
        What the file holds. Any entry may be blank or left out; one that is given is held to its form.

    Examples
    --------
    >>> print(*publisher_faults({"email": "at home", "fax": "1"}), sep="\\n")
    data/publisher.yml, column fax: is not a known entry
    data/publisher.yml, column email: 'at home' is not an e-mail address
    """
    known = {*_ENTRIES, "faults"}
    faults = [Fault(FILE, None, name, "", "is not a known entry") for name in map(str, held) if name not in known]
    for name, rule in _ENTRIES.items():
        value = held.get(name)
        if _blank(value):
            continue
        if isinstance(rule, Mapping):
            faults += _parts(name, value, rule)
        elif wrong := rule(value):
            faults.append(Fault(FILE, None, name, str(value), wrong))
    listed: Any = held.get("faults")
    if not _blank(listed) and not isinstance(listed, list):
        faults.append(Fault(FILE, None, "faults", str(listed), "must be a list of faults"))
    elif isinstance(listed, list):
        faults += [fault for number, one in enumerate(listed, 1) for fault in _parts(f"faults {number}", one, _FAULT)]
    first, last = held.get("prepared"), held.get("reviewed")
    if not faults and first and last and last < first:
        faults.append(Fault(FILE, None, "reviewed", str(last), f"is before the statement was prepared, {first}"))
    return faults


def publisher_of(held: Mapping[str, Any]) -> Publisher:
    """The publisher that ``data/publisher.yml`` describes.

    Parameters
    ----------
    held : Mapping
        What the file holds.

    Raises
    ------
    DataFaults
        With every fault of it.

    Examples
    --------
    >>> publisher_of({"body": "East Invented Council", "screen_reader": None}).body
    'East Invented Council'
    """
    faults = publisher_faults(held)
    if faults:
        raise DataFaults(faults)
    given = {name: value for name, value in held.items() if not _blank(value)}
    for name in {"screen_reader", "people"} & set(given):
        test = given[name]
        given[name] = Trial(test["with"], test["on"], test["by"])
    if "assessment" in given:
        given["assessment"] = Assessment(**given["assessment"])
    given["faults"] = tuple(KnownFault(**one) for one in given.get("faults", ()))
    given["formats"] = tuple(given.get("formats", ()))
    texts = {field.name for field in fields(Publisher) if field.type is str}
    return Publisher(**{name: value.strip() if name in texts else value for name, value in given.items()})


def read_publisher(root: Path) -> Publisher:
    """The publisher of the book of a root; one of whom nothing is known where the file is missing.

    Parameters
    ----------
    root : Path
        Holds ``data/``.

    Raises
    ------
    DataFaults
        With every fault of ``data/publisher.yml``.
    """
    try:
        held = read_yaml(text_in(root / FILE, root / "data"))
    except FileNotFoundError:
        return Publisher()
    except UnicodeDecodeError:
        raise DataFaults([Fault(FILE, None, "", "", "is not UTF-8 text")]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it is not YAML"
        row = None if mark is None else mark.line + 1
        raise DataFaults([Fault(FILE, row, "", "", f"cannot be read as YAML: {problem}")]) from None
    except ValueError as error:  # a date that no calendar has
        raise DataFaults([Fault(FILE, None, "", "", f"cannot be read: {error}")]) from None
    if held is None:
        return Publisher()
    if not isinstance(held, dict):
        raise DataFaults([Fault(FILE, None, "", "", "must be a mapping of names to values")])
    return publisher_of(held)
