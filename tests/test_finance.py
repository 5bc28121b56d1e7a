"""The year's finances: every printed figure from its parts, and the laws that hold for any figures.

Golden figures: ``../shared/golden/finance`` (annual report sections 4 and 12, cover report 7.1).
"""

import json
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers import comparison, finance
from ncthelpers.rounding import half_up

MILLIONS = st.decimals(min_value=-500, max_value=500, places=3)
THOUSANDS = st.integers(-200_000, 200_000).map(Decimal)
RESERVE_LINES = ("gross_overspend", "covid_mitigation", "pressure", "reserve", "reserve_left")


@pytest.fixture(scope="module")
def golden(repository):
    path = repository.parent / "shared" / "golden" / "finance" / "seed_finance_golden.json"
    if not path.is_file():
        pytest.skip("../shared/golden/finance is absent: the independent figures of sections 4 and 12 are not compared")
    return json.loads(path.read_text("utf-8"))


def lines(**amounts) -> pd.DataFrame:
    rows = [dict(line=line, document="a", amount=amount, called=line, source="") for line, amount in amounts.items()]
    return pd.DataFrame(rows, columns=["line", "document", "amount", "called", "source"], dtype=object)


def services(rows) -> pd.DataFrame:
    names = ["service", "role", "budget", "gross_outturn", "covid_funding", "forecast_outturn", "outturn_variance"]
    return pd.DataFrame(rows, columns=names, dtype=object)


def amounts(bridge: pd.DataFrame) -> list[str | None]:
    return [None if amount is None else str(amount) for amount in bridge["amount"]]


# Outturn and variance: annual report section 4

SECTION_4 = {  # service: (forecast outturn, variance in £000 as printed, per cent of budget)
    "Corporate Parent Service": (44170, 172, "0.39"),
    "Children, Young People and Family Support Services": (5076, -616, "-10.82"),
    "Prevention & Safeguarding": (14128, -186, "-1.30"),
    "Quality Assurance and Commissioning": (59279, 1700, "2.95"),
    "NCT Central": (1765, 0, "0.00"),
    "Total of services": (124418, 1070, "0.87"),  # variance: the printed total; outturn less the funding is 1,070 too
}


def test_each_service_has_the_variance_that_section_4_prints(review):
    rows = finance.outturn_variance(review["service_costs"]).set_index("service")
    assert list(rows.index) == list(SECTION_4)
    for service, (outturn, variance, per_cent) in SECTION_4.items():
        row = rows.loc[service]
        assert (row["forecast_outturn"], row["variance"], row["printed_variance"]) == (outturn, variance, variance)
        assert str(half_up(row["variance_pct"], 2)) == per_cent


def test_the_services_are_the_independent_figures_of_section_4(review, golden):
    rows = finance.outturn_variance(review["service_costs"]).set_index("service")
    mitigation = finance.covid_mitigation(review["service_costs"]).set_index("service")
    for expected in golden["rows"]:
        row = rows.loc[expected["service"]]
        found = [row[name] for name in ("budget", "gross_outturn", "covid_funding", "forecast_outturn", "variance")]
        assert found == [expected[name] for name in ("budget", "gross", "covid", "forecast", "variance")]
        assert half_up(row["variance_pct"], 2) == Decimal(str(expected["variance_pct"]))
        assert mitigation.at[expected["service"], "gross_variance"] == expected["gross"] - expected["budget"]
    recomputed = golden["recomputed_total"]
    assert mitigation.loc["Total of services"].tolist() == [
        recomputed["gross"],
        recomputed["covid"],
        recomputed["variance"],
    ]


def test_covid_funding_turns_an_overspend_of_section_4_into_an_underspend(review):
    rows = finance.covid_mitigation(review["service_costs"]).set_index("service")
    assert rows.loc["Prevention & Safeguarding"].tolist() == [1470, -1656, -186]
    assert rows.loc["Total of services"].tolist() == [3702, -2632, 1070]  # printed 3,701 and (2,631): rounding


