"""Reports as parts: numbers of paragraphs, widths of tables, pages on their side."""

import itertools
import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ncthelpers.export.document import (
    LANDSCAPE,
    LETTERED,
    NUMBERED,
    PORTRAIT,
    SOURCE,
    SUBNUMBERED,
    Heading,
    Notice,
    Paragraph,
    Picture,
    Report,
    Table,
    layout,
    numbers,
    runs,
    said,
    sections,
)

WORDS = st.text("abc ", max_size=60) | st.sampled_from(
    ["", "x" * 300, "2021-22/finance_lines.csv", "\N{FOX FACE} 1,184"]
)
WIDE = tuple(f"A long heading {number}" for number in range(14))


def table(heads, *rows):
    return Table("Grants", tuple(heads), tuple(tuple(map(runs, row)) for row in rows), (False,) * len(heads))


@settings(max_examples=60)
@given(
    st.integers(1, 16).flatmap(
        lambda width: st.lists(st.lists(WORDS, min_size=width, max_size=width), min_size=1, max_size=6)
    )
)
def test_no_table_is_wider_than_its_page_or_smaller_than_eight_points(rows):
    found = layout(table(*rows))
    assert len(found.widths) == len(rows[0]) and min(found.widths) > 0
    assert sum(found.widths) <= (LANDSCAPE if found.landscape else PORTRAIT) + 0.01
    assert found.size >= 8


def test_a_table_lies_on_its_side_only_where_it_must():
    assert not layout(table(["Grant", "Amount"], ["Adoption", "1,184"])).landscape
    assert layout(table(WIDE, ["performance"] * 14)).landscape


def test_what_is_left_over_goes_to_the_long_cells():
    short, long = layout(table(["Kind", "Note"], ["home", "a long note " * 30])).widths
    assert long > 5 * short and sum((short, long)) > PORTRAIT * 0.95


def test_numbers_begin_again_below_each_heading():
    one, two, letter = Paragraph((), NUMBERED), Paragraph((), SUBNUMBERED), Paragraph((), LETTERED)
    parts = [Heading(1, "A", True), one, letter, letter, one, letter, Heading(1, "Annex"), Heading(1, "B", True),
             Heading(2, "C", True), two, two, Heading(2, "D", True), two]  # fmt: skip
    assert numbers(parts) == ["1", "1.1", "(a)", "(b)", "1.2", "(a)", "", "2", "2.1", "2.1.1", "2.1.2", "2.2", "2.2.1"]


def test_a_table_on_its_side_takes_its_headings_and_its_source_with_it():
    before, source, after = Paragraph(runs("before")), Paragraph(runs("Source: it."), SOURCE), Paragraph(runs("after"))
    wide = table(WIDE, ["performance"] * 14)
    blocks = [
        before,
        Heading(1, "Cost"),
        Heading(2, "Services"),
        wide,
        Paragraph(runs("No row has a value.")),
        source,
        after,
    ]
    found = sections(blocks)
    assert [(one.landscape, [part.block for part in one.parts]) for one in found] == [
        (False, [before]),
        (True, blocks[1:6]),
        (False, [after]),
    ]
    assert [part.layout is not None for part in found[1].parts] == [False, False, True, False, False]
    assert [one.landscape for one in sections([wide, after, Heading(1, "A"), source])] == [True, False]


@given(st.lists(st.sampled_from([Paragraph(()), Paragraph((), SOURCE), Heading(2, "H"), table(WIDE, ["performance"] * 14),
                                 table(["a"], ["b"])]), max_size=12))  # fmt: skip
def test_every_part_stands_in_one_section_in_its_order(blocks):
    found = sections(blocks)
    assert [part.block for one in found for part in one.parts] == blocks
    assert all(one.landscape != other.landscape for one, other in itertools.pairwise(found))


@pytest.mark.parametrize(("drawn", "shown"), [
    ((100, 50), (100, 50)), ((966, 50), (483, 25)), ((400, 1200), (200, 600)), ((966, 2400), (241.5, 600))])  # fmt: skip
def test_a_picture_stands_on_its_page_whole_and_as_it_is_drawn(drawn, shown):
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="%dpt" height="%dpt"></svg>' % drawn
    assert Picture(svg, "Costs rose.", "Costs").on_page == pytest.approx(shown)


def test_what_is_said_of_all_stands_in_the_head():
    assert Report("Review", (), (Notice("Draft", ()), Notice("Invented", ())), ()).head == "DRAFT | INVENTED | Review"


@given(st.text(max_size=30))
def test_writing_comes_back_as_it_was(text):
    assert said(runs(text)) == text


def test_only_an_address_that_is_all_of_a_text_is_a_link():
    assert runs("https://example.org/a?b=c")[0].link == "https://example.org/a?b=c"
    assert [
        runs(text)[0].link
        for text in ('http://example.org/" onclick="a', "https://example.org or there", "javascript:a()")
    ] == [""] * 3


def test_widths_do_not_depend_on_the_order_in_which_python_keeps_a_set():
    """As many words of one length as are measured, and more: which of them are must not be left to chance."""
    code = """
from ncthelpers.export.document import Table, layout, runs
words = [letter * 9 for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"]
print(layout(Table("Words", ("Word", "Other"), tuple((runs(word), runs("x" * 400)) for word in words), (False, False))))
"""
    said = {
        subprocess.run(
            [sys.executable, "-P", "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, check=True,
            capture_output=True, text=True,
        ).stdout
        for seed in ("0", "1")
    }  # fmt: skip
    assert len(said) == 1
