"""Which rows of the entered files stand behind a row of any table, a figure or a count.

An entered row is its own line of its file. A computed row rests, in each entered table that its calculation takes, on
the rows that agree with it in every key column both have; where they share none, on those that cite what it cites; where
neither, on all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from ncthelpers import benchmarks, escalation, forecast, official, results
from ncthelpers.cells import as_written
from ncthelpers.citations import citations
from ncthelpers.rows import records_of
from ncthelpers.years import last_day, year_of

if TYPE_CHECKING:
    from ncthelpers.schemas import TableSchema
    from ncthelpers.yeardata import Comparison, YearData

__all__ = ["Rows", "Lineage", "rows_behind", "behind_named", "behind_count", "line_ranges", "merged", "ACROSS_INPUTS"]

_CONTRACT = "contract.yml"
_MOST_RANGES = 12
_STATISTICS = ("official", "measures")
# Entered tables that a table over the years rests on.
ACROSS_INPUTS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "measure_series": _STATISTICS, "demand_series": _STATISTICS, "performance_by_area": _STATISTICS,
    "finance_series": _STATISTICS, "implied_shares": _STATISTICS, "revisions": _STATISTICS,
    "forecast_outcomes": ("demand", "official"), "forecast_attempts": ("demand",), "forecast_paths": ("demand",),
    "forecast_backtest": ("measures",), "forecast_scores": ("measures",), "action_counts": ("carried_actions",),
    "actions_spoken_of": ("carried_actions",),
})  # fmt: skip
_MONTHS_BEFORE, _ESCALATED = ("kpi_history", "kpi_rebases"), ("escalations", _CONTRACT)
_ALSO = {
    "kpi_scorecard": ("kpi_values",), "neighbour_means": ("official",),
    "escalation_register": (_CONTRACT,), "kpi_months": _MONTHS_BEFORE,
    "kpi_signals": (*_MONTHS_BEFORE, *_ESCALATED), "support_service_signals": _ESCALATED,
}  # fmt: skip
# Tables that a measured state rests on, by what is judged: it has no moves, and no clock for bank holidays to stop.
_MEASURED = {
    escalation.TRUST_KPI: ("kpis", "kpi_values"),
    escalation.SUPPORT_KPI: ("support_service_kpis", "support_service_values"),
}
# Tables that are of one of those whom escalations judge.
_JUDGED = {"kpi_signals": escalation.TRUST_KPI, "support_service_signals": escalation.SUPPORT_KPI}
# Columns of a computed table under another name than in the entered one; none where they do not narrow its rows.
_OTHER_NAMES: Mapping[tuple[str, str], Mapping[str, str | None]] = MappingProxyType({
    ("authority_ranks", "authority_values"): {"area": None},  # a rank is among all authorities
    ("neighbour_means", "authority_values"): {"area": None},
    ("neighbour_means", "area_members"): {"of": "area"},
    ("reported_beside", "official"): {"measure": "official_title", "year": "official_year"},
    ("reported_beside", "measures"): {"measure": "official_title"},
    ("implied_shares", "official"): {"measure": "title", "area": None},  # a share is of all the councils
    ("implied_shares", "measures"): {"measure": "title"},
    ("forecast_attempts", "demand"): {"end": None},  # and the counts that the same document prints
    ("escalation_register", "escalations"): {"state": None},  # the whole history led to the state
    **{("escalation_register", table): {"kpi": "subject"} for tables in _MEASURED.values() for table in tables},
    ("kpi_months", "kpi_values"): {"period": None},  # limits are made of all months
    ("kpi_months", "kpi_history"): {"period": None},
    ("support_service_months", "support_service_values"): {"period": None},
    ("kpi_signals", "escalations"): {"subject": "kpi", "state": None},
    ("support_service_signals", "escalations"): {"subject": "kpi", "state": None},
    ("risk_movement", "risk_scores"): {"on": None},  # from the first score to the last
    ("answer_shares", "survey_answers"): {"answer": None},  # a share is of all the answers
    ("practice_shares", "practice_scores"): {"score": None},
})  # fmt: skip
_WITH_YEAR_BEFORE = {"measure_changes", "official_demand", "in_brief"}


def line_ranges(lines: Sequence[int]) -> list[str]:
    """Sorted line numbers as runs of those that follow each other.

    Examples
    --------
    >>> line_ranges([2, 3, 4, 9])
    ['2-4', '9']
    """
    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    return [str(first) if first == last else f"{first}-{last}" for first, last in runs]


class Rows(NamedTuple):
    """Rows of one entered file.

    Parameters
    ----------
    file : str
        The file, with the folder of its year or ``reference``.
    lines : tuple of int
        Their lines in it, in order; none for a file that is no table.
    of : int
        How many rows the file has.
    where : str
        What they have in common, if anything is known.
    """

    file: str
    lines: tuple[int, ...] = ()
    of: int = 0
    where: str = ""

    @property
    def which(self) -> str:
        """The rows in words; empty for a file that is no table.

        Examples
        --------
        >>> Rows("a/b.csv", (2, 3, 7), 9).which, Rows("a/b.csv", (2, 3), 2).which, Rows("a/contract.yml").which
        ('2-3, 7', 'all 2 rows', '')
        """
        if not self.of:
            return ""
        if len(self.lines) == self.of > 1:
            return f"all {self.of} rows"
        ranges = line_ranges(self.lines)
        if len(ranges) <= _MOST_RANGES:
            return ", ".join(ranges)
        return f"{len(self.lines)} of {self.of} rows" + (f" ({self.where})" if self.where else "")

    def __str__(self) -> str:
        return f"{self.file}: {self.which}" if self.of else self.file


def merged(found: Iterable[Rows]) -> tuple[Rows, ...]:
    """The rows of several lists, each file once, in the order in which the files first come."""
    lines: dict[str, set[int]] = {}
    sizes: dict[str, int] = {}
    for rows in dict.fromkeys(found):
        lines.setdefault(rows.file, set()).update(rows.lines)
        sizes[rows.file] = rows.of
    return tuple(Rows(file, tuple(sorted(lines[file])), sizes[file]) for file in lines)


def _cited(frame: pd.DataFrame, columns: Sequence[str]) -> dict[object, list[int]]:
    """Lines of a table by what they cite."""
    found: dict[object, list[int]] = {}
    for column in columns:
        for line, cell in frame[column].items():
            for cited in citations(cell) if isinstance(cell, str) else ():
                found.setdefault(cited, []).append(line)
    return found


def _source_columns(schema: TableSchema) -> list[str]:
    return [column.name for column in schema.columns if column.type == "source"]


@dataclass(frozen=True)
class _Input:
    """An entered table as far as it may stand behind a table, and how its rows are found from a row of that."""

    file: str
    frame: pd.DataFrame
    of: int
    shared: tuple[tuple[str, str], ...]  # its column, and that of the row it stands behind
    sources: tuple[str, ...]
    aliases: Callable[[], Mapping[str, Mapping[str, Any]]]  # by column: ids of a name
    where: str
    is_first: bool
    _groups: dict[tuple[str, ...], dict[tuple[Any, ...], list[int]]] = field(default_factory=dict)

    @cached_property
    def every(self) -> Rows:
        return Rows(self.file, tuple(self.frame.index), self.of, self.where)

    @cached_property
    def citing(self) -> dict[object, list[int]]:
        return _cited(self.frame, self.sources)

    def grouped(self, columns: tuple[str, ...]) -> dict[tuple[Any, ...], list[int]]:
        if columns not in self._groups:
            groups: dict[tuple[Any, ...], list[int]] = {}
            cells = zip(*(self.frame[column].tolist() for column in columns), strict=True)
            for line, key in zip(self.frame.index, cells, strict=True):
                groups.setdefault(key, []).append(line)
            self._groups[columns] = groups
        return self._groups[columns]

    def ids(self, column: str, value: Any) -> list[Any]:
        """The values of a column that a row's value stands for: itself, or those of that name."""
        held = self.grouped((column,))
        if (value,) in held:
            return [value]
        named = self.aliases()[column].get(value, ()) if column in _NAMED else ()
        return [one for one in named if (one,) in held]

    def behind(self, row: Mapping[str, Any], cited: Sequence[object]) -> Rows | None:
        """The rows behind a row; none if there are none."""
        asked = {column: self.ids(column, row[of]) for column, of in self.shared if row.get(of) is not None}
        held = {column: values for column, values in asked.items() if values}
        if held:
            groups = self.grouped(tuple(held))
            lines = {line for key in product(*held.values()) for line in groups.get(key, ())}
            if lines:
                said = [f"{column}={' or '.join(map(as_written, values))}" for column, values in held.items()]
                where = ", ".join([*said, *filter(None, [self.where])])
                return Rows(self.file, tuple(sorted(lines)), self.of, where)
        if asked and not self.is_first:
            return None
        lines = {line for one in cited for line in self.citing.get(one, ())}
        if lines:
            return Rows(self.file, tuple(sorted(lines)), self.of, "of the same source")
        return self.every if self.of else None


