"""From the text of a return to fields of a type, and a count of everything that was left out, emptied or changed on the way.

A reason says what became of the records: ``left out: ...``, ``field empty: ...`` (the record is kept without it),
``changed: ...`` or ``kept: ...``. A record can be counted for more than one reason.
"""

import itertools
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, cast

import polars as pl

from ncthelpers.faults import DataFaults, Fault
from ncthelpers.returns.delimited import ROW
from ncthelpers.returns.readers import Raw
from ncthelpers.returns.records import LEFT_OUT, TABLES, Cover

__all__ = [
    "Ledger",
    "typed",
    "shaped",
    "days",
    "consecutive",
    "given",
    "latest",
    "seen",
    "TWICE",
    "LATER",
    "APART",
]

TWICE = "left out: the same record stands in the return more than once"
LATER = "left out: a later return has the record too"
GAP = "follows on no return: that of {} is missing, and an earlier one is given, of {}; give it too, or leave the earlier one out"
APART = "left out: it is of a return that the later ones do not follow on from"
_SOURCE = ("year", "row")  # whence a record came: the year of its return and the row in its file
_WHICH = {"year": pl.String, "row": pl.Int64, "child": pl.String, "worker": pl.String}
_NTH = "nth row"
_EARLIEST_YEAR = (
    1900  # no one whom a return tells of was born before; a year of two digits is read as one of the first century
)
_SPREADSHEET_ERROR = r"^#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!)$"
_POSTCODE = r"^[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}$"
_MIDNIGHT = r"[ T]00:00(:00(\.0+)?)?$"  # what spreadsheets write after a day
_TWO_DIGITS = r"^\d{1,2}/\d{1,2}/\d{2}$"
_LETTERED = r"^[A-Z0-9]{1,2}\) *"  # the "a) " of "a) Male"
_YES = {"1": True, "0": False, "TRUE": True, "FALSE": False, "YES": True, "NO": False, "Y": True, "N": False}


class Ledger:
    """Counts, by table and reason, what the tidying of a return left out, emptied or changed, and knows which records.

    Parameters
    ----------
    of : str
        The return.

    Examples
    --------
    >>> ledger = Ledger("ssda903")
    >>> rows = pl.DataFrame({"child": ["a", None], "row": [2, 3]})
    >>> why = pl.when(pl.col("child").is_null()).then(pl.lit("left out: no child"))
    >>> ledger.leave_out("children", rows, why).height, ledger.left_out().rows()
    (1, [('ssda903', 'children', 'left out: no child', 1)])
    """

    def __init__(self, of: str) -> None:
        self._of = of
        self._noted: list[tuple[str, str, pl.DataFrame]] = []

    def note(self, table: str, reason: str, rows: pl.DataFrame) -> None:
        """Counts records under a reason, unless there are none."""
        if rows.height:
            self._noted.append((table, reason, rows.select(name for name in _WHICH if name in rows.columns)))

    def leave_out(self, table: str, rows: pl.DataFrame, why: pl.Expr) -> pl.DataFrame:
        """The rows without those that there is a reason to leave out, which are counted by it."""
        judged = rows.with_columns(why_left_out=why)
        kept = judged.filter(pl.col("why_left_out").is_null())
        if kept.height < judged.height:
            out = judged.filter(pl.col("why_left_out").is_not_null()).partition_by("why_left_out", as_dict=True)
            for (reason,), left in sorted(out.items()):
                self.note(table, reason, left)
        return kept.drop("why_left_out")

    def mend(
        self, table: str, rows: pl.DataFrame, where: pl.Expr, reason: str, **fields: pl.Expr | None
    ) -> pl.DataFrame:
        """The rows with fields set anew, or emptied where nothing is given for them, wherever something is so."""
        marked = rows.with_columns(is_so=where.fill_null(False))
        if not marked["is_so"].any():
            return rows
        self.note(table, reason, marked.filter("is_so"))
        anew = {
            name: pl.when(~pl.col("is_so")).then(pl.col(name)).otherwise(pl.lit(None) if to is None else to)
            for name, to in fields.items()
        }
        return marked.with_columns(**anew).drop("is_so")

    def once(self, table: str, rows: pl.DataFrame, key: Sequence[str] = (), reason: str = TWICE) -> pl.DataFrame:
        """The rows once each; where there is a key, one for each, the last, and the others are counted by the reason."""
        fields = [name for name in rows.columns if name not in _SOURCE]
        numbered = rows.with_row_index(_NTH)
        different = numbered.unique(fields, keep="first", maintain_order=True)
        single = different.unique(key or fields, keep="last", maintain_order=True)
        for why, before, after in ((TWICE, numbered, different), (reason, different, single)):
            if after.height < before.height:
                self.note(table, why, before.join(after, on=_NTH, how="anti"))
        return single.drop(_NTH)

    def left_out(self) -> pl.DataFrame:
        """Columns of :data:`~ncthelpers.returns.records.LEFT_OUT`, one row a table and reason; never an id."""
        counted = [(self._of, table, reason, rows.height) for table, reason, rows in self._noted]
        found = pl.DataFrame(counted, schema=dict(LEFT_OUT), orient="row")
        return found.group_by("return", "table", "reason", maintain_order=True).agg(pl.col("records").sum())

    def detail(self) -> pl.DataFrame:
        """Which records: table, reason, year, row in the file, and the id of the child or worker. This is personal data."""
        parts = [
            rows.select(
                table=pl.lit(table), reason=pl.lit(reason),
                **{name: pl.col(name).cast(kind) if name in rows.columns else pl.lit(None, dtype=kind)
                   for name, kind in _WHICH.items()},
            )
            for table, reason, rows in self._noted
        ]  # fmt: skip
        return pl.concat(parts) if parts else pl.DataFrame(schema={"table": pl.String, "reason": pl.String, **_WHICH})