def test_a_nil_budget_has_no_percentage_and_the_funding_is_no_service():
    rows = finance.outturn_variance(
        services([["New", "service", Decimal(0), Decimal(5), Decimal(0), Decimal(5), Decimal(5)],
                  ["Trust", "funding", Decimal(-9), Decimal(-9), Decimal(0), Decimal(-9), Decimal(0)]])
    )  # fmt: skip
    assert rows["service"].tolist() == ["New", "Total of services"]
    assert rows["variance_pct"].tolist() == [None, None]


def test_a_year_without_a_service_has_a_total_of_nought_and_tables_keep_their_columns(review):
    nothing = finance.outturn_variance(services([]))
    assert nothing.index.tolist() == [0] and type(nothing["budget"].item()) is Decimal
    rows = finance.outturn_variance(review["service_costs"])
    assert rows.index.tolist() == list(range(len(SECTION_4)))
    assert finance.row_checks(services([])).columns.tolist() == [
        "service", "figure", "printed", "recomputed", "result", "source",
    ]  # fmt: skip
    assert {kind.name for kind in finance.contract_sum_effects(factors(("saving", 5))).dtypes} == {"object"}


@given(st.lists(st.tuples(THOUSANDS, THOUSANDS, THOUSANDS), min_size=1, max_size=6))
def test_services_add_up_and_an_overspend_is_positive(figures):
    costs = services([[f"s{n}", "service", b, g, c, g + c, g + c - b] for n, (b, g, c) in enumerate(figures)])
    rows, mitigation = finance.outturn_variance(costs), finance.covid_mitigation(costs)
    for name in ("budget", "gross_outturn", "covid_funding", "forecast_outturn", "variance", "printed_variance"):
        assert sum(rows[name][:-1]) == rows[name].iloc[-1]
    assert rows["variance"].tolist() == rows["printed_variance"].tolist()
    assert all(
        (v > 0) == (o > b) for v, o, b in zip(rows["variance"], rows["forecast_outturn"], rows["budget"], strict=True)
    )
    assert (mitigation["gross_variance"] + mitigation["covid_funding"]).tolist() == mitigation["variance"].tolist()


# Bridges: cover report 7.1


def test_the_gross_overspend_leads_to_the_reserve_left(review):
    # cover report 7.1.2 and 7.1.3: 3.701 less 2.631 is 1.070; less the reserve of 1.089 leaves 0.019 of it
    bridge = finance.reserve_bridge(review["finance_lines"])
    assert amounts(bridge) == ["3.701", "-2.631", "1.070", "-1.089", "-0.019"]
    assert [str(printed) for printed in bridge["printed"]] == ["3.701", "2.631", "1.070", "1.089", "0.019"]
    assert bridge["kind"].tolist() == ["level", "change", "level", "change", "level"]
    assert bridge["step"].tolist() == [
        "Gross overspend", "Less covid funding", "Overspend before the reserve", "Less carry forward reserve",
        "Reserve left, printed as net underspend",
    ]  # fmt: skip
    lines = review["finance_lines"]
    lines.loc[lines["line"] == "reserve_left", "called"] = "Reserve left"
    assert finance.reserve_bridge(lines)["step"].iloc[-1] == "Reserve left", "no name is given twice"


def test_contract_sum_and_budget_are_one_unexplained_step_apart(review):
    # cover report 7.1.1: 137.15 and 123.348; grants passed on and support services together are the 13.802 between
    bridge = finance.contract_sum_bridge(review["finance_lines"])
    assert amounts(bridge) == ["137.15", "-13.802", "123.348"]
    assert bridge["kind"].tolist() == ["level", "change", "level"]
    assert bridge["step"].tolist() == [
        "Contract sum", "Grants passed on and support services (no source splits them)", "Budget",
    ]  # fmt: skip
    assert amounts(bridge.rename(columns={"amount": "", "printed": "amount"})) == ["137.15", None, "123.348"]