def _own_areas(data: YearData, years: Iterable[str]) -> set[str]:
    """The contract's areas in some years, joint returns that include them, and what they lie in."""
    statistics = official.statistics(data)
    lies_in = dict(zip(data.reference.tables["areas"]["area"], data.reference.tables["areas"]["lies_in"], strict=True))
    areas = {area for year in years for area in benchmarks.own_areas(statistics, year)}
    above: set[Any] = set(statistics.held)
    while above:
        above = {lies_in.get(area) for area in above} - {None} - areas
        areas |= above
    return areas


def _newest(data: YearData, frame: pd.DataFrame) -> pd.DataFrame:
    """Of each official figure the row of its newest release."""
    published = data.reference.names("publications", "publication", "published")
    best: dict[tuple[Any, ...], tuple[str, int]] = {}
    cells = zip(*(frame[column].tolist() for column in ("measure", "area", "year", "publication")), strict=True)
    for line, (*key, publication) in zip(frame.index, cells, strict=True):
        found = (str(published.get(publication) or ""), line)
        best[tuple(key)] = max(best.get(tuple(key), found), found)
    return frame.loc[sorted(line for _, line in best.values())]


_NAMED = ("area", "measure", "of")  # columns whose values a row may give by their names


def _names(data: YearData) -> dict[str, dict[str, Any]]:
    """Ids by name: of areas and of measures."""
    aliases: dict[str, dict[str, Any]] = {"area": {}, "measure": {}}
    for column, name in (("area", "name"), ("measure", "title")):
        frame = data.reference.tables.get(f"{column}s")
        for key, said in zip(frame[column], frame[name], strict=True) if frame is not None else ():
            aliases[column].setdefault(said, []).append(key)
    return {**aliases, "of": aliases["area"]}


