"""The cover report: the source's order and numbers, its figures, what it is silent on, names of officers, what is exempt."""

from dataclasses import replace
from datetime import date

import pytest

from ncthelpers import results, tables, wording
from ncthelpers.export import cover_report
from ncthelpers.export.document import (
    LETTERED,
    NUMBERED,
    SUBNUMBERED,
    Heading,
    Paragraph,
    Picture,
    Table,
    numbers,
    said,
)
from ncthelpers.load import load_year
from ncthelpers.rows import records_of


@pytest.fixture(scope="module")
def report(review):
    return cover_report.cover_report(review)


@pytest.fixture(scope="module")
def invented(repository):
    root = repository / "examples" / "inventshire"
    return load_year(root, max(path.name for path in (root / "data").glob("20*")))


def with_table(review, name, **columns):
    """The year with other values in a table, or with none of its rows where no column is given."""
    frame = review[name]
    frame = frame.assign(**columns) if columns else frame.iloc[:0]
    return replace(review, tables={**review.tables, name: frame})


def headings(report, level=1):
    return [block.text for block in report.blocks if isinstance(block, Heading) and block.level == level]


def table(report, caption):
    return next(block for block in report.blocks if isinstance(block, Table) and block.caption == caption)


def below(report, heading):
    """The parts that stand under a heading."""
    found, inside = [], False
    for block in report.blocks:
        if isinstance(block, Heading):
            inside = block.text == heading
        elif inside:
            found.append(block)
    return found


def test_sections_stand_in_the_order_and_with_the_numbers_of_the_source(report, review):
    numbered = [f"{number} {block.text}" for block, number in zip(report.blocks, numbers(report.blocks), strict=True)
                if isinstance(block, Heading) and block.numbered and block.level == 1]  # fmt: skip
    assert numbered == ["1 Purpose of Report", "2 Executive Summary", "3 Recommendations", "4 Reason for Recommendations",
                        "5 Report Background", "6 Issues and Choices", "7 Implications", "8 Background Papers"]  # fmt: skip
    printed = {row["paragraph_no"]: row["says"] for row in records_of(review["cover_paragraphs"])}
    made = {number: said(block.runs) for block, number in zip(report.blocks, numbers(report.blocks), strict=True)
            if isinstance(block, Paragraph) and block.kind == NUMBERED}  # fmt: skip
    same = [number for number in printed if number[0] in "12568" and number.count(".") == 1]
    assert len(same) == 18 and all(made[number] == printed[number] for number in same)
    assert (made["4.1"], made["4.2"]) == (printed["4a"], printed["4b"])


def test_each_recommendation_has_its_letter_and_its_words(report, review):
    of = [(number, said(block.runs)) for block, number in zip(report.blocks, numbers(report.blocks), strict=True)
          if isinstance(block, Paragraph) and block.kind == LETTERED]  # fmt: skip
    assert of == [(f"({row['letter']})", row["text"]) for row in records_of(review["recommendations"])]


def test_recommendations_are_introduced_and_not_summed_up(report, review):
    first, *_ = below(report, "Recommendations")
    assert said(first.runs) == "It is recommended that the Cabinet/Committee:"
    rows = review["cover_paragraphs"]
    added = rows["source"].where(rows["heading"] != "Recommendations", rows["source"] + " cover:3.2/1")
    kept, *_ = below(cover_report.cover_report(with_table(review, "cover_paragraphs", source=added)), "Recommendations")
    assert said(kept.runs).startswith("Asks the Cabinet/Committee")  # it says more than the recommendations


def test_every_implication_has_a_numbered_heading_as_the_source_numbers_it(report, review):
    made = [f"{number} {block.text}" for block, number in zip(report.blocks, numbers(report.blocks), strict=True)
            if isinstance(block, Heading) and block.numbered and block.level == 2]  # fmt: skip
    assert made == [*review["implications"]["heading"], "7.9 Equality", "7.10 Data protection"]


