"""Cells: every way of writing whose meaning is certain is read; the rest is refused with the rule it breaks."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers import provenance
from ncthelpers.cells import LONGEST, TYPES, Column, read_cell
from ncthelpers.export import pdf, symbols, word

AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=3) | st.integers(-(10**9), 10**9).map(Decimal)


def column(kind: str, **rules) -> Column:
    return Column("value", kind, "Value", **rules)


def written(value: Decimal, commas: bool, pound: bool, sign: str) -> str:
    """One way that people write an amount; ``sign`` is how a negative is marked."""
    digits = f"{abs(value):{',' if commas else ''}f}"
    digits = f"£{digits}" if pound and sign != "-£" else digits
    if value >= 0:
        return f"£{digits}" if sign == "-£" else digits
    return {"()": f"({digits})", "£()": f"£({digits.lstrip('£')})"}.get(sign, f"{sign}{digits}")


@given(AMOUNTS, st.booleans(), st.booleans(), st.sampled_from(["-", "−", "()", "£()", "-£"]))
def test_any_amount_is_read_back_from_every_way_of_writing_it(value, commas, pound, sign):
    assert read_cell(written(value, commas, pound, sign), column("money")) == value


@given(AMOUNTS, st.booleans())
def test_any_number_is_read_back_with_and_without_commas(value, commas):
    assert read_cell(f"{value:{',' if commas else ''}f}", column("number")) == value


@given(st.integers(0, 10**12), st.booleans())
def test_any_count_is_read_back_with_and_without_commas(value, commas):
    assert read_cell(f"{value:{',' if commas else ''}}", column("count")) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("43,998", "43998"),  # annual report section 4, Corporate Parent Service
        ("(1,656)", "-1656"),  # annual report section 4, Prevention & Safeguarding
        ("(616)", "-616"),  # annual report section 4, Children, Young People and Family Support Services
        ("-", "0"),  # annual report section 4, covid funding of NCT Central
        ("_", "0"),  # annual report section 4, covid funding of the trust's own row
        ("-12,076,323", "-12076323"),  # annual report section 12, total of the grants
        ("£10,500", "10500"),  # annual report section 9.3
        ("£ 137.15", "137.15"),  # cover report 7.1.1
        ("£(5)", "-5"),
        ("\xa07 ", "7"),
    ],
)
def test_money_is_read_as_the_source_prints_it(text, value):
    assert read_cell(text, column("money", dash="nil")) == Decimal(value)


def test_the_printed_places_are_kept():
    assert str(read_cell("1.070", column("money"))) == "1.070"  # cover report 7.1.3


@pytest.mark.parametrize("text", ["-", "–", "—", "_", "−"])
@pytest.mark.parametrize("kind", ["money", "number", "count", "percent"])
def test_a_dash_is_nil_only_where_the_schema_says_so(text, kind):
    assert read_cell(text, column(kind, dash="nil")) == 0
    with pytest.raises(ValueError, match="is a dash: write 0 for nil"):
        read_cell(text, column(kind))


@pytest.mark.parametrize(
    "text",
    ["12k", "1.5m", "1e5", "1,23", "1,2345", "12,34,567", "1.2.3", "1 000", "1.234,5", "NaN", "inf", "--5", "5-", "(5", "5)", "()",
     "(-5)", "((5))", "-(5)", "£", "££5", "-££5", "£(£5)", "1£234", "$5", "５", "½", "0x10", "1_000", "five"],
)  # fmt: skip
def test_what_is_not_certainly_an_amount_is_refused(text):
    with pytest.raises(ValueError, match="is not an amount"):
        read_cell(text, column("money"))


@pytest.mark.parametrize("kind", ["money", "number", "count"])
def test_a_group_led_by_nought_is_refused_because_its_comma_may_be_a_decimal_one(kind):
    with pytest.raises(ValueError, match="is not"):
        read_cell("0,123", column(kind))


@pytest.mark.parametrize("text", ["£5", "(5)", "12k", "1e5", "text", "5%"])
def test_a_number_takes_no_signs_of_money_or_percentage(text):
    with pytest.raises(ValueError, match="is not a number"):
        read_cell(text, column("number"))


@pytest.mark.parametrize("kind", ["money", "number", "count", "percent"])
def test_a_number_has_no_more_digits_than_a_sum_keeps(kind):
    assert str(read_cell("9" * 28, column(kind))) == "9" * 28
    with pytest.raises(ValueError, match="^has more than 28 digits$"):
        read_cell("9" * 29, column(kind))


@pytest.mark.parametrize("text", ["-1", "2.5", "3.0"])
def test_a_count_is_whole_and_not_negative(text):
    with pytest.raises(ValueError, match="is not a whole number of nought or more"):
        read_cell(text, column("count"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("97", "97"),
        ("97%", "97"),
        ("78.3%", "78.3"),
        ("0", "0"),
        ("0.5%", "0.5"),
        ("-3.2 %", "-3.2"),
        ("100", "100"),
        ("1", "1"),
    ],
)
def test_a_percentage_is_on_the_scale_of_a_hundred(text, value):
    assert read_cell(text, column("percent")) == Decimal(value)


@pytest.mark.parametrize("text", ["0.97", "-0.5", "0.001"])
def test_a_share_in_a_percentage_column_is_refused_because_it_may_mean_either(text):
    with pytest.raises(ValueError, match="may be a share"):
        read_cell(text, column("percent"))


@pytest.mark.parametrize(
    "text", ["07/09/2022", "7 September 2022", "2022-9-7", "2022-09", "22-09-07", "2022-02-30", "2022-09-00", "44811"]
)
def test_a_date_is_written_year_month_day(text):
    with pytest.raises(ValueError, match=r"is not a (date|day)"):
        read_cell(text, column("date"))


def test_dates_and_partial_dates_are_read():
    assert read_cell("2022-07-29", column("date")) == date(2022, 7, 29)  # cover report 5.4
    assert [read_cell(when, column("when")) for when in ("2022-07-29", "2022-03", "2005")] == [
        "2022-07-29",
        "2022-03",
        "2005",
    ]


@pytest.mark.parametrize("text", ["07/09/2022", "2022-13", "2022-00", "autumn 2022", "20222", "２０２２"])
def test_a_partial_date_is_a_year_a_month_or_a_day(text):
    with pytest.raises(ValueError, match="is not a date: write 1999-12-31, 1999-12 or 1999"):
        read_cell(text, column("when"))


def test_yes_and_no_are_read_and_nothing_else_is():
    assert [read_cell(text, column("yesno")) for text in ("yes", "no")] == [True, False]
    for text in ("Yes", "y", "1", "true", "-"):
        with pytest.raises(ValueError, match="is neither yes nor no"):
            read_cell(text, column("yesno"))


@pytest.mark.parametrize("kind", ["id", "council"])
@pytest.mark.parametrize("text", ["two words", "a/b", "a,b", "<b>", "naïve"])
def test_an_id_holds_no_other_signs(kind, text):
    with pytest.raises(ValueError, match="is not an id"):
        read_cell(text, column(kind))


def test_a_source_is_a_list_of_paragraphs():
    assert read_cell("report:3.1/2   cover:7.1.2/1", column("source")) == "report:3.1/2 cover:7.1.2/1"
    for text in ("section 3", "report:3.1", "report:3.1/x", "report:3.1/2, cover:7.1.2/1"):
        with pytest.raises(ValueError, match="is not a list of paragraphs"):
            read_cell(text, column("source"))


def test_a_web_address_is_one_that_can_only_be_followed():
    assert read_cell("https://www.example.org/a?b=c", column("url")) == "https://www.example.org/a?b=c"
    for text in (
        "javascript:alert(1)",
        "www.example.org",
        "https://example.org/ b",
        'https://example.org/"onclick="x',
        "https://",
    ):
        with pytest.raises(ValueError, match="is not a web address"):
            read_cell(text, column("url"))


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_an_empty_cell_is_missing_and_never_nil(kind):
    assert read_cell("  ", column(kind, required=False)) is None
    with pytest.raises(ValueError, match="is empty but required"):
        read_cell("\xa0", column(kind))


def test_a_value_must_be_among_those_that_the_schema_lists():
    held = column("text", values=("service", "funding"))
    assert read_cell("funding", held) == "funding"
    with pytest.raises(ValueError, match="is not one of: service, funding"):
        read_cell("Funding", held)


def test_bounds_are_inclusive():
    held = column("percent", minimum=Decimal(0), maximum=Decimal(100))
    assert [read_cell(text, held) for text in ("0", "100")] == [0, 100]
    with pytest.raises(ValueError, match="is below the least allowed, 0"):
        read_cell("-1", held)
    with pytest.raises(ValueError, match="is above the most allowed, 100"):
        read_cell("100.1", held)


@pytest.mark.parametrize("text", ["45.026", "450.26", "£45,026.5"])
def test_more_places_than_the_column_has_are_refused(text):
    with pytest.raises(ValueError, match="more decimal places than the 0 of the column"):
        read_cell(text, Column("gross", "money", "Gross outturn", decimals=0))


def test_a_source_may_name_publications_beside_paragraphs():
    assert read_cell("report:3.1/2  lait_2026_04", column("source")) == "report:3.1/2 lait_2026_04"
    for text in ("LAIT_2026", "lait-2026", "2026_lait", "news_1;"):
        with pytest.raises(ValueError, match="or of ids of publications"):
            read_cell(text, column("source"))


def test_a_status_is_text_and_no_number():
    assert read_cell("amber", column("status")) == "amber"
    assert not column("status").numeric
    with pytest.raises(ValueError, match="is not one of: green, amber, red"):
        read_cell("Grey", column("status", values=("green", "amber", "red")))


# Signs that turn the direction of writing: every way in and out shows them

TURNED, SEEN = "a\u202eb\u2066c", "aU+202EbU+2066c"
WRITERS = {
    "read": lambda: read_cell(TURNED, Column("note", "text", "Note")),
    "page": lambda: str(provenance.bundle(TURNED, TURNED, None, "")[0]),
    "open data": lambda: symbols.written(Column("note", "text", "Note"), {"note": TURNED}),
    "word": lambda: word._run(TURNED),
    "pdf": lambda: str(pdf._in_letters({"said": [TURNED]})),
}


@pytest.mark.parametrize("way", WRITERS)
def test_no_sign_that_turns_writing_round_goes_unseen(way):
    said = WRITERS[way]()
    assert SEEN in said and not set(TURNED) - set("abc") & set(said)


@pytest.mark.parametrize("sign", ["\0", "\x1b", "\x7f", "\x9b", "\ufdd0", "\uffff"])
def test_a_sign_that_is_no_writing_is_refused(sign):
    with pytest.raises(ValueError, match="control character"):
        read_cell(f"a{sign}b", Column("note", "text", "Note"))


def test_a_text_is_no_longer_than_a_cell_of_a_spreadsheet_holds():
    assert read_cell("x" * LONGEST, Column("note", "text", "Note")) == "x" * LONGEST
    with pytest.raises(ValueError, match="has 1,000,000 characters"):
        read_cell("x" * 1_000_000, Column("note", "text", "Note"))
