"""Findings: the sign, the words and the figures come from the data, and nothing is said where the data cannot say it."""

import dataclasses
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers import findings, findings_official, results
from ncthelpers.load import Comparison
from ncthelpers.provenance import Figure


@pytest.fixture
def year_with(review):
    """A function that gives the year with tables in place of its own."""
    return lambda **frames: dataclasses.replace(review, tables={**review.tables, **frames})


@pytest.fixture
def year_of(review, monkeypatch):
    """A function that gives the year with rows of computed tables."""

    def made(**tables):
        frames = {
            name: pd.DataFrame(rows, columns=results.table_schema(review, name).names, dtype=object).astype(object)
            for name, rows in tables.items()
        }
        frames = {name: frame.where(frame.notna(), None) for name, frame in frames.items()}
        own = results.table
        monkeypatch.setattr(results, "table", lambda data, name: frames[name] if name in frames else own(data, name))
        return review

    return made


def text_of(found):
    return found.text if found else None


def test_the_findings_of_the_reviewed_year_are_those_of_its_documents(review):
    # annual report sections 3.1, 4, 6, 10.2 and 12; cover report 7.1
    assert [text_of(told(review)) for told in (
        findings.outturn_variance, findings.reserve_bridge, findings.contract_sum_bridge, findings.support_service_rates,
        findings.audit_progress, findings.grant_shares, findings.gaps_by_year,
    )] == [
        "Services together overspent by £1,070,000", "The reserve is £0.019m more than the overspend",
        "The budget is £123.348m of a contract sum of £137.150m", "29 of 37 support-service KPIs were met or exceeded",
        "4 of 11 audits had reached reporting", "10 grants came to £12,076,323; the largest gave £2,700,011",
        "Largest gap in a council's budget: £33.913m, in 2024-25",
    ]  # fmt: skip
    assert (
        text_of(findings.demand(review, "children_in_care"))
        == "Children in care rose from 1,094 to 1,184; forecast 1,211"
    )


def test_every_figure_of_a_finding_is_in_its_words_and_has_rows(review):
    for told in (findings.outturn_variance, findings.reserve_bridge, findings.contract_sum_bridge, findings.grant_shares,
                 findings.support_service_rates, findings.audit_progress, findings.gaps_by_year):  # fmt: skip
        found = told(review)
        assert found.figures and all(figure.text in found.text and figure.rows for figure in found.figures)
    [variance] = findings.outturn_variance(review).figures
    assert (variance.name, variance.value, variance.unit) == (
        "cell:outturn_variance/Total of services/variance|size", "1070", "£000",
    )  # fmt: skip
    assert variance.rows == ("2021-22/service_costs.csv: all 6 rows",)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (-2070, "Services together underspent by £1,000,000"), (-1070, "Services together spent what was budgeted"),
        (1, "Services together overspent by £1,071,000"),
    ],
)  # fmt: skip
def test_the_word_for_a_variance_comes_from_its_sign(review, year_with, more, said):
    costs = review["service_costs"]
    costs.loc[costs.index[0], "gross_outturn"] += Decimal(more)
    assert text_of(findings.outturn_variance(year_with(service_costs=costs))) == said


def bridge(before, left):
    amounts = (before, 0, before, None if left is None else before - left, left)
    kinds = ("level", "change", "level", "change", "level")
    return [{"step": f"step {nth}", "amount": None if amount is None else Decimal(amount), "kind": kind}
            for nth, (amount, kind) in enumerate(zip(amounts, kinds, strict=True))]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "left", "said"),
    [
        (2, -1, "The reserve is £1.000m more than the overspend"), (2, 1, "The reserve is £1.000m less than the overspend"),
        (2, 0, "The reserve is as much as the overspend"), (-2, -3, None), (0, -1, None), (2, None, None),
    ],
)  # fmt: skip
def test_a_reserve_is_set_beside_what_was_overspent(year_of, before, left, said):
    assert text_of(findings.reserve_bridge(year_of(reserve_bridge=bridge(before, left)))) == said


@pytest.mark.parametrize(
    ("first", "last", "status", "said"),
    [
        (1094, 1184, "actual", "Visits rose from 1,094 to 1,184"), (1184, 1094, "actual", "Visits fell from 1,184 to 1,094"),
        (1184, 1184, "actual", "Visits did not change: 1,184"), (1094, 1184, "forecast", None), (None, 1184, "actual", None),
    ],
)  # fmt: skip
def test_demand_rose_fell_or_did_not_change(review, year_with, first, last, status, said):
    row = {"measure": "visits", "title": "Visits", "start": "2019-03", "end": "2021-03", "value_start": first and Decimal(first),
           "value_end": Decimal(last), "status": status, "source": "report:6/1"}  # fmt: skip
    frame = pd.DataFrame([row], columns=review.schemas["demand"].names, dtype=object)
    frame = frame.where(frame.notna(), None)
    assert text_of(findings.demand(year_with(demand=frame), "visits")) == said
    frame["title"] = "Visits to every family whose child was looked after or on a plan"
    assert findings.demand(year_with(demand=frame), "visits") is None, "a name can make a title too long"


@pytest.mark.parametrize(
    ("effect", "said"),
    [(5, "add £5 to"), (-5, "take £5 off"), (0, None), (None, None)],
)
def test_costed_factors_add_to_the_contract_sum_or_take_off_it(year_of, effect, said):
    rows = [
        {
            "kind": "net of those costed",
            "factors": 2,
            "costed": 1,
            "effect": None if effect is None else Decimal(effect),
        }
    ]
    text = text_of(findings.contract_sum_effects(year_of(contract_sum_effects=rows)))
    assert text == (said and f"Costed factors together {said} the contract sum")