@pytest.mark.parametrize(
    ("reserve", "left", "called", "step"),
    [
        ("1.089", "-0.019", None, "Reserve left"),
        ("1.089", "-0.019", "reserve left", "Reserve left"),
        ("1.089", "-0.019", "Net underspend", "Reserve left, printed as net underspend"),
        ("1.070", "0.000", None, "Reserve left"),
        ("1.069", "0.001", None, "Overspend that the reserve does not meet"),
        ("1.000", "0.070", "Net overspend", "Overspend that the reserve does not meet, printed as net overspend"),
        ("0", "1.070", None, "Overspend that the reserve does not meet"),
        (None, None, None, "Reserve left"),
    ],
)
def test_what_the_reserve_does_not_meet_is_no_reserve_left(reserve, left, called, step):
    given_lines = lines(gross_overspend=Decimal("3.701"), covid_mitigation=Decimal("2.631"))
    if reserve:
        given_lines = pd.concat([given_lines, lines(reserve=Decimal(reserve))], ignore_index=True)
    if called:
        printed = lines(reserve_left=Decimal(9)).assign(called=called)
        given_lines = pd.concat([given_lines, printed], ignore_index=True)
    last = finance.reserve_bridge(given_lines).iloc[-1]
    assert (last["step"], None if last["amount"] is None else str(last["amount"])) == (step, left)


def test_no_grant_total_stands_in_the_contract_sum_bridge(review):
    # 12.076 with covid or 9.445 without would leave 1.726 or 4.357 "for support services": nobody publishes either
    grants = {abs(half_up(total / 10**6, 3)) for total in finance.grant_totals(review["grants"])["received"]}
    steps = {abs(step) for step in finance.contract_sum_bridge(review["finance_lines"])["amount"]}
    assert not steps & (grants | {Decimal("13.802") - grant for grant in grants})


def test_both_documents_print_the_same_finances(review):
    rows = finance.agreed_lines(review["finance_lines"]).set_index("line")
    assert rows["agree"].tolist() == [True] * 7
    assert rows.at["pressure", "amounts"] == "£1.070m"  # annual report section 4 and cover report 7.1.3
    assert rows.at["pressure", "printed_in"] == "report, cover"
    assert rows.at["contract_sum", "printed_in"] == "cover"
    assert rows.index.tolist() == review["finance_lines"]["line"].drop_duplicates().tolist(), (
        "in order of first mention"
    )
    assert not any(finance.documents_disagree(review["finance_lines"], line) for line in (*rows.index, "nothing"))


def test_what_documents_call_one_line_is_listed_once_each():
    named = [lines(reserve=Decimal(1)).assign(called=called) for called in ("Reserve", "Carry forward", "Reserve")]
    assert finance.agreed_lines(pd.concat(named))["called"].tolist() == ["Reserve; Carry forward"]


def test_documents_that_disagree_are_shown_and_give_no_amount():
    both = pd.concat([lines(reserve=Decimal("1.089")), lines(reserve=Decimal("1.098"))], ignore_index=True)
    row = finance.agreed_lines(both).iloc[0]
    assert (row["amounts"], row["agree"]) == ("£1.089m; £1.098m", False)
    assert finance.line_amount(both, "reserve") is None
    assert finance.line_amount(lines(reserve=Decimal("1.07")), "budget") is None


def test_the_same_amount_with_more_places_agrees():
    both = pd.concat([lines(pressure=Decimal("1.07")), lines(pressure=Decimal("1.070"))], ignore_index=True)
    assert finance.agreed_lines(both)["agree"].item() and finance.line_amount(both, "pressure") == Decimal("1.07")


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(RESERVE_LINES, MILLIONS)))
def test_a_reserve_bridge_always_sums_or_says_that_it_cannot(given_lines):
    bridge = finance.reserve_bridge(lines(**given_lines))
    gross, covid, after, reserve, left = bridge["amount"]
    assert (after is None) == (gross is None or covid is None) and (left is None) == (after is None or reserve is None)
    assert after is None or gross + covid == after
    assert left is None or after + reserve == left
    assert [gross, bridge["printed"].iloc[2]] == [given_lines.get("gross_overspend"), given_lines.get("pressure")]


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(("contract_sum", "budget"), MILLIONS)))
def test_a_contract_sum_bridge_always_sums_or_says_that_it_cannot(given_lines):
    first, change, last = finance.contract_sum_bridge(lines(**given_lines))["amount"]
    assert (first, last) == (given_lines.get("contract_sum"), given_lines.get("budget"))
    assert (change is None) == (None in (first, last)) and (change is None or first + change == last)


# Grants: annual report section 12