def _inputs(name: str) -> tuple[str, ...]:
    """Entered tables that a table rests on: itself if it is one; the contract where there is none, or beside them."""
    if name in results.RESULTS:
        return (*results.RESULTS[name].inputs, *_ALSO.get(name, ())) or (_CONTRACT,)
    return ACROSS_INPUTS.get(name, (name,))


class Lineage:
    """Finds the entered rows behind the rows of one table; groups each entered table once.

    Parameters
    ----------
    data : YearData or Comparison
        The year, or the years side by side.
    name : str
        Name of the table, entered or computed.

    Raises
    ------
    LookupError
        If there is no such table.
    """

    def __init__(self, data: YearData | Comparison, name: str) -> None:
        self.data, self.name = data, name
        self.years = {str(one.year): one for one in data.years}
        self.newest = data.newest
        self.schema = results.table_schema(self.newest, name)
        self.entered = _inputs(name)
        self._held: dict[tuple[str, str], _Input | None] = {}
        self._looked_up: dict[str, Any] = {}

    @cached_property
    def _aliases(self) -> dict[str, dict[str, Any]]:
        return _names(self.newest)

    def _shared(self, entered: str, schema: TableSchema) -> tuple[tuple[str, str], ...]:
        """Columns of an entered table that this one's rows are held against, with their names here."""
        if entered == self.name:
            keys = schema.key or tuple(schema.names)
            return tuple((key, key) for key in keys)
        other = _OTHER_NAMES.get((self.name, entered), {})
        key = {*schema.key, *self.schema.key}
        shared: dict[str, str | None] = {
            column: column for column in schema.names if column in key and column in self.schema.names
        }
        shared |= other
        return tuple((column, of) for column, of in shared.items() if of)

    def _narrowed(
        self, data: YearData, entered: str, frame: pd.DataFrame, shared: Mapping[str, str]
    ) -> tuple[pd.DataFrame, str]:
        """Of what a table is of, where its rows do not say it themselves: who is judged; years and areas of statistics."""
        if entered == "escalations" and self.name in _JUDGED:
            return frame[frame["judged"] == _JUDGED[self.name]], f"judged={_JUDGED[self.name]}"
        if entered == self.name or entered not in data.reference.tables or "measure" not in frame:
            return frame, ""
        where = []
        if "year" in frame and "year" not in shared and self.name in results.RESULTS:
            before = [str(data.year.before)] if self.name in _WITH_YEAR_BEFORE else []
            kept = [*before, str(data.year)]
            frame = frame[frame["year"].isin(kept)]
            where.append(f"year={' or '.join(kept)}")
        if entered == "official" and self.name != "revisions":
            frame = _newest(data, frame)
        if "area" in frame and "area" not in self.schema.names and entered == "official":
            frame = frame[frame["area"].isin(_own_areas(data, sorted(set(frame["year"]))))]
            where.append("the contract's areas, region and country")
        return frame, ", ".join(where)

    def _input(self, year: str, entered: str) -> _Input | None:
        if (year, entered) not in self._held:
            self._held[year, entered] = self._made(self.years.get(year, self.newest), entered)
        return self._held[year, entered]

    def _made(self, data: YearData, entered: str) -> _Input | None:
        of_year = entered in data.schemas
        tables, schemas = (data.tables, data.schemas) if of_year else (data.reference.tables, data.reference.schemas)
        if entered not in tables:
            return None
        frame, schema = tables[entered], schemas[entered]
        shared = self._shared(entered, schema)
        kept, where = self._narrowed(data, entered, frame, dict(shared))
        sources = (*_source_columns(schema), *(column for column in ("publication",) if column in schema.names))
        folder = str(data.year) if of_year else "reference"
        return _Input(f"{folder}/{entered}.csv", kept, len(frame), shared, sources, lambda: self._aliases, where,
                      is_first=entered == self.entered[0])  # fmt: skip

    def of(self, row: Mapping[str, Any]) -> tuple[Rows, ...]:
        """The rows behind one row, file by file.

        Parameters
        ----------
        row : Mapping
            The row's cells by column.
        """
        years = [str(row["contract_year"])] if str(row.get("contract_year")) in self.years else list(self.years)
        cited = [
            one
            for column in _source_columns(self.schema)
            if isinstance(row.get(column), str)
            for one in citations(row[column])
        ]
        found: dict[str, Rows] = {}
        measured = self.name == "escalation_register" and row.get("evidence") == escalation.MEASURED
        for entered in (*_MEASURED[row["judged"]], _CONTRACT) if measured else self.entered:
            if entered == _CONTRACT:
                found |= {rows.file: rows for rows in (Rows(f"{year}/{_CONTRACT}") for year in years)}
                continue
            of_year = entered in self.newest.schemas
            for year in years if of_year else years[-1:]:
                held = self._input(year, entered)
                rows = held.behind(row, cited) if held else None
                if rows:
                    found[rows.file] = rows
        more = _MORE.get(self.name)
        if more:
            return merged([*found.values(), *more(self.years[years[-1]], row, self._looked_up)])
        return tuple(found.values())


