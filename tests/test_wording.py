"""Words and figures as they are read: units, signs, places, dates, counts and places in the sources."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers.cells import Column
from ncthelpers.rounding import half_up
from ncthelpers.wording import MINUS, amount_text, cell_text, count_in_words, figure_text, source_text

VALUES = st.decimals(min_value=-(10**9), max_value=10**9, places=4)


def read_back(text: str) -> Decimal:
    return Decimal(text.translate({ord(MINUS): "-", ord("£"): None, ord("m"): None, ord("%"): None, ord(","): None}))


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("1.070", "£m", "£1.070m"),  # cover report 7.1.3
        ("137.15", "£m", "£137.15m"),  # cover report 7.1.1
        ("-0.019", "£m", "−£0.019m"),
        ("500", "£000", "£500,000"),  # annual report section 4: 500k
        ("-616", "£000", "−£616,000"),  # annual report section 4
        ("12.5", "£000", "£12,500"),
        ("10500", "£", "£10,500"),  # annual report section 9.3
        ("64150", "£ per year", "£64,150"),  # annual report section 9.3
        ("78.3", "per cent", "78.3%"),  # annual report section 3.1
        ("1184", "children", "1,184"),  # annual report section 6
        ("2005", "year", "2005"),  # annual report section 3: no comma in a year
        ("0", "KPIs", "0"),
    ],
)
def test_a_figure_is_written_with_its_unit(value, unit, text):
    assert figure_text(Decimal(value), unit) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("2.5", "£m per year", "£2.5m per year"),
        ("57.8", "£m", "£57.8m"),
        ("5400", "£ per week", "£5,400 per week"),
        ("281000", "£ per year", "£281,000 per year"),
        ("500", "£000", "£500,000"),
        ("-1.5", "£000 per year", "−£1,500 per year"),
        ("-0.019", "£m per year", "−£0.019m per year"),
        ("83", "per cent", "83%"),
        ("120", "placements", "120 placements"),
        ("1500", "homes", "1,500 homes"),
        ("17.5", "children per social worker", "17.5 children per social worker"),
    ],
)
def test_an_amount_is_written_with_its_unit_and_the_time_it_is_over(value, unit, text):
    assert amount_text(Decimal(value), unit) == text


@pytest.mark.parametrize("unit", ["£", "£m", "£000", "per cent"])
def test_an_amount_over_no_time_is_written_as_a_figure(unit):
    assert amount_text(Decimal("1234.50"), unit) == figure_text(Decimal("1234.50"), unit)


@given(VALUES, st.sampled_from(["", "£", "£m", "per cent", "children", "year"]), st.integers(0, 4))
def test_a_figure_can_be_read_back_as_its_rounded_value(value, unit, decimals):
    assert read_back(figure_text(value, unit, decimals)) == half_up(value, decimals)


@given(VALUES)
def test_a_figure_without_places_is_shown_whole(value):
    assert read_back(figure_text(value)) == value


@pytest.mark.parametrize("value", ["-0.04", "0", "-0", "0.04"])
def test_what_rounds_to_nought_has_no_minus(value):
    assert figure_text(Decimal(value), "£m", 1) == "£0.0m"
    assert cell_text(Decimal(value), Column("gap", "money", "Gap", decimals=1)) == "0.0"


def test_counts_to_twenty_are_words():
    assert [count_in_words(n) for n in (0, 1, 5, 11, 14, 20, 21, 1184)] == [
        "no", "one", "five", "eleven", "fourteen", "twenty", "21", "1,184",
    ]  # fmt: skip
    assert len({count_in_words(n) for n in range(21)}) == 21


@pytest.mark.parametrize(
    ("value", "kind", "rules", "text"),
    [
        (Decimal(-12076323), "money", {}, "−12,076,323"),
        (Decimal("78.378"), "percent", {"decimals": 1}, "78.4%"),
        (Decimal("35844.155"), "number", {"decimals": -2}, "35,800"),
        (1184, "count", {}, "1,184"),
        (0, "count", {}, "0"),
        (True, "yesno", {}, "Yes"),
        (False, "yesno", {}, "No"),
        (date(2022, 7, 31), "date", {}, "31 July 2022"),
        ("2022-03", "when", {}, "March 2022"),
        ("report:4/2 cover:7.1.3/1", "source", {}, "Annual report 4 para 2; cover report 7.1.3 para 1"),
        ("1,000 <b>", "text", {}, "1,000 <b>"),  # escaping is the table's business
        ("amber", "status", {}, "Amber"),
        ("not reported", "status", {}, "Not reported"),
        ("https://example.org/a?b=c", "url", {}, "https://example.org/a?b=c"),
        ("report:4/2 news_1", "source", {}, "Annual report 4 para 2; news_1"),
    ],
)
def test_a_cell_is_written_by_its_type(value, kind, rules, text):
    assert cell_text(value, Column("c", kind, "C", **rules)) == text


@pytest.mark.parametrize("value", [None, float("nan"), Decimal("NaN")])
@pytest.mark.parametrize("kind", ["money", "count", "text", "when", "source"])
def test_a_missing_cell_says_so_in_the_words_of_its_column(value, kind):
    assert cell_text(value, Column("gap", kind, "Gap", missing="N/A as printed")) == "N/A as printed"


def test_each_document_of_a_source_is_named_once():
    text = source_text("report:3.1/2 cover:5.4/1 report:3.9/0")
    assert text == "Annual report 3.1 para 2, 3.9 heading; cover report 5.4 para 1"
    assert source_text("minutes:2/1") == "Minutes 2 para 1"
    assert source_text("") == ""


def test_a_publication_is_named_by_its_title_and_by_its_id_where_none_is_known():
    titles = {"news_1": "Evening News, 1 May", "news_2": "The Crier, 2 May"}
    assert source_text("report:3/1 news_1 report:4/1 news_2", titles) == (
        "Annual report 3 para 1, 4 para 1; Evening News, 1 May; The Crier, 2 May"
    )
    assert source_text("news_1 news_1", titles) == "Evening News, 1 May", "a publication is named once"
    assert source_text("news_3 news_1", titles) == "News_3; Evening News, 1 May"
    held = Column("source", "source", "Source")
    assert cell_text("news_1 cover:5/1", held, titles) == "Evening News, 1 May; cover report 5 para 1"
    assert cell_text("news_1", Column("note", "text", "Note"), titles) == "news_1", "only a source is read as one"


def test_a_column_without_places_of_its_own_shows_the_value_as_entered():
    assert cell_text(Decimal("21.50"), Column("value", "number", "Value", decimals_in="decimals")) == "21.50"


@given(st.decimals(min_value=-10_000, max_value=10_000, places=2))
def test_an_amount_has_the_word_for_its_sign_and_nought_has_none(value):
    column = Column("over", "money", "Over", decimals=0, words=("overspend", "underspend"))
    text = cell_text(value, column)
    assert text.endswith(" underspend") == text.startswith("−")
    assert text.endswith(" overspend") == (not text.startswith("−") and text != "0")
    assert cell_text(None, column) == column.missing
