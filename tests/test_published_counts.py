"""What is published of every year, and of the invented trust, gives no small number of people away; each kind planted is found."""

import csv
from copy import deepcopy
from decimal import Decimal

import pytest

from ncthelpers.publish import html, toc
from ncthelpers.small_counts import ANSWERS, KPIS, counts_of, published_faults

NEWEST, BEFORE = "2024-25", "2023-24"
READ = (*ANSWERS, *KPIS, *KPIS.values(), "surveys")


def published(site, years):
    """The tables of people of some years as the site holds them, entered and computed, oldest year first."""
    found = {}
    for year in sorted(map(str, years)):
        tables = found.setdefault(year, {})
        for path in (site / kind / year / f"{name}.csv" for kind in ("data", "tables") for name in READ):
            if path.is_file():
                with path.open(encoding="utf-8", newline="") as file:
                    rows = csv.DictReader(file)
                    tables[path.stem] = {
                        line: {name: read(cell) for name, cell in row.items()} for line, row in enumerate(rows, 2)
                    }
    return found


def read(cell):
    """A cell of open data: a figure as a number, a symbol or nothing as none, anything else as it is."""
    if cell in {"", "c", "k", "u", "x", "z"}:
        return None
    try:
        number = Decimal(cell)
    except ArithmeticError:
        return cell
    return int(number) if number == number.to_integral_value() else number


@pytest.fixture(scope="module")
def invented(made_example):
    """The tables of people of the invented trust as its site holds them."""
    return published(made_example / "_build" / "html", toc.public_years(made_example))


@pytest.mark.slow
def test_no_year_gives_a_small_number_away(repository):
    site = html.build_html(repository, repository / "_config.yml")
    found = published(site, toc.public_years(repository))
    assert len(found) == 5 and any(found.values())
    assert list(map(str, published_faults(found))) == []


@pytest.mark.slow
def test_the_invented_trust_gives_no_small_number_away(invented):
    numbers = [number for year, tables in invented.items() for number in counts_of(tables, year).shown.values()]
    assert len(numbers) > 2000 and None in numbers
    assert list(map(str, published_faults(invented))) == []


def _of(tables, name, **where):
    return next(row for row in tables[name].values() if all(row[column] == value for column, value in where.items()))


def _answer(years):
    for name in ("survey_answers", "answer_shares"):
        _of(years[NEWEST], name, survey="staff", answer="Agree")["answered"] = 3


def _score(years):
    _of(years[NEWEST], "practice_scores", month="2024-06", score="Good")["cases"] = 5


def _second_answer(years):
    _of(years[NEWEST], "answer_shares", question="I know whom to ask for help", answer="Disagree")["answered"] = 6


def _total(years):
    for row in years[NEWEST]["practice_shares"].values():
        row["total"] = 60 if row["month"] == "2025-03" else row["total"]


def _share(years):
    _of(years[NEWEST], "practice_shares", month="2025-03", score="Inadequate")["share_pct"] = 5


def _numerator(years):
    _of(years[NEWEST], "kpi_months", kpi="R", period="2024-06")["numerator"] = 4


def _left_over(years):
    row = _of(years[NEWEST], "kpi_values", kpi="A", period="2024-06")
    row["numerator"] = row["denominator"] - 2


def _month_of_year(years):
    """Left out of every table that has it, and the year printed as if it had been three."""
    for name in ("kpi_values", "kpi_months"):
        row = _of(years[NEWEST], name, kpi="A", period="2024-06")
        was, row["numerator"], row["denominator"] = row["numerator"], None, None
    _of(years[NEWEST], "kpi_scorecard", kpi="A")["numerator"] -= was - 3


def _year_to_date(years):
    tables = years[NEWEST]
    tables["kpis"][99] = _of(tables, "kpis", kpi="A") | {"kpi": "Z", "period_kind": "year to date"}
    for line, (period, numerator, denominator) in enumerate([("2024-04", 20, 40), ("2024-05", 23, 80)], 900):
        tables["kpi_values"][line] = {"kpi": "Z", "period": period, "numerator": numerator, "denominator": denominator}


def _later_year(years):
    """What the year itself left out, the year after prints among the months before it."""
    for name in ("kpi_values", "kpi_months"):
        row = _of(years[BEFORE], name, kpi="A", period="2023-06")
        row["numerator"], row["denominator"] = None, None
    for name in ("kpi_history", "kpi_months"):
        _of(years[NEWEST], name, kpi="A", period="2023-06")["numerator"] = 2


PLANTED = (
    _answer, _score, _second_answer, _total, _share, _numerator, _left_over, _month_of_year, _year_to_date, _later_year,
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__.strip("_").replace("_", " "))
def test_each_kind_of_small_number_planted_is_found_and_not_repeated(invented, plant):
    years = deepcopy(invented)
    plant(years)
    found = list(published_faults(years))
    assert found and all(fault.value == "" for fault in found)
