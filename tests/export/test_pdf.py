"""Reports as PDF: tagged, PDF/UA-1, with title, language and alternative text, and nothing said read as markup."""

from io import BytesIO

import pypdf
import pytest
import typst

from ncthelpers.export.document import (
    LETTERED,
    NUMBERED,
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
from ncthelpers.export.pdf import pdf, pictures

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="100pt" height="50pt" viewBox="0 0 100 50"><rect width="50" height="50"/></svg>'
HOSTILE = [
    "#show: x",
    "#{panic()}",
    "</table><script>alert(1)</script>",
    "*b* _e_ $x$ @ref <label> `raw` \\u{41}",
    "=cmd|' /C calc'!A0",
]
NO_SIGN = "a\x00b\x0bc \N{FOX FACE} \ue000"
LONG = Table("Long", ("Month", "Value"), tuple((runs(f"month {n}"), runs(str(n))) for n in range(80)), (False, True))
WIDE = Table("Wide", tuple(f"A long heading {n}" for n in range(14)), ((runs("performance"),) * 14,), (False,) * 14)
BLOCKS = (
    Paragraph(runs("About.")),
    Heading(1, "Purpose", True),
    Paragraph((Run("See "), Run("the act", True, "https://example.org/a"), Run(".")), NUMBERED),
    Paragraph(runs("A choice."), LETTERED),
    LONG,
    Picture(SVG, "Two grants rose.", "Grants by year", "Grants rose"),
    Listed((runs("one"),), True),
    Listed((runs("two"),)),
    WIDE,
)


def report(*blocks, **how):
    notices = (Notice("Draft", (Paragraph(runs("Not signed off.")),)),)
    return Report("Annual review", ("East Council",), notices, blocks, **how)


@pytest.fixture(scope="module")
def made():
    return pdf(report(*BLOCKS, contents=True))


@pytest.fixture(scope="module")
def read(made):
    return pypdf.PdfReader(BytesIO(made))


def tags(read):
    """Every tag of the document with its alternative text, in order."""
    found, waiting = [], [read.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, pypdf.generic.IndirectObject):
            node = node.get_object()
        if isinstance(node, pypdf.generic.ArrayObject):
            waiting = list(node) + waiting
        elif isinstance(node, pypdf.generic.DictionaryObject):
            if "/S" in node:
                found.append((str(node["/S"]), str(node.get("/Alt", ""))))
            if "/K" in node:
                waiting.insert(0, node["/K"])
    return found


def text_of(read):
    return " ".join(page.extract_text() for page in read.pages)


def test_it_is_tagged_and_says_that_it_is_pdf_ua(read):
    root = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == "en-GB" and root["/ViewerPreferences"]["/DisplayDocTitle"]
    about = root["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in about and "Annual review" in about
    assert read.metadata.title == "Annual review"


def test_no_date_stands_in_it_so_that_it_is_the_same_each_time(read, made):
    assert read.metadata.creation_date is None and b"CreateDate" not in made
    assert pdf(report(*BLOCKS, contents=True)) == made


def test_headings_tables_lists_and_pictures_are_what_they_are(read):
    found = tags(read)
    kinds = [kind for kind, _ in found]
    assert {"/H1", "/Table", "/TH", "/TD", "/L", "/LI", "/Link", "/Caption"} <= set(kinds)
    assert kinds.count("/Table") == 2 and kinds.count("/TH") == 2 + 14 and kinds.count("/TD") == 160 + 14
    assert [alt for kind, alt in found if kind == "/Figure" and alt] == ["Two grants rose."]


def test_a_header_row_comes_again_on_each_page(read):
    pages = [page.extract_text() for page in read.pages]
    with_rows = [text for text in pages if "month 1" in text or "month 79" in text]
    assert len(with_rows) == 2 and all("Month" in text for text in with_rows)


def test_pages_are_counted_have_a_head_and_lie_on_their_side_where_they_must(read):
    pages = [page.extract_text() for page in read.pages]
    assert all(
        f"Page {number} of {len(pages)}" in text and "DRAFT | Annual review" in text
        for number, text in enumerate(pages, 1)
    )
    sizes = {(round(page.mediabox.width), round(page.mediabox.height)) for page in read.pages}
    assert sizes == {(595, 842), (842, 595)}


def test_it_has_contents_and_an_outline(read):
    assert [one.title.split() for one in read.outline if not isinstance(one, list)] == [["1", "Purpose"]]
    assert "Contents" in read.pages[0].extract_text() and "About." in read.pages[0].extract_text()


def test_its_fonts_are_in_it_and_come_with_the_environment(read):
    fonts = {
        str(font.get_object()["/BaseFont"]) for page in read.pages for font in page["/Resources"]["/Font"].values()
    }
    assert {name.partition("+")[2] for name in fonts} <= {"DejaVuSans", "DejaVuSans-Bold"}
    for page in read.pages:
        for font in page["/Resources"]["/Font"].values():
            [inside] = font.get_object()["/DescendantFonts"]
            assert "/FontFile2" in inside.get_object()["/FontDescriptor"].get_object()


def test_a_picture_without_words_is_refused():
    with pytest.raises(typst.TypstError, match="alt"):
        pdf(report(Picture(SVG, "", "")))


def test_hostile_writing_is_writing():
    blocks = [part for one in HOSTILE for part in (
        Heading(1, one, True), Paragraph(runs(one), NUMBERED), Table(one, (one,), ((runs(one),),), (False,)), Picture(SVG, one, one, one),
        Listed((runs(one),)))]  # fmt: skip
    made = pypdf.PdfReader(BytesIO(pdf(Report(HOSTILE[0], tuple(HOSTILE), (Notice(HOSTILE[1], ()),), tuple(blocks)))))
    said = text_of(made).replace("\n", "")
    assert all(said.count(one) >= 5 for one in HOSTILE)
    assert [alt for kind, alt in tags(made) if kind == "/Figure" and alt] == HOSTILE


def test_what_has_no_sign_is_shown_as_missing():
    made = pypdf.PdfReader(BytesIO(pdf(report(Paragraph(runs(NO_SIGN))))))
    assert "a\ufffdb c \ufffd \ufffd" in text_of(made)


def test_a_word_that_is_too_wide_for_its_column_is_broken_and_not_lost():
    word = "abcdefghij" * 30
    table = Table("T", tuple("abcdefgh"), (tuple(runs(word) for _ in range(8)),), (False,) * 8)
    made = pypdf.PdfReader(BytesIO(pdf(report(table))))
    assert text_of(made).replace("\n", "").replace("\u200b", "").replace(" ", "").count("abcdefghij") > 150


def test_a_tall_picture_is_not_cut_off_at_the_foot_of_its_page():
    tall = Picture(SVG.replace(b'height="50pt"', b'height="930pt"'), "Costs rose.", "Costs. " * 30, "Costs rose")
    made = pypdf.PdfReader(BytesIO(pdf(report(tall))))
    held = (made.get_object(number) for number in range(1, made.trailer["/Size"]))
    (figure,) = [one for one in held if isinstance(one, dict) and one.get("/S") == "/Figure"]
    left, foot, right, top = figure["/A"][0]["/BBox"]
    assert 60 < foot < top < 780 and top - foot == pytest.approx(600)
    assert (right - left) / (top - foot) == pytest.approx(100 / 930, abs=0.001)


def test_pictures_for_programs_that_cannot_draw():
    made = pictures([SVG, SVG, SVG])
    assert len(made) == 3 and made[0] == made[2] and all(one.startswith(b"\x89PNG") for one in made)
    assert len(pictures([SVG])) == 1 and pictures([]) == []
