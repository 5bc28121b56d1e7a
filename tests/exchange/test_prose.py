"""Words between Markdown and a word processor: what is read, what is written, and that they say the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers import commentary, narrative
from ncthelpers.exchange import prose
from ncthelpers.load import open_year

WRITTEN = {
    "paragraphs": "One.\n\nTwo.",
    "marks": "A *slanted* and **bold** and ***both*** word, `code`, [a link](https://example.org/a_b) and more.",
    "figures": "{kpis_agreed} of {count:kpis?named=not identified|words}, *{year}* and [{year}](https://example.org/{year}).",
    "markup in a figure": "{cell:homes/*a*/b_c_d} and {cell:homes/[x](y)/z}",
    "lists": "- one\n- two *three*\n  - within\n\n1. first\n2. second",
    "a list of paragraphs": "- one\n\n  more of it\n\n- two",
    "two lists": "- one\n\n* other",
    "numbers that begin later": "3. three\n4. four",
    "a quotation": "> Said.\n>\n> And said.",
    "a broken line": "One\\\ntwo.",
    "a rule and code": "***\n\n```\na  b\n```",
}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_markdown_comes_back_as_it_was_written(text):
    assert prose.as_markdown(prose.of_markdown(text)) == text


@pytest.mark.parametrize("text", ["2\\. At the start", "\\# no heading", "a \\*b\\* c", "\\- no list", "\\[a](b)", "a \\<b>", "\\> no quotation"])  # fmt: skip
def test_what_only_looks_like_markup_is_escaped(text):
    [block] = prose.of_markdown(text)
    assert block.kind == "paragraph" and prose.of_markdown(prose.as_markdown([block])) == (block,)


def test_no_more_is_escaped_than_must_be():
    text = "It rose by 2.5% (a_b, R&D) - see #3; the rest fell."
    assert prose.as_markdown(prose.of_markdown(text)) == text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The trust’s “plan”", 'The trust\'s "plan"'),
        ("a\u00a0b  c\nd", "a b c d"),
        ("soft\u00adhyphen", "softhyphen"),
        ("non\u2011breaking", "non-breaking"),
        ("*a* *b*", "*a b*"),
    ],
)
def test_two_texts_that_say_the_same_are_equal(one, other):
    assert prose.of_markdown(one) == prose.of_markdown(other)


@pytest.mark.parametrize(("one", "other"), [("a", "b"), ("*a*", "a"), ("*a*", "**a**"), ("- a", "1. a"), ("a\n\nb", "a b"), ("[a](b)", "[a](c)")])  # fmt: skip
def test_two_texts_that_say_something_else_are_not(one, other):
    assert prose.of_markdown(one) != prose.of_markdown(other)


def test_a_space_is_marked_only_between_words_that_are():
    [block] = prose.of_pandoc(
        [{"t": "Para", "c": [{"t": "Strong", "c": [{"t": "Str", "c": "a"}, {"t": "Space"}]}, {"t": "Str", "c": "b"}]}]
    )
    assert prose.as_markdown([block]) == "**a** b"


def test_a_figure_cut_up_by_a_word_processor_is_one_again():
    pieces = [
        {"t": "Str", "c": "At {count:"}, {"t": "Emph", "c": [{"t": "Str", "c": "kpis?a=“b”"}]}, {"t": "Space"},
        {"t": "Str", "c": "c}."},
    ]  # fmt: skip
    [block] = prose.of_pandoc([{"t": "Para", "c": pieces}], prose.folded)
    assert prose.as_markdown([block]) == 'At {count:kpis?a="b" c}.'


def test_markdown_is_read_as_the_pages_read_it():
    text = "<b>no</b> ![no](x) &amp; *yes* {year}"
    said = "".join(run.text for run in prose.of_markdown(text.replace("*", ""))[0].content)
    shown = narrative._MARKDOWN.renderInline(text.replace("*", "").replace("{year}", "2"))
    assert "<b>" in said and "&lt;b&gt;" in shown and "<img" not in shown and "![no]" not in said and "!no" in said


def test_every_block_of_the_book_comes_back_to_the_byte(repository):
    for page, text in open_year(repository, "2021-22").commentary.items():
        for name, words in commentary.blocks(text).items():
            assert prose.as_markdown(prose.of_markdown(words)) == words, (page, name)


_WORD = st.text("abz09_*[]()<>&#`\\|~!'\".,-+=:;é£", min_size=1, max_size=6)
_FIGURES = st.sampled_from(["{year}", "{count:a_b?c=d&e=f*g|words}", "{cell:a/[b](c)/d_e_f}"])


@given(st.lists(_WORD | _FIGURES, min_size=1, max_size=8))
def test_any_words_are_written_so_that_they_are_read_back(words):
    paragraph = {"t": "Para", "c": [{"t": "Str", "c": " ".join(words)}]}
    blocks = prose.of_pandoc([paragraph])
    assert prose.of_markdown(prose.as_markdown(blocks)) == blocks


@given(st.text("ab *_[]()>-1.\n`#{}|\\", max_size=60))
def test_any_markdown_is_written_without_an_error(text):
    assert isinstance(prose.as_markdown(prose.of_markdown(text)), str)
