"""Reports as Word documents: real styles and numbers, header rows, alternative text, the same bytes each time."""

import re
import zipfile
from io import BytesIO

import docx
import pytest
from lxml import etree

from ncthelpers.export.document import (
    LETTERED,
    NUMBERED,
    PORTRAIT,
    SOURCE,
    SUBNUMBERED,
    Heading,
    Listed,
    Notice,
    Paragraph,
    Picture,
    Report,
    Run,
    Table,
    runs,
)
from ncthelpers.export.reference import LISTS, REFERENCE, STYLES, reference
from ncthelpers.export.word import word

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="966pt" height="50pt" viewBox="0 0 966 50"><rect width="50" height="50"/></svg>'
HOSTILE = [
    "#show: x",
    "</table><script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "a\x00b\x0bc",
    ']]>&amp;"',
    "\N{FOX FACE}",
]
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WIDE = Table("Wide", tuple(f"A long heading {n}" for n in range(14)), ((runs("performance"),) * 14,), (False,) * 14)
BLOCKS = (
    Heading(1, "Purpose", True),
    Paragraph(runs("First."), NUMBERED),
    Paragraph(runs("A choice."), LETTERED),
    Heading(1, "Implications", True),
    Heading(2, "Legal", True),
    Paragraph((Run("See "), Run("the act", link="https://example.org/a?b=1&c=2"), Run(".", strong=True)), SUBNUMBERED),
    Table("Grants, £", ("Grant", "Amount"), ((runs("Adoption"), runs("−1,184")),), (False, True)),
    Paragraph(runs("Source: grants."), SOURCE),
    Picture(SVG, "Two grants rose.", "Grants by year", "Grants rose"),
    Listed((runs("one"), runs("two")), True),
    Listed((runs("three"),), True),
    WIDE,
    Heading(1, "Annex"),
)


def report(*blocks, **how):
    return Report(
        "Annual review", ("East Council",), (Notice("Draft", (Paragraph(runs("Not signed off.")),)),), blocks, **how
    )


@pytest.fixture(scope="module")
def made():
    return word(report(*BLOCKS))


def part(made, name="word/document.xml"):
    with zipfile.ZipFile(BytesIO(made)) as file:
        return etree.fromstring(file.read(name))


def paragraph(made, text):
    return next(one for one in docx.Document(BytesIO(made)).paragraphs if one.text == text)


def test_headings_paragraphs_and_lists_have_styles_of_their_own(made):
    styles = [(one.text, one.style.name) for one in docx.Document(BytesIO(made)).paragraphs]
    assert ("Annual review", "Title") in styles and ("Not signed off.", "Notice") in styles
    assert {("Purpose", "Heading 1"), ("Legal", "Heading 2"), ("First.", "Numbered Paragraph"), ("A choice.", "Lettered Paragraph"),
            ("one", "List Number"), ("Source: grants.", "Source")} <= set(styles)  # fmt: skip


def test_numbers_are_words_own_and_tied_to_the_styles(made):
    levels = {name: (number, place) for number, held in LISTS.items() for place, (name, *_) in enumerate(held)}
    tied = {style.get(f"{W}styleId"): (int(found.find(f"{W}numId").get(f"{W}val")), int(found.find(f"{W}ilvl").get(f"{W}val")))
            for style in part(made, "word/styles.xml").iter(f"{W}style") for found in style.iter(f"{W}numPr")}  # fmt: skip
    assert tied == levels
    numbering = part(made, "word/numbering.xml")
    assert [one.get(f"{W}val") for one in numbering.iter(f"{W}lvlText")][:4] == ["%1", "%1.%2", "%1.%2.%3", "(%4)"]
    assert not any(re.match(r"\d", one.text) for one in docx.Document(BytesIO(made)).paragraphs)  # none is typed
    assert paragraph(made, "Legal")._p.pPr.numPr.ilvl.val == 1
    assert paragraph(made, "Annex")._p.pPr.numPr.numId.val == 0
    first, again = (paragraph(made, text)._p.pPr.numPr.numId.val for text in ("one", "three"))
    assert first != again  # each list counts from one