def _by_key(data: YearData, table: str, held: dict[str, Any]) -> tuple[str, dict[tuple[Any, ...], int], int]:
    """An entered table's file, its lines by their keys as written, and its size; made once."""
    if table not in held:
        of_year = table in data.schemas
        frame = (data.tables if of_year else data.reference.tables)[table]
        keys = [frame[part].map(as_written).tolist() for part in results.table_schema(data, table).key]
        lines = dict(zip(zip(*keys, strict=True), frame.index, strict=True))
        held[table] = (f"{data.year if of_year else 'reference'}/{table}.csv", lines, len(frame))
    made: tuple[str, dict[tuple[Any, ...], int], int] = held[table]
    return made


def _matching(data: YearData, query: str) -> Rows:
    """Rows of an entered table that a query such as ``grants?covid=yes|no&grant=other`` selects."""
    name, _, conditions = query.partition("?")
    of_year = name in data.schemas
    frame = (data.tables if of_year else data.reference.tables)[name]
    kept = frame
    for condition in filter(None, conditions.split("&")):
        column, _, values = condition.partition("=")
        kept = kept[kept[column].map(as_written).isin(values.split("|"))]
    folder = data.year if of_year else "reference"
    return Rows(f"{folder}/{name}.csv", tuple(kept.index), len(frame), conditions)


