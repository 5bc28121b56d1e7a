"""What a row cites: paragraphs of the year's documents and publications of the reference, told apart by how they look."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers.cells import Column, read_cell
from ncthelpers.citations import PUBLICATIONS, Citation, citations, document_order

PARAGRAPHS = st.from_regex(r"[a-z]+:[0-9]{1,2}(\.[0-9]{1,2}){0,2}/[0-9]{1,2}", fullmatch=True)
IDS = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)


def test_a_paragraph_and_a_publication_are_told_apart():
    assert citations("report:3.1/2 lait_2026_04 cover:title/4") == [
        Citation("report", "3.1", "2"), Citation(PUBLICATIONS, "lait_2026_04", ""), Citation("cover", "title", "4"),
    ]  # fmt: skip
    assert [cited.place for cited in citations("report:3.1/0 news_1")] == ["report:3.1", "publications:news_1"]
    assert citations("") == citations("  ") == []


@given(st.lists(PARAGRAPHS | IDS, max_size=6), st.sampled_from([" ", "  ", "\t"]))
def test_every_part_is_cited_in_its_order_and_can_be_written_again(parts, space):
    cited = citations(space.join(parts))
    written = [
        one.section if one.document == PUBLICATIONS and not one.number else f"{one.place}/{one.number}" for one in cited
    ]
    assert written == parts


@pytest.mark.parametrize(
    "part", ["report:3.1", "report:3.1/x", "Report:3/1", "report:/1", "3.1/2", "Lait_2026", "lait-2026", "2026_lait", "_lait", "a,b", "naïve"]
)  # fmt: skip
def test_what_is_neither_is_refused_by_name_and_in_a_cell(part):
    with pytest.raises(ValueError, match="is neither a paragraph nor a publication") as refused:
        citations(f"report:1/1 {part}")
    assert repr(part) in str(refused.value)
    with pytest.raises(ValueError, match="is not a list of paragraphs"):
        read_cell(part, Column("source", "source", "Source"))


def test_sections_are_in_the_order_of_their_document_and_documents_by_name():
    places = [
        "report:10.1",
        "report:9.10",
        "cover:7.1.3",
        "report:9.3",
        "report:title",
        "report:9",
        "cover:7.1",
        PUBLICATIONS + ":b",
    ]
    assert sorted(places, key=document_order) == [
        "cover:7.1", "cover:7.1.3", "publications:b", "report:9", "report:9.3", "report:9.10", "report:10.1", "report:title",
    ]  # fmt: skip