@pytest.mark.parametrize(
    ("above", "said"),
    [(0, "None of 2 scored risks stands"), (1, "1 of 2 scored risks stands"), (2, "2 of 2 scored risks stand")],
)
def test_risks_above_appetite_are_counted_and_those_without_a_score_are_not(year_of, above, said):
    rows = [
        {"risk": f"r{n}", "what": "A risk", "score": 9, "within_appetite": "above" if n < above else "within"}
        for n in range(2)
    ]
    rows.append({"risk": "r9", "what": "A risk", "score": None, "within_appetite": None})
    assert text_of(findings.risk_movement(year_of(risk_movement=rows))) == f"{said} above their owners' appetite"


def test_shares_that_are_not_shown_are_in_no_finding(year_of):
    rows = [
        {"month": f"2021-0{n}", "order": 1, "score": "Good", "share_pct": share}
        for n, share in ((4, Decimal(40)), (5, None))
    ]
    assert findings.practice_shares(year_of(practice_shares=rows)) is None
    answers = [{"survey": "s", "question": "q", "order": 1, "answer": "Yes", "share_pct": None}]
    assert findings.answer_shares(year_of(answer_shares=answers)) is None


def test_events_are_counted_as_in_the_contract_year_only_with_all_their_days(review):
    rows = list(results.table(review, "events").to_dict("records"))[:1]
    for start, end, inside in (("2021-04-01", None, "1"), ("2022-04-01", None, "None"), ("2020", "2021-04", "None"),
                               ("2022", None, "None"), ("2021-04", "2022-03", "1")):  # fmt: skip
        found = findings.dated(review, "events", [{**rows[0], "start": start, "end": end}], "events")
        assert found.text == f"{inside} of 1 events fell within the contract year"
    assert findings.dated(review, "events", [], "events") is None
    long = findings.dated(review, "events", rows, "inspections and visits")
    assert long.text.endswith("inspections and visits fell within the year"), "a title has few words"


@pytest.mark.parametrize("name", ["events", "inspections"])
def test_dates_are_counted_as_the_tables_say_of_each_of_them(review, name):
    rows = results.table(review, name).to_dict("records")
    told = findings.dated(review, name, rows, "dates").figures[0]
    assert int(told.value) == sum(not row["context"] for row in rows) > 0


def test_a_council_without_a_gap_has_no_largest_one(review, year_with):
    gaps = review["budget_gaps"]
    gaps["gap"] = [Decimal("-1.5")] * len(gaps)
    assert findings.gaps_by_year(year_with(budget_gaps=gaps)) is None


@pytest.mark.parametrize(
    ("signal", "said"),
    [
        ({}, "KPI A: as usual; may meet or miss its target"), ({"assurance": None}, "KPI A: as usual"),
        ({"variation": "concern", "assurance": "consistently fails"}, "KPI A: concern; expected to miss its target"),
        ({"variation": None, "assurance": None}, "KPI A: no limits of variation"),
        ({"variation": None, "assurance": None, "period": None}, "KPI A: no value in the year"),
    ],
)  # fmt: skip
def test_what_a_kpi_says_is_its_variation_and_whether_its_target_can_be_met(signal, said):
    usual = {"kpi": "A", "variation": "common cause", "assurance": "hit and miss", "period": "2022-03"}
    assert findings.kpi_signal({**usual, **signal}).text == said


# Several years


def series(*values, breaks=()):
    return [{"measure": "count", "title": "Children seen", "unit": "children", "year": f"20{18 + n}-{19 + n}", "decimals": 0,
             "value": None if value is None else Decimal(value), "break_before": "suspected: x" if n in breaks else None}
            for n, value in enumerate(values)]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (series(900, 950, 1000), "Children seen rose from 900 to 1,000 since 2018-19"),
        (series(900, None, 900), "Children seen did not change since 2018-19"),
        (series(900, 950, 1000, breaks=[2]), None), (series(900, 950, 1000, breaks=[0]), "Children seen rose from 900 to 1,000 since 2018-19"),
        (series(900), None), (series(None, None), None),
    ],
)  # fmt: skip
def test_a_series_is_compared_from_end_to_end_only_where_no_break_lies_between(review, monkeypatch, rows, said):
    from ncthelpers import comparison

    frame = pd.DataFrame(rows, columns=results.result_schemas()["demand_series"].names, dtype=object)
    monkeypatch.setattr(comparison, "table", lambda years, name: frame.where(frame.notna(), None))
    found = findings_official.series(Comparison((review,)), "demand_series", "count")
    assert text_of(found) == said


def test_figures_of_one_page_that_count_other_measures_have_other_names(years):
    one, other = (findings_official.related_measures(years, measures) for measures in (
        ["rereferrals_12m", "repeat_plans"], ["sw_vacancy_rate"],
    ))  # fmt: skip
    names = {figure.name for found in (one, other) for figure in found.figures if figure.unit != "contract year"}
    assert len(names) == 4


@given(st.lists(st.text(max_size=12), max_size=3))
def test_names_from_the_data_are_set_into_words_as_they_are(names):
    told = findings.finding(" ".join(["{}"] * len(names)), *names)
    assert told.text == " ".join(names) and told.figures == ()


def test_a_cell_without_a_value_is_not_made_a_figure(review):
    held = findings.Held(review, "gaps_by_year")
    missing = next(row for row in held.rows if row["gap"] is None)
    with pytest.raises(ValueError, match="no gap in that row"):
        held.cell(missing, "gap")


def test_a_part_that_is_nothing_is_written_out_and_keeps_its_value(review):
    held = findings.Held(review, "grant_shares")
    none, all_of_them = held.part([], "grant=none"), held.count(held.rows)
    assert isinstance(none, Figure) and (none.text, none.value) == ("None", "0")
    assert (all_of_them.text, all_of_them.name) == ("10", "count:grant_shares")