def _official_rows(data: YearData, path: str, held: dict[str, Any]) -> Rows:
    """The newest figure of a measure, area and year; ``own`` is the contract's areas."""
    if "official figures" not in held:
        frame = data.reference.tables["official"]
        newest = _newest(data, frame)
        groups: dict[tuple[Any, ...], list[int]] = {}
        cells = zip(newest["measure"].tolist(), newest["area"].tolist(), newest["year"].tolist(), strict=True)
        for line, key in zip(newest.index, cells, strict=True):
            groups.setdefault(key, []).append(line)
        held["official figures"] = groups, official.statistics(data), len(frame)
    groups, statistics, of = held["official figures"]
    measure, area, year = path.split("/")
    areas = benchmarks.own_areas(statistics, year) if area == "own" else (area,)
    lines = sorted(line for one in areas for line in groups.get((measure, one, year), ()))
    return Rows("reference/official.csv", tuple(lines), of, f"measure={measure}, year={year}")


def _operand(data: YearData, operand: str, held: dict[str, Any]) -> Iterable[Rows]:
    """The entered rows that one operand of a claim names."""
    kind, _, rest = operand.partition(":") if ":" in operand.partition("/")[0] else ("cell", "", operand)
    if kind == "contract":
        yield Rows(f"{data.year}/{_CONTRACT}")
    elif kind == "official":
        yield _official_rows(data, rest, held)
    elif kind in {"sum", "count"}:
        yield _matching(data, rest.partition(":")[2] if kind == "sum" else rest)
    elif kind == "kpi":
        yield _matching(data, f"kpis?kpi={rest}")
        if "kpi_values" in data.tables and len(data.tables["kpi_values"]):
            yield _matching(data, f"kpi_values?kpi={rest}")
    else:
        table, *path = rest.split("/")
        file, lines, of = _by_key(data, table, held)
        parts = len(results.table_schema(data, table).key)
        line = lines.get(tuple(path[:parts]))
        if line is not None:
            yield Rows(file, (line,), of)


def _claim_rows(data: YearData, row: Mapping[str, Any], held: dict[str, Any]) -> Iterable[Rows]:
    """Of a claim: the rows that it is held against, and those that tell what came of it."""
    for operands in (row.get("against"), row.get("later")):
        for operand in (operands or "").split(";"):
            if operand.strip() and ("/" in operand or ":" in operand):
                try:
                    yield from _operand(data, operand.strip().removeprefix("-").strip(), held)
                except (KeyError, ValueError, LookupError):  # what came is in words once it is computed
                    continue


def _outcome_rows(data: YearData, row: Mapping[str, Any], held: dict[str, Any]) -> Iterable[Rows]:
    """Of a forecast: the official figures of the measure that it is held against."""
    demand = data["demand"]
    forecast = demand[(demand["title"] == row["title"]) & (demand["end"] == row["end"])]
    measures = set(forecast["official_measure"].dropna())
    frame = data.reference.tables["official"]
    years = {str(row["contract_year"]), str(year_of(last_day(row["end"])))}
    of_measure = frame[frame["measure"].isin(measures) & frame["year"].isin(years)]
    of_measure = _newest(data, of_measure)
    kept = of_measure[of_measure["area"].isin(_own_areas(data, sorted(set(of_measure["year"]))))]
    if len(kept):
        yield Rows("reference/official.csv", tuple(kept.index), len(frame), f"measure={' or '.join(sorted(measures))}")


