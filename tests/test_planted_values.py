"""Nothing leaks: unmistakable values in the private folder reach no byte of what is public, whatever is done beside it."""

import base64
import json
import re
import tempfile
import zipfile
import zlib

import pytest
from pypdf import PdfReader

from ncthelpers import cli
from ncthelpers.export import folders, opendata, pdf, spreadsheet, whole_report, word
from ncthelpers.export.document import Paragraph, Report, runs
from ncthelpers.load import open_year

YEAR = "2031-32"
PLANTED = re.compile(rb"98,765|98765\.43|zyxwvut|plantedsentence", flags=re.IGNORECASE)
DRAWN = re.compile(rb"base64,([A-Za-z0-9+/=\\n]+)")


def bytes_of(path):
    """All that a file holds: as it stands, and what is packed, compressed or drawn in it."""
    content = path.read_bytes()
    yield content
    for drawing in DRAWN.findall(content):
        yield base64.b64decode(drawing.replace(rb"\n", b"") + b"==")
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            yield from (packed.read(name) for name in packed.namelist())
    if path.suffix == ".pdf":  # which holds its letters as numbers of their signs
        yield from (page.extract_text().encode() for page in PdfReader(path).pages)
    if path.name == "objects.inv":
        yield zlib.decompress(content.split(b"\n", 4)[4])


def holding(*folders):
    """The files below some folders that hold a planted value, by name or content."""
    return {path.relative_to(folder).as_posix() for folder in folders for path in folder.rglob("*")
            if PLANTED.search(path.name.encode()) or (path.is_file() and any(PLANTED.search(held) for held in bytes_of(path)))}  # fmt: skip


