"""The generator of invented records for measuring: the same seed, outside the repository only, and as readers would give them."""

from pathlib import Path

import polars as pl
import pytest

from ncthelpers.returns.indicators import count_all
from ncthelpers.returns.records import TABLES

from .conftest import REPOSITORY, benchmark_module

TIMES = 0.002


@pytest.fixture(scope="module")
def generate():
    return benchmark_module("generate")


@pytest.fixture(scope="module")
def records(generate):
    return generate.records(TIMES)


def test_the_same_seed_makes_the_same_records(generate, records):
    again, other = generate.records(TIMES), generate.records(TIMES, seed=2)
    for name, table in records.tables.items():
        assert table.equals(again[name]), name
    assert not records["referrals"].equals(other["referrals"])


def test_what_was_written_is_what_is_read(generate, records, tmp_path):
    rows = generate.write(tmp_path, TIMES)
    found = generate.read(tmp_path)
    assert rows == {name: table.height for name, table in found.tables.items()}
    assert found.covers == records.covers
    assert all(found[name].equals(table) for name, table in records.tables.items())


@pytest.mark.parametrize("inside", [REPOSITORY, REPOSITORY / "data" / "big", REPOSITORY / "x" / ".." / "y"])
def test_no_record_is_written_inside_the_repository(generate, inside):
    for make in (lambda: generate.write(inside, TIMES), lambda: generate.census(Path(inside) / "census.xml", 1)):
        with pytest.raises(ValueError, match="lies in the repository"):
            make()


def test_records_are_as_readers_give_them(records):
    assert set(records.tables) == set(TABLES)
    for name, table in records.tables.items():
        assert dict(table.schema) == dict(TABLES[name]), name
        assert table.height, name
    for name in ("referrals", "assessments", "episodes"):
        assert records[name]["child"].is_sorted(), name
    same = pl.col("child") == pl.col("child").shift()
    behind = records["episodes"].filter(same & (pl.col("started") < pl.col("ended").shift()).fill_null(True))
    assert behind.height == 0
    assert records["children"]["child"].is_unique().all()


def test_every_indicator_has_counts_from_them(generate, records):
    found = count_all(records, generate.YEAR, generate.holidays())
    assert found.results["symbol"].null_count() == found.results.height
    assert found.results.filter(pl.col("period") == "2032-03").filter(pl.col("denominator") == 0).height == 0


def test_a_census_is_read_in_full(generate, tmp_path):
    from ncthelpers.returns import cin, readers

    generate.census(tmp_path / "census.xml", 50)
    found = cin.tidy(readers.read("cin", [tmp_path / "census.xml"], generate.CENSUS))
    assert {
        name: found[name].height for name in ("children", "referrals", "assessments", "section47", "plans")
    } == dict.fromkeys(("children", "referrals", "assessments", "section47", "plans"), 50)