def test_grants_come_to_the_total_that_section_12_prints(review):
    totals = finance.grant_totals(review["grants"]).set_index("grants")["received"]
    assert totals.to_dict() == {"All grants": 12_076_323, "Of which covid": 2_631_000, "Without covid": 9_445_323}


def test_grants_are_the_independent_figures_of_section_12(review, golden):
    printed = dict(golden["grants_gbp"])
    total = printed.pop("TOTAL printed")
    assert sorted(review["grants"]["amount"]) == sorted(printed.values())
    assert finance.grant_totals(review["grants"])["received"].iloc[0] == -total
    parts = review["grant_components"]["amount"].tolist()
    assert sorted(parts) == [85_942, 272_372] and sum(parts) == 358_314  # the two parts printed inside one row


def test_the_largest_grant_comes_first_with_its_share(review):
    first = finance.grant_shares(review["grants"]).iloc[0]
    assert (first["grant"], first["received"]) == ("Unaccompanied asylum-seeking children: under 18", 2_700_011)
    entered = review["grants"].set_index("grant").loc[first["grant"]]
    assert (first["covid"], first["source"]) == (entered["covid"], entered["source"])
    of_covid = finance.grant_shares(review["grants"]).set_index("grant")["covid"]
    assert of_covid.to_dict() == review["grants"].set_index("grant")["covid"].to_dict()
    assert half_up(first["share_pct"], 1) == Decimal("22.4")


@given(st.lists(st.tuples(st.integers(1, 10**7), st.booleans()), min_size=1, max_size=8))
def test_shares_of_grants_come_to_a_hundred_and_totals_split_by_covid(figures):
    grants = pd.DataFrame([(f"g{n}", Decimal(-amount), covid, "") for n, (amount, covid) in enumerate(figures)],
                          columns=["grant", "amount", "covid", "source"], dtype=object)  # fmt: skip
    shares = finance.grant_shares(grants)
    everything, covid, without = finance.grant_totals(grants)["received"]
    assert abs(sum(shares["share_pct"]) - 100) < Decimal("1e-20")
    assert shares["received"].tolist() == sorted((amount for amount, _ in figures), reverse=True)
    assert everything == covid + without == sum(shares["received"])
    assert covid == sum(amount for amount, of_covid in figures if of_covid)


def test_no_grant_at_all_has_no_share():
    grants = pd.DataFrame([("g", Decimal(0), False, "")], columns=["grant", "amount", "covid", "source"], dtype=object)
    assert finance.grant_shares(grants)["share_pct"].tolist() == [None]
    assert [type(total) for total in finance.grant_totals(grants[:0])["received"]] == [Decimal] * 3


# Budget gaps: annual report section 12


def test_gaps_are_added_by_council_and_not_available_is_carried(review):
    gaps = finance.gaps_by_year(review["budget_gaps"], review.contract["councils"]).set_index(["year", "council"])[
        "gap"
    ]
    north, west = (council["name"] for council in review.contract["councils"])
    assert [gaps["2023-24", of] for of in (north, west, "All councils")] == [
        Decimal("25.192"), Decimal("15.454"), Decimal("40.646"),
    ]  # fmt: skip
    assert gaps["2024-25", "All councils"] == Decimal("57.307")  # printed 57.303: a discrepancy, not an edit
    assert [gaps["2025-26", of] for of in (north, west, "All councils")] == [None, Decimal("26.448"), None]


def test_a_council_without_a_row_makes_the_total_missing():
    gaps = pd.DataFrame(
        [("A", "2023-24", Decimal("1.5"), "report:12/3")], columns=["council", "year", "gap", "source"], dtype=object
    )
    rows = finance.gaps_by_year(gaps, [{"id": "A", "name": "Aford"}, {"id": "B", "name": "Beham"}])
    assert rows["gap"].tolist() == [Decimal("1.5"), None, None]
    assert rows["source"].tolist() == ["report:12/3", "", "report:12/3"]