def test_where_the_source_is_silent_the_report_says_so(report, review):
    for heading in ("Equality", "Data protection"):
        [silent] = below(report, heading)
        assert (
            silent.kind == SUBNUMBERED
            and said(silent.runs) == "The cover report of the year says nothing under this heading."
        )
    given = review["implications"]["heading"].replace("7.6 Climate Impact", "7.6 Equalities and inclusion")
    other = cover_report.cover_report(with_table(review, "implications", heading=given))
    assert "Equality" not in headings(other, 2) and "Data protection" in headings(other, 2)


def test_its_figures_are_those_of_the_tables(report, review):
    for name in ("reserve_bridge", "contract_sum_bridge", "deadline_compliance", "topic_coverage"):
        shown = tables.show(review, name)
        assert [[said(cell) for cell in row] for row in table(report, shown.caption).rows] == [
            list(row) for row in shown.rows
        ]
    [picture] = [block for block in report.blocks if isinstance(block, Picture)]
    assert "£3.701m" in picture.alt
    finance = " ".join(
        said(block.runs) for block in below(report, "Resources and Financial") if isinstance(block, Paragraph)
    )
    assert "£137.15m" in finance and "£1.070m" in finance


def test_every_numbered_paragraph_names_its_source_and_all_that_the_year_cites_is_there(report, review):
    rows = {said(number): said(source) for number, source in table(report, "Sources of the numbered paragraphs").rows}
    assert rows["5.4"] == "Cover report 5.4 para 1" and rows["3.1(c)"].endswith("3.1 para 4")
    cited = [
        source for name in ("cover_paragraphs", "implications", "recommendations") for source in review[name]["source"]
    ]
    stands = {wording.source_text(source) for source in cited if not source.startswith(("cover:7.1.", "cover:8"))}
    assert len(rows) == 32 and len(stands - set(rows.values())) == 1  # 7.1.1, which the row of implications carries


def test_a_paragraph_that_no_implication_carries_is_not_lost(review):
    fewer = cover_report.cover_report(replace(review, tables={
        **review.tables, "implications": review["implications"][review["implications"]["heading"] != "7.6 Climate Impact"],
    }))  # fmt: skip
    assert "No climate impact can be made out." in [
        said(block.runs) for block in fewer.blocks if isinstance(block, Paragraph)
    ]


def test_the_front_has_councils_committee_date_roles_and_appendices(report, review):
    assert (
        report.title == "Annual Report of Northamptonshire Children's Trust" and report.above[1] == "7th September 2022"
    )
    assert report.above[0].startswith("West Northamptonshire Council and North Northamptonshire Council Children"), (
        "each once"
    )
    approvals = table(report, "Officers who contributed to, checked or approved the cover report")
    assert approvals.heads == ("Role", "Council", "Date", "Note")
    assert [said(row[0]) for row in approvals.rows] == list(review["approvals"]["role"])
    words, *_ = below(report, "Contributors, checkers and approvers")
    assert "They do not mean that this document has been approved." in said(words.runs)
    assert "It is not the cover report as it was printed" in said(report.blocks[0].runs)


def test_the_appendices_of_the_annual_report_are_told_from_those_of_the_cover_report(report, review):
    words, *_ = below(report, "List of appendices")
    assert said(words.runs) == "The cover report prints: None"
    shown = [said(row[0]) for row in table(report, "Of the annual report: appendices listed or cited").rows]
    assert [*shown, "cover"] == list(review["appendices"]["number"])
    titles = review["cover_titles"]
    silent = cover_report.cover_report(
        replace(review, tables={**review.tables, "cover_titles": titles[titles["item"] != "list_of_appendices"]})
    )
    assert len(table(silent, "Appendices listed or cited").rows) == len(review["appendices"])


def test_background_papers_have_their_addresses(report):
    papers = table(report, "Documents and publications behind this report")
    addresses = [run.link for row in papers.rows for run in row[3] if run.link]
    assert len(addresses) >= 3 and all(link.startswith("https://") for link in addresses)
    assert all(said(cell) for row in papers.rows for cell in row)


def test_a_draft_says_so_and_what_is_invented_too(report, invented):
    assert report.head.startswith("DRAFT | ")
    assert cover_report.cover_report(invented).head.startswith("INVENTED | DRAFT | ")
    assert "on this page" not in " ".join(said(part.runs) for part in report.notices[0].parts)