def _forecast_rows(data: YearData, row: Mapping[str, Any], held: dict[str, Any]) -> Iterable[Rows]:
    """Of a forecast: the official figures up to the year that it is made from, and what came; of a score, all of them."""
    method, year = row["method"], row.get("year")
    last = row.get("origin") or row.get("contract_year")
    if method in {forecast.LINE, forecast.GROWTH, forecast.OFFICIAL}:
        last = ""  # it takes no other, but is held against what came, or is that
    of_measure = row.get("official_measure") or row["measure"]
    flows = forecast.FLOWS.get(of_measure, ()) if method == forecast.FLOW else ()
    for measure in (of_measure, *flows) if method != forecast.PRINTED else ():
        for one in sorted(set(data.reference.tables["official"]["year"])):
            if last is None or one <= last or (one == year and measure == of_measure):
                found = _official_rows(data, f"{measure}/own/{one}", held)
                if found.lines:
                    yield found


_MORE = {
    "claims_checked": _claim_rows, "claims_later": _claim_rows, "forecast_outcomes": _outcome_rows,
    "forecast_attempts": _forecast_rows, "forecast_paths": _forecast_rows, "forecast_backtest": _forecast_rows,
    "forecast_scores": _forecast_rows,
}  # fmt: skip


def _of_all(lineage: Lineage, frame: pd.DataFrame) -> Iterable[Rows]:
    for row in records_of(frame):
        yield from lineage.of(row)


def rows_behind(data: YearData | Comparison, table: str, row: Mapping[str, Any]) -> tuple[Rows, ...]:
    """The entered rows behind one row of a table.

    Parameters
    ----------
    data : YearData or Comparison
        The year, or the years side by side.
    table : str
        Name of the table, entered or computed.
    row : Mapping
        The row's cells by column.

    Returns
    -------
    tuple of Rows
        Each file once.

    Raises
    ------
    LookupError
        If there is no such table.
    """
    return Lineage(data, table).of(row)


def behind_count(data: YearData | Comparison, query: str, frame: pd.DataFrame) -> tuple[Rows, ...]:
    """The entered rows that a count of a table, such as ``audits?reporting=yes``, counts; all of it where it counts none."""
    name, _, conditions = query.partition("?")
    lineage = Lineage(data, name)
    kept = frame
    for condition in filter(None, conditions.split("&")):
        column, _, value = condition.partition("=")
        kept = kept[kept[column].map(as_written) == value]
    return merged(_of_all(lineage, kept if len(kept) else frame))


def behind_named(data: YearData, name: str, frame: pd.DataFrame | None = None) -> tuple[Rows, ...]:
    """The entered rows behind a figure by its name, or behind a cell by its path ``table/key/column``.

    Parameters
    ----------
    data : YearData
        The year.
    name : str
        Such as ``pressure`` or ``budget_gaps/EAST/2032-33/gap``.
    frame : DataFrame, optional
        The table of the cell, if it is at hand.

    Returns
    -------
    tuple of Rows
        Each file once; none where the year has nothing of that name.
    """
    if "/" not in name:
        for table, column in (("figures", "figure"), ("finance_lines", "line")):
            held = data.tables.get(table)
            if held is not None and name in set(held[column]):
                return (Rows(f"{data.year}/{table}.csv", tuple(held.index[held[column] == name]), len(held)),)
        return ()
    table, *key, _ = name.split("/")
    if results.reason_not_reported(data, table):
        return ()
    frame = results.table(data, table) if frame is None else frame
    for part, value in zip(results.table_schema(data, table).key, key, strict=True):
        frame = frame[frame[part].map(as_written) == value]
    return merged(_of_all(Lineage(data, table), frame))
