"""Contract years, and dates that are only known to the month or the year."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

__all__ = ["MONTHS", "ContractYear", "year_of", "first_day", "last_day", "in_words"]

# Not strftime: a page must not depend on the locale of the machine that makes it.
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
# Two digits are of this century up to 69, as the C library reads them.
_LIKE_A_YEAR = re.compile(r"\s*([0-6]\d|(?:19|20)\d\d)\s*[-/–_]\s*(\d{2}|\d{4})\s*", flags=re.ASCII)
_WHEN = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", flags=re.ASCII)


def _meant(text: str) -> str:
    """The label that a text can only mean, such as 2021-22 for 2021/22 or 21-22; empty where nobody can say."""
    found = _LIKE_A_YEAR.fullmatch(text)
    if not found:
        return ""
    first = int(found[1]) + (2000 if len(found[1]) == 2 else 0)
    following = f"{first + 1:04}"
    return f"{first:04}-{following[-2:]}" if following.endswith(found[2]) else ""


@dataclass(frozen=True, order=True)
class ContractYear:
    """One contract year, written like a financial year: the April it starts and the March it ends.

    Parameters
    ----------
    label : str
        Such as ``2021-22``; the second part must be the year after the first.

    Raises
    ------
    ValueError
        If the label is not of that form.

    Examples
    --------
    >>> year = ContractYear("2021-22")
    >>> year.start, year.end, str(year.before)
    (datetime.date(2021, 4, 1), datetime.date(2022, 3, 31), '2020-21')
    >>> ContractYear("2021-23")
    Traceback (most recent call last):
        ...
    ValueError: '2021-23' is not a contract year: write it like 1999-00
    >>> ContractYear("2021/22")
    Traceback (most recent call last):
        ...
    ValueError: '2021/22' is not a contract year: write 2021-22
    """

    label: str

    def __post_init__(self) -> None:
        found = re.fullmatch(r"(\d{4})-(\d{2})", self.label, flags=re.ASCII)
        if not found or not 1 <= int(found[1]) < 9999 or (int(found[1]) + 1) % 100 != int(found[2]):
            raise ValueError(f"{self.label!r} is not a contract year: write {_meant(self.label) or 'it like 1999-00'}")

    def __str__(self) -> str:
        return self.label

    @property
    def start(self) -> date:
        """First day: 1 April. A short first year says so in its ``contract.yml`` (``starts``)."""
        return date(int(self.label[:4]), 4, 1)

    @property
    def end(self) -> date:
        """Last day: 31 March."""
        return date(int(self.label[:4]) + 1, 3, 31)

    @property
    def before(self) -> "ContractYear":
        """The contract year before it."""
        first = int(self.label[:4])
        return ContractYear(f"{first - 1:04}-{first % 100:02}")


def year_of(day: date) -> ContractYear:
    """The contract year that a day lies in.

    Examples
    --------
    >>> str(year_of(date(2022, 3, 31))), str(year_of(date(2022, 4, 1)))
    ('2021-22', '2022-23')
    """
    first = day.year if day.month >= 4 else day.year - 1
    return ContractYear(f"{first:04}-{(first + 1) % 100:02}")


def _parts(when: str) -> tuple[int, int | None, int | None]:
    found = _WHEN.fullmatch(when)
    if not found:
        raise ValueError(f"{when!r} is not a date: write 1999-12-31, 1999-12 or 1999")
    year = int(found[1])
    month, day = (int(part) if part else None for part in found.group(2, 3))
    try:
        date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        raise ValueError(f"{when!r} is not a day of the calendar") from None
    return year, month, day


def first_day(when: str) -> date:
    """First day that a date known to the day, month or year can mean.

    Examples
    --------
    >>> first_day("2022-03"), first_day("2005")
    (datetime.date(2022, 3, 1), datetime.date(2005, 1, 1))
    """
    year, month, day = _parts(when)
    return date(year, month or 1, day or 1)


def last_day(when: str) -> date:
    """Last day that a date known to the day, month or year can mean.

    Examples
    --------
    >>> last_day("2022-02"), last_day("2022-09-07")
    (datetime.date(2022, 2, 28), datetime.date(2022, 9, 7))
    """
    year, month, day = _parts(when)
    month = month or 12
    return date(year, month, day or monthrange(year, month)[1])


def in_words(when: str) -> str:
    """A date as it is read: to the day, the month or the year, whichever is known.

    Examples
    --------
    >>> in_words("2022-09-07"), in_words("2022-03"), in_words("2005")
    ('7 September 2022', 'March 2022', '2005')
    """
    year, month, day = _parts(when)
    if not month:
        return str(year)
    return f"{day} {MONTHS[month - 1]} {year}" if day else f"{MONTHS[month - 1]} {year}"