def _only(values: pl.Series, where: pl.Series) -> pl.Series:
    """The values where something is so; the others are empty."""
    return pl.select(pl.when(where).then(values)).to_series()


def days(text: pl.Series) -> pl.Series:
    """Days written 31/12/1999 or 1999-12-31, with or without midnight after them; empty where a text is neither.

    Examples
    --------
    >>> days(pl.Series(["1/4/2022", "2022-04-01 00:00:00", "1/4/22", "31/02/2022", "soon"])).to_list()
    [datetime.date(2022, 4, 1), datetime.date(2022, 4, 1), None, None, None]
    """
    day = text.str.to_date("%d/%m/%Y", strict=False)
    if day.null_count() > text.null_count():
        iso = text.str.replace(_MIDNIGHT, "")
        for form in ("%Y-%m-%d", "%d/%m/%Y"):
            day = day.fill_null(iso.str.to_date(form, strict=False))
    return _only(day, day.dt.year() >= _EARLIEST_YEAR)


def _day(text: pl.Series) -> tuple[pl.Series, list[tuple[str, pl.Series]]]:
    day = days(text)
    unread = day.is_null() & text.is_not_null()
    two = unread & text.str.contains(_TWO_DIGITS)
    return day, [("has a year of two digits", two), ("is not a date such as 31/12/1999 or 1999-12-31", unread & ~two)]


def _from_words(
    text: pl.Series, words: dict[str, Any], dtype: type[pl.DataType]
) -> tuple[pl.Series, list[tuple[str, pl.Series]]]:
    upper = text.str.to_uppercase().str.replace(_LETTERED, "")
    found = upper.replace_strict(words, default=None, return_dtype=dtype)
    return found, [("is none of the codes", found.is_null() & text.is_not_null())]


def _number(text: pl.Series, dtype: type[pl.DataType]) -> tuple[pl.Series, list[tuple[str, pl.Series]]]:
    number = text.cast(pl.Float64, strict=False)
    number = _only(number, number.is_finite())
    if dtype == pl.Int32:
        number = _only(number, number.round() == number).cast(pl.Int32, strict=False)
    what = "is not a whole number" if dtype == pl.Int32 else "is not a number"
    return number, [(what, number.is_null() & text.is_not_null())]


def _postcode(text: pl.Series) -> tuple[pl.Series, list[tuple[str, pl.Series]]]:
    good = text.str.to_uppercase().str.contains(_POSTCODE)
    return _only(text, good), [("is not a postcode", ~good & text.is_not_null())]


def _read(text: pl.Series, kind: str, codes: dict[str, str]) -> tuple[pl.Series, list[tuple[str, pl.Series]]]:
    match kind:
        case "day":
            return _day(text)
        case "code":
            return _from_words(text, codes, pl.String)
        case "yes":
            words = {code: ours == "yes" for code, ours in codes.items()} or _YES
            return _from_words(text, words, pl.Boolean)
        case "whole":
            return _number(text, pl.Int32)
        case "number":
            return _number(text, pl.Float64)
        case "postcode":
            return _postcode(text)
    return text, []


