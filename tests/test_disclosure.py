"""What is hidden cannot be worked out: by hand, against every possibility tried out, and as laws of any table."""

import csv
import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ncthelpers.differencing import recoverable, totals, whole, year_to_date
from ncthelpers.disclosure import is_small, protect, protect_rows, table_faults
from ncthelpers.disclosure_ratios import AMOUNTS, MEAN, RATIO, Makeup, protect_ratios, ratio_cells, ratio_faults

ALL = [whole("all", ["a", "b", "c"])]
MONTHS = [f"{2031 + (month > 12)}-{(month - 1) % 12 + 1:02}" for month in range(4, 16)]

# cells a, b, c and their total: what is printed, what is hidden, why
HIDDEN = [
    ("30 40 50 120", "30 40 50 120", "no small count: as it is"),
    ("30 0 50 80", "30 0 50 80", "nought is nobody, and shown"),
    ("30 6 50 86", "30 6 50 86", "six is more than five"),
    ("30 5 50 85", "c c 50 85", "five is hidden, and the smallest other with it"),
    ("30 1 50 81", "c c 50 81", "one is hidden too"),
    ("0 3 50 53", "0 c c 53", "nought hides nobody, so it is not the second"),
    ("0 3 0 3", "0 c 0 c", "a small total is hidden too, and nothing gives it away"),
    ("2 3 50 55", "c c c 55", "two hidden that come to five can each only be 1 to 4: a third"),
    ("3 5 50 58", "c c 50 58", "two hidden that come to eight: each may be 1 to 7"),
    ("4 2 0 6", "c c 0 c", "two that come to six can each only be 1 to 5: the total is hidden"),
    ("20 20 3 43", "c 20 c 43", "of two alike, the first"),
    ("c c 50 85", "c c 50 85", "what is hidden already stays so"),
    ("30 c 50 85", "c c 50 85", "one hidden by hand and alone is given away by the others"),
]


def _cells(text: str) -> dict[str, int | None]:
    return dict(zip(("a", "b", "c", "all"), (None if one == "c" else int(one) for one in text.split()), strict=True))


@pytest.mark.parametrize(("printed", "hidden", "why"), HIDDEN, ids=[why for *_, why in HIDDEN])
def test_hidden_by_hand(printed: str, hidden: str, why: str) -> None:
    assert protect(_cells(printed), ALL) == _cells(hidden), why


# what is printed, what a reader can work out
GIVEN_AWAY = [
    ("30 c 50 85", {"b": (5, 5)}, "a single hidden one is the rest"),
    ("c c 50 52", {"a": (1, 1), "b": (1, 1)}, "two that come to two are one each"),
    ("c c 50 56", {"a": (1, 5), "b": (1, 5)}, "two that come to six are both of 1 to 5"),
    ("c c 50 57", {}, "two that come to seven: one may be six"),
    ("c c c 58", {}, "three that come to 58"),
    ("3 c 50 c", {}, "an unknown part of an unknown total"),
]


@pytest.mark.parametrize(("printed", "told", "why"), GIVEN_AWAY, ids=[why for *_, why in GIVEN_AWAY])
def test_given_away_by_hand(printed: str, told: dict, why: str) -> None:
    assert recoverable(_cells(printed), ALL) == told, why


def test_in_a_table_with_all_totals_four_cells_hide_one() -> None:
    table = {(r, c): n for r, row in {"a": (6, 9, 4), "b": (8, 7, 9)}.items() for c, n in zip("xyz", row, strict=True)}
    table |= {(r, "Total"): sum(table[r, c] for c in "xyz") for r in "ab"}
    table |= {("Total", c): table["a", c] + table["b", c] for c in ("x", "y", "z", "Total")}
    relations = totals(table)
    assert len(relations) == 7  # three rows and four columns, the totals among them
    assert recoverable({**table, ("a", "z"): None, ("b", "z"): None}, relations).keys() == {("a", "z"), ("b", "z")}
    kept = protect(table, relations)
    assert [cell for cell in kept if kept[cell] is None] == [("a", "x"), ("a", "z"), ("b", "x"), ("b", "z")]


