"""What the two documents of 2021-22 print, figure by figure, beside what their own rows give."""

from decimal import Decimal

import pytest

from ncthelpers import results
from ncthelpers.claims import AGREES, BY_DEFINITION, CANNOT, DISAGREES, ROUNDING, VERDICTS


@pytest.fixture(scope="module")
def checked(review):
    return results.table(review, "claims_checked").set_index("claim")


@pytest.mark.parametrize(
    ("claim", "section", "printed", "recomputed", "allowance", "verdict"),
    [
        # annual report section 4: six rows of whole thousands may move a total by three
        ("budget_column", "4", "0", "0", "3", AGREES),
        ("services_budget", "4", "-123348", "-123348", "2.5", AGREES),
        ("gross_column", "4", "3701", "3702", "3", ROUNDING),
        ("covid_column", "4", "-2631", "-2632", "3", ROUNDING),
        ("forecast_column", "4", "1070", "1070", "3", AGREES),
        ("variance_column", "4", "1070", "1070", "3", AGREES),
        # annual report section 12
        ("grants_total", "12", "-12076323", "-12076323", "5", AGREES),
        ("grant_parts", "12", "-358314", "-358314", "1", AGREES),
        ("gap_2023_24", "12", "40.646", "40.646", "0.001", AGREES),
        ("gap_2024_25", "12", "57.303", "57.307", "0.001", DISAGREES),  # more than rounding can do
        # annual report sections 3.1 and 3.2: counts, which no rounding moves
        ("support_kpis_total", "3.1", "37", "37", "0", AGREES),
        ("support_kpis_missed", "3.1", "8", "8", "0", AGREES),
        ("support_kpis_met", "3.1", "29", "29", "0", AGREES),
        ("buildings_total", "3.2", "29", "29", "0", AGREES),
    ],
)
def test_totals_that_the_report_prints(checked, claim, section, printed, recomputed, allowance, verdict):
    row = checked.loc[claim]
    assert (row["document"], row["section"], row["check"], row["verdict"]) == ("report", section, "total", verdict)
    assert [row["value"], row["recomputed"], row["allowance"]] == [
        Decimal(printed),
        Decimal(recomputed),
        Decimal(allowance),
    ]
    assert row["difference"] == Decimal(printed) - Decimal(recomputed)


def test_no_total_is_given_where_a_part_is_not_available(checked):
    row = checked.loc["gap_2025_26"]  # annual report section 12 prints N/A for one council and the total
    assert (row["section"], row["printed"], row["verdict"]) == ("12", "N/A", AGREES)
    assert row[["value", "recomputed", "difference"]].isna().all()


@pytest.mark.parametrize(
    ("claim", "section", "check", "printed", "recomputed", "verdict"),
    [
        ("support_kpis_met_share", "3.1", "percentage", "78.3", "78.378", DISAGREES),
        ("children_in_care_growth", "6", "percentage change", "8", "8.227", AGREES),
        ("yos_supportive", "10.6", "percentage", "83", "82.609", AGREES),
        ("yos_no_offence", "10.6", "percentage", "86", "85.507", AGREES),
    ],
)
def test_percentages_that_the_report_prints(checked, claim, section, check, printed, recomputed, verdict):
    row = checked.loc[claim]
    assert (row["document"], row["section"], row["check"], row["verdict"]) == ("report", section, check, verdict)
    assert row["value"] == Decimal(printed) and row["recomputed"].quantize(Decimal("0.001")) == Decimal(recomputed)


def test_every_row_of_the_cost_table_adds_up_as_a_claim_too(checked, review):
    rows = checked[checked.index.str.endswith(("_forecast", "_variance")) & (checked["section"] == "4")]
    assert set(rows["verdict"]) == {AGREES}
    printed = results.table(review, "row_checks")["printed"]
    assert sorted(rows["value"]) == sorted(printed)


@pytest.mark.parametrize(
    ("claim", "section", "verdict", "says"),
    [
        (
            "iro_share",
            "10.6",
            CANNOT,
            "imply a whole of 100 (from 99 to 101)",
        ),  # 44 children are said to be 44 per cent
        ("ilacs_guidance_order", "7.6", DISAGREES, "December 2023 and January 2023"),
        ("first_period_dates", "4", DISAGREES, "2022 and March 2021"),
        ("appendix_4_listed", "15", DISAGREES, "listed: no"),
        ("audits_undertaken", "10.1", DISAGREES, "gives 4 audits"),
        ("children_in_care_2022", "6", BY_DEFINITION, "1,183 children"),
        (
            "care_leavers_work_national",
            "2.1",
            BY_DEFINITION,
            "52.1% for the contract's areas in 2021-22; 58.4% for England",
        ),
        (
            "care_leavers_homes_national",
            "2.1",
            BY_DEFINITION,
            "84.6% for the contract's areas in 2021-22; 88.6% for England",
        ),
        ("vacancies_national", "2.1", BY_DEFINITION, "39.6%"),
        (
            "children_in_care_trend",
            "6",
            CANNOT,
            "1,229 children through the two printed figures; 1,221 children through the five",
        ),
    ],
)
def test_what_the_review_of_the_documents_found(checked, claim, section, verdict, says):
    row = checked.loc[claim]
    assert (row["section"], row["verdict"]) == (section, verdict) and says in row["because"]


def test_a_forecast_that_missed_is_told_and_is_no_false_statement(checked):
    row = checked.loc["children_in_care_trend"]
    assert row["verdict"] != DISAGREES and "1,182 children in 2023-24" in row["later"]


def test_at_least_a_hundred_claims_are_checked_and_each_verdict_occurs(checked):
    assert len(checked) >= 200 and set(checked["verdict"]) == set(VERDICTS)
