"""What a row gives as a figure or a date beside what it gives as printed: the two can be held against each other."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ncthelpers.rows import records_by_row
from ncthelpers.years import MONTHS

if TYPE_CHECKING:
    import pandas as pd

    from ncthelpers.schemas import TableSchema

__all__ = ["numbers_in", "agrees_with_number", "agrees_with_date", "agrees_with_unit", "unlike_printed"]

_WORDS = {
    word: Decimal(number) for number, words in enumerate((
        "no none nil zero", "one once first", "two twice both second", "three third", "four fourth", "five fifth", "six sixth",
        "seven seventh", "eight eighth", "nine ninth", "ten tenth", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen",
        "seventeen", "eighteen", "nineteen", "twenty",
    )) for word in words.split()
} | {"half": Decimal(50), "hundred": Decimal(100)}  # fmt: skip
_NUMBER = re.compile(
    r"(?<![\w.])(?P<digits>\d[\d,]*(?:\.\d+)?)\s*(?P<scale>k|m|bn|thousand|million|billion)?\b", re.IGNORECASE
)
_SCALES = {"k": 3, "thousand": 3, "m": 6, "million": 6, "bn": 9, "billion": 9}
_UNITS = {"£000": 3, "£m": 6}
_MONTHS = tuple(month.casefold() for month in MONTHS)
_SEASONS = {"spring": (3, 4, 5), "summer": (6, 7, 8), "autumn": (9, 10, 11), "winter": (12, 1, 2)}
_DAY_FIRST = re.compile(r"\b(\d{1,2})[/.](\d{1,2})[/.](\d{4}|\d{2})\b")
_YEARS = re.compile(r"\b((?:19|20)\d\d)(?:[/–-](\d\d)\b)?|\b(\d\d)/(\d\d)\b")
_SECTION = re.compile(r"\b\d+\.(\d+)\.(?!\d)")  # 3.11. is the eleventh part of a section
_RELATIVE = re.compile(r"\b(?:next|last|following|previous)\b", re.IGNORECASE)
_DAY = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?\b")


def numbers_in(text: str) -> set[tuple[Decimal, Decimal]]:
    """Each number that a text prints, in figures or in words, as it stands and at its scale.

    Examples
    --------
    >>> sorted(numbers_in("£1.7m for two homes"))
    [(Decimal('1.7'), Decimal('1.7E+6')), (Decimal('2'), Decimal('2'))]
    """
    if _parts(text)[1]:  # its numbers are of a date
        return set()
    found = {(Decimal(part), Decimal(part)) for part in _SECTION.findall(text)}
    found |= {(_WORDS[word], _WORDS[word]) for word in re.findall(r"[a-z]+", text.casefold()) if word in _WORDS}
    for one in _NUMBER.finditer(text):
        number = Decimal(one["digits"].replace(",", ""))
        found.add((number, number.scaleb(_SCALES.get((one["scale"] or "").lower(), 0))))
    return found


def agrees_with_number(value: Decimal | int, unit: str, printed: str) -> bool:
    """Whether a figure is among the numbers that its printed text gives; so is any figure where it gives none.

    Examples
    --------
    >>> agrees_with_number(500, "£000", "£500k"), agrees_with_number(5, "£000", "£500k"), agrees_with_number(7, "", "several")
    (True, False, True)
    """
    numbers, size = numbers_in(printed), abs(Decimal(value))
    return not numbers or any(
        size == number if number == scaled else size.scaleb(_UNITS.get(unit, 0)) == scaled for number, scaled in numbers
    )


def agrees_with_unit(unit: str, printed: str) -> bool:
    """Whether a unit is money, or per cent, where the printed text has its sign; a bare number, as in a table, has none.

    Examples
    --------
    >>> agrees_with_unit("£m", "£1.7m"), agrees_with_unit("£m", "16 years"), agrees_with_unit("children", "48%")
    (True, False, False)
    """
    text = printed.casefold()
    if not re.search(r"\d", text):
        return True
    money, share = "£" in text, bool(re.search(r"%|per ?cent", text))
    bare = not re.search(r"[a-z]{3}", text) and not money and not share
    return bare or (
        (money or not unit.startswith("£")) and (not money or unit.startswith("£")) and share == (unit == "per cent")
    )


def _parts(printed: str) -> tuple[set[int], set[int], set[int]]:
    """The years, months and days that a printed date may mean; a part that it does not give has none."""
    text = printed.casefold()
    years, months, days = set(), set(), set()
    for day, month, year in _DAY_FIRST.findall(text):
        days.add(int(day))
        months.add(int(month))
        years.add(int(year) if len(year) == 4 else 2000 + int(year))
    text = _DAY_FIRST.sub(" ", text)
    for first, second, short, after in _YEARS.findall(text):
        start = int(first) if first else 2000 + int(short)
        years |= {start, start // 100 * 100 + int(second or after)} if second or after else {start}
    text = _YEARS.sub(" ", text)
    named = [(number, at.end()) for number, month in enumerate(_MONTHS, 1)
             for at in re.finditer(rf"\b{month[:3]}(?:{month[3:]}|t)?\b", text)]  # fmt: skip
    months |= {number for number, _ in named}
    for season, of in _SEASONS.items():
        months |= set(of) if season in text else set()
    days |= {int(day) for day in _DAY.findall(text) if 1 <= int(day) <= 31} if named else set()
    if named and not years:  # June 22 may be a day or a year
        years = {2000 + day for day in days}
    return years, months, days


def agrees_with_date(value: date | str, printed: str) -> bool:
    """Whether a date is one that its printed text may mean, as far as each of the two goes.

    Examples
    --------
    >>> [agrees_with_date(value, "before the 31 July") for value in ("2022-07-31", "2022-07-13", "2022-07")]
    [True, False, True]
    >>> agrees_with_date("2022-06", "June 22"), agrees_with_date("2021-11", "2022/23"), agrees_with_date("2021", "swiftly")
    (True, False, True)
    """
    year, *rest = map(int, str(value).split("-"))
    years, months, days = _parts(printed)
    if _RELATIVE.search(printed):
        return True
    if months and days and not re.search(r"\b(?:19|20)\d\d\b|/\d\d\b", printed):
        years = set()  # no year, or one of two figures that may as well be a day
    known = zip((year, *rest), (years, months, days), strict=False)
    return all(not given or part in given for part, given in known)


def unlike_printed(frame: "pd.DataFrame", schema: "TableSchema") -> Iterator[tuple[int, tuple[str, ...], str]]:
    """Rows of which nothing agrees with what they give as printed: the line, the columns and the printed text.

    A column is held against its own ``..._printed``; where a row has but one text as ``printed``, one of its figures
    and each of its dates.
    """
    for row, cells in records_by_row(frame).items():
        for name in (one for one in schema.names if one.endswith("printed") and cells[one]):
            own = name.removesuffix("_printed")
            held = [own] if own in schema.names and own != name else list(schema.names) if name == "printed" else []
            yield from ((row, columns, cells[name]) for columns in _odd(cells, schema, held, cells[name]))


def _odd(cells: Mapping[str, Any], schema: "TableSchema", held: list[str], printed: str) -> Iterator[tuple[str, ...]]:
    columns = [schema[name] for name in held if cells[name] is not None]
    dates = [one for one in columns if one.type in {"date", "when"} and not one.name.startswith("known_on")]
    numbers = [one for one in columns if one.numeric and one.name == "value"]
    yield from ((one.name,) for one in dates if not agrees_with_date(cells[one.name], printed))
    units = [str(cells.get("unit") or "") or one.unit for one in numbers]
    if numbers and not any(
        agrees_with_number(cells[one.name], unit, printed) for one, unit in zip(numbers, units, strict=True)
    ):
        yield tuple(one.name for one in numbers)
    elif numbers and cells.get("unit") and not agrees_with_unit(cells["unit"], printed):
        yield ("unit",)
