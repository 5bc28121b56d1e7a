"""Values as they are read: figures with their unit, dates, counts in words, and paragraphs of the source documents.

Rounding for display happens here and nowhere else.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from ncthelpers import years
from ncthelpers.access import is_edition
from ncthelpers.cells import Column
from ncthelpers.citations import CARRIED, EARLIER, PUBLICATIONS, Citation, citations
from ncthelpers.rounding import half_up

__all__ = [
    "cell_text",
    "figure_text",
    "amount_text",
    "count_in_words",
    "source_text",
    "where_in",
    "captioned",
    "listed",
    "marks",
    "of_councils",
    "MINUS",
]

MINUS = "\N{MINUS SIGN}"
_WORDS = [
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
_DOCUMENTS = {
    "report": "annual report", "cover": "cover report", CARRIED: "carried over from an earlier year, to be confirmed:",
    EARLIER: "an earlier year:",
}  # fmt: skip
_NO_TITLES: Mapping[str, str] = MappingProxyType({})


def _digits(value: Decimal | int, decimals: int | None, grouped: bool = True) -> str:
    rounded = Decimal(value) if decimals is None else half_up(value, decimals)
    return f"{abs(rounded):{',' if grouped else ''}f}"


def _sign(value: Decimal | int, digits: str) -> str:
    return MINUS if value < 0 and digits.strip("0.,") else ""


def figure_text(value: Decimal | int, unit: str = "", decimals: int | None = None) -> str:
    """A figure in a sentence, with its unit.

    Parameters
    ----------
    value : Decimal or int
        The figure, unrounded.
    unit : str
        Its unit; ``£``, ``£m``, ``£000`` and ``per cent`` are written with their signs, a year without a comma.
    decimals : int, optional
        Places to show, rounded half up; none shows the places the value has.

    Returns
    -------
    str
        Such as ``£1.070m``.

    Examples
    --------
    >>> figure_text(Decimal("1.070"), "£m"), figure_text(Decimal("78.378"), "per cent", 1), figure_text(1184, "children")
    ('£1.070m', '78.4%', '1,184')
    >>> figure_text(Decimal("-616"), "£000"), figure_text(2005, "year")
    ('−£616,000', '2005')
    """
    if unit == "£000":
        value = Decimal(value) * 1000
        decimals = 0 if decimals is not None or value == value.to_integral_value() else None
    digits = _digits(value, decimals, grouped=unit != "year")
    sign = _sign(value, digits)
    if unit == "£m":
        return f"{sign}£{digits}m"
    if unit.startswith("£"):
        return f"{sign}£{digits}"
    return f"{sign}{digits}%" if unit == "per cent" else f"{sign}{digits}"


def amount_text(value: Decimal | int, unit: str) -> str:
    """An amount with a unit that may be money over a time, as it is read.

    Examples
    --------
    >>> amount_text(Decimal("2.5"), "£m per year"), amount_text(Decimal(120), "placements"), amount_text(5, "per cent")
    ('£2.5m per year', '120 placements', '5%')
    """
    money, over, time = unit.partition(" per ")
    if unit.startswith("£"):
        return figure_text(value, money) + over + time
    return figure_text(value, unit) if unit == "per cent" else f"{figure_text(value)} {unit}"


def count_in_words(count: int) -> str:
    """A count up to twenty as a word, above that in digits; nought is ``no``.

    Examples
    --------
    >>> count_in_words(5), count_in_words(0), count_in_words(29)
    ('five', 'no', '29')
    """
    return _WORDS[count] if 0 <= count < len(_WORDS) else f"{count:,}"


def where_in(cited: Citation) -> str:
    """Where in a section what is cited stands.

    Examples
    --------
    >>> [where_in(cited) for cited in citations("report:3.1/2 report:3.9/0 file1:Budget/7")]
    ['para 2', 'heading', 'row 7']
    """
    if cited.is_row:
        return f"row {cited.number}"
    return "heading" if cited.number == "0" else f"para {cited.number}"


def source_text(source: str, titles: Mapping[str, str] = _NO_TITLES) -> str:
    """Where a row comes from, for readers: each document once, its paragraphs after it; publications by title.

    Parameters
    ----------
    source : str
        Paragraphs and ids of publications.
    titles : Mapping of str to str
        Titles of the publications, and of files imported, by id.

    Examples
    --------
    >>> source_text("report:3.1/2 report:3.9/0 cover:5.4/1")
    'Annual report 3.1 para 2, 3.9 heading; cover report 5.4 para 1'
    >>> source_text("file1:Budget/7", {"file1": "file outturn.xlsx"}), source_text("carried:kpis/7")
    ('File outturn.xlsx Budget row 7', 'Carried over from an earlier year, to be confirmed: kpis row 7')
    >>> source_text("news_1", {"news_1": "Evening News, 1 May"})
    'Evening News, 1 May'
    """
    places: dict[str, list[str]] = {}
    for cited in citations(source):
        if cited.document == PUBLICATIONS:
            places[titles.get(cited.section, cited.section)] = []
        else:
            document = titles.get(cited.document, cited.document) if cited.is_row else cited.document
            places.setdefault(_DOCUMENTS.get(document, document), []).append(f"{cited.section} {where_in(cited)}")
    text = "; ".join(f"{document} {', '.join(found)}".strip() for document, found in places.items())
    return text[:1].upper() + text[1:]


def cell_text(value: object, column: Column, titles: Mapping[str, str] = _NO_TITLES) -> str:
    """A table cell as it is read, the unit being in the heading.

    Parameters
    ----------
    value : object
        Value as read or computed; none for missing.
    column : Column
        The column it stands in.
    titles : Mapping of str to str
        Titles of publications by id, for a column of sources.

    Returns
    -------
    str
        Text, not yet escaped.

    Examples
    --------
    >>> cell_text(Decimal("-616"), Column("variance", "money", "Variance, £000"))
    '−616'
    >>> cell_text(Decimal("-616"), Column("variance", "money", "Variance, £000", words=("overspend", "underspend")))
    '−616 underspend'
    >>> cell_text(None, Column("gap", "money", "Gap, £m", missing="N/A as printed"))
    'N/A as printed'
    """
    if value is None or value != value:
        return column.missing
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if column.numeric and isinstance(value, (Decimal, int)):
        digits = _digits(value, column.decimals)
        called = column.words[value < 0] if column.words and digits.strip("0.,") else ""
        return f"{_sign(value, digits)}{digits}{'%' if column.type == 'percent' else ''} {called}".rstrip()
    if isinstance(value, date):
        return years.in_words(value.isoformat())
    if column.type == "when":
        return years.in_words(str(value))
    if column.type == "status":
        return str(value).capitalize()
    return source_text(str(value), titles) if column.type == "source" else str(value)


def of_councils(count: int) -> dict[str, str]:
    """The words of a template that go by the number of the contract's councils, by their names.

    Examples
    --------
    >>> of_councils(1), of_councils(3)["councils_own"]
    ({'councils': 'council', 'councils_own': "council's", 'their': 'its'}, "councils'")
    """
    if count == 1:
        return {"councils": "council", "councils_own": "council's", "their": "its"}
    return {"councils": "councils", "councils_own": "councils'", "their": "their"}


def listed(names: Sequence[str]) -> str:
    """Names as they are listed in a sentence.

    Examples
    --------
    >>> listed(["East"]), listed(["East", "West"]), listed(["East", "West", "South"])
    ('East', 'East and West', 'East, West and South')
    """
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def marks(contract: Mapping[str, Any]) -> tuple[str, ...]:
    """What every title, caption and table made of a year says of it: that the trust is invented, or that it may not be published.

    Parameters
    ----------
    contract : Mapping
        ``contract.yml`` of the year.

    Examples
    --------
    >>> marks({"invented": True}), marks({"edition": "restricted"}), marks({})
    (('invented',), ('RESTRICTED',), ())
    """
    said = {"invented": contract.get("invented") is True, "RESTRICTED": is_edition(contract)}
    return tuple(mark for mark, holds in said.items() if holds)


def captioned(caption: str, marks: Sequence[str]) -> str:
    """A caption or title with what is said of all that is made of a year.

    Examples
    --------
    >>> captioned("Grants, £", ["invented", "RESTRICTED"]), captioned("Grants, £ (invented)", ["invented"])
    ('Grants, £ (invented, RESTRICTED)', 'Grants, £ (invented)')
    """
    if "invented" in marks:
        caption = caption.removesuffix(" (invented)")
    said = f" ({', '.join(marks)})" if marks else ""
    return caption if caption.endswith(said) else caption + said
