"""What identifies a child or a worker is found in every kind of published file; what does not, is not."""

import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from ncthelpers.faults import DataFaults
from ncthelpers.identifiers import COLUMN, KNOWN, NHS, POSTCODE, ROWS, SWE, UPN, is_nhs_number, is_upn, read_known, scan

REPOSITORY = Path(__file__).resolve().parents[1]
GOLDEN = Path(os.environ.get("NCTHELPERS_GOLDEN", REPOSITORY.parent / "shared/golden"))
A_UPN = "H801200001001"  # the example of the guidance on unique pupil numbers
AN_NHS = "9434765919"  # of the range kept for tests

# what is published: file, text, what is found in it, why
PLANTED = [
    ("page.html", f"<p>The child {A_UPN} moved.</p>", {UPN: 1}, "a UPN in a sentence"),
    ("page.html", "<p>A801200001001</p>", {UPN: 1}, "a mistyped UPN points to the same child"),
    ("page.html", "<p>h801200001001</p>", {UPN: 1}, "in small letters, where the check letter is right"),
    ("page.html", "<p>b801200001001</p>", {}, "in small letters and with a wrong one it is part of a checksum"),
    ("search.js", f'["review","{A_UPN}","{A_UPN}"]', {UPN: 2}, "in a search index"),
    ("searchindex.js", '{"x":"H80120000100C"}', {}, "a temporary UPN with a wrong check letter"),
    ("page.html", "<p>NHS number 943 476 5919</p>", {NHS: 1}, "an NHS number in groups"),
    ("chart.svg", '<path d="M 12 943 476 5919 1.5 Z"/>', {}, "amid the numbers of a drawing"),
    ("page.html", "<p>020 794 6095</p>", {}, "a telephone number has other groups, or fails the check"),
    ("page.html", f"<p>NHS: {AN_NHS}</p>", {NHS: 1}, "an NHS number beside the words"),
    ("t.csv", f"area,amount\nEast,{AN_NHS}\nWest,5653570474\n", {}, "an amount of ten digits that happens to pass"),
    ("t.csv", f"a\n{AN_NHS}\n4010232137\n9876543210\n", {NHS: 3}, "three, and most of the file's, are no amounts"),
    ("t.csv", f"a\n{AN_NHS}\n4010232137\n9876543210\n" + "".join(f"565357047{n}\n" for n in range(10)), {}, "three among many"),
    ("t.csv", f"share\n0.{AN_NHS}\n", {}, "decimals of a share"),
    ("page.html", "<td>SW104573</td>", {SWE: 1}, "a registration number"),
    ("w.csv", "worker,fte\nYk7226043359,0.5\n", {SWE: 1}, "a registration number as the census writes it"),
    ("run.json", '"sha": "bf5409067817"', {}, "a checksum"),
    ("page.html", "<p>Born 3 May 2011, of NN1 1ED</p>", {POSTCODE: 1}, "a postcode with a date of birth"),
    ("page.html", "<p>The office is at NN1 1ED. Opened 3 May 2011.</p>", {}, "the postcode of an office, and a date"),
    ("page.html", "<p>Born 3 May 2011.</p>" + "x " * 400 + "NN1 1ED", {}, "far apart"),
    ("t.csv", "area,DOB,n\n", {COLUMN: 1}, "a column of dates of birth"),
    ("t.csv", "Date of birth;n\n", {COLUMN: 1}, "the same, with blanks"),
    ("page.html", "<table><tr><th>Home postcode</th></tr></table>", {COLUMN: 1}, "a heading in a page"),
    ("t.json", '{"LAchildID": "x"}', {COLUMN: 1}, "a key"),
    ("m.xml", "<LAchildID>x</LAchildID>", {COLUMN: 1}, "a tag, once"),
    ("m.xml", "<SWENo>x</SWENo><PersonBirthDate/>", {COLUMN: 2}, "two tags"),
    ("page.html", "<p>The date of birth and the UPN of a child are never shown.</p>", {}, "words of a sentence"),
    ("page.html", "<p>What follows, up next: childhood ideas</p>", {}, "other words"),
    ("t.csv", "CHILD,DECOM,RNE,LS,CIN\n", {ROWS: 1}, "the heading of episodes"),
    ("t.csv", "Child Unique ID\tGender\tEthnicity\n", {COLUMN: 1}, "the heading of a list for inspectors"),
    ("t.csv", "child,referred,decided,closed\n", {ROWS: 1}, "the heading of tidy records"),
    ("t.csv", "worker,day,agency,fte,cases,target\n", {ROWS: 1}, "the heading of tidy records of workers"),
    ("t.csv", "measure,period,children\nreferrals,2031-04,120\n", {}, "counts of children"),
    ("page.html", "<th>Child</th><th>2031-32</th>", {}, "a heading of its own"),
    ("page.html", "<p>RND000215205141</p>", {KNOWN: 1}, "a child that is known"),
    ("page.html", "<p>RND0002152051412</p>", {}, "a longer word that begins like one"),
]  # fmt: skip