# rows of a table with all its totals (- is not printed), what readers want most, what is hidden
SHOWN_AGAIN = [
    ("9 12 12 33; 9 7 2 18; 18 19 14 51", {(0, 2)}, "c c 12 33; 9 c c 18; c 19 c 51", "one that is no longer needed"),
    ("3 6 9; 2 7 9; 1 1 2; 6 14 20", (), "c c 9; c c c; c c c; c c 20", "the largest first"),
    ("4 3 1 8; 0 12 3 15; 6 20 2 28; 10 35 6 51", (), "c c c 8; 0 c c 15; c 20 c 28; c 35 c 51", "the largest of all"),
    ("1 1 4 6; 1 2 0 3; 1 12 7 20; 3 15 11 29", {(0, 1), (1, 0), (2, 0), ("Total", 1)},
     "c c c c; c c 0 c; c c c c; c 15 c 29", "what is wanted before what is larger"),
    ("1 - 13; - 6 12; 1 9 10; 8 27 35", {(1, 1), ("Total", 1)}, "c - 13; - 6 12; c c c; c 27 c",
     "hidden where it helps most relations"),
]  # fmt: skip


@pytest.mark.parametrize(("printed", "wanted", "hidden", "why"), SHOWN_AGAIN, ids=[why for *_, why in SHOWN_AGAIN])
def test_what_is_hidden_for_nothing_is_shown_again(printed: str, wanted: set, hidden: str, why: str) -> None:
    def read(text: str) -> dict[tuple, str]:
        rows = [row.split() for row in text.split(";")]
        down, across = ([*range(size - 1), "Total"] for size in (len(rows), len(rows[0])))
        return {(r, c): n for r, row in zip(down, rows, strict=True) for c, n in zip(across, row, strict=True)}

    def shown(text: str) -> dict[tuple, int | None]:
        return {cell: None if n == "c" else int(n) for cell, n in read(text).items() if n != "-"}

    assert protect(shown(printed), totals(read(printed)), wanted=wanted) == shown(hidden), why


def test_hidden_pairs_that_add_up_over_relations_are_found() -> None:
    """No relation alone tells a; the sum of the first two less the third does: 2a = 40."""
    relations = [whole("p", ["a", "b"]), whole("q", ["a", "d"]), whole("r", ["b", "d"])]
    shown = {"p": 25, "q": 27, "r": 12, "a": None, "b": None, "d": None}
    assert recoverable(shown, relations) == {"a": (20, 20), "b": (5, 5), "d": (7, 7)}


def test_a_month_that_is_not_printed_is_the_year_to_date_now_less_before() -> None:
    to_date, months = ["y1", "y2", "y3"], ["m1", "m2", "m3"]
    relations = year_to_date(to_date, months)
    assert recoverable({"y1": 10, "y2": 13, "y3": 40}, relations) == {"m2": (3, 3)}
    assert recoverable({"y1": 10, "y2": 11, "y3": 40}, relations) == {"m2": (1, 1)}
    assert recoverable({"y1": 10, "y2": 10, "y3": 40}, relations) == {}
    assert protect({"y1": 10, "y2": 13, "y3": 40}, relations) == {"y1": None, "y2": 13, "y3": 40}
    assert protect({"y1": 10, "y2": 13, "y3": 40}, relations, wanted={"y1"}) == {"y1": 10, "y2": None, "y3": 40}


def test_figures_that_do_not_add_up_are_named() -> None:
    with pytest.raises(ValueError, match="do not add up: all; a; b; c"):
        protect(_cells("30 40 50 121"), ALL)
    with pytest.raises(ValueError, match="do not add up"):
        recoverable(_cells("30 c 50 80"), ALL)


def test_the_threshold_is_a_parameter() -> None:
    assert protect(_cells("30 8 50 88"), ALL, threshold=10) == _cells("c c 50 88")
    assert protect(_cells("30 5 50 85"), ALL, threshold=4) == _cells("30 5 50 85")


def test_faults_name_the_place_and_never_the_number() -> None:
    found = list(table_faults("t.csv", {"a": 4, "b": None, "c": 50, "all": 77}, ALL, places={"b": (3, "children")}))
    assert [(fault.row, fault.column, fault.value) for fault in found] == [(None, "a", ""), (3, "children", "")]
    assert "worked out exactly" in found[1].rule
    assert not any(number in str(found) for number in ("23", "77"))
    (wrong,) = table_faults("t.csv", _cells("30 40 50 121"), ALL)
    assert str(wrong).startswith("t.csv: ") and "do not add up" in wrong.rule
    assert (wrong.file, wrong.row, wrong.column, wrong.value) == ("t.csv", None, "", "")