def test_a_report_without_numbers_has_headings_without_numbers():
    made = word(report(Heading(1, "Cost"), Paragraph(runs("It rose."))))
    heading = next(
        one for one in part(made, "word/styles.xml").iter(f"{W}style") if one.get(f"{W}styleId") == "Heading1"
    )
    assert heading.find(f".//{W}numPr") is None and paragraph(made, "Cost")._p.pPr.numPr is None


def test_tables_have_captions_header_rows_and_fit_the_page(made):
    found = docx.Document(BytesIO(made)).tables
    assert [[cell.text for cell in row.cells] for row in found[0].rows] == [["Grant", "Amount"], ["Adoption", "−1,184"]]
    for table, caption in zip(found, ("Grants, £", WIDE.caption), strict=True):
        assert table._tbl.tblPr.find(f"{W}tblCaption").get(f"{W}val") == caption
        heads = [row for row in table._tbl.iter(f"{W}tr") if row.find(f"{W}trPr/{W}tblHeader") is not None]
        assert heads == [table._tbl.find(f"{W}tr")]
        assert table.style.name == "Report Table"
    assert sum(int(one.get(f"{W}w")) for one in found[0]._tbl.tblGrid) <= PORTRAIT * 20
    assert paragraph(made, "Table 1. Grants, £").style.name == "Caption"
    fields = [one.text.strip() for one in part(made).iter(f"{W}instrText")]
    assert fields == ["SEQ Table \\* ARABIC", "SEQ Figure \\* ARABIC", "SEQ Table \\* ARABIC"]


def test_a_wide_table_has_a_page_on_its_side(made):
    sides = [one.page_width > one.page_height for one in docx.Document(BytesIO(made)).sections]
    assert sides == [False, True, False]


def test_pictures_say_what_they_show_and_are_drawn_and_painted(made):
    names = zipfile.ZipFile(BytesIO(made)).namelist()
    assert {"word/media/chart1.png", "word/media/chart1.svg"} <= set(names)
    [inline] = docx.Document(BytesIO(made)).inline_shapes
    assert inline._inline.docPr.get("descr") == "Two grants rose."
    assert inline.width.pt == pytest.approx(PORTRAIT) and inline.height.pt == pytest.approx(25)
    assert paragraph(made, "Figure 1. Grants rose. Grants by year").style.name == "Caption"


def test_pages_are_counted_and_the_head_says_that_it_is_a_draft(made):
    section = docx.Document(BytesIO(made)).sections[0]
    assert section.header.paragraphs[0].text == "DRAFT | Annual review"
    footer = part(made, "word/footer1.xml")
    assert [one.text.strip() for one in footer.iter(f"{W}instrText")] == ["PAGE", "NUMPAGES"]
    assert "".join(footer.itertext()).replace(" PAGE ", "").replace(" NUMPAGES ", "") == "Page 1 of 1"


def test_title_and_language_are_set_and_no_date_is(made):
    about = docx.Document(BytesIO(made)).core_properties
    assert (about.title, about.language, about.created, about.modified) == ("Annual review", "en-GB", None, None)
    assert part(made, "word/styles.xml").find(f".//{W}rPrDefault//{W}lang").get(f"{W}val") == "en-GB"


def test_everything_that_is_referred_to_is_there_and_of_a_known_type(made):
    with zipfile.ZipFile(BytesIO(made)) as file:
        names = set(file.namelist())
        relations = etree.fromstring(file.read("word/_rels/document.xml.rels"))
        types = etree.fromstring(file.read("[Content_Types].xml"))
    targets = {one.get("Id"): one for one in relations}
    assert all(f"word/{one.get('Target')}" in names for one in relations if one.get("TargetMode") != "External")
    used = set(re.findall(r'r:(?:id|embed)="(\w+)"', zipfile.ZipFile(BytesIO(made)).read("word/document.xml").decode()))
    assert used <= set(targets) and targets["link1"].get("Target") == "https://example.org/a?b=1&c=2"
    known = {one.get("PartName", "").lstrip("/") for one in types} | {one.get("Extension") for one in types}
    assert all(name in known or name.rpartition(".")[2] in known for name in names if name != "[Content_Types].xml")