def _found(*paths: Path) -> dict[str, int]:
    read = scan(paths, {"RND000215205141"})
    assert not read.unread
    return {kind: many for _, kind, many in read.found}


@pytest.mark.parametrize(("name", "text", "found", "why"), PLANTED, ids=[why for *_, why in PLANTED])
def test_planted(name: str, text: str, found: dict, why: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    assert _found(tmp_path) == found, why


def test_in_a_notebook(tmp_path: Path) -> None:
    table = f"CHILD,SEX,DOB,ETHNIC,UPN\nx,1,3 May 2011,A,{A_UPN}\n"
    html = "<table><tr><th>LAchildID</th></tr></table>"
    cells = [{"source": [table], "outputs": [{"data": {"text/html": [html], "text/plain": [f"'{table}'"]}}]}]
    (tmp_path / "page.ipynb").write_text(json.dumps({"cells": cells}), "utf-8")
    assert _found(tmp_path) == {COLUMN: 5, ROWS: 2, UPN: 2}


def test_in_archives_within_archives(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("episodes.csv", "CHILD,DECOM,RNE\n")
    with zipfile.ZipFile(tmp_path / "tables.zip", "w") as archive:
        archive.writestr("all.zip", inner.getvalue())
        archive.writestr("clean.csv", "a,b\n")
    read = scan([tmp_path])
    assert read.files == 2
    assert read.found == ((f"{tmp_path.as_posix()}/tables.zip!all.zip!episodes.csv", ROWS, 1),)


def test_in_a_workbook(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["CHILD", "SEX", "DOB", "NHS number"])
    book.active.append([A_UPN, 1, "2011-05-03", int(AN_NHS)])
    book.create_sheet("second").append(["SW104573"])
    book.save(tmp_path / "book.xlsx")
    assert _found(tmp_path) == {COLUMN: 2, ROWS: 1, UPN: 1, NHS: 1, SWE: 1}


def test_in_word(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx", reason="python-docx is not installed, so Word was left out")
    document = docx.Document()
    cut = document.add_paragraph("The child ")
    cut.add_run(A_UPN[:5])  # Word cuts a word in two where it likes
    cut.add_run(A_UPN[5:]).bold = True
    for cell, text in zip(document.add_table(1, 3).rows[0].cells, ("CHILD", "DECOM", "RNE"), strict=True):
        cell.text = text
    document.save(tmp_path / "report.docx")
    assert _found(tmp_path) == {UPN: 1, ROWS: 1}


def test_in_pdf(tmp_path: Path) -> None:
    pytest.importorskip("pypdf", reason="pypdf is not installed, so PDF was left out")
    import typst

    source = tmp_path / "report.typ"
    source.write_text(f"The child {A_UPN} moved.")
    typst.compile(str(source), output=str(tmp_path / "report.pdf"))
    source.unlink()
    assert _found(tmp_path) == {UPN: 1}


def test_what_the_lines_of_a_pdf_cut_in_two(tmp_path: Path) -> None:
    import typst

    source = tmp_path / "report.typ"
    narrow = f"#set page(width: 3cm, margin: 2mm, height: 20cm)\n{A_UPN[:8]}#sym.zws#box()#linebreak(){A_UPN[8:]}\n\n"
    source.write_text(f"{narrow}NHS 943 476 #linebreak() 5919\n\nBorn 3#linebreak()May 2011, of NN1#linebreak()1ED.")
    typst.compile(str(source), output=str(tmp_path / "report.pdf"))
    source.unlink()
    assert _found(tmp_path) == {UPN: 1, NHS: 1, POSTCODE: 1}


def test_in_the_name_of_a_file(tmp_path: Path) -> None:
    (tmp_path / f"{A_UPN}.html").write_text("")
    assert _found(tmp_path) == {UPN: 1}


def test_the_same_table_in_two_places_is_named_twice(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("CHILD,DECOM,RNE\n")
    assert [Path(file).name for file, *_ in scan([tmp_path]).found] == ["a.csv", "b.csv"]


def test_nothing_is_cut_in_two_in_a_large_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ncthelpers.identifiers._AT_ONCE", 7)
    (tmp_path / "t.csv").write_text(f"a,b\n{A_UPN},1\n" * 20)
    assert _found(tmp_path) == {UPN: 20}


def test_what_cannot_be_read_is_said_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 cut off")
    (tmp_path / "b.xlsx").write_bytes(b"PK no workbook")
    (tmp_path / "c.csv").write_text(A_UPN)
    (tmp_path / "d.png").write_bytes(b"\x89PNG")
    read = scan([tmp_path])
    assert [Path(file).name for file, _ in read.unread] == ["a.zip", "b.xlsx"]
    assert [kind for _, kind, _ in read.found] == [UPN]
    with pytest.raises(DataFaults) as raised:
        read.raise_faults()
    assert len(raised.value.faults) == 3
    assert A_UPN not in str(raised.value)
    with pytest.raises(FileNotFoundError, match="was not scanned"):
        scan([tmp_path / "gone"])


def test_nothing_found_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>Nothing</p>")
    scan([tmp_path]).raise_faults()


def test_ids_to_look_for_that_are_too_short_are_all_named() -> None:
    with pytest.raises(DataFaults) as raised:
        read_known(["1234", "RND000215", "has blank", ""], "ids.txt")
    assert [(fault.file, fault.row, fault.value) for fault in raised.value.faults] == [
        ("ids.txt", 1, ""),
        ("ids.txt", 3, ""),
    ]


def test_check_letters_and_digits() -> None:
    assert is_upn(A_UPN) and not is_upn("A" + A_UPN[1:]) and not is_upn("I" + A_UPN[1:]) and not is_upn(A_UPN[:-1])
    assert is_nhs_number(AN_NHS) and not is_nhs_number("9434765910") and not is_nhs_number("0000000000")
    assert not is_nhs_number("943476591")


# Every return of the golden data must be stopped, every one of its files.
GOLDEN_FILES = ["ssda903/header.csv", "ssda903/episodes.csv", "ssda903/oc3.csv", "ssda903/reviews.csv", "ssda903/uasc.csv",
                "ssda903/placed_for_adoption.csv", "ssda903/fake_903.xml", "ssda903/ch_fake.xlsx", "cin/fake_CIN_data.xml",
                "csww/social_work_workforce_2022_sample.xml"]  # fmt: skip


@pytest.mark.parametrize("name", GOLDEN_FILES)
def test_a_return_is_found(name: str) -> None:
    if not (GOLDEN / name).exists():
        pytest.skip(f"left out: {GOLDEN / name} is not there")
    if name.endswith("ch_fake.xlsx"):
        assert not _found(GOLDEN / name)  # a list of homes, not of children
    else:
        assert {COLUMN, ROWS} & _found(GOLDEN / name).keys()


def test_the_committed_pages_hold_none() -> None:
    read = scan([REPOSITORY / "book"])  # the HTML made of them is scanned by the browser's tests
    assert read.files > 50
    assert (read.found, read.unread) == ((), ())