@given(
    st.dictionaries(
        st.sampled_from(["2023-24", "2024-25", "2025-26"]), st.tuples(*[st.none() | MILLIONS] * 3), min_size=1
    )
)
def test_gaps_of_a_year_add_up_over_councils_unless_one_is_missing(by_year):
    councils = [{"id": name, "name": name.upper()} for name in "abc"]
    gaps = pd.DataFrame([(council["id"], year, gap, "report:12/3") for year, of in by_year.items()
                         for council, gap in zip(councils, of, strict=True)],
                        columns=["council", "year", "gap", "source"], dtype=object)  # fmt: skip
    rows = finance.gaps_by_year(gaps, councils)
    assert rows["year"].drop_duplicates().tolist() == sorted(by_year)
    for year, of in by_year.items():
        found = rows[rows["year"] == year]["gap"].tolist()
        assert found == [*of, None if None in of else sum(of)]


def test_a_total_cites_the_sources_of_its_parts_each_once():
    cited = ["report:12/3", "cover:7/1", "report:12/3"]
    gaps = pd.DataFrame(dict(council=list("abc"), year="2023-24", gap=[Decimal(1)] * 3, source=cited), dtype=object)
    rows = finance.gaps_by_year(gaps, [{"id": name, "name": name} for name in "abc"])
    assert rows["source"].tolist() == [*cited, "report:12/3 cover:7/1"]


def test_gaps_of_one_council_have_no_total_beside_them():
    gaps = pd.DataFrame(
        dict(council=["A", "A"], year=["2023-24", "2024-25"], gap=[Decimal("1.5"), None], source="report:12/3"),
        dtype=object,
    )
    rows = finance.gaps_by_year(gaps, [{"id": "A", "name": "Aford"}])
    assert rows[["year", "council", "gap"]].values.tolist() == [
        ["2023-24", "Aford", Decimal("1.5")],
        ["2024-25", "Aford", None],
    ]


# A printed figure that its own row does not give is shown as such


def test_every_row_of_the_printed_cost_table_adds_up(review):
    checks = finance.row_checks(review["service_costs"])  # annual report section 4
    assert len(checks) == 12 and set(checks["result"]) == {"agrees"}
    costs = review["service_costs"]
    assert checks["printed"].tolist()[::2] == costs["forecast_outturn"].tolist()
    assert checks["printed"].tolist()[1::2] == costs["outturn_variance"].tolist()
    assert checks["source"].tolist()[::2] == checks["source"].tolist()[1::2] == costs["source"].tolist()


@pytest.mark.parametrize(("off", "result"), [(0, "agrees"), (1, "rounding"), (2, "disagrees"), (-1, "rounding")])
def test_rounding_alone_moves_a_figure_of_two_rounded_ones_by_one_unit(off, result):
    row = ["Care", "service", Decimal(100), Decimal(90), Decimal(-10), Decimal(80 + off), Decimal(-20 + off)]
    checks = finance.row_checks(services([row]).assign(source=""))
    assert checks["result"].tolist() == [result, "agrees"]


@pytest.mark.parametrize(
    ("column", "figure"), [("forecast_outturn", "Forecast outturn"), ("outturn_variance", "Variance")]
)
def test_a_printed_figure_that_is_off_is_named_with_its_row(review, column, figure):
    costs = review["service_costs"]
    costs.loc[costs.index[0], column] += 5
    checks = finance.row_checks(costs)
    off = checks[checks["result"] == "disagrees"]
    assert (costs.iloc[0]["service"], figure) in set(zip(off["service"], off["figure"], strict=True))


# Shares of outturn that no source states


OUTTURN = ["measure", "title", "area", "year", "unit", "value", "release"]


def outturns(*rows) -> pd.DataFrame:
    return pd.DataFrame(
        [("line", "Line", area, year, unit, value, "A") for area, year, unit, value in rows],
        columns=OUTTURN,
        dtype=object,
    )


def test_spending_on_youth_justice_is_shared_alike_in_every_year(years):
    # facts, finance: youth justice in the section 251 outturn (Local Authority Interactive Tool, April 2026), of which
    # the north bears 44.16 per cent in each of four years
    shares = comparison.table(years, "implied_shares")
    held = shares[(shares["title"] == "Spending on youth justice") & (shares["area"] == "North Northamptonshire")]
    assert {row["year"]: half_up(row["share_pct"], 2) for row in held.to_dict("records")} == dict.fromkeys(
        ["2021-22", "2022-23", "2023-24", "2024-25"], Decimal("44.16")
    )