def test_faults_say_how_closely_a_number_that_is_hidden_or_not_printed_can_be_worked_out() -> None:
    def said(shown: dict, relations: list) -> list[tuple[str, str]]:
        return [(fault.file, fault.rule) for fault in table_faults("t.csv", shown, relations)]

    file, rule = "t.csv", "a number {} can be worked out {} from the others: hide another"
    assert said(_cells("30 c 50 85"), ALL) == [(file, rule.format("hidden", "exactly"))]
    assert said(_cells("c c 50 56"), ALL) == [(file, rule.format("hidden", "to one of 1 to 5"))] * 2
    not_printed = year_to_date(["y1", "y2"], ["m1", "m2"])
    assert said({"y1": 10, "y2": 13}, not_printed) == [(file, rule.format("that is not printed", "exactly"))]


def test_rows_of_a_table_keep_what_is_not_available() -> None:
    rows = [{"age": age, "n": n, "status": status} for age, n, status in
            [("a", 3, None), ("b", 20, None), ("c", None, "x"), ("d", 9, None), ("all", 60, None)]]  # fmt: skip
    told = [whole(("all",), [("a",), ("b",), ("c",), ("d",)])]
    assert [(row["n"], row["status"]) for row in protect_rows(rows, ["age"], "n", told, symbol="status")] == [
        (None, "c"), (20, None), (None, "x"), (9, None), (60, None)
    ]  # fmt: skip
    assert [row["n"] for row in protect_rows(rows, ["age"], "n", told, 9, "status")] == [None, 20, None, None, 60]


# Every way of filling in is tried out.


def _tried_out(shown: dict, relations: list, most: int, threshold: int) -> dict:
    """The hidden cells that can be worked out, by trying every number up to most."""
    hidden = [cell for cell in dict.fromkeys(c for r in relations for c in r) if shown.get(cell) is None]
    possible = [
        filled
        for numbers in itertools.product(range(most + 1), repeat=len(hidden))
        if all(number or cell not in shown for cell, number in zip(hidden, numbers, strict=True))
        for filled in [{**shown, **dict(zip(hidden, numbers, strict=True))}]
        if all(sum(sign * filled[cell] for cell, sign in relation.items()) == 0 for relation in relations)
    ]
    ranges = {cell: (min(p[cell] for p in possible), max(p[cell] for p in possible)) for cell in hidden}
    return {
        cell: (low, high)
        for cell, (low, high) in ranges.items()
        if (low == high or high <= threshold if cell in shown else low >= 1 and high <= threshold)
    }


@st.composite
def small_tables(draw: st.DrawFn) -> tuple[dict, list]:
    rows, columns = draw(st.sampled_from([(2, 2), (2, 3)]))
    cell = st.integers(0, 2)
    table = {(f"r{r}", f"c{c}"): draw(cell) for r in range(rows) for c in range(columns)}
    table |= {(f"r{r}", "Total"): sum(table[f"r{r}", f"c{c}"] for c in range(columns)) for r in range(rows)}
    if draw(st.booleans()):
        places = [f"c{c}" for c in range(columns)] + ["Total"]
        table |= {("Total", c): sum(table[f"r{r}", c] for r in range(rows)) for c in places}
    return table, totals(table)


@given(small_tables(), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_what_can_be_worked_out_is_what_trying_everything_finds(made: tuple, random) -> None:
    table, relations = made
    inner = [cell for cell, number in table.items() if "Total" not in cell and number]
    hidden = random.sample(
        inner, min(len(inner), 4)
    )  # totals are printed, so trying numbers up to theirs is everything
    shown = {cell: None if cell in hidden else number for cell, number in table.items()}
    assert recoverable(shown, relations, 2) == _tried_out(shown, relations, 6, 2)


# Laws.


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict, list]:
    number = st.one_of(st.integers(0, 8), st.integers(0, 200))
    if draw(st.booleans()):
        rows, columns = draw(st.integers(1, 4)), draw(st.integers(2, 4))
        table = {(f"r{r}", f"c{c}"): draw(number) for r in range(rows) for c in range(columns)}
        table |= {(f"r{r}", "Total"): sum(table[f"r{r}", f"c{c}"] for c in range(columns)) for r in range(rows)}
        places = [f"c{c}" for c in range(columns)] + ["Total"]
        table |= {("Total", c): sum(table[f"r{r}", c] for r in range(rows)) for c in places}
        return table, totals(table)
    months = draw(st.lists(number, min_size=1, max_size=12))
    names = [f"m{place}" for place in range(len(months))], [f"y{place}" for place in range(len(months))]
    table = dict(zip(names[0], months, strict=True)) if draw(st.booleans()) else {}
    return table | dict(zip(names[1], itertools.accumulate(months), strict=True)), year_to_date(names[1], names[0])


