"""Commentary to Word and back: nothing changes that nobody changed, what Word does by itself is undone, the rest is kept or refused."""

import re
import zipfile
from dataclasses import replace
from datetime import date
from io import BytesIO
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ncthelpers import commentary
from ncthelpers.exchange import documents, prose, word
from ncthelpers.faults import DataFaults
from ncthelpers.load import YearData, open_year

YEAR = "2031-32"
TODAY = date(2032, 5, 4)
PAGES = {
    "04_cost": "---\nowner: AIT\nwritten: 2032-01-02\n---\n## overview\nIn {year} the trust's *{children}* children cost "
    "{count:budget_gaps?status=estimate|words} times as much.\n\nIt rose:\n\n- once\n- twice\n\nsource: report:1/1 report:2/1\n\n"
    "## bridges\nThe budget is {budget}.\nsource: report:1/1\n\n## placements\nNothing to say.\n",
    "13_property": "## overview\nSee [the plan](https://example.org/a_b).\n",
    "22_new": "---\nowner: EAST\n---\n## overview\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def year(_small_root_to_copy) -> YearData:
    return replace(open_year(_small_root_to_copy, YEAR), commentary=MappingProxyType(PAGES))


def with_words(year: YearData, **pages: str) -> YearData:
    return replace(year, commentary=MappingProxyType(pages))


def edited(docx: bytes, *changes: tuple[str, str], part: str = "word/document.xml") -> bytes:
    """A document as somebody would have left it: each piece of its XML replaced by another, wherever it stands."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(docx)) as old, zipfile.ZipFile(made, "w") as new:
        for entry in old.infolist():
            text = old.read(entry)
            if entry.filename == part:
                held = text.decode()
                for before, after in changes:
                    assert before in held, f"{before} is not in the document"
                    held = held.replace(before, after)
                text = held.encode()
            new.writestr(entry.filename, text)
    return made.getvalue()


def xml(docx: bytes, part: str = "word/document.xml") -> str:
    return zipfile.ZipFile(BytesIO(docx)).read(part).decode()


def paragraph(text: str, style: str = "BodyText") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def back(year: YearData, *changes: tuple[str, str]) -> dict[str, str]:
    return word.commentary_of(edited(word.document(year, {}), *changes), year, TODAY, "words.docx")


def faults(year: YearData, *changes: tuple[str, str]) -> list[str]:
    with pytest.raises(DataFaults) as found:
        back(year, *changes)
    assert all(fault.file == "words.docx" for fault in found.value.faults)
    return [str(fault).removeprefix("words.docx") for fault in found.value.faults]


def test_out_and_in_again_changes_nothing(year):
    assert back(year) == PAGES


@pytest.mark.parametrize(("folder", "name"), [("", "2021-22"), ("examples/inventshire", "2023-24"), ("examples/inventshire", "2024-25")])  # fmt: skip
def test_the_commentary_of_the_book_comes_back_to_the_byte(repository, folder, name):
    data = open_year(repository / folder, name)
    pages = dict(data.commentary)
    assert len(pages) >= 19
    assert word.commentary_of(word.document(data, {"04_cost": "Cost: a title"}), data, TODAY) == pages


def test_the_same_words_give_the_same_bytes(year):
    assert word.document(year, {}) == word.document(year, {})


def test_the_document_says_what_it_is_and_who_writes_what(year):
    text = re.sub(r"<[^>]+>", "\n", xml(word.document(year, {"04_cost": "Cost of the services"})))
    for said in (f"Commentary, {YEAR}", "Do not type figures", "04_cost: Cost of the services", "13_property", "overview",
                 "Written by AIT. Words last found right on 2 January 2032.", "Written by EAST.", "source: report:1/1 report:2/1"):  # fmt: skip
        assert said in text, said
    assert text.count("Written by") == 2


def test_an_edition_says_that_it_is_restricted_and_comes_back_as_it_went(year):
    edition = replace(year, contract=MappingProxyType({**year.contract, "edition": "restricted"}))
    assert "RESTRICTED" in xml(word.document(edition, {})) and "RESTRICTED" not in xml(word.document(year, {}))
    assert back(edition) == PAGES


def test_each_figure_is_shaded_and_says_beside_it_what_it_prints(year):
    made = word.document(year, {})
    assert xml(made).count('<w:rStyle w:val="Figureplaceholder" />') == 4
    assert (
        "w:fill" in xml(made, "word/styles.xml").partition('w:val="Figure placeholder"')[2].partition("</w:style>")[0]
    )
    assert [re.sub(r"<[^>]+>", "", note) for note in re.findall(r"<w:t .*?</w:t>", xml(made, "word/comments.xml"))] == [
        f"prints: {YEAR}", "prints: 1,184", "prints: three", "prints: £2.2m"
    ]  # fmt: skip


def test_a_figure_that_names_nothing_goes_out_all_the_same(year):
    data = with_words(year, a="## overview\n{nothing} and {cell:none/a/b}\n")
    made = word.document(data, {})
    assert "cannot be filled in" in xml(made, "word/comments.xml")
    assert word.commentary_of(made, data, TODAY) == dict(data.commentary)


def test_each_page_begins_on_a_new_one(year):
    heading = re.search(
        r'w:styleId="Heading1".*?</w:style>', xml(word.document(year, {}), "word/styles.xml"), re.DOTALL
    )
    assert "pageBreakBefore" in heading[0]


def test_new_words_go_where_they_stood_and_all_else_is_as_it_was(year):
    made = back(year, ("The budget is ", "The agreed budget came to "))
    assert made["13_property"] == PAGES["13_property"] and made["22_new"] == PAGES["22_new"]
    assert made["04_cost"] == PAGES["04_cost"].replace("The budget is", "The agreed budget came to").replace("2032-01-02", "2032-05-04")  # fmt: skip


def test_words_below_a_heading_that_had_none_are_taken(year):
    heading = paragraph("overview", "Heading2").replace("/></w:pPr>", " /></w:pPr>").replace('"/>', '" />')
    last = xml(word.document(year, {})).rpartition(heading)[0]
    assert last, "the heading is written otherwise"
    document = xml(word.document(year, {}))
    new = document[len(last) :].replace(heading, heading + paragraph("We &amp; they wrote") + paragraph("all this."), 1)
    made = back(year, (document[len(last) :], new))
    assert made == {**PAGES, "22_new": "---\nowner: EAST\n---\n## overview\nWe & they wrote\n\nall this.\n"}


def test_the_day_is_written_only_where_the_words_changed_and_the_head_says_one(year):
    made = back(year, ("See ", "Look at "), ("Nothing to say", "Little to say"))
    assert "written: 2032-05-04" in made["04_cost"] and "written" not in made["13_property"]
    assert made["13_property"].startswith("## overview\nLook at [the plan]")


def test_a_new_source_is_taken_and_one_that_is_gone_is_gone(year):
    made = back(year, ("source: report:1/1 report:2/1", "Source: report:1/0\u00a0 report:1/1"))
    assert commentary.cited_paragraphs(made["04_cost"]) == ["report:1/0", "report:1/1", "report:1/1"]
    line = re.search(
        r"<w:p>(?:(?!<w:p>).)*source: report:1/1 report:2/1.*?</w:p>", xml(word.document(year, {})), re.DOTALL
    )
    made = back(year, (line[0], ""))
    assert commentary.cited_paragraphs(made["04_cost"]) == ["report:1/1"]


CHILDREN = '<w:t xml:space="preserve">{children}</w:t>'
COUNT = "{count:budget_gaps?status=estimate|words}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("trust&#39;s", "trust’s"),
        ("It rose:", "It\u00a0 rose:"),
        ("It rose:", "It ro\u00adse:\u200b"),
        (CHILDREN, '<w:t>{chil</w:t></w:r><w:proofErr w:type="spellStart"/><w:r><w:t>dren}</w:t>'),
        (CHILDREN, "<w:t>{chil</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>dren}</w:t>"),
        (COUNT, "{ count:budget_gaps?status=estimate|words\u00a0}"),
        (COUNT, "{count:budget_gaps?sta</w:t></w:r><w:r><w:t>tus=estimate|words}"),
    ],
)
def test_what_word_does_by_itself_changes_nothing(year, before, after):
    made = back(year, (before, after))
    assert made == PAGES


def test_a_figure_with_typed_marks_comes_back_through_those_of_word(year):
    data = with_words(year, a="## overview\nIt is {cell:homes/a 'b' - c -- \"d\"/x} now.\n")
    docx = edited(
        word.document(data, {}), ("a &#39;b&#39; - c -- &quot;d&quot;", "a ‘b’ – c -- “d”"), ("now.", "then.")
    )
    assert word.commentary_of(docx, data, TODAY) == {"a": data.commentary["a"].replace("now.", "then.")}


def test_tracked_changes_count_as_accepted_and_comments_as_nothing(year):
    by = 'w:id="99" w:author="A" w:date="2032-01-01T00:00:00Z"'
    run = '<w:r><w:t xml:space="preserve">Nothing to say.</w:t></w:r>'
    tracked = (f"<w:del {by}><w:r><w:delText>Nothing to say.</w:delText></w:r></w:del>"
               f"<w:ins {by}><w:r><w:t>Something to say.</w:t></w:r></w:ins>")  # fmt: skip
    made = back(year, (run, tracked))
    assert "## placements\nSomething to say.\n" in made["04_cost"]
    assert edited(word.document(year, {}), ("prints: 1,184", "Is that so? {"), part="word/comments.xml")


def test_bold_italics_links_and_lists_are_kept_and_other_looks_are_not(year):
    data = with_words(year, a="## overview\nOld.\n")
    words = "**Bold**, *slanted*, [a link](https://example.org/(a)_b) and `code`.\n\n1. one\n2. two\n   - *within*\n\n> Said."
    written = with_words(year, a=f"## overview\n{words}\n")
    made = word.commentary_of(word.document(written, {}), data, TODAY)
    assert prose.of_markdown(commentary.blocks(made["a"])["overview"]) == prose.of_markdown(words)
    run = '<w:r><w:rPr><w:u w:val="single"/><w:color w:val="FF0000"/></w:rPr><w:t>Old.</w:t></w:r>'
    docx = edited(word.document(data, {}), ('<w:r><w:t xml:space="preserve">Old.</w:t></w:r>', run))
    assert word.commentary_of(docx, data, TODAY) == {"a": "## overview\nOld.\n"}


@pytest.mark.parametrize("typed", ["1. No list", "# no heading", "## none", "*no* **marks**", "- no list", "a_b_c [x](y)", "&lt;b&gt;", "&amp;amp;", "\\ `", "---"])  # fmt: skip
def test_what_is_typed_as_words_stays_words(year, typed):
    made = back(year, ("Nothing to say.", typed))
    [block] = prose.of_markdown(commentary.blocks(made["04_cost"])["placements"])
    said = typed.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert block == prose.Block("paragraph", (prose.Run(said),))


def test_a_page_left_out_is_left_alone(year):
    document = xml(word.document(year, {}))
    last = [found.start() for found in re.finditer(r'<w:p><w:pPr><w:pStyle w:val="Heading1"', document)][1]
    rest = document[last : document.index("<w:sectPr")]
    assert list(back(year, (rest, ""))) == ["04_cost"]


H1 = '<w:pStyle w:val="Heading1" /></w:pPr><w:r><w:t xml:space="preserve">'
H2 = H1.replace("Heading1", "Heading2")
NOTHING = paragraph("Nothing to say.").replace('"/>', '" />').replace("BodyText", "FirstParagraph")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (f"{H1}04_cost", f"{H1}04_costs", "'04_costs' is no page of the commentary of 2031-32; perhaps 04_cost"),
        (f"{H1}13_property", f"{H1}04_cost", ", column 04_cost: 'overview' stands in the document twice"),
        (f"{H1}13_property", f"{H1}04_cost", ": '04_cost' stands in the document twice"),
        (f"{H2}bridges", f"{H2}bridge", ", column 04_cost: 'bridge' is no block of the page; perhaps bridges"),
        (f"{H2}bridges", f"{H2}bridge", ", column 04_cost: 'bridges' is a block whose heading is gone"),
        (f"{H2}bridges", f"{H2.replace('Heading2', 'BodyText')}bridges", "'bridges' is a block whose heading is gone"),
        ("{children}", "{children", ", column 04_cost / overview: " ),
        ("{children}", "children}", "holds a brace without its other: a figure is damaged"),
        ("{children}", "{{children}", "holds a brace without its other"),
        ("{children}", "children", "'children' is a figure that lost its braces; write {children}"),
        ("{children}", "{ }", "holds a figure without a name"),
        ("Nothing to say.", f"</w:t></w:r></w:p>{paragraph('A part', 'Heading3')}<w:p><w:r><w:t>", "'A part' is a heading that no page shows; make it bold"),
        (NOTHING, "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc></w:tr></w:tbl>", "column 04_cost / placements: holds a table"),
        ("Do not type figures", "My words. Do not type figures", "stands outside every block, where no page shows it"),
        (f"{H2}overview", f"{H2.replace('Heading2', 'BodyText')}overview", "'overview' stands outside every block"),
        ("Commentary, 2031-32", "Commentary, 2030-31", "'Commentary, 2030-31' is not the commentary of 2031-32"),
    ],
)  # fmt: skip
def test_what_no_page_could_show_is_refused_with_its_place(year, before, after, said):
    assert any(said in fault for fault in faults(year, (before, after))), faults(year, (before, after))


def test_every_fault_is_said_at_once(year):
    assert len(faults(year, ("{children}", "{children"), ("{budget}", "budget}"), (f"{H1}13_property", f"{H1}14_property"))) >= 3  # fmt: skip


DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw=="


def test_a_picture_is_refused_with_its_place(year):
    document = word._pandoc_document(year, {}, noted=False)
    document["blocks"][-5]["c"].append({"t": "Image", "c": [["", [], []], [], [DOT, ""]]})
    docx = documents.written(document)
    with pytest.raises(DataFaults) as found:
        word.commentary_of(docx, year, TODAY, "words.docx")
    [fault] = found.value.faults
    assert (fault.column, fault.rule) == ("13_property / overview", "holds a picture, which a commentary cannot")


@pytest.mark.parametrize("drawn", ["<w:drawing/>", "<w:pict><v:shape><v:textbox><w:txbxContent><w:p><w:r><w:t>Words.</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict>", "<w:object/>"])  # fmt: skip
def test_what_would_be_passed_over_is_refused(year, drawn):
    run = '<w:r><w:t xml:space="preserve">Nothing to say.</w:t></w:r>'
    assert any("text box" in fault for fault in faults(year, (run, f"{run}<w:r>{drawn}</w:r>")))


# Laws, over random commentary: several pages in each document, for a document takes a tenth of a second.

_PLAIN = st.text("abcxyz é£.,:;'()&", min_size=1, max_size=12).map(lambda text: f"w{text}w")
_FIGURE = st.sampled_from(["{year}", "{children}", "{count:budget_gaps?status=estimate|words}", "{cell:a/b_c*d/e_f}"])
_WORDS = _PLAIN | _FIGURE
_PIECE = st.one_of(_WORDS, _WORDS.map("*{}*".format), _WORDS.map("**{}**".format), _WORDS.map("[{}](https://example.org/a_b)".format))  # fmt: skip
_LINE = st.lists(_PIECE, min_size=1, max_size=4).map(" ".join)
_LIST = st.tuples(st.sampled_from(["- {}", "1. {}"]), st.lists(_LINE, min_size=1, max_size=3)).map(
    lambda made: "\n".join(made[0].format(line) for line in made[1])
)
_BLOCK = st.one_of(_LINE, _LINE, _LIST, _LINE.map("> {}".format))
_BODY = st.lists(_BLOCK, max_size=4).map("\n\n".join)
_CITED = st.sampled_from(["", "\nsource: report:1/1\n", "source: report:1/1 report:2/1\n"])
_PAGE = st.lists(st.tuples(_BODY, _CITED), min_size=1, max_size=3).map(
    lambda made: "\n".join(f"## b{number}\n{body}\n{cited}" for number, (body, cited) in enumerate(made))
)
_PAGES = st.lists(_PAGE, min_size=1, max_size=6).map(lambda made: {f"{number:02}_page": page for number, page in enumerate(made)})  # fmt: skip


@settings(max_examples=15)
@given(pages=_PAGES)
def test_random_commentary_comes_back_to_the_byte(year, pages):
    data = with_words(year, **pages)
    assert word.commentary_of(word.document(data, {}), data, TODAY) == pages


@settings(max_examples=15)
@given(pages=_PAGES)
def test_random_words_written_in_word_say_the_same_in_the_files(year, pages):
    """The document of one year's words, brought into a year that has the same blocks and other words in them."""
    before = {page: "".join(f"## {name}\nOther words.\n\n" for name in commentary.blocks(text)) for page, text in pages.items()}  # fmt: skip
    made = word.commentary_of(word.document(with_words(year, **pages), {}), with_words(year, **before), TODAY)
    for page, text in pages.items():
        for name, words in commentary.blocks(text).items():
            assert prose.of_markdown(commentary.blocks(made[page])[name]) == prose.of_markdown(words), text
        assert sorted(commentary.cited_paragraphs(made[page])) == sorted(commentary.cited_paragraphs(text))


# The command.


def test_the_command_writes_a_document_that_comes_back(command, small_root, tmp_path):
    out = tmp_path / "words.docx"
    done = command(small_root, "commentary", YEAR, "--out", str(out))
    assert done.code == 0 and done.out == "" and "1 pages" in done.err
    data = open_year(small_root, YEAR)
    assert word.commentary_of(out.read_bytes(), data, TODAY) == dict(data.commentary)
    assert "04_cost: 4. Cost of delivering the services<" in xml(out.read_bytes())


def test_the_command_never_writes_over_somebodys_words(command, small_root, tmp_path):
    out = tmp_path / "words.docx"
    out.write_bytes(b"somebody's words")
    done = command(small_root, "commentary", YEAR, "--out", str(out))
    assert done.code == 2 and "there already" in done.err and out.read_bytes() == b"somebody's words"


@pytest.mark.parametrize(("year", "name", "said"), [("2030-31", "a.docx", "data/2030-31"), ("2031", "a.docx", "contract year"), (YEAR, "a.doc", ".docx"), (YEAR, "none/a.docx", "No such file")])  # fmt: skip
def test_the_command_refuses_what_it_cannot_do(command, small_root, tmp_path, year, name, said):
    done = command(small_root, "commentary", year, "--out", str(tmp_path / name))
    assert done.code == 2 and said in done.err and list(tmp_path.glob("*.doc*")) == []


def test_a_year_without_commentary_is_refused(command, small_root, tmp_path):
    (small_root / "data" / YEAR / "commentary" / "04_cost.md").unlink()
    done = command(small_root, "commentary", YEAR, "--out", str(tmp_path / "a.docx"))
    assert done.code == 2 and "holds no file" in done.err