def test_shares_are_only_made_of_money_and_of_more_than_one_authority(years):
    shares, series = comparison.table(years, "implied_shares"), comparison.table(years, "finance_series")
    rates = set(series[~series["unit"].isin(["£", "£000"])]["title"])
    assert rates and not rates & set(shares["title"])
    assert set(shares.groupby(["title", "year"]).size()) == {2}, "one county had all of it: that is no share"
    assert "Northamptonshire" not in set(shares["area"])


def test_shares_are_made_of_lines_in_thousands_too_in_the_order_entered():
    wide = outturns(("West", "2032-33", "£000", Decimal(3)), ("East", "2032-33", "£000", Decimal(1)))
    both = pd.concat([wide, wide.assign(year="2031-32", unit="£")])
    found = finance.implied_shares(both)
    assert found[["year", "area", "share_pct"]].values.tolist() == [
        ["2032-33", "West", 75], ["2032-33", "East", 25], ["2031-32", "West", 75], ["2031-32", "East", 25],
    ]  # fmt: skip


@given(st.lists(st.decimals(0, 10**9, places=2), min_size=2, max_size=5).filter(sum))
def test_shares_of_a_line_add_up_to_the_whole_in_the_order_of_the_amounts(amounts):
    shares = finance.implied_shares(outturns(*((f"a{n}", "2031-32", "£", value) for n, value in enumerate(amounts))))
    assert abs(sum(shares["share_pct"]) - 100) < Decimal("1e-20")
    assert [a <= b for a in amounts for b in amounts] == [
        a <= b for a in shares["share_pct"] for b in shares["share_pct"]
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [("East", "2031-32", "£", Decimal(5))],
        [("East", "2031-32", "£", Decimal(5)), ("West", "2031-32", "£", None)],
        [("East", "2031-32", "£", Decimal(5)), ("West", "2032-33", "£", Decimal(5))],
        [("East", "2031-32", "£", Decimal(0)), ("West", "2031-32", "£", Decimal(0))],
        [("East", "2031-32", "£ per week", Decimal(5)), ("West", "2031-32", "£ per week", Decimal(5))],
        [("East", "2031-32", "£", Decimal(5)), ("West", "2031-32", "£", Decimal(-5))],
        [],
    ],
    ids=["one", "a gap", "two years", "nil", "a rate", "nil together", "none"],
)
def test_what_has_no_whole_has_no_shares(rows):
    table = finance.implied_shares(outturns(*rows))
    assert table.empty and table.columns.tolist() == ["title", "year", "area", "value", "share_pct", "release"]


# The same figure from every source, side by side

PUBLISHED = [
    "line",
    "title",
    "body",
    "kind",
    "qualifier",
    "value",
    "unit",
    "basis",
    "as_of",
    "confidence",
    "note",
    "source",
]


def published(*rows, **columns) -> pd.DataFrame:
    """Finance figures as published, each a mapping of what is not as usual."""
    usual = {"line": "overspend", "title": "Overspend", "body": "AIT", "kind": "actual", "qualifier": None, "value": Decimal(8),
             "unit": "£m", "basis": "press", "as_of": "2033-05", "confidence": "high", "note": None, "source": "a"}  # fmt: skip
    return pd.DataFrame([usual | columns | row for row in rows], columns=PUBLISHED, dtype=object)


def agreement(*rows, **columns) -> list[str]:
    return finance.side_by_side(published(*rows, **columns))["agreement"].tolist()


def test_figures_of_one_line_stand_in_one_row_in_order_of_date_with_all_that_is_said_of_them():
    rows = published(
        {"value": Decimal("9.5"), "as_of": "2033-11", "qualifier": "about", "note": "A round figure.", "source": "b c"},
        {"value": Decimal(8), "title": "Overspend of the year", "confidence": "low", "source": "report:4/1"},
        {"value": Decimal(7), "as_of": "2033", "note": "A round figure.", "source": "c"},
    )
    [row] = finance.side_by_side(rows).to_dict("records")
    assert [(figure.as_of, figure.value) for figure in row["figures"]] == [
        ("2033", 7),
        ("2033-05", 8),
        ("2033-11", Decimal("9.5")),
    ]
    assert row["figures"][2] == finance.Published("about", Decimal("9.5"), "£m", "2033-11", "press", "high")
    assert row["figures"][1].confidence == "low"
    assert (row["line"], row["title"], row["body"], row["kind"]) == ("overspend", "Overspend", "AIT", "actual")
    assert (row["note"], row["source"]) == ("A round figure.", "c report:4/1 b"), "each once, in order of date"
    assert row["agreement"] == "not the same"


