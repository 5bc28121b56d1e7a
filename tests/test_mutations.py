"""Two hundred slips in the reviewed year: each is reported with its place, none gives an error or changes a file."""

import importlib.util
import sys
from collections import Counter
from pathlib import Path

import pytest

from ncthelpers.schemas import read_schemas

_SPEC = importlib.util.spec_from_file_location("mutations", Path(__file__).with_name("mutations.py"))
mutations = sys.modules["mutations"] = importlib.util.module_from_spec(_SPEC)  # dataclasses look their module up
_SPEC.loader.exec_module(mutations)
AT_CELL, AT_ROW, KINDS, NOWHERE, NUMBER, PAGE, YEAR = (
    mutations.AT_CELL, mutations.AT_ROW, mutations.KINDS, mutations.NOWHERE, mutations.NUMBER, mutations.PAGE, mutations.YEAR,
)  # fmt: skip


@pytest.fixture(scope="module")
def made(repository):
    return mutations.mutations(repository / "data" / YEAR, read_schemas(repository / "data" / "schemas"))


def test_there_are_as_many_as_asked_for_of_every_kind_and_none_twice(made):
    counts = Counter(one.kind for one in made)
    assert sum(counts.values()) == NUMBER and set(counts) == set(KINDS)
    assert max(counts.values()) - min(counts.values()) <= 1
    assert len({(one.kind, one.place) for one in made}) == NUMBER


def test_each_changes_one_cell_or_row_of_its_table(made, repository):
    for one in made:
        before = (repository / "data" / YEAR / f"{one.table}.csv").read_bytes()
        was, now = mutations._table(before), mutations._table(one.made(before))
        if one.kind == "duplicate row":
            assert len(now) == len(was) + 1 and now[one.row - 1] == now[one.row - 2]
        else:
            [row] = [number for number, cells in enumerate(now) if cells != was[number]]
            changed = sum(old != new for old, new in zip(was[row], now[row], strict=True))
            assert (row, changed) == (one.row - 1, 2 if one.kind == "swapped columns" else 1)


@pytest.mark.slow
def test_check_reports_each_with_its_place_and_changes_nothing(tmp_path):
    root = mutations.copied(tmp_path / "root")
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    found = mutations.results(root)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    assert [one.mutation.place for one in found if one.with_record not in (AT_CELL, AT_ROW)] == []
    by_chance = [one for one in found if one.alone == NOWHERE]
    assert len(by_chance) <= NUMBER // 10, [one.mutation for one in by_chance]
    assert mutations.page(found) == PAGE.read_text("utf-8"), "write it anew: python tests/mutations.py --write"
