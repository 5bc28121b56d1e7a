"""The shape of a commentary file: blocks by name, their sources, and no words that get lost on the way."""

import pytest

from ncthelpers.commentary import blocks, cited_paragraphs
from ncthelpers.faults import DataFaults
from ncthelpers.load import load_year

FILE = """## overview
First line.

Second paragraph.

source: report:9/1 report:9.1/1

## outlook
More words.
source: cover:6.1/2
"""


def test_blocks_are_given_by_name_without_headings_and_sources():
    assert blocks(FILE) == {"overview": "First line.\n\nSecond paragraph.", "outlook": "More words."}


def test_the_paragraphs_of_every_block_are_cited_in_order():
    assert cited_paragraphs(FILE) == ["report:9/1", "report:9.1/1", "cover:6.1/2"]


def test_the_word_source_inside_a_sentence_is_text():
    assert blocks("## a\nThe source: a letter.\n") == {"a": "The source: a letter."}
    assert cited_paragraphs("## a\nThe source: a letter.\n") == []


def test_a_file_without_headings_has_no_block():
    assert blocks("Only words.\n") == {} == blocks("")
    assert blocks("# title\n### deep\nWords.\n") == {}


def test_every_page_of_the_review_has_an_overview_that_cites_its_sources(review):
    assert review.commentary
    assert [page for page, text in review.commentary.items() if not blocks(text).get("overview")] == []
    assert [page for page, text in review.commentary.items() if not cited_paragraphs(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Words before any heading.\n\n## overview\nText.\n",
        "## overview\nFirst.\n\n## overview\nSecond.\n",
        "## two words\nText.\n\n## a\nText.\n",
    ],
)
def test_words_that_no_page_could_show_are_a_fault(root, text):
    (root / "data" / "2021-22" / "commentary" / "01_purpose.md").write_text(text, encoding="utf-8")
    with pytest.raises(DataFaults) as caught:
        load_year(root, "2021-22")
    rules = [fault.rule for fault in caught.value.faults if fault.file.endswith("01_purpose.md")]
    assert [rule for rule in rules if "sealed" not in rule], "only the checksum noticed"