def test_figures_of_one_day_stand_in_the_order_entered_with_each_note_once():
    many = published(*({"value": Decimal(n), "note": f"note {n % 3}"} for n in range(40)))
    [row] = finance.side_by_side(many).to_dict("records")
    assert [figure.value for figure in row["figures"]] == list(range(40))
    assert row["note"] == "note 0; note 1; note 2"
    assert finance.side_by_side(published({"line": "z"}, {"line": "a"}))["line"].tolist() == ["z", "a"]


@pytest.mark.parametrize(
    "other", [{"line": "saving"}, {"body": "East"}, {"kind": "plan"}, {"unit": "£000"}], ids=lambda other: next(iter(other))
)  # fmt: skip
def test_figures_of_another_line_body_status_or_unit_stand_in_a_row_of_their_own(other):
    assert agreement({}, other) == ["one figure only"] * 2
    found = finance.side_by_side(published({}, other, {"source": "b"}))
    assert [len(figures) for figures in found["figures"]] == [2, 1]


def test_an_amount_and_a_rate_of_one_line_are_never_held_against_each_other():
    # press, 2024: a residential placement of £281,000 a year and about £5,400 a week, which are two prices and no conflict
    [year, week] = finance.side_by_side(
        published({"value": Decimal(281000), "unit": "£ per year"}, {"value": Decimal(5400), "unit": "£ per week"})
    ).to_dict("records")
    assert [figure.unit for figure in (*year["figures"], *week["figures"])] == ["£ per year", "£ per week"]
    assert {year["agreement"], week["agreement"]} == {"one figure only"}


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{}], "one figure only"),
        ([{}, {"source": "b"}], "the same"),
        ([{}, {"value": Decimal("8.0"), "as_of": "2034"}], "the same"),  # 8 and 8.0 are one number
        ([{"qualifier": "about"}, {"qualifier": "about", "source": "b"}], "the same"),
        ([{}, {"qualifier": "about"}], "not the same"),  # nobody says that about 8 is 8
        ([{"qualifier": "over"}, {"qualifier": "almost"}], "not the same"),
        ([{}, {"value": Decimal("8.1")}], "not the same"),
        ([{}, {"value": Decimal("8.1"), "as_of": "2034"}], "not the same"),  # an outturn does not change with its date
        ([{}, {"source": "b"}, {"value": Decimal("8.1")}], "not the same"),
    ],
)
def test_it_is_said_whether_the_sources_agree(rows, words):
    assert agreement(*rows) == [words]
    assert agreement(*rows[::-1]) == [words]


@pytest.mark.parametrize("kind", ["budget", "actual", "plan"])
def test_only_a_forecast_may_change_with_its_date(kind):
    rows = [{}, {"value": Decimal(9), "as_of": "2033-11"}]
    assert agreement(*rows, kind=kind) == ["not the same"]
    assert agreement(*rows, kind="forecast") == ["forecasts of different dates"]


@pytest.mark.parametrize(
    ("dates", "apart"),
    [
        (("2033-05", "2033-06"), True),
        (("2033-05-31", "2033-06"), True),
        (("2032", "2033-05"), True),
        (("2033-05", "2033-06", "2034"), True),
        (("2033-05", "2033-05"), False),
        (("2033-05-07", "2033-05-07"), False),
        (("2033", "2033-05"), False),  # the first may be of May too
        (("2033-01", "2033"), False),
        (("2033-05", "2033-05-31"), False),
        (("2032", "2033", "2033-12"), False),
    ],
)
def test_forecasts_differ_without_a_conflict_only_where_their_dates_are_known_to_differ(dates, apart):
    rows = [{"as_of": when, "value": Decimal(n), "source": f"s{n}"} for n, when in enumerate(dates)]
    for given_rows in (rows, rows[::-1]):
        [words] = agreement(*given_rows, kind="forecast")
        assert (words == "forecasts of different dates") is apart
        assert words.startswith("not the same") is not apart


