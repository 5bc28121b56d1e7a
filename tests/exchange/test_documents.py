"""Documents of a word processor: what is none is refused in words, whatever it is."""

import re
import subprocess
import zipfile
from io import BytesIO

import pytest

from ncthelpers.exchange import documents
from ncthelpers.faults import DataFaults

DOCUMENT = {
    "pandoc-api-version": [1, 23, 1], "meta": {}, "blocks": [{"t": "Para", "c": [{"t": "Str", "c": "Words."}]}],
}  # fmt: skip


def _zip_of(**parts: str) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return made.getvalue()


def _damaged(docx: bytes) -> bytes:
    """A document a byte of whose text is another."""
    with zipfile.ZipFile(BytesIO(docx)) as held:
        entry = held.getinfo("word/document.xml")
    at = entry.header_offset + 30 + len(entry.filename) + entry.compress_size // 2
    return docx[:at] + bytes([docx[at] ^ 0xFF]) + docx[at + 1 :]


def test_what_is_written_is_read_back():
    [block] = documents.read(documents.written(DOCUMENT), "a.docx")["blocks"]
    assert "Words." in str(block)


def test_the_same_document_gives_the_same_bytes():
    assert documents.written(DOCUMENT) == documents.written(DOCUMENT)


@pytest.mark.parametrize(
    ("docx", "said"),
    [
        (b"", "is not a Word document; save it as .docx"),
        (b"\xd0\xcf\x11\xe0 an old document, or one with a password", "is not a Word document"),
        (_zip_of(**{"xl/workbook.xml": "<a/>"}), "is not a Word document"),
        (_zip_of(**{"word/document.xml": "<a"}), "cannot be read as a Word document"),
        (_zip_of(**{"word/document.xml": " " * (documents.MOST_BYTES + 1)}), "is larger than a commentary can be"),
    ],
    ids=["empty", "old", "workbook", "broken", "bomb"],
)
def test_what_is_no_document_is_refused(docx, said):
    with pytest.raises(DataFaults, match=re.escape(f"words.docx: {said}")):
        documents.read(docx, "words.docx")


def test_a_damaged_document_is_refused():
    docx = _damaged(documents.written(DOCUMENT))
    with pytest.raises(DataFaults, match="cannot be read as a Word document"):
        documents.read(docx, "words.docx")
        documents.has_drawings(docx, "words.docx")


def test_one_that_takes_too_long_is_refused(monkeypatch):
    def waits(*_: object, **how: object) -> None:
        raise subprocess.TimeoutExpired("pandoc", how["timeout"])

    docx = documents.written(DOCUMENT)
    monkeypatch.setattr(documents.subprocess, "run", waits)
    with pytest.raises(DataFaults, match="takes too long to read"):
        documents.read(docx, "words.docx")


def test_no_other_file_is_read(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    included = {"t": "Image", "c": [["", [], []], [], [str(tmp_path / "secret.txt"), ""]]}
    document = {**DOCUMENT, "blocks": [{"t": "Para", "c": [included]}]}
    with zipfile.ZipFile(BytesIO(documents.written(document))) as made:
        assert not any(b"secret\n" in made.read(name) or made.read(name) == b"secret" for name in made.namelist())