def test_what_is_packed_compressed_or_drawn_is_looked_into(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("sheet.xml", "98765.4321" * 50)
    (tmp_path / "objects.inv").write_bytes(b"a\nb\nc\nd\n" + zlib.compress(b"Zyxwvut" * 50))
    drawing = base64.b64encode(b"<svg><!-- 98,765 --></svg>").decode()
    (tmp_path / "a.html").write_text(f'<img src="data:image/svg+xml;base64,{drawing}">')
    (tmp_path / "a.pdf").write_bytes(pdf.pdf(Report("Cost", (), (), (Paragraph(runs("It is 98,765.")),))))
    (tmp_path / "PlantedSentence").mkdir()
    (tmp_path / "b.txt").write_text("9876 5.43 zyxwvu")
    assert holding(tmp_path) == {"a.xlsx", "objects.inv", "a.html", "a.pdf", "PlantedSentence"}


@pytest.mark.slow
def test_no_planted_value_reaches_anything_that_is_public(private_book, command, monkeypatch, tmp_path):
    (book, private), temporary, said = private_book, tmp_path / "temporary", []
    temporary.mkdir()
    monkeypatch.setattr(cli, "REPOSITORY", book.repository)
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)

    def done(*arguments, code=0):
        ended = command(book.root, *arguments)
        said.append(ended.out + ended.err)
        assert ended.code == code, (arguments, ended)
        return ended

    # the edition, which does hold them, so that to look for them is of use
    done("restricted", "--private", str(private))
    edition = private / "edition"
    held = holding(edition)
    assert {
        f"data/{YEAR}/budget_gaps.csv", f"book/{YEAR}/12_funding.ipynb", f"book/{YEAR}/12_funding.json",
        f"book/{YEAR}/14_pupils.ipynb", f"book/{YEAR}/04_cost.ipynb", "_build/html/searchindex.js",
        f"_build/html/{YEAR}/12_funding.html", f"_build/html/data/{YEAR}/pupil_forecasts.csv",
        f"_build/.html/sphinx/.doctrees/{YEAR}/04_cost.doctree", f"_build/html/tables/{YEAR}/budget_gaps.csv",
        f"_build/html/tables/{YEAR}.zip",
    } <= held  # fmt: skip
    drawn = (edition / "book" / YEAR / "12_funding.ipynb").read_bytes()
    assert any(PLANTED.search(base64.b64decode(one.replace(rb"\n", b"") + b"==")) for one in DRAWN.findall(drawn))

    # it says so on every page, in every caption and in every table beside the pages
    site = edition / "_build" / "html"
    for page in (path for path in site.rglob("*.html") if "_static" not in path.relative_to(site).parts):
        text = re.sub(r'<span class="whole">(.*?)</span>', r"\1", page.read_text("utf-8"))
        assert re.search(r"<title>[^<]*RESTRICTED[^<]*</title>", text), page.name
        captions = re.findall(r"<caption><span>(.*?)</span>|class=\"chart-caption\">(.*?)</span>", text)
        assert [caption for caption in captions if "RESTRICTED" not in "".join(caption)] == [], page.name
    for path in (edition / "book").rglob("*.ipynb"):
        first, *cells = json.loads(path.read_text("utf-8"))["cells"]
        ids = [cell["id"] for cell in cells]
        assert "RESTRICTED" in "".join(first["source"]) and "notice-restricted" in ids and "notice-draft" in ids, (
            path.name
        )
    for path in [edition / "book" / "index.md", *(edition / "book" / "about").glob("*.md")]:
        assert "```{admonition} RESTRICTED" in path.read_text("utf-8"), path.name
    for path in [*(site / "data").rglob("*.csv"), *(site / "tables").rglob("*.csv")]:
        assert {line.rpartition(",")[2] for line in path.read_text("utf-8").splitlines()} == {"RESTRICTED"}, path.name

    for path in (site / "tables").rglob("*.json"):
        assert "exempt from publication" in path.read_text("utf-8"), path.name

    # the public root, whatever is asked of it beside that
    done("book")
    assert (book.root / "_build" / "html" / "tables" / f"{YEAR}.zip").is_file()
    done("claims", YEAR, "--json")
    done("trace", YEAR, "13_property", "4")
    done("explain", YEAR)
    done("verify", YEAR)
    done("check", YEAR, "--json")
    done("workbook", YEAR, "--out", str(book.root / "out.xlsx"))
    done("commentary", YEAR, "--out", str(book.root / "out.docx"), code=2)  # there is none that may be public
    done("status", YEAR)
    year = open_year(book.root, YEAR)
    spreadsheet.write(year, book.root / "tables.xlsx", folders.linked(book.root, YEAR))
    opendata.write_zip(book.root, year, book.root / "tables.zip")
    report = whole_report.whole_report(year, whole_report.pages_of(book.root, year))
    (book.root / "whole.docx").write_bytes(word.word(report))
    (book.root / "whole.pdf").write_bytes(pdf.pdf(report))

    # what goes wrong, on either side
    overlay, entered = (folder / "data" / YEAR / "budget_gaps.csv" for folder in (private, book.root))
    sound = overlay.read_text("utf-8"), entered.read_text("utf-8")
    overlay.write_text(sound[0].replace("98765.4321", "x98765.4321"), "utf-8")
    done("restricted", "--private", str(private), code=2)
    overlay.write_text(sound[0], "utf-8")
    book.template(
        "14_pupils",
        "# Pupils",
        'tables.show(review, "pupil_forecasts")',
        'raise ValueError(str(review["pupil_forecasts"]["area"].tolist()))',
    )
    done("restricted", "--private", str(private), code=1)
    assert "_build/failure.txt" in holding(private / "edition")
    entered_with = sound[1].replace("EAST,2032-33,,", "EAST,2032-33,98765.4321,")
    entered.write_text(entered_with, "utf-8")
    for arguments in (["check", YEAR], ["check", YEAR, "--json"], ["seal", YEAR], ["run", YEAR], ["book"]):
        done(*arguments, code=2)
    entered.write_text(sound[1], "utf-8")

    assert holding(book.root, book.repository, temporary) == set()
    assert [text for text in said if PLANTED.search(text.encode())] == []