def test_forecasts_that_are_alike_agree_whatever_their_dates():
    assert agreement({}, {"as_of": "2034"}, kind="forecast") == ["the same"]
    assert agreement({}, kind="forecast") == ["one figure only"]


def test_nothing_published_is_no_row():
    table = finance.side_by_side(published())
    assert table.empty and table.columns.tolist() == [
        "line", "title", "body", "kind", "figures", "agreement", "note", "source",
    ]  # fmt: skip


def test_every_figure_of_the_public_years_stands_in_one_row_and_none_is_made(years):
    for data in years.years:
        entered = data["published_finance"]
        found = finance.side_by_side(entered)
        shown = [
            (row["line"], row["body"], row["kind"], figure)
            for row in found.to_dict("records")
            for figure in row["figures"]
        ]
        columns = ["line", "body", "kind", *finance.Published._fields]
        assert sorted((*key, *figure) for *key, figure in shown if None not in figure) == sorted(
            tuple(row) for row in entered[columns].itertuples(index=False, name=None) if None not in row
        )
        assert len(shown) == len(entered)
        assert {len({figure.unit for figure in figures}) for figures in found["figures"]} <= {1}


# Factors for the next contract sum


def factors(*rows) -> pd.DataFrame:
    """Factors from (kind, effect in £)."""
    effects = [(kind, None if effect is None else Decimal(effect)) for kind, effect in rows]
    return pd.DataFrame(effects, columns=["kind", "effect"], dtype=object)


@pytest.mark.parametrize(
    ("kind", "effect", "signed"), [("pressure", 900, 900), ("saving", 900, -900), ("saving", 0, 0), ("saving", None, None)]
)  # fmt: skip
def test_a_saving_lowers_the_contract_sum(kind, effect, signed):
    assert finance.signed_effect({"kind": kind, "effect": effect}) == signed


def test_savings_are_taken_off_pressures_and_what_is_not_costed_is_counted_and_in_no_sum():
    found = finance.contract_sum_effects(
        factors(("pressure", 900), ("saving", 250), ("pressure", None), ("pressure", "100.50"), ("saving", None))
    )
    assert found.values.tolist() == [
        ["pressure", 3, 2, Decimal("1000.50"), 1],
        ["saving", 2, 1, Decimal(-250), 1],
        ["net of those costed", 5, 3, Decimal("750.50"), 2],
    ]


@pytest.mark.parametrize(
    ("rows", "effects"),
    [
        ([], [None, None, None]),
        ([("pressure", None), ("saving", None)], [None, None, None]),
        ([("saving", 250)], [None, -250, -250]),
        ([("pressure", 0)], [0, None, 0]),
    ],
    ids=["none named", "none costed", "a saving alone", "costed at nil"],
)
def test_an_effect_is_missing_and_not_nil_where_no_factor_is_costed(rows, effects):
    assert finance.contract_sum_effects(factors(*rows))["effect"].tolist() == effects


@given(st.lists(st.tuples(st.sampled_from(["pressure", "saving"]), st.none() | st.integers(0, 10**8).map(Decimal))))
def test_pressures_and_savings_come_to_the_net_and_every_factor_is_counted_once(rows):
    *kinds, net = finance.contract_sum_effects(factors(*rows)).to_dict("records")
    for count in ("factors", "costed", "not_costed"):
        assert sum(kind[count] for kind in kinds) == net[count]
    assert net["factors"] == net["costed"] + net["not_costed"] == len(rows)
    held = [kind["effect"] for kind in kinds if kind["effect"] is not None]
    assert net["effect"] == (sum(held) if held else None)


def test_neither_document_costs_any_pressure_or_saving(review):
    # annual report sections 4, 6, 7 and 9, cover report 7.1.4: factors in words, without an amount
    net = finance.contract_sum_effects(review["contract_sum_factors"]).to_dict("records")[-1]
    assert net["factors"] > 10 and (net["costed"], net["effect"]) == (0, None)