def typed(raw: Raw, module: str, ledger: Ledger) -> pl.DataFrame:
    """A module of a return with our names and types; what cannot be read is empty, and counted by column and reason.

    Parameters
    ----------
    raw : Raw
        The return; a column that the layout does not require may be absent from its text.
    module : str
        The module.
    ledger : Ledger
        Where to count.

    Returns
    -------
    polars.DataFrame
        Every used column of the layout, by our names, with the ``year`` of the return and the ``row`` in its file. Letters
        of codes may be small, and a code may be written in the accepted words, with or without a letter before them:
        ``a) Male``.
    """
    rows, layout = raw.tables[module], raw.layout[module]
    ids = [pl.col(c.theirs).alias(c.ours) for c in layout.columns if c.ours in _WHICH and c.theirs in rows.columns]
    source = rows.select(*ids, row=ROW, year=pl.lit(str(raw.year)))

    def empty(column: str, what: str, where: pl.Series) -> None:
        if where.any():
            ledger.note(module, f"field empty: {column} {what}", source.filter(where))

    fields = [source["year"], source["row"]]
    for column in layout.columns:
        text = (
            rows[column.theirs] if column.theirs in rows.columns else pl.Series([None] * rows.height, dtype=pl.String)
        )
        text = text.str.strip_chars()
        text = _only(text, text != "")
        error, formula = text.str.contains(_SPREADSHEET_ERROR), text.str.starts_with("=")
        empty(column.theirs, "is an error of the spreadsheet", error)
        empty(column.theirs, "is a formula, not a value", formula)
        if error.any() or formula.any():
            text = _only(text, ~(error | formula))
        value, unread = _read(text, column.type, dict(column.codes))
        for what, where in unread:
            empty(column.theirs, what, where)
        fields.append(value.alias(column.ours))
    return pl.DataFrame(fields)


def shaped(table: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with exactly the columns and types of a table of the tidy records; what is not given is empty."""
    given = set(rows.columns)
    return rows.select(
        pl.col(name).cast(kind) if name in given else pl.lit(None, dtype=kind).alias(name)
        for name, kind in TABLES[table].items()
    )


def consecutive(raws: Sequence[Raw]) -> list[Raw]:
    """The returns in the order of their years.

    Raises
    ------
    DataFaults
        If two returns are of one year, or a year between two is missing: what looks back would look past it.
    """
    ordered = sorted(raws, key=lambda raw: raw.year)
    if same := [late for early, late in itertools.pairwise(ordered) if early.year == late.year]:
        files = [(raw, file) for raw in same for file in raw.files]
        raise DataFaults(
            [Fault(file.as_posix(), None, "", "", f"is of {raw.year}, as another return is") for raw, file in files]
        )
    missing = [
        Fault(", ".join(file.as_posix() for file in late.files), None, "", "", GAP.format(late.year.before, early.year))
        for early, late in itertools.pairwise(ordered)
        if early.year.end + timedelta(days=1) < late.year.start
    ]  # fmt: skip
    if missing:
        raise DataFaults(missing)
    return ordered


def seen(*days: pl.Series) -> str:
    """From which to which day there are any, to be put behind the words that they explain.

    Examples
    --------
    >>> seen(days(pl.Series(["01/05/2016", "02/07/2016"])))
    ', for its days are from 2016-05-01 to 2016-07-02'
    """
    found = pl.concat(days).drop_nulls()
    return (
        f", for its days are from {cast('date', found.min())} to {cast('date', found.max())}"
        if found.len()
        else ", or none of its days can be read"
    )


def given(
    module: str, years: Sequence[tuple[Raw, Mapping[str, pl.DataFrame]]], ledger: Ledger
) -> tuple[list[pl.DataFrame], Cover | None]:
    """A module of the returns that give it, and the days they cover: the latest that follow on, up to the last of all.

    A return that has no record of a module does not say that there was none, so what earlier ones have is left out.
    """
    without = [n for n, (_, tables) in enumerate(years, 1) if module not in tables]
    first = without[-1] if without else 0
    for _, tables in years[:first]:
        if module in tables:
            ledger.note(module, APART, tables[module])
    used = years[first:]
    cover = Cover(used[0][0].year.start, used[-1][0].year.end) if used else None
    return [tables[module] for _, tables in used], cover


def latest(table: str, parts: Sequence[pl.DataFrame], key: Sequence[str], ledger: Ledger) -> pl.DataFrame:
    """Records of several returns in order, where more than one has a record that of the later return; ``part`` says which."""
    rows = pl.concat([part.with_columns(part=pl.lit(n)) for n, part in enumerate(parts)])
    if len(parts) == 1:
        return rows
    rows = rows.with_columns(newest=pl.col("part").max().over(key))
    return ledger.leave_out(table, rows, pl.when(pl.col("part") < pl.col("newest")).then(pl.lit(LATER))).drop("newest")
