"""Commentary: each kind of placeholder prints what the data says, and nothing else can pass for it."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from markdown_it.renderer import RendererHTML
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

from ncthelpers.load import load_year
from ncthelpers.narrative import Words, basis, commentary_faults, plain, public_title, text_of, words, year_title

YEAR, YEAR_REVIEWED = "2031-32", "2021-22"


@pytest.fixture(scope="module")
def invented(_small_root_to_copy):
    """The invented year; read only."""
    return load_year(_small_root_to_copy, YEAR)


def with_words(data, text, page="04_cost"):
    return replace(data, commentary={page: text})


def faults(data, text):
    return [(fault.row, fault.value, fault.rule) for fault in commentary_faults(with_words(data, text), "data/2031-32")]


# what placeholders print


@pytest.mark.parametrize(
    ("name", "as_words", "text"),
    [
        ("year", "", "2031-32"),
        ("children", "", "1,184"),
        ("growth", "", "8.5%"),
        ("budget", "", "£2.2m"),
        ("visits", "words", "five"),
        ("visits", "Words", "Five"),
        ("children", "words", "1,184"),
        ("date:first_meeting", "", "1 June 2031"),
        ("date:later_review", "", "January 2033 to March 2033"),
        ("count:budget_gaps", "", "4"),
        ("count:budget_gaps", "words", "four"),
        ("count:budget_gaps?council=EAST", "words", "two"),
        ("count:budget_gaps?council=EAST&year=2032-33", "words", "one"),
        ("count:events?context=yes", "", "1"),
        ("count:budget_gaps?council=NORTH", "Words", "No"),
        ("cell:budget_gaps/EAST/2032-33/gap", "", "£10.5m"),
        ("cell:budget_gaps/EAST/2033-34/gap", "", "N/A as printed"),
        ("cell:service_costs/Fostering/outturn_variance", "", "−£100,000"),
        ("cell:pupil_forecasts/East/primary/change_pct", "", "12.5%"),
        ("cell:approvals/Director/approved_on", "", "26 August 2032"),
        ("cell:property/EAST/maintenance_schedule", "", "Agreed."),
        ("cell:property/EAST/buildings", "Words", "Four"),
    ],
)
def test_a_placeholder_prints_what_the_data_says(invented, name, as_words, text):
    assert text_of(invented, name, as_words) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pressure", "£1.070m"),  # cover report 7.1.3
        ("reserve_left", "£0.019m"),  # annual report section 4 and cover report 7.1.3
        ("single_placement_cost", "£500,000"),  # annual report section 4 prints £500k
        ("count:kpis?named=named", "14"),  # annual report section 2
        ("count:audits", "11"),  # annual report section 10.2
        ("count:cover_topics", "14"),  # cover report 6.1
        ("cell:support_service_results/met or exceeded/kpis", "29"),  # annual report section 3.1
        ("cell:budget_gaps/NNC/2025-26/gap", "N/A as printed"),  # annual report section 12
    ],
)
def test_a_placeholder_prints_what_the_source_documents_print(review, name, text):
    assert text_of(review, name) == text


CHILDREN = "demand/children_in_care/2018-03/value_start; demand/children_in_care/2018-03/value_end"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (f"compare:change:{CHILDREN}", "rose"),  # annual report section 6: 1094 to 1184
        (f"compare:level:{CHILDREN}", "below"),
        ("compare:level:official:three_placements/own/2021-22; official:three_placements/england/2021-22", "above"),
        ("compare:level:finance_lines/reserve/report/amount; finance_lines/reserve/cover/amount", "level with"),
    ],
)
def test_a_word_of_comparison_is_chosen_from_the_figures(review, name, text):
    assert text_of(review, name) == text


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("compare:level:demand/children_in_care/2018-03/value_end; official:children_looked_after/own/2021-22",
         "only one of the two is an official figure, and the other states no definition"),
        ("compare:change:official:rereferrals_12m/own/2021-22; official:rereferrals_12m/own/2022-23", "the series breaks"),
        ("compare:level:official:referrals/own/2021-22; official:children_looked_after/own/2021-22", "units|definitions differ"),
        ("compare:level:finance_lines/reserve/report/amount; service_costs/NCT Central/budget", "different units: £m and £000"),
        ("compare:level:official:children_looked_after/own/2021-22; official:children_looked_after/england/2021-22", "different areas"),
        ("compare:change:official:three_placements/own/2020-21; official:three_placements/england/2021-22", "different areas"),
        ("compare:target:kpi:A", "not at hand: monthly values"),
        ("compare:target:finance_lines/reserve/report/amount", "a target is of a KPI"),
        ("compare:level:demand/children_in_care/2018-03/value_start; figures/ukraine_children_arrived/value", "different tables"),
        ("compare:mood:finance_lines/reserve/report/amount; finance_lines/reserve/cover/amount", "'mood' is not a kind"),
        ("compare:level:finance_lines/reserve/report/amount", "two figures are compared"),
    ],
)  # fmt: skip
def test_a_word_of_comparison_is_refused_with_the_reason(review, name, reason):
    with pytest.raises(LookupError, match=reason):
        text_of(review, name)


@pytest.mark.parametrize(
    "name",
    ["adults", "date:no_meeting", "count:adults", "count:", "count:property?rooms=2", "cell:property/EAST/rooms", "cell:adults/a/b",
     "cell:property/NORTH/buildings", "cell:property/buildings", "cell:property", "cell:", "Year", " year", "cell:budget_gaps/EAST/gap"],
)  # fmt: skip
def test_a_placeholder_that_names_nothing_is_an_error(invented, name):
    with pytest.raises(LookupError):
        text_of(invented, name)


@settings(max_examples=200)
@given(
    name=st.one_of(
        st.text(max_size=8),
        st.builds("{}:{}".format, st.sampled_from(["date", "count", "cell"]), st.text("abc/?=&:", max_size=8)),
        st.builds("cell:{}/{}/{}".format, st.sampled_from(["property", "events", "approvals", "contract_terms"]), st.text(max_size=4), st.text(max_size=4)),
    ),
    as_words=st.sampled_from(["", "words", "Words"]),
)  # fmt: skip
def test_no_placeholder_fails_in_any_other_way(invented, name, as_words):
    with suppress(LookupError):
        assert text_of(invented, name, as_words) != ""


@pytest.mark.parametrize("ending", ["words", "Words"])
def test_what_is_no_count_is_printed_as_it_is(invented, ending):
    assert text_of(invented, "growth", ending) == "8.5%"
    assert text_of(invented, "cell:approvals/Director/approved_on", ending) == "26 August 2032"
    assert text_of(invented, "cell:events/first_meeting/context", ending) == "No"


@pytest.mark.parametrize(
    ("table", "column", "name", "text"),
    [
        ("finance_lines", "amount", "budget", {"£5m"}),
        ("figures", "value", "growth", {"5%", "five per cent"}),
        ("service_costs", "budget", "cell:service_costs/Homes/budget", {"£5,000"}),
    ],
)
def test_a_whole_amount_does_not_lose_its_unit_in_words(invented, table, column, name, text):
    frame = invented[table]
    frame[column] = [Decimal(5)] * len(frame)
    whole = replace(invented, tables={**invented.tables, table: frame})
    assert text_of(whole, name, "words") in text


# blocks


def test_a_block_is_printed_with_its_figures_and_without_its_sources(invented):
    shown = words(invented, "04_cost")
    assert repr(shown) == "In 2031-32 the trust cared for 1,184 children. Its board met on 1 June 2031."


def test_a_block_nobody_wrote_says_so(invented):
    for page, block in (("04_cost", "bridges"), ("05_contract_changes", "overview")):
        assert repr(words(invented, page, block)) == "No commentary has been written on this for 2031-32."


def test_a_block_is_shown_as_safe_html():
    html = Words("Costs **rose**.\n\n<script>alert()</script> [x](javascript:alert())")._repr_html_()
    assert "<strong>rose</strong>" in html and 'class="commentary"' in html
    assert "<script" not in html and "href" not in html


@pytest.mark.parametrize(
    "said",
    [
        "<b>*Cost* & `care`_</b>",
        "[link](https://example.org)",
        "# no heading",
        "a_b_c",
        "![x](y)",
        "~~x~~",
        "1 < 2 > 0",
    ],
)
def test_words_from_the_data_are_shown_as_words_not_as_markup(invented, said):
    table = invented["property"]
    table["maintenance_schedule"] = said
    odd = replace(invented, tables={**invented.tables, "property": table})
    html = words(
        with_words(odd, "## overview\nSaid: {cell:property/EAST/maintenance_schedule}\n"), "04_cost"
    )._repr_html_()
    escaped = said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert f"Said: {escaped}</p>" in html


# faults


def test_commentary_that_takes_every_figure_from_the_data_has_no_fault(invented, review):
    assert faults(invented, "## overview\nIn {year}: {children}.\nsource: report:1/1 report:2/1\n") == []
    assert commentary_faults(review, "data/2021-22") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("## overview\nIn all {adults}.\n", (2, "{adults}", "cannot be filled in: there is no figure named adults")),
        ("## overview\n\nAbout 29 of them.\n", (3, "29", "is a figure typed by hand: take it from the data by a placeholder")),
        ("## overview\nIn 1990s money, 7%.\n", (2, "7", "is a figure typed by hand: take it from the data by a placeholder")),
        ("## overview\n１２ homes.\n", (2, "１２", "is a figure typed by hand: take it from the data by a placeholder")),
        ("## overview\nA {children brace.\n", (2, "{", "is a stray brace")),
        ("## overview\nA children} brace.\n", (2, "}", "is a stray brace")),
        ("## overview\nA {{children}} brace.\n", (2, "}", "is a stray brace")),
        ("## overview\n{children|roman}\n", (2, "{", "is a stray brace")),
        ("Words without a block.\n", (None, "", "has no block: begin one with a line such as ## overview")),
        ("", (None, "", "has no block: begin one with a line such as ## overview")),
    ],
)  # fmt: skip
def test_each_fault_of_commentary_is_named_with_its_line(invented, text, expected):
    assert expected in faults(invented, text)


def test_every_fault_of_a_file_is_listed(invented):
    found = faults(invented, "## overview\n{adults} and 12.\nsource: report:1/1\n\n## more\n{date:never} and }.\n")
    assert [(row, value) for row, value, _ in found] == [(2, "{adults}"), (2, "12"), (6, "{date:never}"), (6, "}")]


@pytest.mark.parametrize("number", ["seven", "Twelve", "fifteen", "million", "½"])
def test_a_number_written_as_a_word_is_a_figure_typed_by_hand(invented, number):
    [(_, value, rule)] = faults(invented, f"## overview\nAbout {number} homes.\n")
    assert value == number and "typed by hand" in rule


@pytest.mark.parametrize("name", ["covid-19", "Covid-19", "COVID-19"])
def test_the_name_of_an_illness_is_no_figure(invented, name):
    assert faults(invented, f"## overview\n{name} changed demand.\n") == []


NUMBER_WORD = re.compile(
    r"\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|hundred|thousand|million)\b",
    re.IGNORECASE,
)


@given(
    text=st.text(st.characters(exclude_characters="{}½¼¾", exclude_categories=["Nd", "C", "Zl", "Zp"]), max_size=30),
    figure=st.integers(0, 99999),
)
def test_a_digit_anywhere_in_the_words_is_a_fault(invented, text, figure):
    assume(not NUMBER_WORD.search(text))  # which is a figure as well, and refused by the tests above
    assert faults(invented, f"## overview\nWords {text}\n") == []
    assert str(figure) in {
        value for _, value, _ in faults(invented, f"## overview\nWords {text}{figure}\n")
    } or text.lower().endswith("covid-")


# Missing is not nil, and documents that disagree are not missing


def test_a_count_of_a_table_not_reported_is_not_nought(review):
    without = replace(
        review,
        tables={**review.tables, "change_items": review["change_items"].iloc[:0]},
        contract={**review.contract, "not_reported": {"change_items": "it was not printed"}},
    )
    assert text_of(without, "count:change_items", "words") == "not reported"


def test_a_figure_on_which_the_documents_disagree_says_so(review):
    lines = review["finance_lines"]
    lines.loc[(lines["line"] == "reserve") & (lines["document"] == "cover"), "amount"] = Decimal("1.098")
    told = replace(review, tables={**review.tables, "finance_lines": lines})
    assert text_of(told, "reserve") == "a figure on which the documents disagree"


def test_commentary_shows_no_picture_from_elsewhere():
    assert "<img" not in Words("![x](https://example.org/x.png)")._repr_html_()


# years of which only public data is at hand


def without_report(data, reason="the report was not found", **changed):
    return replace(data, contract={**data.contract, "annual_report": {"at_hand": False, "reason": reason}}, **changed)


def test_a_year_is_titled_as_a_review_only_where_its_annual_report_is_at_hand(invented):
    assert year_title(invented) == f"Annual review, {YEAR}"
    assert public_title(invented) == f"Public data about {YEAR}, beside the annual report"
    gone = without_report(invented)
    assert year_title(gone) == public_title(gone) == f"Public data about {YEAR}: not the councils' annual report"


def test_the_basis_of_a_page_says_what_it_is_and_what_it_is_not(invented):
    assert repr(basis(invented)) == (
        f"This page holds public figures about {YEAR} from outside the annual report and its cover report."
    )
    text = repr(basis(without_report(invented)))
    assert text == (
        f"**Public data about {YEAR}: not the councils' annual report.** The report was not found. "
        "Nothing here is the trust's or the councils' own account of the year."
    )
    assert "contract year ran" not in text, "the contract year was a whole financial year"


def test_the_reason_why_there_is_no_report_keeps_its_capitals_and_holds_no_markup(invented):
    text = repr(
        basis(without_report(invented, "the report was noted by the Joint Committee on 8 January 2025, *unread*"))
    )
    assert "The report was noted by the Joint Committee on 8 January 2025, \\*unread\\*." in text


def test_the_basis_says_where_the_contract_year_is_not_the_financial_year(invented):
    text = repr(basis(without_report(invented, starts=date(2031, 11, 1))))
    assert (
        "The contract year ran from 1 November 2031 to 31 March 2032; yearly official figures cover the whole" in text
    )
    assert text.endswith("cover the whole financial year.")
    early = repr(basis(without_report(invented, ends=date(2031, 12, 31))))
    assert "ran from 1 April 2031 to 31 December 2031;" in early
    assert "ran from" not in repr(basis(replace(invented, starts=date(2031, 11, 1)))), (
        "the annual report says so itself"
    )


def test_the_basis_of_a_page_beside_an_annual_report_is_that_it_is_from_outside_it(review):
    text = repr(basis(review))
    assert (
        text
        == f"This page holds public figures about {YEAR_REVIEWED} from outside the annual report and its cover report."
    )
    assert "Nothing here" not in text and "**" not in text


def test_a_year_of_public_data_never_says_that_nobody_wrote_of_it(invented, years):
    for data in (
        without_report(invented, commentary={}),
        *(data for data in years.years if not data.has_annual_report),
    ):
        for page in ("00_summary", "04_cost", "18_public_data"):
            text = repr(words(data, page))
            assert "No commentary" not in text and text == repr(basis(data))
    written = without_report(invented, commentary={"04_cost": "## overview\nIn {year} it cost {budget}."})
    assert repr(words(written, "04_cost")) == "In 2031-32 it cost £2.2m.", "words that are written are shown"


def test_the_first_page_of_public_data_is_titled_as_what_it_stands_beside(years):
    for data in years.years:
        beside = public_title(data)
        assert beside.startswith(f"Public data about {data.year}")
        assert (beside == year_title(data)) is not data.has_annual_report, "a review is not called public data"
        assert ("beside the annual report" in beside) is data.has_annual_report


def test_every_public_year_is_titled_by_whether_its_annual_report_is_at_hand(years):
    for data in years.years:
        said = data.contract["annual_report"]["at_hand"]
        assert data.has_annual_report is said
        assert year_title(data).startswith(
            f"Annual review, {data.year}" if said else f"Public data about {data.year}: not"
        )
        councils = "council's" if len(data.contract["councils"]) == 1 else "councils'"
        assert (f"not the {councils} annual report" in repr(basis(data))) is not said


def test_a_contract_with_one_council_speaks_of_one(invented):
    contract = {**invented.contract, "councils": invented.contract["councils"][:1]}
    alone = without_report(replace(invented, contract=contract))
    assert year_title(alone) == f"Public data about {YEAR}: not the council's annual report"
    assert "the trust's or the council's own account" in repr(basis(alone))


COMPARES = re.compile(
    r"\b(rose|risen|fell|fallen|grew|grown|above|below|(?:more|less|fewer|higher|lower|better|worse) than|beat|exceed\w*|missed)\b",
    flags=re.IGNORECASE,
)
# Sentences that hold a figure and a word of comparison that nobody computed: what they begin with, and why.
REPORTED = {
    "Of the {cell:claims/support_kpis_total/value} measures": "the report counts those that met or exceeded",
    "By its account, decisions on referrals": "what the report says, marked as its account",
    "The challenges are repeat child protection plans": "what the report says",
    "{cell:support_service_results/met or exceeded/kpis} reached or beat": "the report's own classes",
    "of the {cell:claims/support_kpis_missed/value|words} that missed": "the report's own classes",
    "The report says that {count:demand": "what the report says",
    "Since {date:unregulated_placements_ban}": "an age limit of the law",
    "That would mean about": "a reading, held against no figure in the sentence",
    "in the county/secondary/implied_start} pupils, fewer than": "both figures stand in the sentence, from a computed table",
}


def test_a_word_of_comparison_beside_a_figure_is_computed_or_declared_as_reported(years):
    typed = []
    for data in years.years:
        for text in data.commentary.values():
            for sentence in re.split(r"(?<=[.;]) |\n", text):
                words = re.sub(r"\{[^}]*\}", "", sentence)
                if "{" in re.sub(r"\{compare:[^}]*\}", "", sentence) and COMPARES.search(words):
                    typed.append(sentence.strip())
    unknown = [sentence for sentence in typed if not any(sentence.startswith(known) for known in REPORTED)]
    assert unknown == []
    assert len(typed) == len(REPORTED), "an exception that no sentence needs"


@pytest.mark.parametrize("text", ["1. April", "12) b", "- a", "-", "+ a", "--- a", "+++", "= a", "% of it", "(a)=", "# a", "> a", ":::{note}",
                                  "http://example.org/a", "$a$ {{ b }}", "a | b", "* a", "5.5 million", "2031-32", "-5"])  # fmt: skip
def test_plain_text_is_a_paragraph_that_reads_as_it_is(text):
    parser = create_md_parser(MdParserConfig(enable_extensions=[]), RendererHTML)
    opened, said, closed = parser.parse(plain(text))
    assert (opened.type, closed.type) == ("paragraph_open", "paragraph_close")
    assert "".join(part.content for part in said.children if part.type in {"text", "text_special"}) == text
