"""What would put a fault right: the value meant, where no other can be, or the nearest of those allowed."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from difflib import get_close_matches

from ncthelpers.cells import Column, read_cell
from ncthelpers.years import MONTHS

__all__ = ["nearest", "suggestion"]

_MONTHS = [month[:3].casefold() for month in MONTHS]
_SCALES = {"k": 3, "m": 6}
_UNITS = {"£": 0, "£000": 3, "£m": 6}
_YES_NO = {"yes": "yes", "y": "yes", "true": "yes", "no": "no", "n": "no", "false": "no"}
_LOOKALIKES = str.maketrans("OoIl|S", "001115")


def nearest(value: str, allowed: Iterable[str]) -> str:
    """Which of the values allowed was probably meant, as a suggestion; empty where none is near.

    Examples
    --------
    >>> nearest("Nnc", ["NNC", "WNC"]), nearest("grant", ["grants", "homes"]), nearest("x", ["grants"])
    ('perhaps NNC', 'perhaps grants', '')
    """
    if str(value).isdecimal():  # one number is as near to another as any
        return ""
    known = {str(one).casefold(): str(one) for one in allowed if one}
    found = get_close_matches(str(value).casefold(), list(known), n=1, cutoff=0.6)
    return f"perhaps {known[found[0]]}" if found else ""


def _is_read(text: str, column: Column) -> bool:
    try:
        read_cell(text, column)
    except ValueError:
        return False
    return bool(text)


def _plain(number: Decimal) -> str:
    return format(number.normalize() if number != number.to_integral_value() else number.quantize(Decimal(1)), "f")


def _scaled(text: str, column: Column) -> str:
    """``12k`` in the column's own unit of money; a number of things is of no such unit."""
    found = re.fullmatch(r"([-−(]?)£? ?([\d,]+(?:\.\d+)?) ?([km])\)?", text, flags=re.ASCII | re.IGNORECASE)
    if not found or column.unit not in ("", *_UNITS):
        return ""
    sign, digits, scale = found.groups()
    number = Decimal(digits.replace(",", "")).scaleb(_SCALES[scale.lower()] - _UNITS.get(column.unit, 0))
    return ("-" if sign else "") + _plain(number)


def _as_number(text: str, column: Column) -> Iterator[str]:
    bare = text.replace(" ", "")
    yield _scaled(text, column)
    yield bare
    yield bare.removeprefix("£")
    if re.fullmatch(r"-?\d+,\d{1,2}", bare, flags=re.ASCII):  # three places after it would be thousands
        yield bare.replace(",", ".")
    if re.fullmatch(r"[-£]*[\dOoIl|S,.]*\d[\dOoIl|S,.]*%?", bare):
        yield bare.translate(_LOOKALIKES)
    if re.fullmatch(r"-?\d+\.0+", bare, flags=re.ASCII):
        yield bare.partition(".")[0]


def _iso(year: str, month: int, day: str) -> str:
    try:
        return date(int(year), month, int(day)).isoformat()
    except ValueError:
        return ""


def _as_date(text: str) -> list[str]:
    """The dates that a text may mean, the British reading first."""
    found = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text, flags=re.ASCII)
    if found:
        one, other, year = found.groups()
        return list(dict.fromkeys(filter(None, (_iso(year, int(other), one), _iso(year, int(one), other)))))
    found = re.fullmatch(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})", text, flags=re.ASCII)
    if found:
        return list(filter(None, [_iso(found[1], int(found[2]), found[3])]))
    found = re.fullmatch(
        r"(\d{1,2})(?:st|nd|rd|th)?[ -]([a-z]{3})[a-z]*\.?[ -](\d{4})", text.casefold(), flags=re.ASCII
    )
    if found and found[2] in _MONTHS:
        return list(filter(None, [_iso(found[3], _MONTHS.index(found[2]) + 1, found[1])]))
    return []


def _candidates(text: str, column: Column) -> Iterator[str]:
    """Other ways of writing a text of which one is certain to be what is meant, if the column can read it."""
    if column.numeric:
        yield from _as_number(text, column)
    elif column.type == "yesno":
        yield _YES_NO.get(text.casefold(), "")
    elif column.type == "id":  # a council's name says nothing of its id
        found = re.fullmatch(r"(\d{4})[/ ](\d{2})", text, flags=re.ASCII)
        yield f"{found[1]}-{found[2]}" if found else ""
        yield re.sub(r"[^\w.-]+", "_", text, flags=re.ASCII).strip("_")
    elif column.values:
        yield from (value for value in column.values if value.casefold() == text.casefold())
    elif column.type == "url":
        yield f"https://{text}"


def suggestion(text: str, column: Column) -> str:
    """What to write in the place of a cell that its column cannot read; empty where nobody can say.

    Parameters
    ----------
    text : str
        The cell as written.
    column : Column
        The column it stands in.

    Examples
    --------
    >>> amount = Column("amount", "money", "Amount", unit="£")
    >>> [suggestion(text, amount) for text in ("12k", "1,234.5k", "1O,000", "12,5", "a lot")]
    ['write 12000', 'write 1234500', 'write 10,000', 'write 12.5', '']
    >>> suggestion("31/03/2025", Column("on", "date", "On")), suggestion("Yes", Column("covid", "yesno", "Covid"))
    ('write 2025-03-31', 'write yes')
    """
    text = text.replace("\xa0", " ").strip()
    if not text:
        return ""
    if column.type == "percent" and re.fullmatch(r"0?\.\d+", text, flags=re.ASCII):
        return f"write {_plain(Decimal(text) * 100)}% if it is a share"
    if column.type in {"date", "when"}:
        meant = _as_date(text)
        return (
            f"write {meant[0]}" + (f" if the day stands first, or {meant[1]}" if len(meant) > 1 else "")
            if meant
            else ""
        )
    loose = replace(column, required=False)
    found = next((one for one in _candidates(text, column) if one != text and _is_read(one, loose)), "")
    if found:
        return f"write {found}"
    return nearest(text, column.values) if column.values else ""
