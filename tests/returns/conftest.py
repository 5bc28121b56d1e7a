"""What the tests of the returns share: bank holidays, the oracle, and hand-worked cases as tables that anybody can read.

A test module may hold a dict ``MICRO``: for each indicator one table as text, a line a record, its columns apart by ``|``.
``case`` names a case and is empty on its further lines; ``in`` and ``of`` are what the record adds to numerator and
denominator; ``why`` says why, and begins with ``left out:`` where the record is left out, in the words of the log. A record
of no period has neither. Columns of the records may be there or not: ``table`` where there are two, ``since`` and
``today`` for the first and the last day that the records tell of. A test that takes ``micro`` runs once a case.
"""

import importlib.util
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from ncthelpers.returns import indicators
from ncthelpers.returns.counts import MEMBER
from ncthelpers.returns.records import TABLES, Cover, Records
from ncthelpers.workingdays import Holidays
from ncthelpers.years import ContractYear

REPOSITORY = Path(__file__).resolve().parents[2]
YEAR = ContractYear("2022-23")
EXPECTED = ("case", "table", "since", "today", "in", "of", "why")
LEFT_OUT = "left out: "
READ = {
    pl.Date: date.fromisoformat,
    pl.Datetime("us"): datetime.fromisoformat,
    pl.Boolean: {"yes": True, "no": False}.__getitem__,
    pl.Int32: int,
    pl.Float64: float,
    pl.String: str,
}
# England and Wales; those of 2022 include the Jubilee and the State Funeral
BANK_HOLIDAYS = """
2021-01-01 2021-04-02 2021-04-05 2021-05-03 2021-05-31 2021-08-30 2021-12-27 2021-12-28
2022-01-03 2022-04-15 2022-04-18 2022-05-02 2022-06-02 2022-06-03 2022-08-29 2022-09-19 2022-12-26 2022-12-27
2023-01-02 2023-04-07 2023-04-10 2023-05-01 2023-05-08 2023-05-29 2023-08-28 2023-12-25 2023-12-26
"""


@dataclass(frozen=True)
class Micro:
    """One hand-worked case of an indicator: its records, and what they must add up to."""

    indicator: str
    name: str
    lines: tuple[Mapping[str, str], ...]

    @property
    def records(self) -> Records:
        rows: dict[str, list[dict]] = {need: [] for need in self._tables}
        for line in self.lines:
            table = line.get("table") or self._tables[0]
            rows[table].append(
                {
                    column: READ[kind](line[column]) if line.get(column) else None
                    for column, kind in TABLES[table].items()
                }
            )
        first = date.fromisoformat(self.lines[0].get("since") or "2021-01-01")
        last = date.fromisoformat(self.lines[0].get("today") or f"{YEAR.end}")
        return Records(
            {table: pl.DataFrame(found, schema=dict(TABLES[table])) for table, found in rows.items()},
            {table: Cover(first, last) for table in rows},
        )

    @property
    def _tables(self) -> list[str]:
        return [need for need in indicators.indicators()[self.indicator].needs if "." not in need]

    def check(self, holidays: Holidays, oracle) -> None:
        """The case holds, and the oracle finds the same."""
        found = _MEMBERS[self.indicator](self.records, YEAR, holidays)
        counted = [line for line in self.lines if line["of"]]
        reasons = Counter(line["why"].removeprefix(LEFT_OUT) for line in self.lines if line["why"].startswith(LEFT_OUT))
        assert Counter(found["left_out"].drop_nulls().to_list()) == reasons
        assert found.height == len(counted) + reasons.total()
        for part, column in (("numerator", "in"), ("denominator", "of")):
            assert found[part].sum() == pytest.approx(sum(float(line[column]) for line in counted)), part
        assert rows(found) == rows(oracle_members(oracle, self.indicator, self.records, holidays))


_MEMBERS = indicators._MEMBERS


def micro_cases(indicator: str, text: str) -> list[Micro]:
    """The cases of a table, which must be six or more."""
    header, *lines = ([cell.strip() for cell in line.split("|")] for line in text.strip().splitlines())
    unknown = set(header) - set(EXPECTED) - {column for table in TABLES.values() for column in table}
    assert not unknown, unknown
    name, cases = "", {}
    for line in lines:
        name = line[0] or name
        record = dict(zip(header, line, strict=True))
        assert bool(record["of"]) == bool(record["in"]), line
        assert not (record["of"] and record["why"].startswith(LEFT_OUT)), line
        cases.setdefault(name, []).append(record)
    assert len(cases) >= 6, f"{indicator} has {len(cases)} cases"
    return [Micro(indicator, name, tuple(found)) for name, found in cases.items()]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "micro" in metafunc.fixturenames:
        tables = metafunc.module.MICRO
        found = [case for indicator, text in tables.items() for case in micro_cases(indicator, text)]
        metafunc.parametrize("micro", [pytest.param(case, id=f"{case.indicator}: {case.name}") for case in found])


def rows(members: pl.DataFrame) -> list[tuple]:
    """Members in an order of their own, to be compared row for row."""
    return sorted(members.rows(), key=repr)


def oracle_members(
    oracle, indicator: str, records: Records, holidays: Holidays, year: ContractYear = YEAR
) -> pl.DataFrame:
    """What an oracle finds, with the columns of the members."""
    tables = {name: oracle.plain(table) for name, table in records.tables.items()}
    found = getattr(oracle, indicator)(tables, records.covers, year, holidays)
    return pl.DataFrame(
        {column: found[column].astype(object).where(found[column].notna(), None).to_list() for column in MEMBER},
        schema=MEMBER,
    )


@pytest.fixture(scope="session")
def holidays() -> Holidays:
    """Bank holidays of 2021 to 2023."""
    return Holidays(frozenset(map(date.fromisoformat, BANK_HOLIDAYS.split())), date(2021, 1, 1), date(2023, 12, 31))


def benchmark_module(name: str):
    """A module of benchmarks/returns, which is no package."""
    spec = importlib.util.spec_from_file_location(
        f"returns_{name}", REPOSITORY / "benchmarks" / "returns" / f"{name}.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def oracle():
    """The indicators in plain pandas, of both modules."""
    return SimpleNamespace(**{**vars(benchmark_module("oracle_care")), **vars(benchmark_module("oracle"))})


@pytest.fixture(scope="session")
def same_members(holidays):
    """Asserts that an indicator and an oracle find the same members, row for row, and gives them."""

    def check(oracle, indicator: str, records: Records, year: ContractYear = YEAR) -> pl.DataFrame:
        found = _MEMBERS[indicator](records, year, holidays)
        assert rows(found) == rows(oracle_members(oracle, indicator, records, holidays, year))
        return found

    return check


@pytest.fixture(scope="session")
def golden(repository) -> Path:
    """Invented returns that others made and published."""
    folder = repository.parent / "shared" / "golden"
    if not (folder / "ssda903").is_dir():
        pytest.skip("../shared/golden is absent: the invented returns of others are not read")
    return folder
