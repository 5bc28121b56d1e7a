"""What a cell of a spreadsheet says, as its table has it written: numbers, dates, months, yes and no, listed values."""

import re
from collections.abc import Iterable
from dataclasses import replace

from ncthelpers.cells import Column, read_cell
from ncthelpers.exchange.sheets import Cell

__all__ = ["BY_NUMBER", "written_as"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
BY_NUMBER = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})", flags=re.ASCII)
_IN_WORDS = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th)?[ -]{_MONTH}\.?,?[ -](\d{{4}}|\d{{2}})", flags=re.ASCII | re.IGNORECASE
)
_BY_MONTH = re.compile(
    rf"{_MONTH}(?:[ -]|\.? )(\d{{4}})|{_MONTH.replace('month', 'short')}-(\d{{2}})", flags=re.ASCII | re.IGNORECASE
)
_MONTH_OF = re.compile(r"(\d{1,2})/(\d{4})", flags=re.ASCII)


def _year(text: str) -> int:
    """A year of two digits is one of this century; one far in its future is of nobody knows which."""
    if len(text) == 2 and int(text) >= 70:
        raise ValueError("gives its year with two digits: write four")
    return int(text) + 2000 if len(text) == 2 else int(text)


def _dated(text: str, column: Column, british: bool) -> str:
    """A date or month as the tables write it; a text that is neither stays as it is, for the column to refuse."""
    if found := BY_NUMBER.fullmatch(text):
        day, month, year = int(found[1]), int(found[3]), _year(found[4])
        if month > 12 >= day:
            raise ValueError("reads only as month/day: write it as 1999-12-31")
        if not british and day <= 12 and day != month:
            raise ValueError(
                "may be day/month or month/day, as other dates of this file read only as month/day: write 1999-12-31"
            )
        return f"{year:04}-{month:02}-{day:02}"
    if found := _IN_WORDS.fullmatch(text):
        return f"{_year(found[3]):04}-{_MONTHS.index(found['month'][:3].casefold()) + 1:02}-{int(found[1]):02}"
    if column.type == "when":
        if found := _BY_MONTH.fullmatch(text):
            name, digits = found["month"] or found["short"], found[2] or found[4]
            return f"{_year(digits):04}-{_MONTHS.index(name[:3].casefold()) + 1:02}"
        if found := _MONTH_OF.fullmatch(text):
            return f"{found[2]}-{int(found[1]):02}"
        if re.fullmatch(rf"{_MONTH} \d\d", text, flags=re.IGNORECASE):
            raise ValueError("may be a day or a year of that month: write 1999-12")
    return text


def _dates(cell: Cell, column: Column, british: bool) -> str:
    if cell.kind == "text":
        return _dated(cell.text, column, british)
    if cell.kind == "date" and column.type == "when":
        if cell.shown == "unknown" and cell.text.endswith("-01"):
            raise ValueError(
                "may be a day or a whole month, for the file does not tell how it is shown: write it as text"
            )
        return cell.text[: {"month": 7, "year": 4}.get(cell.shown, 10)]
    if cell.kind == "number" and not (column.type == "when" and re.fullmatch(r"\d{4}", cell.text)):
        raise ValueError("is a number, not a date")
    return cell.text


def _percentage(text: str, column: Column) -> str:
    if column.type not in {"percent", "number"} or (
        column.type == "number" and column.unit not in {"", "per cent", "%"}
    ):
        raise ValueError("is a percentage, which this column does not hold")
    plain = text.removesuffix("%").strip()
    share = column.type == "percent" and re.fullmatch(r"[-−]?0?\.\d*[1-9]\d*", plain)
    return f"{plain}%" if share else plain


def _number(cell: Cell, column: Column) -> str:
    if cell.kind == "date":
        raise ValueError("is a date, not a number: a spreadsheet may have made it one")
    if cell.kind == "yesno":
        raise ValueError("is a tick, not a number")
    text = cell.text.replace("\xa0", " ").strip()
    if text.endswith("%"):
        text = _percentage(text, column)
    if cell.kind == "text" and not re.fullmatch(r"[-−]?\d+(?:\.\d+)?%?|\D", text, flags=re.ASCII):
        money = replace(column, type="money", decimals=None, values=(), minimum=None, maximum=None, required=False)
        if "£" in text and not (column.type == "money" or (column.type == "number" and column.unit in {"", "£"})):
            raise ValueError("is an amount of money, which this column does not hold")
        try:
            text = str(read_cell(text, money))
        except ValueError:
            return text  # for the column to refuse
    if cell.kind == "number":
        text = re.sub(r"^(-?)0+(?=\d)", r"\1", text)
    places = 0 if column.type == "count" else column.decimals
    if cell.kind == "number" and places is not None and re.fullmatch(rf"-?\d+\.\d{{{places}}}0+", text):
        text = text[: text.index(".") + 1 + places].removesuffix(".")
    if column.type == "count" and re.fullmatch(r"-?\d+\.\d+", text):
        raise ValueError("has decimals, and the column counts whole things")
    return text


def _listed(text: str, allowed: Iterable[str]) -> str:
    """A value as it is listed, whatever its case and spacing here."""
    found = [value for value in allowed if value.casefold().split() == text.casefold().split()]
    return found[0] if len(found) == 1 and text not in allowed else text


def written_as(cell: Cell, column: Column, british: bool = True) -> str:
    """What a cell says, as its table has it written.

    Parameters
    ----------
    cell : Cell
        As its sheet shows it.
    column : Column
        The column it stands in.
    british : bool
        Whether ``03/04/2025`` is certain to be the third of April: not beside dates that only read month/day.

    Returns
    -------
    str
        The text for the CSV file, which the column may still refuse.

    Raises
    ------
    ValueError
        If it is not certain what the cell means, as the end of a sentence that begins with its text.

    Examples
    --------
    >>> amount, day = Column("amount", "money", "Amount"), Column("on", "date", "On")
    >>> written_as(Cell("(£1,234.50)"), amount), written_as(Cell("31/03/2025"), day), written_as(Cell("31-Mar-25"), day)
    ('-1234.50', '2025-03-31', '2025-03-31')
    >>> written_as(Cell("97%", "number"), Column("share", "percent", "Share")), written_as(Cell("Apr-24"), Column("month", "when", "Month"))
    ('97', '2024-04')
    """
    if cell.rule:
        raise ValueError(cell.rule)
    if column.numeric:
        return _number(cell, column)
    if column.type in {"date", "when"}:
        return _dates(cell, column, british)
    if column.type == "yesno":
        if cell.kind in {"number", "date"}:
            raise ValueError("is neither yes nor no")
        known = {"y": "yes", "true": "yes", "n": "no", "false": "no"}
        return _listed(known.get(cell.text.casefold(), cell.text), ("yes", "no"))
    if cell.kind == "date":
        raise ValueError("is a date in a column of text: write it as text, with an apostrophe before it")
    if cell.kind == "yesno" or cell.shown == "scientific":
        raise ValueError(
            "is shown as a spreadsheet makes it, in a column of text: write it as text, with an apostrophe before it"
        )
    return _listed(cell.text, column.values)