@given(tables(), st.sampled_from([5, 5, 9, 2]))
@settings(max_examples=80, deadline=None)
def test_nothing_hidden_can_be_worked_out_and_protecting_twice_changes_nothing(made: tuple, threshold: int) -> None:
    table, relations = made
    kept = protect(table, relations, threshold)
    assert recoverable(kept, relations, threshold) == {}
    assert not list(table_faults("t.csv", kept, relations, threshold))
    assert protect(kept, relations, threshold) == kept
    assert list(kept) == list(table)
    assert all(kept[cell] in (None, table[cell]) for cell in table)
    assert all(kept[cell] == 0 for cell in table if table[cell] == 0)
    for cell in (cell for cell in table if kept[cell] is None and not is_small(table[cell], threshold)):
        assert recoverable({**kept, cell: table[cell]}, relations, threshold), f"{cell} is hidden for nothing"
    if not recoverable(table, relations, threshold) and not any(is_small(n, threshold) for n in table.values()):
        assert kept == table


# Numerators and denominators by period.

SNAPSHOT, MONTH, TO_DATE = "snapshot", "month", "year to date"


def _rows(indicator: str, pairs: list[tuple[int, int]], series: tuple[str, ...] = (MONTH, TO_DATE)) -> list[dict]:
    summed = [tuple(map(sum, zip(*pairs[: place + 1], strict=True))) for place in range(len(pairs))]
    of = {MONTH: pairs, TO_DATE: summed, SNAPSHOT: pairs}
    return [
        {"indicator": indicator, "series": name, "period": period, "numerator": float(n), "denominator": float(d),
         "symbol": None, "note": ""}
        for name in series for period, (n, d) in zip(MONTHS, of[name], strict=False)
    ]  # fmt: skip


def _seen(rows: list[dict]) -> list[str]:
    return [
        "/".join("c" if row[part] is None else f"{row[part]:.0f}" for part in ("numerator", "denominator"))
        for row in rows
    ]


def _few_together(rows: list[dict], makeups: dict) -> list[tuple]:
    """Runs of months in which together, as a reader can work out, there were one to five: by trying every run."""
    shown, relations, _ = ratio_cells(rows, makeups)
    months: dict[tuple, set] = {}
    for part, indicator, series, period in (cell for relation in relations for cell in relation):
        if series == MONTH and "without" not in indicator:
            months.setdefault((part, indicator), set()).add(period)
    runs = [
        whole((*of, "run", *pair), [(*of, MONTH, month) for month in found if pair[0] <= month <= pair[1]])
        for of, found in months.items() for pair in itertools.combinations(sorted(found), 2)
    ]  # fmt: skip
    return [cell for cell in recoverable(shown, relations + runs) if cell[2] == "run"]


# one snapshot: what is counted, what is printed, why
SHARES = [
    ((20, 60), "20/60", "as it is"),
    ((0, 60), "0/60", "nobody of 60"),
    ((60, 60), "60/60", "all of 60: nobody is left over"),
    ((3, 60), "c/60", "three of 60"),
    ((57, 60), "c/60", "all but three of 60"),
    ((54, 60), "54/60", "all but six"),
    ((2, 4), "c/c", "two of four"),
    ((0, 4), "0/c", "none of four"),
    ((0, 0), "0/0", "nobody at all"),
]


@pytest.mark.parametrize(("counted", "printed", "why"), SHARES, ids=[why for *_, why in SHARES])
def test_a_share_by_hand(counted: tuple[int, int], printed: str, why: str) -> None:
    rows = protect_ratios(_rows("late", [counted], (SNAPSHOT,)), {})
    assert _seen(rows) == [printed], why
    assert rows[0]["symbol"] == ("c" if "c" in printed else None)
    assert bool(rows[0]["note"]) == ("c" in printed)


def test_a_hidden_month_is_not_given_back_by_the_years_to_date_around_it() -> None:
    pairs = [(30, 60), (20, 60), (3, 60), (25, 60), (25, 60)]
    rows = protect_ratios(_rows("late", pairs), {})
    months, to_date = _seen(rows)[:5], _seen(rows)[5:]
    assert months[2] == "c/60"
    told = {(row["series"], row["period"]): row["numerator"] for row in rows}
    around = told[TO_DATE, MONTHS[1]], told[TO_DATE, MONTHS[2]]
    assert None in around
    assert (
        sum(text.startswith("c") for text in months) == 2
    )  # a second month hides the first, and one year to date is enough
    assert sum(text.startswith("c") for text in to_date) == 1
    assert not list(ratio_faults("k.csv", rows, {}))


