"""Rules between tables: each broken once on an invented year held in memory, and the law of dates."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers.cells import Column
from ncthelpers.load import NO_REFERENCE, Reference, YearData
from ncthelpers.rounding import half_up
from ncthelpers.rules import cross_table_faults, known_sources, reference_faults
from ncthelpers.schemas import TableSchema
from ncthelpers.years import ContractYear, last_day

SCHEMAS = {
    schema.table: schema
    for schema in [
        TableSchema("gaps", "Gaps", "", ("council", "year"),
                    (Column("council", "council", "Council"), Column("year", "id", "Year"), Column("gap", "money", "Gap", required=False))),
        TableSchema("roles", "Roles", "", ("role",), (Column("role", "text", "Role"), Column("council", "council", "Council", required=False))),
        TableSchema("duties", "Duties", "", ("duty",), (Column("duty", "count", "Duty"), Column("source", "source", "Source", required=False))),
        TableSchema("points", "Points", "", ("point",),
                    (Column("point", "count", "Point"), Column("duty", "count", "Duty", refers_to="duties.duty", required=False))),
        TableSchema("events", "Events", "", ("event",),
                    (Column("event", "id", "Event"), Column("start", "when", "From"), Column("end", "when", "To", required=False),
                     Column("context", "yesno", "Context"))),
        TableSchema("spans", "Spans", "", (), (Column("start", "when", "From"), Column("end", "when", "To"))),
        TableSchema("paragraphs", "Paragraphs", "", ("paragraph",), (Column("paragraph", "source", "Paragraph"),)),
        TableSchema("kpis", "KPIs", "", ("kpi",),
                    (Column("kpi", "id", "KPI"), Column("unit", "text", "Unit"), Column("polarity", "text", "Polarity"),
                     Column("target", "number", "Target", required=False), Column("tolerance", "number", "Tolerance", required=False),
                     Column("target_status", "text", "Target and tolerance"), Column("name", "text", "Name"))),
        TableSchema("kpi_values", "Values", "", ("kpi", "period"),
                    (Column("kpi", "id", "KPI", refers_to="kpis.kpi"), Column("period", "when", "Month"), *tuple(Column(name, "number", name, required=False) for name in ("numerator", "denominator", "value")))),
        TableSchema("carried_actions", "Actions", "", ("from_year", "action"), (Column("from_year", "id", "From"), Column("action", "id", "Action"))),
        TableSchema("demand", "Demand", "", ("measure",), (Column("measure", "id", "Measure"), Column("source", "source", "Source"))),
        TableSchema("published_finance", "Finance", "", (), (Column("basis", "text", "Kind of source"), Column("source", "source", "Source"))),
        TableSchema("support_service_kpis", "KPIs", "", ("kpi",),
                    (Column("kpi", "id", "KPI"), Column("name", "text", "Name"), Column("unit", "text", "Unit"), Column("polarity", "text", "Polarity"),
                     Column("target", "number", "Target", required=False), Column("tolerance", "number", "Tolerance", required=False))),
        *(TableSchema(name, "Values", "", ("kpi", "period"),
                      (Column("kpi", "id", "KPI", refers_to=f"{register}.kpi"), Column("period", "when", "Month"), *tuple(Column(column, "number", column, required=False) for column in ("numerator", "denominator", "value"))))
          for name, register in (("kpi_history", "kpis"), ("support_service_values", "support_service_kpis"))),
        TableSchema("kpi_rebases", "Rebases", "", ("kpi", "month"), (Column("kpi", "id", "KPI", refers_to="kpis.kpi"), Column("month", "when", "From"))),
        TableSchema("dependencies", "Dependencies", "", ("dependency",), (Column("dependency", "count", "Number"), Column("name", "text", "Name"))),
        TableSchema("escalations", "Moves", "", ("judged", "subject", "on", "state"),
                    (*tuple(Column(name, "text", name) for name in ("judged", "subject")), Column("on", "date", "On"), *tuple(Column(name, "text", name) for name in ("state", "owner", "evidence")), Column("dependency", "count", "Dependency", required=False, refers_to="dependencies.dependency"), Column("source", "source", "Source"))),
        TableSchema("risk_scores", "Scores", "", ("risk", "on"), (Column("risk", "id", "Risk"), Column("on", "date", "On"))),
        TableSchema("surveys", "Surveys", "", ("survey",), (Column("survey", "id", "Survey"), Column("base", "count", "Base", required=False))),
        TableSchema("survey_answers", "Answers", "", ("survey", "question", "answer"),
                    (*tuple(Column(name, "text", name) for name in ("survey", "question", "answer")), Column("answered", "count", "Number", required=False), Column("status", "text", "Status", required=False))),
        TableSchema("practice_scores", "Scores", "", ("month", "score"),
                    (Column("month", "when", "Month"), Column("score", "text", "Score"), Column("cases", "count", "Cases", required=False),
                     Column("status", "text", "Status", required=False))),
        TableSchema("contract_sum_factors", "Factors", "", ("factor",),
                    (Column("factor", "id", "Factor"), Column("effect", "money", "Effect", required=False), Column("costed", "text", "Costed"))),
    ]
}  # fmt: skip
ROWS = {
    "gaps": [("EAST", "a", Decimal(5)), ("WEST", "a", None)],
    "roles": [("Director", "EAST"), ("Clerk", None)],
    "duties": [(1, "report:1/1 report:1/2"), (2, None)],
    "points": [(1, 1), (2, None)],
    "events": [("open", "2031-06", None, False), ("close", "2033", None, True)],
    "spans": [("2031-06", "2031-07")],
    "paragraphs": [("report:1/1",), ("report:1/2",)],
    "kpis": [
        ("A", "per cent", "higher is better", Decimal(45), Decimal(40), "published", "Referrals"),
        ("B", "per cent", "lower is better", None, None, "not published", "Reviews"),
        ("C", "not stated", "not stated", None, None, "not published", "Moves"),
    ],
    "kpi_values": [
        ("A", "2031-04", Decimal(90), Decimal(100), Decimal(90)),
        ("A", "2031", None, None, Decimal("88.5")),
        ("C", "2032-03-31", Decimal(30), Decimal(10), Decimal(3)),
    ],
    "carried_actions": [("2030-31", "a")],
    "demand": [("referrals", "report:1/1")],
    "published_finance": [("annual report", "report:1/1"), ("council paper", "report:1/2")],
}
# Tables of which the year above has no row, as they might be: escalated, measured before the year, suppressed.
MORE = {
    "support_service_kpis": [("S1", "Repairs", "per cent", "higher is better", Decimal(90), Decimal(80))],
    "support_service_values": [("S1", "2031-04", Decimal(90), Decimal(100), Decimal(90))],
    "kpi_history": [("A", "2031-03", Decimal(90), Decimal(100), Decimal(90))],
    "kpi_rebases": [("A", "2031-03"), ("C", "2032-03")],
    "dependencies": [(1, "Offices")],
    "escalations": [
        ("trust KPI", "A", date(2031, 5, 1), "performance issue", "AIT", "minute 1", None, "report:1/1"),
        ("trust KPI", "A", date(2031, 6, 1), "relief", "WEST", "letter 1", 1, "report:1/1"),
        ("support-service KPI", "S1", date(2032, 3, 31), "performance issue", "EAST", "minute 2", None, "report:1/1"),
        ("Dependency", "1", date(2031, 5, 1), "performance issue", "WEST", "minute 3", None, "report:1/1"),
    ],
    "risk_scores": [("fire", date(2031, 4, 1)), ("fire", date(2032, 3, 31))],
    "surveys": [("staff", 40), ("carers", None)],
    "survey_answers": [
        ("staff", "Well led?", "yes", 30, None),
        ("staff", "Well led?", "no", None, "c"),
        ("staff", "Well led?", "perhaps", None, "c"),
        ("staff", "Well paid?", "yes", 40, None),
        ("staff", "Well paid?", "no", 0, None),
        ("carers", "Well led?", "yes", 12, None),
        ("carers", "Well led?", "no", None, "c"),
        ("carers", "Well led?", "perhaps", None, "c"),
    ],
    "practice_scores": [
        ("2031-06", "good", 6, None),
        ("2031-06", "fair", None, "c"),
        ("2031-06", "poor", None, "c"),
        ("2031-04", "good", 0, None),
        ("2032-03-31", "good", 0, None),
    ],
    "contract_sum_factors": [
        ("pay", Decimal(900), "agreed"),
        ("rent", Decimal(0), "estimated"),
        ("demand", None, "not costed"),
    ],
}
PROVIDER = {"provider": {"name": "An invented trust", "short": "AIT"}}


def year(
    councils=("EAST", "WEST"), without=(), areas=None, terms=(), contract=PROVIDER, reference=NO_REFERENCE, **rows
):
    """An invented year with some tables replaced; rows are on lines 2, 3, ..."""
    tables = {}
    for name, held in (dict.fromkeys(MORE, []) | ROWS | rows).items():
        if name not in without:
            frame = pd.DataFrame(held, columns=SCHEMAS[name].names, dtype=object)
            tables[name] = frame.set_axis(range(2, len(frame) + 2))
    contract = {
        "councils": [{"id": council, "area": (areas or {}).get(council)} for council in councils],
        "terms": list(terms),
        **contract,
    }
    return YearData(
        ContractYear("2031-32"), date(2031, 4, 1), date(2032, 3, 31), contract, tables, SCHEMAS, {}, {}, reference
    )


def faults(**changed):
    return [(fault.file, fault.row, fault.column, fault.value, fault.rule)
            for fault in cross_table_faults(year(**changed), "data/2031-32")]  # fmt: skip


def test_a_year_that_keeps_every_rule_has_no_fault():
    assert faults() == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"roles": [("Director", "NORTH")]},
         ("roles", 2, "council", "NORTH", "is not a council of the contract (EAST, WEST)")),
        ({"gaps": [("EAST", "a", None), ("EAST", "b", None)]},
         ("gaps", None, "council", "WEST", "has no row, though the table is kept by council")),
        ({"points": [(1, 1), (2, 3)]}, ("points", 3, "duty", "3", "is not in duties.duty")),
        ({"points": [(1, 1)], "duties": []}, ("points", 2, "duty", "1", "is not in duties.duty")),
        ({"duties": [(1, "report:1/1 report:1/3")]},
         ("duties", 2, "source", "report:1/3", "is not a paragraph of the sources")),
        ({"events": [("open", "2031-03-31", None, False)]},
         ("events", 2, "start", "2031-03-31", "is outside the contract year (2031-04-01 to 2032-03-31) and not marked as context")),
        ({"events": [("open", "2031-04-01", None, True)]},
         ("events", 2, "context", "yes", "marks a date as context that lies inside the contract year")),
        ({"events": [("open", "2032-03-30", "2032-04", False)]},
         ("events", 2, "start", "2032-03-30", "is outside the contract year (2031-04-01 to 2032-03-31) and not marked as context")),
        ({"spans": [("2031-06", "2031-05")]}, ("spans", 2, "end", "2031-05", "is before the start, 2031-06")),
    ],
)  # fmt: skip
def test_each_rule_broken_is_one_fault_at_its_row(changed, expected):
    table, *rest = expected
    assert faults(**changed) == [(f"data/2031-32/{table}.csv", *rest)]


def test_every_fault_is_listed_not_only_the_first():
    found = faults(roles=[("Director", "NORTH"), ("Clerk", "SOUTH")], points=[(1, 8), (2, 9)],
                   events=[("open", "2030", None, False), ("close", "2031-05", "2031-04", False)])  # fmt: skip
    assert {(file.split("/")[-1], row) for file, row, *_ in found} == {
        ("roles.csv", 2), ("roles.csv", 3), ("points.csv", 2), ("points.csv", 3), ("events.csv", 2), ("events.csv", 3),
    }  # fmt: skip


@pytest.mark.parametrize("table", sorted(ROWS))
def test_a_table_that_could_not_be_read_does_not_stop_the_rules(table):
    rules = {rule for *_, rule in faults(without=[table])}
    assert rules <= {"is not a table of this year"}


def test_a_span_known_only_to_its_year_ends_on_its_last_day():
    assert faults(spans=[("2031-06", "2031")]) == []
    assert faults(events=[("open", "2031", None, True)]) == []


days = st.dates(date(2029, 1, 1), date(2034, 12, 31))
parts = st.sampled_from([4, 7, 10])


@given(start=days, length=st.integers(0, 700), first_part=parts, last_part=parts)
def test_a_date_must_be_marked_as_context_exactly_when_any_part_of_it_lies_outside_the_year(
    start, length, first_part, last_part
):
    first = start.isoformat()[:first_part]
    last = (start + timedelta(days=length)).isoformat()[:last_part]
    begins = date(*(int(part) for part in (first + "-01-01").split("-")[:3]))
    inside = date(2031, 4, 1) <= begins and last_day(last) <= date(2032, 3, 31)
    assert (faults(events=[("one", first, last, False)]) == []) == inside
    assert (faults(events=[("one", first, last, True)]) == []) == (not inside)


# What the reference holds


LISTS = {
    schema.table: schema
    for schema in [
        TableSchema("areas", "Areas", "", ("area",), (Column("area", "id", "Area"), Column("kind", "text", "Kind"))),
        TableSchema("publications", "Publications", "", ("publication",),
                    (Column("publication", "id", "Id"), Column("title", "text", "Title"), Column("kind", "text", "Kind"),
                     Column("published", "when", "Published", required=False))),
        TableSchema("members", "Members", "", ("member",),
                    (Column("member", "id", "Member", refers_to="areas.area"), Column("source", "source", "Source"))),
        TableSchema("area_members", "Members", "", ("group", "member"),
                    tuple(Column(name, "id", name, refers_to="areas.area") for name in ("group", "member"))),
        TableSchema("bank_holidays", "Holidays", "", ("day",), (Column("day", "date", "Day"),)),
        TableSchema("series_breaks", "Breaks", "", (), tuple(Column(name, "id", name) for name in ("measure", "before", "after"))),
        TableSchema("official", "Official", "", ("measure", "area", "year", "publication"),
                    tuple(Column(name, "id", name) for name in ("measure", "area", "year"))
                    + tuple(Column(name, "number", name, required=False) for name in ("numerator", "denominator", "value"))
                    + (Column("status", "text", "Symbol", required=False), Column("publication", "id", "Release"))),
        TableSchema("authority_values", "Values", "", ("measure", "area", "year"),
                    (*tuple(Column(name, "id", name) for name in ("measure", "area", "year")), Column("value", "number", "Value", required=False), Column("status", "text", "Symbol", required=False), Column("publication", "id", "Release"))),
    ]
}  # fmt: skip


def holidays(year, of=7):
    """As many bank holidays of a year, on its first weekdays."""
    first = [date(year, 1, day) for day in range(1, 20)]
    return [day for day in first if day.weekday() <= 4][:of]


LISTED = {
    "areas": [
        ("east", "local authority"),
        ("west", "local authority"),
        ("both", "joint return"),
        ("land", "country"),
        ("near", "neighbour group"),
    ],
    "publications": [
        ("news_1", "Evening News", "press", "2032-05-01"),
        ("minutes_1", "Minutes by machine", "meeting summary", None),
        ("paper_1", "Budget paper", "council paper", None),
        ("stats_2031", "Statistics of 2031", "official statistics", "2031"),
        ("stats_2032", "Statistics of 2032", "official statistics", "2032"),
    ],
    "members": [("east", "news_1")],
    "area_members": [("both", "east"), ("both", "west"), ("near", "west")],
    "bank_holidays": [(day,) for year in (2031, 2032) for day in holidays(year)],
    "series_breaks": [("vacancies", "2029-30", "2030-31")],
    "official": [
        ("vacancies", "both", "2030-31", Decimal(5), Decimal(10), Decimal(50), None, "stats_2031"),
        ("vacancies", "both", "2030-31", Decimal(6), Decimal(10), Decimal(60), None, "stats_2032"),
        ("vacancies", "east", "2030-31", None, None, None, "z", "stats_2031"),
        ("vacancies", "land", "2030-31", None, None, Decimal(20), None, "stats_2031"),
        ("referrals", "east", "2030-31", Decimal(7), None, None, None, "stats_2031"),
    ],
    "authority_values": [
        ("vacancies", "both", "2030-31", Decimal(50), None, "stats_2031"),
        ("vacancies", "east", "2030-31", None, "x", "stats_2031"),
        ("referrals", "west", "2030-31", Decimal(7), None, "stats_2031"),
    ],
}
AREAS = {"EAST": "east", "WEST": "west"}


def reference(without=(), **rows):
    tables = {
        name: pd.DataFrame(held, columns=LISTS[name].names, dtype=object).set_axis(range(2, len(held) + 2))
        for name, held in (LISTED | rows).items()
        if name not in without
    }
    return Reference(tables, LISTS, {})


def test_a_row_and_a_term_may_cite_a_publication_of_the_reference():
    cited = {"duties": [(1, "news_1 report:1/1"), (2, None)], "terms": [{"source": "news_1"}]}
    assert faults(**cited, areas=AREAS, reference=reference()) == []
    assert known_sources(year(reference=reference())) == {
        "publications": {"news_1", "minutes_1", "paper_1", "stats_2031", "stats_2032"}, "paragraphs": {"report:1/1", "report:1/2"},
    }  # fmt: skip


@pytest.mark.parametrize("held", [reference(), NO_REFERENCE], ids=["others", "no list kept"])
def test_a_publication_that_the_reference_has_not_is_a_fault_of_the_row_or_the_term(held):
    found = faults(duties=[(1, "report:1/1 news_2"), (2, None)], terms=[{"source": "report:1/1"}, {"source": "news_3"}],
                   areas=AREAS, reference=held)  # fmt: skip
    rule = "is not a publication of the reference"
    assert found == [
        ("data/2031-32/duties.csv", 2, "source", "news_2", rule), ("data/2031-32/contract.yml", None, "terms 2", "news_3", rule),
    ]  # fmt: skip


def test_publications_that_could_not_be_read_are_nobody_elses_fault():
    unread = reference(without=["publications"])
    cited = {"duties": [(1, "report:1/1 news_2"), (2, "report:1/3")], "terms": [{"source": "news_3"}]}
    found = faults(
        **cited, areas=AREAS, reference=unread, published_finance=[("press", "news_2")], demand=[("a", "news_2")]
    )
    assert [fault[2:] for fault in found] == [("source", "report:1/3", "is not a paragraph of the sources")]
    assert "publications" not in known_sources(year(reference=unread))


def test_a_term_that_cites_what_is_neither_is_a_fault():
    found = faults(terms=[{"source": "Section 3 report:1/1"}])
    assert [fault[2:] for fault in found] == [
        ("terms 1", part, "is neither a paragraph nor a publication") for part in ("Section", "3")
    ]


@pytest.mark.parametrize("area", [None, "", "far_west"])
def test_a_council_gives_an_area_that_the_reference_has(area):
    [fault] = faults(areas=AREAS | {"WEST": area}, reference=reference())
    assert fault[:4] == ("data/2031-32/contract.yml", None, "councils 2", area or "")
    assert fault[4].startswith("is not in areas.area")
    assert faults(areas=AREAS, reference=reference()) == []


def test_a_reference_without_areas_asks_for_none():
    assert faults(reference=reference(without=["areas"])) == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ({}, []),
        ({"members": [("east", "news_1"), ("north", "news_1")]}, [("members", 3, "member", "north", "is not in areas.area")]),
        ({"members": [("east", "news_1 news_2")]}, [("members", 2, "source", "news_2", "is not a publication of the reference")]),
        ({"areas": LISTED["areas"][1:], "area_members": []}, [("members", 2, "member", "east", "is not in areas.area")]),
        ({"without": ["areas"]}, []),
        ({"without": ["publications"]}, []),
    ],
)  # fmt: skip
def test_rows_of_the_reference_name_what_is_in_it_and_a_table_not_read_is_nobody_elses_fault(rows, expected):
    found = reference_faults(reference(**rows).tables, LISTS, "data/reference")
    assert [(fault.file, fault.row, fault.column, fault.value, fault.rule) for fault in found] == [
        (f"data/reference/{table}.csv", *rest) for table, *rest in expected
    ]


def test_a_paragraph_that_a_row_of_the_reference_cites_is_of_no_year_and_passed():
    held = reference(members=[("east", "report:9/9")])
    assert reference_faults(held.tables, LISTS, "data/reference") == []


# Targets and tolerances


def kpi(name, polarity, target=None, tolerance=None, status=None):
    """A KPI in per cent, its target published if it has one."""
    levels = (level if level is None else Decimal(level) for level in (target, tolerance))
    return name, "per cent", polarity, *levels, status or ("not published" if target is None else "published"), name


@pytest.mark.parametrize(
    ("polarity", "target", "tolerance"),
    [
        ("higher is better", 45, 40),  # as Doncaster publishes both for care leavers in work or learning
        ("lower is better", 40, 45),
        ("lower is better", 0, 5),
        ("higher is better", 45, 45),
        ("higher is better", 45, None),
        ("higher is better", None, None),
        ("not stated", 45, 50),
    ],
)
def test_a_tolerance_may_be_worse_than_its_target_equal_to_it_or_not_published(polarity, target, tolerance):
    assert faults(kpis=[kpi("A", polarity, target, tolerance)], kpi_values=[]) == []


@pytest.mark.parametrize(
    ("polarity", "target", "tolerance"), [("higher is better", 45, 50), ("lower is better", 40, 35)]
)
def test_a_tolerance_better_than_its_target_is_a_fault_at_its_row(polarity, target, tolerance):
    kpis = [kpi("A", "not rated"), kpi("B", polarity, target, tolerance)]
    found = faults(kpis=kpis, kpi_values=[])
    said = f"is not a tolerance: the tolerance {tolerance} is better than the target {target} ({polarity})"
    assert found == [("data/2031-32/kpis.csv", 3, "tolerance", str(tolerance), said)]


def test_a_width_entered_in_the_place_of_a_level_is_refused_where_less_is_better():
    [fault] = faults(kpis=[kpi("A", "lower is better", 15, 5)], kpi_values=[])
    assert fault[2:4] == ("tolerance", "5") and "is better than the target 15" in fault[4]


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        (kpi("A", "higher is better", None, 50), [("tolerance", "50", "is the tolerance of no target")]),
        (kpi("A", "not stated", 45, None, "not published"), [("target", "45", "is given, though target_status is not published")]),
        (kpi("A", "not stated", 0, None, "not published"), [("target", "0", "is given, though target_status is not published")]),
        (kpi("A", "not stated", None, None, "published"), [("target_status", "published", "is said of a target that is not given")]),
        (kpi("A", "not stated", None, 5, "published"),
         [("tolerance", "5", "is the tolerance of no target"), ("target_status", "published", "is said of a target that is not given")]),
    ],
)  # fmt: skip
def test_a_tolerance_needs_a_target_and_a_target_the_word_that_it_is_published(broken, expected):
    found = faults(kpis=[kpi("B", "not stated"), broken], kpi_values=[])
    assert found == [("data/2031-32/kpis.csv", 3, *rest) for rest in expected]


# Values of the KPIs


def value(kpi="A", period="2031-04", numerator=None, denominator=None, printed=None):
    return kpi, period, *(cell if cell is None else Decimal(cell) for cell in (numerator, denominator, printed))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([value(period="2031-03")], (2, "period", "2031-03", "is no month of the contract year (2031-04-01 to 2032-03-31)")),
        ([value(period="2032-04")], (2, "period", "2032-04", "is no month of the contract year (2031-04-01 to 2032-03-31)")),
        ([value(period="2032-04-01")], (2, "period", "2032-04-01", "is no month of the contract year (2031-04-01 to 2032-03-31)")),
        ([value(period="2032")], (2, "period", "2032", "is not how a whole contract year is written: by the year that it starts in, 2031")),
        ([value(), value(period="2031-04-30")], (3, "period", "2031-04-30", "is the month of row 2 too: a KPI has one row a month")),
        ([value(period="2031-04-30"), value(period="2031-04-29")], (3, "period", "2031-04-29", "is the month of row 2 too: a KPI has one row a month")),
        ([value(numerator=110, denominator=100)], (2, "numerator", "110", "is more than the denominator, 100, of a KPI in per cent")),
        ([value(numerator=20, denominator=30, printed="66.6")], (2, "value", "66.6", "does not agree with its counts: 20 of 30 is 66.7 per cent")),
        ([value(numerator=20, denominator=30, printed="66")], (2, "value", "66", "does not agree with its counts: 20 of 30 is 67 per cent")),
        ([value(numerator=0, denominator=0, printed="100")], (2, "value", "100", "does not agree with its counts: 0 of 0 is no percentage")),
    ],
)  # fmt: skip
def test_each_rule_of_a_kpis_values_broken_is_one_fault_at_its_row(rows, expected):
    assert faults(kpi_values=rows) == [("data/2031-32/kpi_values.csv", *expected)]


@pytest.mark.parametrize(
    "rows",
    [
        [value(period="2031-04-01"), value(period="2032-03-31"), value(period="2031"), value("B")],
        [value(numerator=10, denominator=10), value(period="2031-05", numerator=0, denominator=0)],
        [value(numerator=20, denominator=30, printed="66.67"), value(period="2031-05", numerator=20, denominator=30, printed="67")],
        [value(numerator=10, denominator=80, printed="12"), value(period="2031-05", numerator=10, denominator=80, printed="12.5")],
        [value(numerator=10, denominator=2000, printed="1"), value(period="2031-05", numerator=10, denominator=2000, printed="0")],
        [value("C", numerator=30, denominator=10, printed=3)],
        [value(numerator=30), value(period="2031-05", printed=3)],
    ],
    ids=["first, last, whole", "nobody counted", "to its places", "within half a place", "a half either way", "no percentage", "one of the counts"],
)  # fmt: skip
def test_values_of_kpis_that_keep_the_rules(rows):
    assert faults(kpi_values=rows) == []


def test_a_month_that_the_contract_year_starts_in_the_middle_of_is_one_of_its_months():
    short = replace(year(kpi_values=[value(period="2031-11"), value(period="2031-10")]), starts=date(2031, 11, 15))
    found = [fault for fault in cross_table_faults(short, "") if fault.column == "period"]
    assert [(fault.row, fault.value) for fault in found] == [(3, "2031-10")]


def test_without_the_register_nothing_is_said_of_percentages():
    assert faults(kpi_values=[value(numerator=110, denominator=100, printed=1)], without=["kpis"]) == []


counts = st.integers(0, 400)


@given(part=counts, whole=st.integers(1, 400), places=st.integers(0, 3), off=st.integers(-3, 3))
def test_a_printed_percentage_agrees_exactly_when_it_lies_within_half_a_place_of_its_counts(part, whole, places, off):
    whole, part = 10 * whole, 10 * min(part, whole)  # by tens, so that no number is from one to five
    share = Fraction(100 * part, whole)
    printed = half_up(Decimal(100 * part) / whole, places) + Decimal(off).scaleb(-places)
    agrees = abs(Fraction(printed) - share) <= Fraction(1, 2 * 10**places)
    assert (faults(kpi_values=[value(numerator=part, denominator=whole, printed=printed)]) == []) == agrees


# Values of the months before the year, of the support services' KPIs, and months from which limits begin anew


def test_a_year_with_every_table_that_keeps_every_rule_has_no_fault():
    assert faults(**MORE) == []


@pytest.mark.parametrize("table", sorted(MORE | ROWS))
def test_of_a_year_with_every_table_one_that_could_not_be_read_is_nobody_elses_fault(table):
    assert faults(**MORE, without=[table]) == []


@pytest.mark.parametrize("name", ["support_service_values", "kpi_history"])
@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"numerator": 110, "denominator": 100}, ("numerator", "110", "is more than the denominator, 100, of a KPI in per cent")),
        ({"numerator": 20, "denominator": 30, "printed": "66.6"}, ("value", "66.6", "does not agree with its counts: 20 of 30 is 66.7 per cent")),
    ],
)  # fmt: skip
def test_counts_and_printed_values_of_both_sides_and_of_earlier_months_keep_one_rule(name, cells, expected):
    of = {"support_service_values": ("S1", "2031-05"), "kpi_history": ("A", "2031-02")}[name]
    assert faults(
        **MORE | {name: [value(*of), value(of[0], "2031-0" + "34"[name == "support_service_values"], **cells)]}
    ) == [(f"data/2031-32/{name}.csv", 3, *expected)]


@pytest.mark.parametrize(
    ("name", "rows", "expected"),
    [
        ("support_service_values", [value("S1", "2031-03")], (2, "period", "2031-03", "is no month of the contract year (2031-04-01 to 2032-03-31)")),
        ("support_service_values", [value("S1", "2032")], (2, "period", "2032", "is not how a whole contract year is written: by the year that it starts in, 2031")),
        ("support_service_values", [value("S1"), value("S1", "2031-04-30")], (3, "period", "2031-04-30", "is the month of row 2 too: a KPI has one row a month")),
        ("support_service_values", [value("A")], (2, "kpi", "A", "is not in support_service_kpis.kpi")),
        ("kpi_history", [value("A", "2031-03"), value("A", "2031-04")], (3, "period", "2031-04", "is no month before the contract year, which starts on 2031-04-01")),
        ("kpi_history", [value("A", "2031-03"), value("A", "2030")], (3, "period", "2030", "is no month before the contract year, which starts on 2031-04-01")),
        ("kpi_history", [value("A", "2031-03"), value("A", "2031-03-31")], (3, "period", "2031-03-31", "is the month of row 2 too: a KPI has one row a month")),
        ("kpi_rebases", [("A", "2031-05")], (2, "month", "2031-05", "is no month of the KPI A")),
        ("kpi_rebases", [("B", "2031-04")], (2, "month", "2031-04", "is no month of the KPI B")),
        ("kpi_rebases", [("A", "2031")], (2, "month", "2031", "is no month of the KPI A")),
        ("support_service_kpis", [("S1", "Repairs", "per cent", "lower is better", Decimal(15), Decimal(5))],
         (2, "tolerance", "5", "is not a tolerance: the tolerance 5 is better than the target 15 (lower is better)")),
        ("support_service_kpis", [("S1", "Repairs", "per cent", "not stated", None, Decimal(5))], (2, "tolerance", "5", "is the tolerance of no target")),
        ("risk_scores", [("fire", date(2031, 3, 31))], (2, "on", "2031-03-31", "is before the first day of the contract year, 2031-04-01")),
        ("practice_scores", [("2031-03", "good", 6, None)], (2, "month", "2031-03", "is no month of the contract year (2031-04-01 to 2032-03-31)")),
        ("practice_scores", [("2032-04", "good", 6, None)], (2, "month", "2032-04", "is no month of the contract year (2031-04-01 to 2032-03-31)")),
        ("risk_scores", [("fire", date(2032, 4, 1))], (2, "on", "2032-04-01", "is after the last day of the contract year, 2032-03-31")),
    ],
)  # fmt: skip
def test_each_rule_of_the_further_tables_broken_is_one_fault_at_its_row(name, rows, expected):
    assert faults(**MORE | {name: rows}) == [(f"data/2031-32/{name}.csv", *expected)]


SMALL = "is a number from one to five or leaves one, which may point to somebody: leave both counts empty"


@pytest.mark.parametrize("name", ["kpi_values", "kpi_history", "support_service_values"])
@pytest.mark.parametrize(
    ("part", "whole", "column"),
    [
        (0, 60, None), (1, 60, "numerator"), (5, 60, "numerator"), (6, 60, None), (54, 60, None), (55, 60, "numerator"), (59, 60, "numerator"),
        (60, 60, None), (0, 5, "denominator"), (1, 1, "denominator"), (0, 0, None), (6, 6, None), (3, None, "numerator"), (None, 3, "denominator"),
        (9, 3, "denominator"), (None, 60, None),
    ],
)  # fmt: skip
def test_no_count_of_a_percentage_is_one_to_five_nor_what_it_leaves_and_no_fault_repeats_it(name, part, whole, column):
    of = {"kpi_values": ("A", "2031-05"), "kpi_history": ("A", "2031-02"), "support_service_values": ("S1", "2031-05")}[
        name
    ]
    rows = [*MORE.get(name, []), value(*of, part, whole, "77.77" if column else None)]
    found = faults(**MORE | {"kpi_rebases": [], name: rows})
    assert found == ([(f"data/2031-32/{name}.csv", len(rows) + 1, column, "", SMALL)] if column else [])


def test_a_kpi_that_is_no_percentage_may_have_a_small_count():
    assert faults(kpi_values=[value("C", numerator=3, denominator=4)]) == []


def test_a_month_may_stand_before_the_year_and_in_the_other_sides_table_too():
    assert faults(**MORE | {"kpi_history": [value("A", "2031-03"), value("B", "2031-03"), value("A", "2031-02")]}) == []


TOLD = "gives with the others a number away that is from one to five, which may point to somebody: leave another one empty too"


@pytest.mark.parametrize("left", [2, 3, 4, 5])
def test_what_the_other_answers_leave_is_solved_not_counted(left):
    rows = [
        ("staff", "Well led?", str(n), number, "c" if number is None else None)
        for n, number in enumerate((40 - left, None, None))
    ]
    found = faults(**MORE | {"survey_answers": rows})
    if left > 2:
        assert [(row, column, value) for _, row, column, value, _ in found] == [
            (3, "answered", ""),
            (4, "answered", ""),
        ]
        assert all(fault[4].startswith(TOLD) for fault in found)


# Escalation

ASSUMED = {
    "escalation": {
        "triggers": [{"state": state, "periods": periods, "basis": "assumed", "source": "report:1/1"}
                     for state, periods in (("performance issue", 1), ("performance failure", 2))],
        "stages": [{"stage": stage, "working_days": 10, "basis": "assumed", "source": "report:1/2"}
                   for stage in ("informal stage", "formal stage", "rectification plan")],
    }
}  # fmt: skip


def move(day, state, judged="trust KPI", subject="A", owner="EAST", dependency=None):
    return judged, subject, date.fromisoformat(day), state, owner, "a minute", dependency, "report:1/1"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (move("2031-05-01", "performance issue", subject="Z"), (2, "subject", "Z", "is no trust KPI of the year")),
        (move("2031-05-01", "performance issue", "support-service KPI", "A"), (2, "subject", "A", "is no support-service KPI of the year")),
        (move("2031-05-01", "performance issue", "Dependency", "7"), (2, "subject", "7", "is no Dependency of the year")),
        (move("2031-05-01", "performance issue", owner="SOUTH"), (2, "owner", "SOUTH", "cannot answer for a trust KPI, only: AIT, EAST, WEST")),
        (move("2031-05-01", "performance issue", "support-service KPI", "S1", "AIT"),
         (2, "owner", "AIT", "cannot answer for a support-service KPI, only: EAST, WEST")),
        (move("2031-05-01", "performance issue", "Dependency", "1", "AIT"), (2, "owner", "AIT", "cannot answer for a Dependency, only: EAST, WEST")),
        (move("2032-04-01", "performance issue"), (2, "on", "2032-04-01", "is after the last day of the contract year, 2032-03-31")),
        (move("2031-05-01", "formal stage"), (2, "state", "formal stage",
         "cannot begin a case, which begins with within target or within tolerance or performance issue")),
        (move("2031-05-01", "performance issue", dependency=1), (2, "dependency", "1", "is named, though only relief rests on a Dependency")),
    ],
)  # fmt: skip
def test_each_rule_of_escalation_broken_is_one_fault_at_its_row(row, expected):
    assert faults(**MORE | {"escalations": [row]}) == [("data/2031-32/escalations.csv", *expected)]


def test_moves_of_one_subject_are_held_against_each_other_and_not_against_those_of_another():
    rows = [
        move("2031-06-01", "performance failure"), move("2031-05-01", "performance issue"),
        move("2031-07-01", "informal stage", "support-service KPI", "S1"),
    ]  # fmt: skip
    [fault] = faults(**MORE | {"escalations": rows})
    assert fault[1:4] == (4, "state", "informal stage") and fault[4].startswith("cannot begin a case")


def test_relief_names_a_dependency_that_there_is():
    rows = [move("2031-05-01", "performance issue"), move("2031-06-01", "relief", dependency=7)]
    [fault] = faults(**MORE | {"escalations": rows})
    assert fault[1:] == (3, "dependency", "7", "is not in dependencies.dependency")
    [fault] = faults(**MORE | {"escalations": [rows[0], move("2031-06-01", "relief")]})
    assert fault[1:4] == (3, "dependency", "")


def test_relief_names_a_dependency_whose_case_is_open():
    rows = [move("2031-05-01", "performance issue"), move("2031-06-01", "relief", dependency=1)]
    assert faults(**MORE | {"escalations": rows}) == []
    [fault] = faults(**MORE | {"escalations": [*rows, move("2031-07-01", "performance issue", "Dependency", "1")]})
    assert fault[1:] == (3, "dependency", "1", "has no open case on the day of the relief that rests on it")


LOW, HIGH = {"numerator": 10, "denominator": 100}, {"numerator": 90, "denominator": 100}
FAILED = [
    move("2031-06-10", "performance issue"),
    move("2031-07-10", "performance failure"),
    move("2031-08-01", "informal stage"),
]


@pytest.mark.parametrize(
    ("months", "before", "refused"),
    [
        ([value(period="2031-05", **LOW), value(period="2031-06", **LOW)], [], []),
        ([value(period="2031-04", **LOW), value(period="2031-05", **HIGH), value(period="2031-06", **LOW)], [], [3]),
        ([value(period="2031-05", **HIGH), value(period="2031-06", **HIGH)], [], [2, 3]),
        ([value(period="2031-04", **LOW), value(period="2031-06", **HIGH)], [value(period="2031-03", **LOW)], []),  # over the year's end
        ([value(period="2031-04", **LOW), value(period="2031-06", **HIGH)], [value(period="2031-03", **HIGH)], [3]),
        ([], [], []),  # nothing is known of the months
        ([value(period="2031", **HIGH)], [], []),
        ([value("B", "2031-05", **HIGH), value("B", "2031-06", **HIGH)], [], []),  # of another KPI
    ],
)  # fmt: skip
def test_an_issue_or_a_failure_needs_months_that_were_red(months, before, refused):
    changed = {"kpi_values": months, "kpi_history": before, "kpi_rebases": [], "escalations": FAILED}
    found = faults(**MORE | changed, contract=PROVIDER | ASSUMED)
    assert [fault[1:3] for fault in found] == [(row, "state") for row in refused]
    assert all("is an impossible history" in rule for *_, rule in found)
    assert faults(**MORE | changed) == [], "without a trigger there is nothing to hold against the months"


def test_a_month_without_a_row_ends_the_months_that_were_red():
    # red in April, June and July; nobody entered May
    months = [value(period=f"2031-{month}", **LOW) for month in ("04", "06", "07")]
    triggers = [
        {**one, "periods": periods} for one, periods in zip(ASSUMED["escalation"]["triggers"], (1, 3), strict=True)
    ]
    thrice = PROVIDER | {"escalation": {**ASSUMED["escalation"], "triggers": triggers}}
    rows = [move("2031-06-10", "performance issue"), move("2031-08-10", "performance failure")]
    changed = {"kpi_values": months, "kpi_history": [], "kpi_rebases": [], "escalations": rows}
    assert [fault[1:3] for fault in faults(**MORE | changed, contract=thrice)] == [(3, "state")]
    red = [*months, value(period="2031-05", **LOW)]
    assert faults(**MORE | changed | {"kpi_values": red}, contract=thrice) == []


def test_a_failure_of_a_support_service_is_held_against_its_own_months():
    rows = [move(str(one[2]), one[3], "support-service KPI", "S1") for one in FAILED]
    changed = {
        "support_service_values": [value("S1", "2031-05", **HIGH), value("S1", "2031-06", **HIGH)],
        "escalations": rows,
    }
    assert [fault[1] for fault in faults(**MORE | changed, contract=PROVIDER | ASSUMED)] == [2, 3]


@pytest.mark.parametrize("unread", ["kpi_values", "kpi_history"])
def test_a_table_of_months_that_could_not_be_read_makes_no_history_impossible(unread):
    months = [value(period="2031-05", **HIGH), value(period="2031-06", **HIGH)]
    changed = MORE | {
        "kpi_values": months,
        "kpi_history": [value(period="2031-03", **HIGH)],
        "kpi_rebases": [],
        "escalations": FAILED,
    }
    held = year(**changed, contract=PROVIDER | ASSUMED)
    assert [fault.row for fault in cross_table_faults(held, "")] == [2, 3]
    without = replace(held, tables={name: frame for name, frame in held.tables.items() if name != unread})
    assert cross_table_faults(without, "") == []
    if unread == "kpi_history":  # what the year does not report is known not to be there
        excused = replace(without, contract={**without.contract, "not_reported": {unread: "never kept"}})
        assert [fault.row for fault in cross_table_faults(excused, "")] == [2, 3]


def test_a_kpi_of_which_it_is_not_stated_what_its_value_is_has_no_rating_to_be_held_against():
    kpis = [
        ("A", "not stated", "higher is better", Decimal(45), Decimal(40), "published", "Referrals"),
        *ROWS["kpis"][1:],
    ]
    months = [value(period="2031-05", **HIGH), value(period="2031-06", **HIGH)]
    changed = {"kpis": kpis, "kpi_values": months, "kpi_rebases": [], "kpi_history": [], "escalations": FAILED}
    assert faults(**MORE | changed, contract=PROVIDER | ASSUMED) == []


def test_a_move_of_an_earlier_year_is_not_held_against_the_target_of_this_one():
    months = [value(period=f"2031-{month}", **HIGH) for month in ("01", "02", "03")]
    rows = [
        move("2031-02-10", "performance issue"),
        move("2031-03-31", "performance failure"),
        move("2031-04-01", "informal stage"),
    ]
    changed = {"kpi_history": months, "kpi_rebases": [], "escalations": rows}
    assert faults(**MORE | changed, contract=PROVIDER | ASSUMED) == []


def test_a_dependency_has_no_months_to_be_held_against():
    rows = [move(str(one[2]), one[3], "Dependency", "1") for one in FAILED]
    assert faults(**MORE | {"escalations": rows}, contract=PROVIDER | ASSUMED) == []


@pytest.mark.parametrize(("last", "covered"), [(date(2031, 8, 25), True), (date(2030, 12, 25), False)])
def test_a_clock_needs_bank_holidays_of_its_years(last, covered):
    days = pd.DataFrame(dict(day=[date(2030, 1, 1), last]), dtype=object)
    held = Reference({"bank_holidays": days}, {}, {})
    months = [value(period="2031-05", **LOW), value(period="2031-06", **LOW)]
    changed = {"kpi_values": months, "kpi_rebases": [], "kpi_history": [], "escalations": FAILED}
    found = faults(**MORE | changed, contract=PROVIDER | ASSUMED, reference=held)
    assert [fault[:4] for fault in found] == ([] if covered else [("data/2031-32/escalations.csv", None, "on", "")])
    assert all(
        rule.startswith("gives a clock that cannot be computed: 2031-08-01 is outside the years") for *_, rule in found
    )
    assert faults(**MORE | changed, reference=held) == [], "without a length no clock runs"


def test_a_stage_of_escalation_cites_what_there_is():
    stages = [{**stage, "source": "report:9/9"} for stage in ASSUMED["escalation"]["stages"][:1]]
    contract = PROVIDER | {"escalation": {"triggers": ASSUMED["escalation"]["triggers"], "stages": stages}}
    [fault] = faults(**MORE, contract=contract)
    assert fault == (
        "data/2031-32/contract.yml",
        None,
        "escalation stages 1",
        "report:9/9",
        "is not a paragraph of the sources",
    )


# Small numbers of people


@pytest.mark.parametrize(("table", "column", "before"), [("survey_answers", "answered", ("carers", "Well led?", "never")), ("practice_scores", "cases", ("2031-06", "fair"))])  # fmt: skip
def test_a_number_of_one_to_five_is_never_entered_and_no_fault_repeats_it(table, column, before):
    for number in range(8):
        found = faults(**MORE | {table: [(*before, number, None)]})
        if 1 <= number <= 5:
            [fault] = found
            assert fault[:4] == (f"data/2031-32/{table}.csv", 2, column, "")
            assert "is a number from one to five" in fault[4]
        else:
            assert found == []


@pytest.mark.parametrize(("number", "status"), [(None, None), (12, "c")])
@pytest.mark.parametrize(("table", "before"), [("survey_answers", ("carers", "Well led?", "never")), ("practice_scores", ("2031-06", "fair"))])  # fmt: skip
def test_a_mark_stands_exactly_where_no_number_does(table, before, number, status):
    [fault] = faults(**MORE | {table: [(*before, number, status)]})
    expected = (
        f"data/2031-32/{table}.csv",
        2,
        "status",
        status or "",
        "must be c where there is no number, and nowhere else",
    )
    assert fault == expected


@pytest.mark.parametrize("survey", ["staff", "carers"])
def test_one_suppressed_answer_of_a_question_is_given_away_whoever_prints_how_many_answered(survey):
    rows = [
        (survey, "Well led?", "yes", 30, None),
        (survey, "Well led?", "no", None, "c"),
        (survey, "Well paid?", "no", None, "c"),
    ]
    found = faults(**MORE | {"survey_answers": rows})
    assert [fault[1:4] for fault in found] == [(3, "answered", ""), (4, "answered", "")]
    assert all("is the only number of its question that is suppressed" in rule for *_, rule in found)


def test_one_suppressed_score_of_a_month_is_given_away():
    rows = [("2031-06", "good", 6, None), ("2031-06", "poor", None, "c"), ("2031-09", "fair", None, "c"), ("2031-09", "poor", None, "c")]  # fmt: skip
    [fault] = faults(**MORE | {"practice_scores": rows})
    assert fault[:4] == ("data/2031-32/practice_scores.csv", 3, "cases", "")
    assert "is the only number of its month that is suppressed" in fault[4]


ONE_EACH = "and the other answers leave at most one person to each that is suppressed: mark more of them c"


@pytest.mark.parametrize(
    ("numbers", "rule"),
    [
        ((30, 10), None),
        ((30, 8), None),  # two left the question out
        ((30, 11), "comes with the other answers to more than the 40 who answered"),
        ((34, None, None), None),
        ((38, None, None), ONE_EACH),
        ((39, None, None), ONE_EACH),
    ],
)
def test_answers_come_to_no_more_than_answered_and_do_not_give_all_that_are_suppressed_away(numbers, rule):
    rows = [("staff", "Well led?", str(n), number, "c" if number is None else None) for n, number in enumerate(numbers)]
    found = faults(**MORE | {"survey_answers": rows})
    assert found == ([("data/2031-32/survey_answers.csv", 2, "answered", "", rule)] if rule else [])


@pytest.mark.parametrize(
    ("complete", "fault"),
    [((12, 28), True), ((12, 27), True), ((12, 32), False), ((12, 26), False), ((None, None, 40), False)],
    ids=["one each", "one for both", "six for both", "answered by fewer", "not complete either"],
)
def test_where_no_base_is_given_a_question_without_a_mark_tells_how_many_answered(complete, fault):
    asked = {"Well led?": (38, None, None), "Well paid?": complete}
    rows = [("carers", question, str(n), number, "c" if number is None else None)
            for question, numbers in asked.items() for n, number in enumerate(numbers)]  # fmt: skip
    found = faults(**MORE | {"survey_answers": rows})
    assert found == ([("data/2031-32/survey_answers.csv", 2, "answered", "", ONE_EACH)] if fault else [])


# Factors of the contract sum


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (("pay", None, "agreed"), "is said of an effect that is not given"),
        (("pay", None, "estimated"), "is said of an effect that is not given"),
        (("pay", Decimal(0), "not costed"), "is said of an effect of 0"),
    ],
)
def test_a_factor_of_the_contract_sum_has_an_effect_exactly_where_it_is_costed(row, rule):
    found = faults(**MORE | {"contract_sum_factors": [("rent", Decimal(5), "agreed"), row]})
    assert found == [("data/2031-32/contract_sum_factors.csv", 3, "costed", row[2], rule)]


# What a row may rest on

ENTERS_NONE = "is of the kind {}, which enters no total and no chart"


@pytest.mark.parametrize(
    ("source", "weak"),
    [
        ("paper_1", []),
        ("report:1/1", []),
        ("news_1 report:1/1", []),
        ("news_1", [("news_1", "press")]),
        ("minutes_1", [("minutes_1", "meeting summary")]),
        ("paper_1 news_1", [("news_1", "press")]),
        ("news_1 minutes_1", [("news_1", "press"), ("minutes_1", "meeting summary")]),
    ],
)
def test_a_figure_that_enters_totals_or_charts_does_not_rest_on_press_or_summaries(source, weak):
    found = faults(demand=[("a", "report:1/1"), ("b", source)], areas=AREAS, reference=reference())
    assert [(fault[1:4], fault[4]) for fault in found] == [
        ((3, "source", part), ENTERS_NONE.format(kind) + ", unless the row also cites a paragraph")
        for part, kind in weak
    ]


def test_a_table_that_enters_neither_may_rest_on_press():
    assert faults(duties=[(1, "news_1"), (2, None)], areas=AREAS, reference=reference()) == []


@pytest.mark.parametrize(
    ("basis", "source", "agrees"),
    [
        ("press", "news_1", True),
        ("reader comment", "news_1", True),
        ("meeting summary", "minutes_1", True),
        ("council paper", "paper_1", True),
        ("council paper", "report:1/1", True),
        ("annual report", "paper_1", True),
        ("annual report", "report:1/1", True),
        ("press", "paper_1 news_1", True),
        ("council paper", "paper_1 news_1", True),
        ("press", "news_9", None),  # a publication that is not in the list is one fault, not two
        ("press", "paper_1", "council paper"),
        ("press", "report:1/1", "paragraph"),
        ("reader comment", "paper_1", "council paper"),
        ("annual report", "news_1", "press"),
        ("council paper", "news_1 minutes_1", "press, meeting summary"),
        ("council news", "paper_1 report:1/1", "council paper, paragraph"),
        ("company paper", "paper_1", "council paper"),
    ],
)
def test_the_kind_of_source_is_that_of_a_publication_cited(basis, source, agrees):
    found = faults(published_finance=[(basis, source)], areas=AREAS, reference=reference())
    if agrees is None:
        assert [fault[2] for fault in found] == ["source"]
    else:
        expected = (2, "basis", basis, f"does not agree with what the row cites: {agrees}")
        assert [fault[1:] for fault in found] == ([] if agrees is True else [expected])


@pytest.mark.parametrize("label", ["2030", "2030-32", "2030-2031", "soon"])
def test_an_action_is_carried_over_from_a_contract_year(label):
    assert faults(carried_actions=[("2030-31", "a"), (label, "a")]) == [
        ("data/2031-32/carried_actions.csv", 3, "from_year", label, "is not a contract year: write it like 1999-00")
    ]


# Rules of the reference


def changed(table, row, **cells):
    """The rows of a table of the reference with some cells of one of them (0, 1, ...) written anew."""
    rows = list(LISTED[table])
    rows[row] = tuple((dict(zip(LISTS[table].names, rows[row], strict=True)) | cells).values())
    return {table: rows}


FEW = "is a year of {} bank holidays on weekdays, fewer than 7: the list is not whole"
NO_YEAR = "is not a contract year: write it like 1999-00"
ORDER = "and {} give the same figure, and which is the newer cannot be told: {} and {}"
COVERS = "is a joint return beside figures of {}, which it covers"
NEITHER = "is a {}, and neither a local authority nor a joint return"
OFF, EVERY = "official", "authority_values"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (changed("series_breaks", 0, before="2029"), [("series_breaks", 2, "before", "2029", NO_YEAR)]),
        (changed("series_breaks", 0, after="2030-32"), [("series_breaks", 2, "after", "2030-32", NO_YEAR)]),
        (changed("series_breaks", 0, before="2030-31"),
         [("series_breaks", 2, "before", "2030-31", "is not earlier than the first year after the break, 2030-31")]),
        (changed("series_breaks", 0, before="2031-32"),
         [("series_breaks", 2, "before", "2031-32", "is not earlier than the first year after the break, 2030-31")]),
        (changed("series_breaks", 0, before="2019-20"), []),
        ({"bank_holidays": [(date(2032, 1, 3),), *LISTED["bank_holidays"]]}, [("bank_holidays", 2, "day", "2032-01-03", "is at a weekend, when no day is a working day")]),
        ({"bank_holidays": [(day,) for year in (2031, 2033) for day in holidays(year)]}, [("bank_holidays", None, "day", "2032", FEW.format(0))]),
        ({"bank_holidays": [(day,) for day in (*holidays(2031), *holidays(2032, 6))]}, [("bank_holidays", None, "day", "2032", FEW.format(6))]),
        ({"bank_holidays": [(day,) for day in (*holidays(2031, 6), *holidays(2032))]}, [("bank_holidays", None, "day", "2031", FEW.format(6))]),
        ({"bank_holidays": []}, []),
        (changed(OFF, 3, year="2030"), [(OFF, 5, "year", "2030", NO_YEAR)]),
        (changed(EVERY, 2, year="2030-32"), [(EVERY, 4, "year", "2030-32", NO_YEAR)]),
        (changed(OFF, 3, status="c"), [(OFF, 5, "status", "c", "stands beside a figure, though it says that there is none")]),
        (changed(OFF, 4, status="u"), [(OFF, 6, "status", "u", "stands beside a figure, though it says that there is none")]),
        (changed(OFF, 3, value=None), [(OFF, 5, "value", "", "is empty, and so is the symbol: a row has a figure or says why not")]),
        (changed(OFF, 3, value=Decimal(0)), []),
        (changed(EVERY, 2, status="x"), [(EVERY, 4, "status", "x", "stands beside a figure, though it says that there is none")]),
        (changed(EVERY, 2, value=None), [(EVERY, 4, "value", "", "is empty, and so is the symbol: a row has a figure or says why not")]),
        (changed(EVERY, 2, area="land"), [(EVERY, 4, "area", "land", NEITHER.format("country"))]),
        (changed(EVERY, 2, area="near"), [(EVERY, 4, "area", "near", NEITHER.format("neighbour group"))]),
        (changed(OFF, 2, status=None, value=Decimal(1)), [(OFF, 2, "area", "both", COVERS.format("east"))]),
        (changed(OFF, 2, status=None, value=Decimal(1), publication="stats_2032"), [(OFF, 3, "area", "both", COVERS.format("east"))]),
        (changed(OFF, 2, status=None, value=Decimal(1), year="2029-30"), []),
        (changed(OFF, 2, status=None, value=Decimal(1), measure="agency"), []),
        (changed(OFF, 2, status=None, value=Decimal(1)) | {"area_members": [("near", "east")]}, []),
        (changed(EVERY, 2, measure="vacancies"), [(EVERY, 2, "area", "both", COVERS.format("west"))]),
        (changed("publications", 4, published="2031"), [(OFF, 3, "publication", "stats_2032", ORDER.format("stats_2031", "2031", "2031"))]),
        (changed("publications", 4, published="2031-03"), [(OFF, 3, "publication", "stats_2032", ORDER.format("stats_2031", "2031", "2031-03"))]),
        (changed("publications", 3, published="2032-12-31"),
         [(OFF, 3, "publication", "stats_2032", ORDER.format("stats_2031", "2032-12-31", "2032"))]),
        (changed("publications", 4, published=None), [(OFF, 3, "publication", "stats_2032", ORDER.format("stats_2031", "2031", "not stated"))]),
        (changed("publications", 4, published="2030-03"), []),
        (changed(OFF, 0, publication="stats_9"), []),  # a release that is not in the list is a fault of its own
        (changed(OFF, 3, measure="referrals", area="near") | changed("area_members", 2, member="east"), []),
        (changed(OFF, 3, publication="news_1"), [(OFF, 5, "publication", "news_1", "press")]),
        (changed(EVERY, 2, publication="minutes_1"), [(EVERY, 4, "publication", "minutes_1", "meeting summary")]),
    ],
)  # fmt: skip
def test_each_rule_of_the_reference_broken_is_one_fault_at_its_row(rows, expected):
    found = reference_faults(reference(**rows).tables, LISTS, "data/reference")
    assert [(fault.file, fault.row, fault.column, fault.value, fault.rule) for fault in found] == [
        (
            f"data/reference/{table}.csv",
            *place,
            ENTERS_NONE.format(rule) if rule in ("press", "meeting summary") else rule,
        )
        for table, *place, rule in expected
    ]


def test_a_joint_return_of_which_only_a_symbol_is_printed_does_not_stand_beside_its_members_either():
    rows = [(*row[:3], None, "x", row[5]) if row[1] == "both" else row for row in LISTED[EVERY]]
    rows[1] = (*rows[1][:3], Decimal(7), None, rows[1][5])
    [fault] = reference_faults(reference(authority_values=rows).tables, LISTS, "")
    assert (fault.row, fault.value, fault.rule) == (2, "both", COVERS.format("east"))


@pytest.mark.parametrize("table", sorted(LISTED))
def test_a_table_of_the_reference_that_could_not_be_read_does_not_stop_the_rules(table):
    assert reference_faults(reference(without=[table]).tables, LISTS, "data/reference") == []


published_on = st.dates(date(2029, 1, 1), date(2032, 12, 31))


@given(one=published_on, other=published_on, first=parts, second=parts)
def test_two_releases_are_in_order_exactly_when_every_day_of_one_is_before_every_day_of_the_other(
    one, other, first, second
):
    dates = one.isoformat()[:first], other.isoformat()[:second]
    written = [
        (*row[:3], dates[number - 3] if number > 2 else row[3]) for number, row in enumerate(LISTED["publications"])
    ]
    found = reference_faults(reference(publications=written).tables, LISTS, "")
    length = min(first, second)
    assert (found == []) == (dates[0][:length] != dates[1][:length])