def test_the_contents_lead_to_the_headings():
    made = word(
        report(
            Paragraph(runs("About.")), Heading(1, "Cost"), Heading(2, "Services"), Heading(3, "Homes"), contents=True
        )
    )
    body = part(made)
    marks = {one.get(f"{W}name") for one in body.iter(f"{W}bookmarkStart")}
    links = [one.get(f"{W}anchor") for one in body.iter(f"{W}hyperlink")]
    assert len(links) == 2 and set(links) <= marks
    texts = [one.text for one in docx.Document(BytesIO(made)).paragraphs]
    assert texts.index("About.") < texts.index("Contents") < texts.index("Homes")
    assert len(body.findall(f".//{W}pageBreakBefore")) == 1


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_writing_is_writing(hostile):
    table = Table(hostile, (hostile,), ((runs(hostile),),), (False,))
    made = word(report(Heading(1, hostile), Paragraph(runs(hostile)), table, Picture(SVG, hostile, hostile, hostile)))
    shown = hostile.replace("\x00", "\ufffd").replace("\x0b", "\ufffd")
    read = docx.Document(BytesIO(made))
    assert (
        read.tables[0].rows[1].cells[0].text
        == shown
        == read.paragraphs[-3].text.removeprefix("Table 1. ")[-len(shown) :]
    )
    assert read.inline_shapes[0]._inline.docPr.get("descr") == shown


def test_the_same_report_gives_the_same_bytes(made):
    assert word(report(*BLOCKS)) == made


def test_the_order_within_each_property_is_the_one_that_word_asks_for(made):
    order = [
        "pStyle",
        "keepNext",
        "keepLines",
        "pageBreakBefore",
        "widowControl",
        "numPr",
        "pBdr",
        "spacing",
        "ind",
        "jc",
        "outlineLvl",
        "sectPr",
    ]
    for name in ("word/document.xml", "word/styles.xml"):
        for found in part(made, name).iter(f"{W}pPr"):
            places = [order.index(etree.QName(one).localname) for one in found]
            assert places == sorted(places)


# The style file


def test_the_style_file_has_every_style_and_list_that_the_reports_use(made):
    with zipfile.ZipFile(REFERENCE) as file:
        styles = etree.fromstring(file.read("word/styles.xml"))
        numbering = etree.fromstring(file.read("word/numbering.xml"))
    assert set(STYLES) <= {one.get(f"{W}styleId") for one in styles.iter(f"{W}style")}
    assert {str(number) for number in LISTS} <= {one.get(f"{W}numId") for one in numbering.iter(f"{W}num")}
    used = {one.get(f"{W}val") for one in part(made).iter(f"{W}pStyle", f"{W}rStyle", f"{W}tblStyle")}
    assert used <= set(STYLES)


def test_the_style_file_is_the_one_that_its_module_makes():
    assert reference() == REFERENCE.read_bytes()


def test_writing_is_large_enough_and_none_is_slanted():
    with zipfile.ZipFile(REFERENCE) as file:
        styles = etree.fromstring(file.read("word/styles.xml"))
    sizes = {
        style.get(f"{W}styleId"): int(size.get(f"{W}val"))
        for style in styles.iter(f"{W}style")
        for size in style.iter(f"{W}sz")
    }
    assert styles.find(f".//{W}rPrDefault//{W}sz").get(f"{W}val") == "24"
    assert min(sizes.values()) >= 18 and sizes["NumberedParagraph"] == 24
    assert not list(styles.iter(f"{W}i"))
    assert {one.get(f"{W}val") for one in styles.iter(f"{W}jc")} == {"left", "right"}
