"""Every paragraph of the source documents is carried by a row or says why not."""

import dataclasses

import pytest

from ncthelpers.coverage import paragraph_coverage, uncovered


def with_table(review, name, frame):
    return dataclasses.replace(review, tables={**review.tables, name: frame})


def test_nothing_in_either_document_is_left_out(review):
    assert uncovered(review) == []


def test_every_paragraph_has_one_line(review):
    coverage = paragraph_coverage(review)
    assert coverage["paragraph"].tolist() == review["paragraphs"]["paragraph"].tolist()
    assert coverage["paragraph"].is_unique


def test_a_paragraph_whose_rows_go_is_uncovered(review):
    # annual report section 13 is carried by the risks and its commentary
    risks = review["risks"]
    gone = with_table(review, "risks", risks.iloc[:0])
    bare = dataclasses.replace(
        gone, commentary={page: text for page, text in review.commentary.items() if page != "13_risk"}
    )
    lost = set(uncovered(bare))
    assert lost and lost <= {paragraph for cell in risks["source"] for paragraph in cell.split()} | {
        "report:13/0",
        "report:13/1",
    }


def test_rows_are_named_by_table_and_line_of_the_file(review):
    aims = review["aims"]
    coverage = paragraph_coverage(review).set_index("paragraph")["carried_by"]
    paragraph = aims["source"].iloc[0].split()[0]
    assert f"aims, row {aims.index[0]}" in coverage[paragraph]
    assert aims.index[0] == 2  # line 1 is the header


def test_commentary_and_terms_of_the_contract_carry_paragraphs_too(review):
    alone = dataclasses.replace(
        review,
        tables={"paragraphs": review["paragraphs"]},
        commentary={"04_cost": "## overview\nText.\nsource: report:4/1\n"},
        contract={"terms": [{"source": "report:4/2"}]},
    )
    coverage = paragraph_coverage(alone).set_index("paragraph")["carried_by"].dropna()
    assert coverage.to_dict() == {"report:4/1": "commentary 04_cost", "report:4/2": "contract.yml"}


@pytest.mark.parametrize(("reason", "left_out"), [(None, True), ("A running head.", False)])
def test_a_paragraph_that_nothing_carries_needs_a_reason(review, reason, left_out):
    one = review["paragraphs"].iloc[[0]].assign(not_carried=reason)
    alone = dataclasses.replace(review, tables={"paragraphs": one}, commentary={}, contract={})
    assert bool(uncovered(alone)) is left_out
