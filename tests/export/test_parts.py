"""Pages and shown things as parts of a report: nothing lost but what is for screens, nothing read as markup."""

import base64

import pytest

from ncthelpers import charts, narrative, tables
from ncthelpers.export import parts
from ncthelpers.export.document import SOURCE, Heading, Listed, Paragraph, Picture, Run, Table, said


def only(kind, blocks):
    return [block for block in blocks if isinstance(block, kind)]


@pytest.mark.parametrize("name", ["service_costs", "approvals", "topic_coverage", "actions"])
def test_every_cell_of_a_table_is_there_as_it_is_shown(review, name):
    shown = tables.show(review, name)
    [table] = only(Table, parts.of_shown(shown))
    assert table.caption == shown.caption and table.anchor == shown.anchor
    assert table.heads == tuple(column.title for column in shown.columns)
    assert table.numeric == tuple(column.numeric for column in shown.columns)
    cells = [[" ".join(cell.split()) for cell in row] for row in shown.rows]
    assert [[said(cell) for cell in row] for row in table.rows] == cells


def test_a_status_keeps_its_shape_and_a_link_its_address():
    html = '<table><tr><th>S</th></tr><tr><td><span class="status"><span aria-hidden="true">\N{BLACK CIRCLE}</span> Green</span></td></tr>\n' \
           '<tr><td><a href="https://example.org/a">example.org</a></td></tr></table>'  # fmt: skip
    [table] = parts.of_html(html)
    assert table.rows == (((Run("\N{BLACK CIRCLE} Green"),),), ((Run("example.org", link="https://example.org/a"),),))


def test_a_table_without_rows_says_why(review):
    [said_instead] = parts.of_shown(tables.show(review, "kpi_values"))
    assert "Not reported:" in said(said_instead.runs)


def test_a_chart_keeps_its_drawing_its_words_and_its_caption(review):
    chart = charts.waterfall(review, "reserve_bridge")
    [picture] = only(Picture, parts.of_shown(chart))
    assert (picture.svg, picture.alt, picture.caption) == (chart.svg, chart.alt, chart.caption)
    assert picture.title == getattr(chart, "title", "") and picture.size[0] > 400


def test_words_keep_what_is_strong_and_lists(review):
    blocks = parts.of_html(
        "<div class='commentary'><p>Costs <strong>rose</strong>.</p><ol><li>one</li><li><p>two</p></li></ol></div>"
    )
    assert blocks == [
        Paragraph((Run("Costs "), Run("rose", strong=True), Run("."))),
        Listed(((Run("one"),), (Run("two"),)), True),
    ]
    assert all(block.runs for block in only(Paragraph, parts.of_shown(narrative.words(review, "04_cost"))))


def test_what_is_for_screens_is_left_out_and_so_is_a_way_to_another_page():
    html = ('<p class="download"><a href="../tables/a.csv">Download CSV</a></p><script>alert(1)</script>'
            '<p>See <a href="04_cost.html">cost</a><span class="visually-hidden"> (page)</span>.</p>')  # fmt: skip
    assert parts.of_html(html) == [Paragraph((Run("See cost."),))]


def test_hostile_writing_is_writing():
    hostile = "</table><script>x</script> #show: y =cmd"
    [table] = only(Table, parts.of_shown(tables.Table(hostile, (), (), "")) or [None]) or [None]
    assert table is None  # a table without columns is a sentence
    [sentence] = parts.of_shown(tables.Table(hostile, (), ()))
    assert said(sentence.runs).startswith(hostile)


def test_sources_fold_into_one_paragraph_without_checksums(review):
    shown = tables.show(review, "deadline_compliance")
    [source] = [block for block in only(Paragraph, parts.of_shown(shown)) if block.kind == SOURCE]
    text = said(source.runs)
    assert text.startswith("Source: calculated by governance.deadline_compliance; ")
    assert "sections 5.4, 5.5" in text and "data: 2021-22/deadlines.csv" in text
    assert "hecksum" not in text and shown.shown.sources.files[0][2] not in text


def test_every_source_of_words_names_its_documents_and_files(review):
    [source] = [
        one
        for one in only(Paragraph, parts.of_shown(narrative.words(review, "17_cover_report", "finance")))
        if one.kind == SOURCE
    ]
    assert "7.1.4 para 1" in said(source.runs) and "2021-22/finance_lines.csv" in said(source.runs)
    assert said(source.runs).startswith(
        "Source: Cover report 7 heading, "
    )  # not the word by which the book counts what it carries
    assert "£137.15m" not in said(source.runs)  # how a sentence was filled in is for readers of the book


def test_markdown_gives_headings_admonitions_and_tables():
    blocks = parts.of_markdown(
        "# Cost\n\n```{admonition} Draft\n:class: attention\nNot *signed* off.\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    )
    assert blocks[0] == Heading(1, "Cost")
    assert blocks[1:3] == [Paragraph((Run("Draft", strong=True),)), Paragraph((Run("Not signed off."),))]
    assert blocks[3].heads == ("a", "b") and [said(cell) for cell in blocks[3].rows[0]] == ["1", "2"]


def test_a_row_that_is_short_is_filled_and_one_that_is_long_is_cut():
    [table] = parts.of_html(
        "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td></tr><tr><td>1</td><td>2</td><td>3</td></tr></table>"
    )
    assert [[said(cell) for cell in row] for row in table.rows] == [["1", ""], ["1", "2"]]


def test_a_picture_of_another_kind_is_not_taken():
    source = base64.b64encode(b"x").decode()
    assert parts.of_html(
        f'<figure><img alt="a" src="data:image/png;base64,{source}"><figcaption>Kept</figcaption></figure>'
    ) == [Paragraph((Run("Kept"),))]
