"""Small files that would fill the memory or the day once they are read: each is refused in words, soon."""

import io
import os
import struct
import zipfile

import pytest

from fuzz.bounds import refused_within_bounds
from fuzz.readers import READERS
from ncthelpers.exchange.sheets import sheets_of

BY_NAME = {reader.name: reader for reader in READERS}
ODS, XLSX, DOCX, ANNEX = "a-workbook-brought-in-ods", "a-workbook-brought-in-xlsx", "commentary-brought-in-word", "annex-a-xlsx"  # fmt: skip
LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "ha">' + "".join(f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefghi", "bcdefghij", strict=True)) + "]>"
)  # fmt: skip
SECRET = "a secret that lies outside"
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
ROW = '<row r="{row}"><c r="{column}{row}" t="str"><v>{text}</v></c></row>'
BODY = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><table:table table:name="property">{}</table:table></office:document-content>'
)  # fmt: skip


def archive(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def members(content):
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        return {name: held.read(name) for name in held.namelist()}


def workbook(sheet):
    """A valid workbook of another sheet."""
    made = BY_NAME[XLSX].seeds()[1]
    return archive({**members(made), "xl/worksheets/sheet1.xml": sheet})


def document(text):
    return archive({**members(BY_NAME[DOCX].seeds()[0]), "word/document.xml": text})


def spreadsheet(rows, above=""):
    return archive({"content.xml": above + BODY.format(rows)})


def overlapping(content, times):
    """An archive whose list of contents names one part many times, so that it says to be much more than it is."""
    at = content.rindex(b"PK\x05\x06")
    start, entry = struct.unpack_from("<I", content, at + 16)[0], b""
    name, extra, comment = struct.unpack_from("<HHH", content, start + 28)
    entry = content[start : start + 46 + name + extra + comment]
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, times, times, len(entry) * times, start, 0)
    return content[:start] + entry * times + end


def said_shorter(content):
    """An archive that says of each part that it is ten bytes long."""
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = content.find(mark)
        while place >= 0:
            content = content[: place + at] + struct.pack("<I", 10) + content[place + at + 4 :]
            place = content.find(mark, place + 4)
    return content


WIDE = '<table:table-row table:number-rows-repeated="19999"><table:table-cell table:number-columns-repeated="19999"><text:p>1</text:p></table:table-cell></table:table-row>'
EMPTY = '<table:table-cell table:number-columns-repeated="19999"/>'
SPACES = " " * 70_000_000
BOMBS = {
    "spreadsheet that is one long blank": (ODS, lambda: spreadsheet(SPACES), "larger than tables"),
    "spreadsheet of repeated rows": (ODS, lambda: spreadsheet(WIDE), "cells"),
    "spreadsheet of repeated cells in one row": (ODS, lambda: spreadsheet(f"<table:table-row>{EMPTY * 2000}</table:table-row>"), "cells"),
    "spreadsheet of entities in entities": (ODS, lambda: spreadsheet("<a>&j;</a>", LAUGHS), "cannot be read"),
    "spreadsheet that names another file": (ODS, lambda: spreadsheet("<a>&x;</a>", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "document type"),
    "spreadsheet of elements in elements": (ODS, lambda: spreadsheet("<a>" * 200_000), "cannot be read"),
    "workbook that is one long blank": (XLSX, lambda: workbook(SHEET.format(SPACES)), "larger than tables"),
    "workbook whose parts overlap": (XLSX, lambda: overlapping(workbook(SHEET.format(" " * 9_000_000)), 300), "cannot be read"),
    "workbook that says to be shorter": (XLSX, lambda: said_shorter(workbook(SHEET.format(" " * 40_000_000))), "cannot be read"),
    "workbook with a cell in the last corner": (XLSX, lambda: workbook(SHEET.format(ROW.format(row=1, column="A", text="council") + ROW.format(row=1_048_576, column="XFD", text="x"))), ""),
    "workbook merged from corner to corner": (XLSX, lambda: workbook(SHEET.format("").replace("</worksheet>", '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>')), ""),
    "workbook of entities in entities": (XLSX, lambda: workbook(LAUGHS + SHEET.format(ROW.format(row=1, column="A", text="&j;"))), ""),
    "workbook with a workbook in it": (XLSX, lambda: archive({"xl/workbook.xml": workbook(SHEET)}), "cannot be read"),
    "workbook of thousands of parts": (XLSX, lambda: archive({f"xl/{n}.xml": "" for n in range(8_000)}), "cannot be read"),
    "list that is one long blank": (ANNEX, lambda: workbook(SHEET.format(SPACES)), "larger than a return"),
    "list with a cell in the last corner": (ANNEX, lambda: workbook(SHEET.format(ROW.format(row=1, column="A", text="council") + ROW.format(row=1_048_576, column="XFD", text="x"))), "cannot be read"),
    "document that is one long blank": (DOCX, lambda: document(SPACES), "larger than a commentary"),
    "document of entities in entities": (DOCX, lambda: document(LAUGHS + "<a>&j;</a>"), "cannot be read"),
    "document that names another file": (DOCX, lambda: document('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'), ""),
    "document of elements in elements": (DOCX, lambda: document("<a>" * 300_000), "cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in BOMBS.items()])
def test_a_bomb_is_refused_in_words_soon_and_in_little_memory(case, tmp_path):
    name, made, words = case
    reader = BY_NAME[name]
    root = reader.folder(tmp_path)
    file = root / reader.place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(made())
    assert file.stat().st_size < 1_000_000
    said = refused_within_bounds(lambda: reader.read(root, file), file, tmp_path)
    assert said and words in said and "root:" not in said


@pytest.mark.parametrize("what", ["spreadsheet", "workbook"])
def test_no_entity_brings_in_another_file(what, tmp_path):
    (tmp_path / "secret.txt").write_text(SECRET)
    entity = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]>'
    cell = "<table:table-row><table:table-cell><text:p>&x;</text:p></table:table-cell></table:table-row>"
    made = {"spreadsheet": (spreadsheet(cell, entity), "a.ods"),
            "workbook": (workbook(entity + SHEET.format(ROW.format(row=1, column="A", text="&x;"))), "a.xlsx")}  # fmt: skip
    try:
        found = sheets_of(*made[what])
    except ValueError as error:
        assert "a." in str(error)
    else:
        assert SECRET not in str(found)


@pytest.mark.parametrize(
    "name", [reader.name for reader in READERS if reader.place.endswith((".csv", ".yml", ".md", ".xml"))]
)
def test_a_gigabyte_in_one_line_is_refused_without_being_read(name, tmp_path):
    reader = BY_NAME[name]
    root = reader.folder(tmp_path)
    file = root / reader.place
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as held:
        held.truncate(1 << 30)  # no more of the disk than its length
    assert refused_within_bounds(lambda: reader.read(root, file), file, tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such pipes here")
@pytest.mark.parametrize(
    "name", [reader.name for reader in READERS if not reader.place.startswith(("book", "notebooks"))]
)
@pytest.mark.parametrize("what", ["pipe", "device"])
def test_what_is_no_file_is_not_waited_for(name, what, tmp_path):
    reader = BY_NAME[name]
    root = reader.folder(tmp_path)
    file = root / reader.place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    os.mkfifo(file) if what == "pipe" else file.symlink_to("/dev/zero")
    refused_within_bounds(lambda: reader.read(root, file), file, tmp_path)
