"""Counts of people are read together: what years to date, years, totals and other tables give away is found."""

import pytest

from ncthelpers.small_counts import counts_of, published_faults, worked_out

MONTHS = [f"{2031 + (month > 12)}-{(month - 1) % 12 + 1:02}" for month in range(4, 16)]


def lines(columns, rows):
    return {line: dict(zip(columns.split(), row, strict=True)) for line, row in enumerate(rows, 2)}


def kpis(kind, values, table="kpi_values", unit="per cent"):
    return {
        "kpis": lines("kpi unit period_kind", [("A", unit, kind)]),
        table: lines("kpi period numerator denominator", [("A", *value) for value in values]),
    }


TO_DATE = [
    ([("2031-04", 20, 40), ("2031-05", 32, 60)], [], "enough in each month"),
    ([("2031-04", 20, 40), ("2031-05", 23, 60)], ["numerator"], "few of a month"),
    ([("2031-04", 20, 40), ("2031-05", 22, 44)], ["numerator", "denominator", "left over"], "few in a month"),
    ([("2031-04", 20, 40), ("2031-05", 38, 60)], ["left over"], "few of a month are not in it"),
    ([("2031-04", 20, 40), ("2031-05", 20, 60)], [], "nobody of a month"),
    ([("2031-04", 20, 40), ("2031-06", 23, 60)], [], "three of two months may be of either"),
    ([("2031-04", 20, 40), ("2031-05", None, None), ("2031-06", 32, 60)], [], "one not given"),
    (
        [("2031-04", 20, 40), ("2031-05", None, 60), ("2031-06", 23, 80)],
        [],
        "three of two months, whose wholes are given",
    ),
]


@pytest.mark.parametrize(("values", "parts", "why"), TO_DATE, ids=[why for *_, why in TO_DATE])
def test_a_month_is_one_year_to_date_less_the_one_before(values, parts, why):
    counts = counts_of(kpis("year to date", values))
    told = worked_out(counts)
    assert set(told) == {(part, "kpis A", "month", values[-1][0]) for part in parts}
    assert {place[:2] for place in told.values()} <= {("kpi_values", 3)}, "it is read off the later of the two"


def test_months_and_days_are_not_taken_from_each_other():
    for kind in ("month", "snapshot", "rolling 12 months", "not stated"):
        assert worked_out(counts_of(kpis(kind, [("2031-04", 20, 40), ("2031-05", 23, 60)]))) == {}


@pytest.mark.parametrize("period", ["2031-32", "2031-04 to 2032-03"])
@pytest.mark.parametrize(("first", "told"), [(6, False), (0, False), (3, True)])
def test_a_month_left_out_is_the_year_less_the_others(period, first, told):
    tables = kpis("month", [(month, 20, 60) for month in MONTHS[1:]])
    tables["kpi_scorecard"] = lines("kpi period numerator denominator", [("A", period, 220 + first, 720)])
    found = worked_out(counts_of(tables))
    assert (("numerator", "kpis A", "month", "2031-04") in found) == told


def test_what_one_table_leaves_out_and_another_prints_is_printed():
    hidden = [(month, None, None) if month == "2031-09" else (month, 20, 60) for month in MONTHS]
    tables = kpis("month", hidden)
    assert worked_out(counts_of(tables)) == {}
    beside = tables | {"kpi_months": lines("kpi period numerator denominator", [("A", "2031-09", 3, 60)])}
    assert counts_of(beside).shown["numerator", "kpis A", "month", "2031-09"] == 3
    assert {fault.column for fault in published_faults({"2031-32": beside})} == {"numerator, kpis A, month, 2031-09"}


def test_a_kpi_that_is_no_percentage_counts_nobody():
    assert counts_of(kpis("month", [("2031-04", 3, 4)], unit="cases per FTE")).shown == {}


def test_another_year_may_give_away_what_a_year_leaves_out():
    earlier = kpis("month", [(month, 20, 60) for month in MONTHS[2:]])
    earlier["kpi_scorecard"] = lines("kpi period numerator denominator", [("A", "2031-32", 223, 720)])
    assert list(published_faults({"2031-32": earlier})) == []
    later = kpis("month", [("2032-04", 20, 60)])
    later["kpi_history"] = lines("kpi period numerator denominator", [("A", "2031-05", 20, 60)])
    found = list(published_faults({"2031-32": earlier, "2032-33": later}))
    assert [fault.column for fault in found] == ["numerator, kpis A, month, 2031-04"]
    later["kpi_history"][2]["numerator"] = 30  # revised: the year as it was printed is no sum of these
    assert list(published_faults({"2031-32": earlier, "2032-33": later})) == []


ANSWERS = "survey question answer answered"


def asked(*numbers, base=None, survey="s", question="q"):
    rows = [(survey, question, str(nth), number) for nth, number in enumerate(numbers)]
    return {"surveys": lines("survey base", [(survey, base)]), "survey_answers": lines(ANSWERS, rows)}


@pytest.mark.parametrize(
    ("numbers", "base", "told"),
    [
        ((30, None, None), 40, 0), ((30, None, None), 37, 0), ((30, None, None), 36, 2), ((30, None, None), 33, 2),
        ((30, None, None), None, 0), ((20, None, None, None), 26, 3), ((20, 0, None, None), 60, 0),
    ],
)  # fmt: skip
def test_suppressed_answers_of_which_none_can_be_six_or_more_are_told(numbers, base, told):
    assert len(worked_out(counts_of(asked(*numbers, base=base)))) == told


def test_a_question_that_hides_nothing_tells_how_many_answered():
    tables = asked(30, None, None)
    whole = lines(ANSWERS, [("s", "p", "0", 20), ("s", "p", "1", 14)])
    tables["survey_answers"] |= {line + 10: row for line, row in whole.items()}
    assert len(worked_out(counts_of(tables))) == 2


def test_the_total_of_a_computed_table_counts_with_the_entered_rows():
    tables = {
        "practice_scores": lines(
            "month score cases", [("2031-06", "good", 30), ("2031-06", "fair", None), ("2031-06", "poor", None)]
        )
    }
    assert worked_out(counts_of(tables)) == {}
    tables["practice_shares"] = lines("month score cases total", [("2031-06", "good", 30, 34)])
    assert len(worked_out(counts_of(tables))) == 2


def test_no_fault_repeats_a_number_and_figures_that_do_not_add_up_are_one():
    small = kpis("year to date", [("2031-04", 20, 40), ("2031-05", 23, 44)])
    found = list(published_faults({"2031-32": small}))
    assert len({fault.column for fault in found}) == 3 and not any(fault.value for fault in found)
    found = list(published_faults({"2031-32": kpis("year to date", [("2031-04", 20, 40), ("2031-05", 19, 44)])}))
    assert found and all("do not add up" in fault.rule for fault in found)