def test_gaps_in_a_source_do_not_move_recommendations(invented):
    made = cover_report.cover_report(invented)
    assert headings(made)[2:6] == [
        "Purpose of report",
        "Executive summary",
        "Recommendations",
        "Reason for recommendations",
    ]
    assert headings(made)[-4:-3] == ["Background papers"]
    first, *_ = below(made, "Recommendations")
    assert said(first.runs) == "It is recommended that the Joint Committee:"
    places = [said(row[0]) for row in table(made, "Sources of the numbered paragraphs (invented)").rows]
    assert [place for place in places if "(" in place] == ["3.1(a)", "3.1(b)", "3.1(c)"]


# Names of officers


def test_names_stand_beside_their_roles_and_nowhere_else(review, report):
    role = review["approvals"]["role"].tolist()[1]
    named = cover_report.cover_report(review, {role: "A. N. Other"})
    approvals = table(named, "Officers who contributed to, checked or approved the cover report")
    assert approvals.heads[:2] == ("Role", "Name")
    assert [said(row[1]) for row in approvals.rows] == ["not given", "A. N. Other", "not given", "not given"]
    others = [block for block in named.blocks if block is not approvals]
    assert others == [block for block in report.blocks if getattr(block, "caption", "") != approvals.caption]


def test_a_role_that_is_not_there_is_refused(review):
    with pytest.raises(
        ValueError, match="no such role in the approvals of 2021-22: Mayor; its roles are: Monitoring officer; "
    ):
        cover_report.cover_report(review, {"Mayor": "A. N. Other"})


# What is exempt


def test_what_is_exempt_is_named_with_its_reason_and_the_day_of_its_review(review, report):
    assert "Exempt information" not in headings(report)
    kept = {"table": "service_costs", "columns": ["note"], "reason": "commercial terms", "review": date(2033, 3, 31)}
    name = review.schemas["service_costs"].names[-1]
    closed = replace(review, contract={**review.contract, "restricted": [kept | {"columns": [name]}]})
    made = cover_report.cover_report(closed)
    texts = [said(block.runs) for block in below(made, "Exempt information")]
    assert "is not in this report" in texts[0]
    assert (
        texts[1].endswith("commercial terms. To be reviewed on 31 March 2033.")
        and review.schemas["service_costs"][name].title in texts[1]
    )
    held = replace(
        review,
        contract={**closed.contract, "edition": "restricted", "restricted": [kept | {"columns": [name], "held": True}]},
    )
    assert "must not be published" in said(below(cover_report.cover_report(held), "Exempt information")[0].runs)
    assert cover_report.cover_report(held).head.startswith("RESTRICTED | ")


# Years without one


def test_a_year_of_public_data_has_none(review):
    public = replace(review, contract={**review.contract, "annual_report": {"at_hand": False}})
    assert cover_report.reason_for_none(public) == "its annual report is not at hand"
    assert cover_report.reason_for_none(review) == ""
    without = replace(review, contract={**review.contract, "not_reported": {"cover_titles": "it was not found"}})
    assert (
        cover_report.reason_for_none(without)
        == results.reason_not_reported(without, "cover_titles")
        == "it was not found"
    )


def test_a_year_with_nothing_but_titles_still_has_a_report(review):
    bare = review
    for name in ("cover_paragraphs", "implications", "recommendations", "approvals"):
        bare = with_table(bare, name)
    made = cover_report.cover_report(bare)
    assert [said(one.runs) for one in below(made, "Recommendations")] == [
        "The data of the year holds no recommendation."
    ]
    assert headings(made)[2:4] == ["Recommendations", "Implications"] and isinstance(made.blocks[-1], Paragraph)


def test_rows_that_cite_another_document_stand_under_the_heading_of_their_kind(review):
    elsewhere = with_table(review, "recommendations", source="file1:Cover/2")
    assert headings(cover_report.cover_report(elsewhere)) == headings(cover_report.cover_report(review))
