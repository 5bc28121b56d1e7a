"""One cell of a table: what is written read as what it means, or refused with the rule it breaks.

Each type of the schemas has one reader here. A reader accepts every way of writing whose meaning is certain
(``(1,234)`` in a money column is minus 1,234) and refuses the rest with a sentence that says what to write.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from ncthelpers import years
from ncthelpers.citations import citations
from ncthelpers.rounding import decimal_places

__all__ = ["Column", "read_cell", "as_written", "visible", "holds_control", "TYPES", "WEB_ADDRESS", "LONGEST"]

_DIGITS = r"(?:\d+|[1-9]\d{0,2}(?:,\d{3})+)(?:\.\d+)?"
_PLAIN = re.compile(rf"[-−+]?{_DIGITS}", flags=re.ASCII)
_MOST_DIGITS = 28  # as many as a sum of decimals keeps
_POUNDS = re.compile(rf"(?P<sign>[-−]?£ ?|£ ?[-−]|[-−+]?)(?P<digits>{_DIGITS})", flags=re.ASCII)
_BRACKETS = re.compile(rf"(?:£ ?\((?P<inside>{_DIGITS})\)|\((?:£ ?)?(?P<bare>{_DIGITS})\))", flags=re.ASCII)
LONGEST = 32_767  # characters that a cell of Excel holds
WEB_ADDRESS = re.compile(r"https?://[^\s\"'<>]+")
# Signs that are no writing: controls but for blanks and line ends, and what Unicode keeps from ever being a sign.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]")
# Signs that are not seen and turn writing round, so that a reader sees another text than is held: Unicode's Bidi_Control.
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_DASHES = {"-", "–", "—", "_", "−"}


@dataclass(frozen=True)
class Column:
    """One column of a table as its schema describes it.

    Parameters
    ----------
    name, type, title, meaning : str
        Name in the file, type (a key of :data:`TYPES`), heading for readers, what it holds.
    unit : str
        Unit the values are in, empty for text.
    required : bool
        Whether every row must have a value.
    missing : str
        Words shown where there is no value.
    dash : str
        ``nil`` where a printed dash means nought; otherwise a dash is refused.
    decimals : int or None
        Places shown, and the most that may be entered; none shows the places as entered.
    decimals_in : str
        Column of a computed table that gives the places row by row, where rows are of different measures.
    values : tuple of str
        The only texts allowed, if given.
    refers_to : str
        ``table.column`` whose values these must be among.
    minimum, maximum : Decimal or None
        Bounds of a number, inclusive.
    unique : bool
        Whether no value may occur twice.
    access : str
        ``public`` or ``restricted``.
    reason, review : str, date or None
        Of a restricted column why it is, and the day on which that is to be looked at again.
    aliases : tuple of str
        Other headings that the column goes by in the spreadsheets of those who fill it.
    words : tuple of (str, str)
        Of an amount, what it is called above nought and what below, such as overspend and underspend; none if nothing.
    """

    name: str
    type: str
    title: str
    meaning: str = ""
    unit: str = ""
    required: bool = True
    missing: str = "not stated"
    dash: str = ""
    decimals: int | None = None
    decimals_in: str = ""
    values: tuple[str, ...] = ()
    refers_to: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    unique: bool = False
    access: str = "public"
    reason: str = ""
    review: date | None = None
    aliases: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def numeric(self) -> bool:
        """Whether values are numbers."""
        return self.type in {"count", "number", "money", "percent"}


def _number(text: str, column: Column) -> Decimal:
    if text in _DASHES:
        if column.dash == "nil":
            return Decimal(0)
        raise ValueError("is a dash: write 0 for nil, or leave the cell empty where nothing was printed")
    if not _PLAIN.fullmatch(text):
        raise ValueError("is not a number")
    if sum(map(str.isdigit, text)) > _MOST_DIGITS:
        raise ValueError(f"has more than {_MOST_DIGITS} digits")
    return Decimal(text.replace(",", "").replace("−", "-"))


def _money(text: str, column: Column) -> Decimal:
    if text in _DASHES:
        return _number(text, column)
    bracketed = _BRACKETS.fullmatch(text)
    if bracketed:
        return -_number(bracketed["inside"] or bracketed["bare"], column)
    pounds = _POUNDS.fullmatch(text)
    if not pounds:
        raise ValueError("is not an amount of money")
    return _number(("-" if set("-−") & set(pounds["sign"]) else "") + pounds["digits"], column)


def _count(text: str, column: Column) -> int:
    value = _number(text, column)
    if value < 0 or value != value.to_integral_value() or "." in text:
        raise ValueError("is not a whole number of nought or more")
    return int(value)


def _percent(text: str, column: Column) -> Decimal:
    signed = text.endswith("%")
    value = _number(text.removesuffix("%").strip(), column)
    if not signed and 0 < abs(value) < 1:
        raise ValueError("may be a share: the column is per cent, so write 97 or 97% (and 0.5% with its sign)")
    return value


def _date(text: str, column: Column) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, flags=re.ASCII):
        raise ValueError("is not a date: write year-month-day such as 1999-12-31")
    try:
        return years.first_day(text)
    except ValueError:
        raise ValueError("is not a day of the calendar") from None


def _when(text: str, column: Column) -> str:
    try:
        years.first_day(text)
    except ValueError:
        raise ValueError("is not a date: write 1999-12-31, 1999-12 or 1999") from None
    return text


def _yesno(text: str, column: Column) -> bool:
    if text not in {"yes", "no"}:
        raise ValueError("is neither yes nor no")
    return text == "yes"


def _id(text: str, column: Column) -> str:
    if not re.fullmatch(r"[\w.-]+", text, flags=re.ASCII):
        raise ValueError("is not an id: letters, digits, full stops, hyphens and underscores only")
    return text


def _source(text: str, column: Column) -> str:
    try:
        citations(text)
    except ValueError:
        raise ValueError("is not a list of paragraphs such as report:3.1/2, or of ids of publications") from None
    return " ".join(text.split())


def _url(text: str, column: Column) -> str:
    if not WEB_ADDRESS.fullmatch(text):
        raise ValueError("is not a web address")
    return text


def _text(text: str, column: Column) -> str:
    if holds_control(text):
        raise ValueError("holds a control character")
    if len(text) > LONGEST:
        raise ValueError(f"has {len(text):,} characters, and a cell of a spreadsheet holds {LONGEST:,}: write less")
    return text


TYPES: Mapping[str, Callable[..., Any]] = MappingProxyType({
    "text": _text, "id": _id, "count": _count, "number": _number, "money": _money, "percent": _percent,
    "date": _date, "when": _when, "yesno": _yesno, "council": _id, "source": _source, "url": _url,
    "status": _text,
})  # fmt: skip


def read_cell(text: str, column: Column) -> Any:
    """The meaning of one cell, or the rule it breaks.

    Parameters
    ----------
    text : str
        The cell as written.
    column : Column
        The column it stands in.

    Returns
    -------
    str, int, Decimal, date, bool or None
        The value in the column's unit; none where the cell is empty and may be.

    Raises
    ------
    ValueError
        With the rule broken, as the end of a sentence that begins with the value.

    Examples
    --------
    >>> amount = Column("covid", "money", "Covid", dash="nil")
    >>> read_cell("(1,656)", amount), read_cell("-", amount), read_cell("£5,692", amount)
    (Decimal('-1656'), Decimal('0'), Decimal('5692'))
    >>> read_cell("0.97", Column("share", "percent", "Share"))
    Traceback (most recent call last):
        ...
    ValueError: may be a share: the column is per cent, so write 97 or 97% (and 0.5% with its sign)
    """
    text = visible(text).replace("\xa0", " ").strip()
    if not text:
        if column.required:
            raise ValueError("is empty but required")
        return None
    value = TYPES[column.type](text, column)
    if column.numeric and column.decimals is not None and decimal_places(Decimal(value)) > column.decimals:
        raise ValueError(f"has more decimal places than the {column.decimals} of the column")
    if column.values and text not in column.values:
        raise ValueError("is not one of: " + ", ".join(column.values))
    if column.minimum is not None and value < column.minimum:
        raise ValueError(f"is below the least allowed, {column.minimum}")
    if column.maximum is not None and value > column.maximum:
        raise ValueError(f"is above the most allowed, {column.maximum}")
    return value


def visible(text: str) -> str:
    """A text in which the signs that turn the direction of writing are seen: what is read and what is written out goes through here.

    Notes
    -----
    Source: Unicode Technical Report 36, section 2.5.

    Examples
    --------
    >>> visible("Grant \N{RIGHT-TO-LEFT OVERRIDE}000,1"), visible("Café")
    ('Grant U+202E000,1', 'Café')
    """
    return text if text.isascii() else _TURNING.sub(lambda sign: f"U+{ord(sign[0]):04X}", text)


def holds_control(text: str) -> bool:
    """Whether a text holds signs that are no writing, such as NUL, which some programs end a text at.

    Examples
    --------
    >>> holds_control("a\\x00b"), holds_control("a\\nb")
    (True, False)
    """
    return _CONTROL.search(text) is not None


def as_written(value: object) -> str:
    """A value as a file would have it: what a condition such as ``covid=yes`` is held against.

    Examples
    --------
    >>> as_written(True), as_written(Decimal("1.50")), as_written(None)
    ('yes', '1.50', '')
    """
    if value is None:
        return ""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
