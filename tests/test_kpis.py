"""The register of KPIs and the rates of the support services."""

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers import kpis
from ncthelpers.rounding import half_up

SAID = ["kpi", "said", "against_target", "source"]


def register(*rows) -> pd.DataFrame:
    names = ["kpi", "name", "named", "polarity", "target", "target_status", "source"]
    return pd.DataFrame(rows, columns=names, dtype=object)


REFERRALS = ("A", "Referrals decided in time", "named", "higher is better", None, "not published", "report:2.1/1")


def test_fourteen_kpis_are_named_two_unnamed_and_five_in_no_source(review):
    # annual report section 2 agrees 21 KPIs; 2.1 and 2.2 name 14 of them and mention two adoption indicators
    counts = kpis.register_counts(review["kpis"]).set_index("named")
    assert counts["kpis"].to_dict() == {"named": 14, "unnamed": 2, "not identified": 5, "All KPIs of the contract": 21}
    assert counts["with_target"].tolist() == [0, 0, 0, 0]  # no source publishes a target
    assert counts["with_polarity"].to_dict()["named"] == 13  # stage 2 complaints: the report leaves it open
    assert counts["with_polarity"].to_dict()["unnamed"] == 0


def test_a_published_target_is_counted():
    rows = register(REFERRALS, ("B", "Other", "named", "not stated", Decimal(0), "published", "report:2.1/2"))
    assert kpis.register_counts(rows).values.tolist()[0] == ["named", 2, 1, 1]  # a target of nought is a target


@given(st.lists(st.tuples(st.sampled_from(["named", "unnamed", "not identified"]), st.booleans(), st.booleans())))
def test_the_states_of_naming_add_up_to_all_kpis(states):
    rows = register(*[(f"K{n}", "x", named, "lower is better" if polarity else "not stated", Decimal(1) if target else None, "", "")
                      for n, (named, target, polarity) in enumerate(states)])  # fmt: skip
    *parts, whole = kpis.register_counts(rows).values.tolist()
    assert [sum(column) for column in list(zip(*parts, strict=True))[1:]] == whole[1:]


def test_every_kpi_is_shown_once_and_silence_is_said(review):
    rows = kpis.register_with_statements(review["kpis"], review["kpi_reported"])
    assert rows["kpi"].tolist() == review["kpis"]["kpi"].tolist()
    spoken_of = set(review["kpi_reported"]["kpi"])
    silent = rows[~rows["kpi"].isin(spoken_of)]
    assert len(silent) >= 5 and set(silent["said"]) == {"The report says nothing of its performance"}
    assert set(silent["against_target"]) == {"not stated"}
    assert all(rows["source"])


def test_statements_stand_in_the_order_entered_with_each_judgement_and_source_once():
    said = pd.DataFrame(
        [("A", "First.", "better", "report:2.1/1"), ("B", "Not this.", "worse", "report:2.2/1"),
         ("A", "Second.", "not stated", "report:2.1/1 report:2.3/1"), ("A", "Third.", "worse at times", "report:2.3/1"),
         ("A", "Fourth.", "better", "report:2.1/1")], columns=SAID, dtype=object,
    )  # fmt: skip
    row = kpis.register_with_statements(register(REFERRALS), said).iloc[0]
    assert row["said"] == "First. Second. Third. Fourth."
    assert row["against_target"] == "better; worse at times"
    assert row["source"] == "report:2.1/1 report:2.3/1"


def test_every_statement_stands_once_under_the_name_of_its_kpi(review):
    rows = kpis.statements_by_kpi(review["kpis"], review["kpi_reported"])
    names = review["kpis"].set_index("kpi")["name"]
    assert sorted(rows[["kpi", "point"]].values.tolist()) == sorted(
        review["kpi_reported"][["kpi", "point"]].values.tolist()
    )
    assert [names[kpi] for kpi in rows["kpi"]] == rows["name"].tolist()
    assert list(dict.fromkeys(rows["kpi"])) == [kpi for kpi in names.index if kpi in set(rows["kpi"])]


@pytest.mark.parametrize(
    ("outcome", "count", "share"), [("met or exceeded", 29, "78.4"), ("amber", 6, "16.2"), ("red", 2, "5.4")]
)
def test_shares_of_support_service_kpis(review, outcome, count, share):
    # annual report section 3.1: 29 of 37, printed as 78.3; six amber and two red
    row = kpis.support_service_rates(review["support_service_results"]).set_index("outcome").loc[outcome]
    assert (row["kpis"], half_up(row["share_pct"], 1)) == (count, Decimal(share))


@given(st.lists(st.integers(0, 500), min_size=1, max_size=5))
def test_shares_come_to_a_hundred_or_there_are_none(counts):
    results = pd.DataFrame([(f"o{n}", "", count, "") for n, count in enumerate(counts)],
                           columns=["outcome", "meaning_of", "kpis", "source"], dtype=object)  # fmt: skip
    shares = kpis.support_service_rates(results)["share_pct"].tolist()
    if sum(counts):
        assert abs(sum(shares) - 100) < Decimal("1e-20")
    else:
        assert shares == [None] * len(counts)