def test_the_differencing_test_finds_what_hiding_the_month_alone_gives_away() -> None:
    rows = _rows("late", [(30, 60), (20, 60), (3, 60)])
    rows[2] |= {"numerator": None, "symbol": "c"}
    found = list(ratio_faults("k.csv", rows, {}))
    assert [(fault.row, fault.column) for fault in found] == [(4, "numerator")]
    assert "worked out exactly" in found[0].rule


def test_the_years_total_is_kept_where_another_would_do() -> None:
    pairs = [(30, 60)] * 11 + [(3, 60)]
    rows = protect_ratios(_rows("late", pairs), {})
    assert _seen(rows)[-1] == "333/720"
    assert _seen(rows)[11] == "c/60"


CLOCKS = {"main": Makeup(denominator="assessments"), "own": Makeup(denominator="assessments", among="main")}


def test_two_clocks_that_are_few_apart_in_any_month_hide_the_one_for_the_year():
    pairs = {"main": [(40, 60), (30, 60), (30, 60)], "own": [(30, 60), (27, 60), (20, 60)]}
    rows = [*_rows("main", pairs["main"]), *_rows("own", pairs["own"])]
    kept = protect_ratios(rows, CLOCKS)
    assert _seen([row for row in kept if row["indicator"] == "main"]) == _seen(_rows("main", pairs["main"]))
    own = [row for row in kept if row["indicator"] == "own"]
    assert {row["numerator"] for row in own} == {None} and {row["denominator"] for row in own} == {60, 120, 180}
    assert all(row["note"].startswith("hidden, because main counts the same people by another clock") for row in own)
    assert list(ratio_faults("t.csv", kept, CLOCKS)) == []


def test_two_clocks_far_apart_or_equal_or_of_other_people_are_both_shown():
    apart = [*_rows("main", [(40, 60), (30, 60)]), *_rows("own", [(30, 60), (30, 60)])]
    assert _seen(protect_ratios(apart, CLOCKS)) == _seen(apart)
    near = [*_rows("main", [(40, 60)]), *_rows("own", [(37, 60)])]
    others = CLOCKS | {"own": Makeup(denominator="those with a start", among="main")}
    assert _seen(protect_ratios(near, others)) == _seen(near)


def test_two_clocks_printed_few_apart_are_found():
    planted = [*_rows("main", [(40, 60), (30, 60)]), *_rows("own", [(37, 60), (20, 60)])]
    faults = list(ratio_faults("t.csv", planted, CLOCKS))
    assert {(fault.row, fault.column) for fault in faults} == {
        (6, "numerator"),
        (7, "numerator"),
        (8, "numerator"),
        (9, "numerator"),
    }
    assert all("37" not in str(fault) for fault in faults)


def test_few_people_in_two_months_together_are_hidden_though_either_month_may_have_had_nobody():
    makeups = {"adopted": Makeup(MEAN)}
    to_date = [(700 * n, n) for n in (8, 8, 10, 22, 22, 24, 33)]
    rows = [{**row, "numerator": days, "denominator": people} for row, (days, people) in
            zip(_rows("adopted", [(1, 1)] * 7, (TO_DATE,)), to_date, strict=True)]  # fmt: skip
    kept = protect_ratios(rows, makeups)
    assert [row["denominator"] for row in kept][-1] == 33 and not _few_together(kept, makeups)
    assert _few_together(rows, makeups), "or this would prove nothing"
    planted = [row | ({"numerator": None, "denominator": None, "symbol": "c"} if n in (3, 4) else {}) for n, row in
               enumerate([{**row, "denominator": n, "numerator": 700 * n} for row, n in zip(rows, (8, 8, 8, 9, 10, 12, 30), strict=True)])]  # fmt: skip
    told = [str(fault) for fault in ratio_faults("t.csv", planted, makeups)]
    assert any("months together, 2031-07 to 2031-09" in one and "worked out exactly" in one for one in told)


def test_those_left_over_in_two_hidden_months_are_not_told_by_the_years_to_date_around():
    rows = _rows("late", [(40, 40), (30, 40), (39, 40), (39, 40), (30, 40)])
    for row in rows[2:4] + rows[7:8]:  # what hiding the two months alone, and the year to date between them, leaves
        row |= {"numerator": None, "symbol": "c"}
    told = [str(fault) for fault in ratio_faults("t.csv", rows, {})]
    assert any("left over, late, months together, 2031-06 to 2031-07" in one for one in told)
    assert _few_together(rows, {}) and not _few_together(protect_ratios(rows, {}), {})


