"""The tidy records that every return is read into: which tables there are, their columns, and which days they cover."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

import polars as pl

__all__ = ["TABLES", "LEFT_OUT", "Cover", "Records", "empty"]

_TEXT, _DAY, _MOMENT, _YES, _WHOLE, _NUMBER = pl.String, pl.Date, pl.Datetime("us"), pl.Boolean, pl.Int32, pl.Float64

# One row a thing that happened or was so; a child is an id of the return and nothing else.
TABLES: Mapping[str, Mapping[str, pl.DataType | type[pl.DataType]]] = MappingProxyType(
    {
        "children": {"child": _TEXT, "born": _DAY, "sex": _TEXT, "died": _DAY},
        # decided: only where a case system gives it; the *_at columns only where it gives the time of day
        "referrals": {
            "child": _TEXT, "referred": _DAY, "referred_at": _MOMENT, "decided": _DAY, "decided_at": _MOMENT,
            "closed": _DAY, "no_further_action": _YES, "from": _TEXT,
        },
        "assessments": {"child": _TEXT, "referred": _DAY, "started": _DAY, "authorised": _DAY},
        "section47": {
            "child": _TEXT, "strategy": _DAY, "conference": _DAY, "not_required": _YES, "transfer_in": _YES,
        },
        # earlier: how many plans the return says there were before this one
        "plans": {"child": _TEXT, "started": _DAY, "ended": _DAY, "earlier": _WHOLE},
        # An episode of the SSDA903: ended is empty while it is open. miles and inside are empty where not known.
        "episodes": {
            "child": _TEXT, "started": _DAY, "ended": _DAY, "why_new": _TEXT, "legal_status": _TEXT, "need": _TEXT,
            "placement": _TEXT, "provider": _TEXT, "why_ended": _TEXT, "urn": _TEXT, "miles": _NUMBER, "inside": _YES,
        },
        # suitable: recorded as suitable or not; empty where the code says neither
        "care_leavers": {
            "child": _TEXT, "born": _DAY, "in_touch": _TEXT, "activity": _TEXT, "accommodation": _TEXT,
            "suitable": _YES, "year": _TEXT,
        },
        "adoptions": {
            "child": _TEXT, "entered": _DAY, "ordered": _DAY, "matched": _DAY, "placed": _DAY, "adopted": _DAY,
            "fostered": _DAY,  # the day the fostering placement began, where the foster carers adopted
        },
        # cases: of a qualified worker who holds any; target: how many their grade should hold at most
        "workers": {
            "worker": _TEXT, "day": _DAY, "agency": _YES, "fte": _NUMBER, "cases": _WHOLE, "target": _WHOLE,
            "qualified": _YES,
        },
        "vacancies": {"day": _DAY, "fte": _NUMBER},
        # clarified: the last day on which it was made clear what is complained of; that starts the clock anew
        "complaints": {
            "complaint": _TEXT, "stage": _WHOLE, "received": _DAY, "clarified": _DAY, "responded": _DAY,
            "extended": _YES,
        },
    }
)  # fmt: skip

# What was left out: one row a return, table and reason, with how many records; never an id.
LEFT_OUT = MappingProxyType({"return": _TEXT, "table": _TEXT, "reason": _TEXT, "records": pl.Int64})


@dataclass(frozen=True)
class Cover:
    """The days that a table of records tells of in full.

    Parameters
    ----------
    first, last : date
        From the first to the last day, both covered.
    """

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def empty(table: str) -> pl.DataFrame:
    """A table of records without a row.

    Examples
    --------
    >>> empty("plans").columns
    ['child', 'started', 'ended', 'earlier']
    """
    return pl.DataFrame(schema=dict(TABLES[table]))


@dataclass(frozen=True)
class Records:
    """The tidy records of one or more returns.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        By the names and with the columns of :data:`TABLES`; a table that no return gives is not there.
    covers : mapping of str to Cover
        Of each table that is there, the days it tells of in full: a return tells of its own year, and what had ended
        before is not in it.
    left_out : polars.DataFrame
        What was read and not taken, counted by reason: columns of :data:`LEFT_OUT`.
    """

    tables: Mapping[str, pl.DataFrame]
    covers: Mapping[str, Cover]
    left_out: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=dict(LEFT_OUT)))

    def __getitem__(self, table: str) -> pl.DataFrame:
        return self.tables.get(table, empty(table))

    def last(self, table: str) -> date | None:
        """The last day that a table tells of: what had not ended then was open. None where no return gives the table."""
        return self.covers[table].last if table in self.covers else None