def test_a_row_of_few_posts_is_hidden_whole():
    makeups = {"agency": Makeup(AMOUNTS)}
    cases = {
        (5.42, 9.55): True,
        (5.42, 11.42): False,
        (0.0, 9.5): False,
        (4.9, 80.0): True,
        (6.0, 6.0): False,
        (0.5, 0.5): True,
    }
    for (numerator, denominator), hidden in cases.items():
        [row] = _rows("agency", [(numerator, denominator)], (SNAPSHOT,))
        [kept] = protect_ratios([row | {"value": "1.0"}], makeups)
        seen = (None, None, None, "c") if hidden else (numerator, denominator, "1.0", None)
        assert tuple(kept[name] for name in ("numerator", "denominator", "value", "symbol")) == seen
        assert bool(list(ratio_faults("t.csv", [row], makeups))) == hidden
        assert list(ratio_faults("t.csv", [kept], makeups)) == []


def test_those_whom_only_one_of_two_means_counts_are_people_whichever_counts_more():
    makeups = {"a10": Makeup(MEAN), "a2": Makeup(MEAN, among="a10")}
    for a10, a2 in ((11, 9), (9, 11)):
        rows = [*_rows("a10", [(100, a10)], (SNAPSHOT,)), *_rows("a2", [(100, a2)], (SNAPSHOT,))]
        kept = protect_ratios(rows, makeups)
        assert sum(row["denominator"] is None for row in kept) >= 1
        assert list(ratio_faults("t.csv", kept, makeups)) == []


def test_why_a_row_was_hidden_stays_when_it_is_protected_again():
    rows = [*_rows("main", [(40, 60)]), *_rows("own", [(37, 60)])]
    once = protect_ratios(rows, CLOCKS)
    assert protect_ratios(once, CLOCKS) == once


def test_snapshots_do_not_add_up() -> None:
    rows = protect_ratios(_rows("three_placements", [(20, 60), (3, 60), (20, 60)], (SNAPSHOT,)), {})
    assert _seen(rows) == ["20/60", "c/60", "20/60"]


def test_years_to_date_alone_tell_their_months() -> None:
    rows = protect_ratios(_rows("adopted", [(9, 30), (3, 12), (9, 30)], (TO_DATE,)), {"adopted": Makeup(RATIO)})
    assert _seen(rows) == ["c/30", "12/42", "21/72"]


def test_a_mean_is_hidden_with_its_people() -> None:
    rows = _rows("days", [(1200, 3)], (SNAPSHOT,)) + _rows("vacancies", [(2, 40)], (SNAPSHOT,))
    rows[1]["numerator"] = 8.4
    rows += _rows("few days", [(3, 20)], (SNAPSHOT,))
    kept = protect_ratios(rows, {"days": Makeup(MEAN), "few days": Makeup(MEAN), "vacancies": Makeup(AMOUNTS)})
    assert [(row["numerator"], row["denominator"]) for row in kept] == [(None, None), (8.4, 40), (3, 20)]


def test_a_ratio_of_two_groups_has_nobody_left_over() -> None:
    assert _seen(protect_ratios(_rows("stage 2", [(57, 60)], (SNAPSHOT,)), {"stage 2": Makeup(RATIO)})) == ["57/60"]


def test_one_denominator_is_hidden_in_all_indicators_or_in_none() -> None:
    one, other = [(10, 30), (4, 4), (10, 30)], [(20, 30), (2, 4), (20, 30)]
    rows = _rows("one", one) + _rows("other", other)
    makeups = {name: Makeup(denominator="referrals") for name in ("one", "other")}
    kept = protect_ratios(rows, makeups)
    hidden = [[row["denominator"] is None for row in kept if row["indicator"] == name] for name in ("one", "other")]
    assert hidden[0] == hidden[1] and any(hidden[0])


def test_a_denominator_hidden_in_one_indicator_and_printed_in_another_is_found() -> None:
    rows = _rows("one", [(20, 60)], (SNAPSHOT,)) + _rows("other", [(30, 60)], (SNAPSHOT,))
    rows[1] |= {"denominator": None, "symbol": "c"}
    makeups = {name: Makeup(denominator="referrals") for name in ("one", "other")}
    assert not list(ratio_faults("k.csv", rows, {}))
    assert [(fault.row, fault.column) for fault in ratio_faults("k.csv", rows, makeups)] == [(3, "denominator")]


def test_a_year_ends_in_march() -> None:
    pairs = [(30 * place, 60 * place) for place in range(1, 14)]
    periods = [*MONTHS, "2032-04"]
    rows = [
        {**_rows("late", [pair], (TO_DATE,))[0], "period": period} for pair, period in zip(pairs, periods, strict=True)
    ]
    assert not list(ratio_faults("k.csv", rows, {}))
    rows[-1] |= {"numerator": 362.0}  # of a new year: not two more than in March
    assert not list(ratio_faults("k.csv", rows, {}))
    rows[9:12] = [{**row, "numerator": row["numerator"] - 27.0} for row in rows[9:12]]
    assert ["month, 2032-01" in fault.column for fault in ratio_faults("k.csv", rows, {})] == [True]
    rows = [{**row, "numerator": number} for row, number in zip(rows[9:11], (300.0, 303.0), strict=True)]
    assert ["month, 2032-02" in fault.column for fault in ratio_faults("k.csv", rows, {})] == [True]


def test_the_difference_of_two_ages_counts_people_too() -> None:
    rows = _rows("17 to 21", [(40, 80)], (SNAPSHOT,)) + _rows("19 to 21", [(38, 60)], (SNAPSHOT,))
    assert _seen(protect_ratios(rows, {})) == ["40/80", "38/60"]
    makeups = {"17 to 21": Makeup(), "19 to 21": Makeup(denominator="older", within="17 to 21")}
    assert [(fault.column, fault.row) for fault in ratio_faults("k.csv", rows, makeups)] == [
        ("numerator, 17 to 21 without 19 to 21, snapshot, 2031-04", None)
    ]
    assert _seen(protect_ratios(rows, makeups)) == ["40/80", "c/60"]
    with pytest.raises(ValueError, match="more than that of"):
        ratio_cells(_rows("17 to 21", [(1, 80)], (SNAPSHOT,)) + _rows("19 to 21", [(38, 60)], (SNAPSHOT,)), makeups)


def test_those_left_out_of_a_smaller_denominator_are_people_too() -> None:
    rows = _rows("at work", [(8, 20)], (SNAPSHOT,)) + _rows("housed", [(9, 17)], (SNAPSHOT,))
    assert _seen(protect_ratios(rows, {})) == ["8/20", "9/17"]
    makeups = {"at work": Makeup(), "housed": Makeup(among="at work")}
    assert _seen(protect_ratios(rows, makeups)) == ["8/20", "9/c"]


def test_what_is_not_available_is_not_hidden() -> None:
    rows = _rows("late", [(30, 60), (20, 60)])
    rows[0] |= {"numerator": None, "denominator": None, "symbol": "x", "note": "not told"}
    assert protect_ratios(rows, {}) == rows


def test_half_a_person_is_an_error_and_a_percentage_of_a_hidden_number_a_fault() -> None:
    rows = _rows("late", [(3.5, 60)], (SNAPSHOT,))
    with pytest.raises(ValueError, match="no whole number of people"):
        protect_ratios(rows, {})
    rows = [{**_rows("late", [(3, 60)], (SNAPSHOT,))[0], "value": 5.0}]
    hidden = protect_ratios(rows, {})
    assert hidden[0]["value"] is None
    found = list(ratio_faults("k.csv", [{**hidden[0], "value": 5.0}], {}))
    assert [(fault.row, fault.column) for fault in found] == [(2, "value")]


def test_those_late_in_the_shorter_time_and_still_open_in_the_longer_point_to_nobody() -> None:
    """A referral of the last days, undecided: late for one day, and left out for two; the difference is one child."""
    makeups = {"2 days": Makeup(denominator="received"), "1 day": Makeup(denominator="received", within="2 days")}
    rows = _rows("2 days", [(20, 40)], (MONTH, TO_DATE)) + _rows("1 day", [(12, 41)], (MONTH, TO_DATE))
    assert [fault.column for fault in ratio_faults("k.csv", rows, makeups)]
    kept = protect_ratios(rows, makeups)
    assert not list(ratio_faults("k.csv", kept, makeups))
    assert None in {row["denominator"] for row in kept}
    with pytest.raises(ValueError, match="numerator of 1 day is more than that of 2 days"):
        protect_ratios([*rows[:2], *_rows("1 day", [(30, 41)], (MONTH, TO_DATE))], makeups)


def test_denominators_of_the_same_words_that_differ_where_one_is_hidden_are_no_contradiction() -> None:
    makeups = {
        "2 days": Makeup(denominator="received"),
        "1 day": Makeup(denominator="received", within="2 days"),
        "24 hours": Makeup(denominator="received", among="1 day"),
    }
    rows = _rows("2 days", [(9, 30), (0, 2)], (MONTH,)) + _rows("1 day", [(9, 30), (0, 3)], (MONTH,))
    rows += _rows("24 hours", [(9, 30), (0, 6)], (MONTH,))  # six, for their time ran out first
    kept = protect_ratios(rows, makeups)
    assert _seen(kept)[::2] == ["9/30"] * 3
    assert not list(ratio_faults("k.csv", kept, makeups))
    assert protect_ratios(kept, makeups) == kept


@st.composite
def ratios(draw: st.DrawFn) -> tuple[list[dict], dict]:
    most = draw(st.sampled_from([4, 12, 60]))
    pair = st.integers(0, most).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d)))
    pairs = draw(st.lists(pair, min_size=1, max_size=7))
    series = draw(st.sampled_from([(MONTH,), (TO_DATE,), (MONTH, TO_DATE), (SNAPSHOT,)]))
    rows, makeups = _rows("wide", pairs, series), {"wide": Makeup(draw(st.sampled_from(["share", "ratio", "mean"])))}
    if draw(st.booleans()):  # an indicator of the same people
        makeups |= {name: Makeup(denominator="the same") for name in ("wide", "narrow")} | {
            "narrow": Makeup(denominator="the same", within="wide")
        }
        undecided = [draw(st.integers(0, 2)) for _ in pairs]  # late in the narrower, and still open in the wider
        rows += _rows(
            "narrow",
            [(draw(st.integers(0, n)), d + more) for (n, d), more in zip(pairs, undecided, strict=True)],
            series,
        )
    return rows, makeups


@given(ratios())
@settings(max_examples=50, deadline=None)
def test_laws_of_numerators_and_denominators(made: tuple) -> None:
    rows, makeups = made
    kept = protect_ratios(rows, makeups)
    assert not list(ratio_faults("k.csv", kept, makeups))
    assert protect_ratios(kept, makeups) == kept
    assert not _few_together(kept, makeups)
    for before, after in zip(rows, kept, strict=True):
        assert all(after[part] in (None, before[part]) for part in ("numerator", "denominator"))
        assert (after["symbol"] == "c") == (None in (after["numerator"], after["denominator"]))


# Over every published table of KPIs by month

REPOSITORY = Path(__file__).parents[1]
PUBLISHED = sorted(
    path for root in (REPOSITORY, *REPOSITORY.glob("examples/*")) for path in root.glob("data/20*/kpi_values.csv")
)


@pytest.mark.parametrize("file", PUBLISHED, ids=lambda path: f"{path.parents[2].name} {path.parent.name}")
def test_no_published_kpi_gives_a_small_count_away_also_across_months(file):
    with (file.parent / "kpis.csv").open(encoding="utf-8", newline="") as text:
        kinds = {row["kpi"]: row["period_kind"] for row in csv.DictReader(text)}
    with file.open(encoding="utf-8", newline="") as text:
        values = [row for row in csv.DictReader(text) if row["numerator"] and row["denominator"]]
    assert values
    for kpi, found in itertools.groupby(values, key=lambda row: row["kpi"]):
        monthly = kinds[kpi] == "month"
        rows = [
            {"indicator": kpi, "series": "month" if monthly else "snapshot", "period": row["period"], "symbol": None,
             "numerator": int(row["numerator"]), "denominator": int(row["denominator"])}
            for row in found
        ]  # fmt: skip
        if monthly and len(rows) == 12:  # the page gives the year's total too
            total = {part: sum(row[part] for row in rows) for part in ("numerator", "denominator")}
            rows.append({**rows[-1], **total, "series": "year to date"})
        assert list(ratio_faults(file.name, rows, {kpi: Makeup()})) == [], kpi


def test_a_small_count_planted_in_a_kpi_is_found():
    rows = [
        {"indicator": "R", "series": "month", "period": "2031-04", "numerator": 3, "denominator": 40, "symbol": None}
    ]
    found = {fault.column for fault in ratio_faults("kpi_values.csv", rows, {"R": Makeup()})}
    assert found == {"numerator", "numerator, R, year to date, 2031-04"}, (
        "its own cell, and the year to date that it makes up"
    )
