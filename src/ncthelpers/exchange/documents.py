"""Documents of a word processor, read and written by Pandoc: in bounded time and memory, shut off from every other file."""

import json
import os
import re
import subprocess
import zipfile
import zlib
from io import BytesIO
from typing import Any

import pypandoc

from ncthelpers.faults import DataFaults, Fault

__all__ = ["MOST_BYTES", "has_drawings", "read", "written"]

MOST_BYTES = 64 * 2**20
_MOST_SECONDS = 60
_FIRST_DAY_OF_ZIPS = "315532800"  # a zip file can name no earlier one: the same words give the same bytes
_NOT_ZIPPED = (
    zipfile.BadZipFile,
    zlib.error,
    RuntimeError,
    ValueError,
    OSError,
    EOFError,
)  # the third if it has a password
_TEXT_PART = re.compile(r"word/document\d*\.xml")
_DRAWN = re.compile(rb"<w:(drawing|object|txbxContent|altChunk)\b")


def _pandoc(given: bytes, *arguments: str) -> bytes:
    done = subprocess.run(
        [pypandoc.get_pandoc_path(), "+RTS", "-M1G", "-RTS", "--sandbox", *arguments, "-o", "-"],
        input=given, capture_output=True, timeout=_MOST_SECONDS, check=True,
        env={**os.environ, "SOURCE_DATE_EPOCH": _FIRST_DAY_OF_ZIPS},
    )  # fmt: skip
    return done.stdout


def written(document: dict[str, Any]) -> bytes:
    """A document of Word, of what Pandoc has."""
    return _pandoc(json.dumps(document).encode(), "-f", "json", "-t", "docx+empty_paragraphs")


def read(docx: bytes, file: str) -> dict[str, Any]:
    """A document of Word as Pandoc has it, its tracked changes accepted.

    Raises
    ------
    DataFaults
        If it is no such document, or one that cannot be read within bounds.
    """
    parts = _parts(docx)
    if not any(map(_TEXT_PART.fullmatch, parts)):
        raise DataFaults([Fault(file, None, "", "", "is not a Word document", suggestion="save it as .docx")])
    if sum(parts.values()) > MOST_BYTES:
        raise DataFaults([Fault(file, None, "", "", "is larger than a commentary can be")])
    try:
        made: dict[str, Any] = json.loads(_pandoc(docx, "--track-changes=accept", "-f", "docx+styles", "-t", "json"))
    except subprocess.TimeoutExpired:
        raise DataFaults([Fault(file, None, "", "", "takes too long to read")]) from None
    except (subprocess.CalledProcessError, ValueError, RecursionError):
        raise DataFaults([Fault(file, None, "", "", "cannot be read as a Word document")]) from None
    return made


def _parts(docx: bytes) -> dict[str, int]:
    """What a document is zipped of, with the length of each part; nothing if it is not zipped."""
    try:
        with zipfile.ZipFile(BytesIO(docx)) as held:
            return {entry.filename: entry.file_size for entry in held.infolist()}
    except _NOT_ZIPPED:
        return {}


def has_drawings(docx: bytes, file: str) -> bool:
    """Whether there is what Pandoc may pass over without a word, such as a text box.

    Raises
    ------
    DataFaults
        If the document is damaged.
    """
    try:
        with zipfile.ZipFile(BytesIO(docx)) as held:
            return any(_DRAWN.search(held.read(name)) for name in held.namelist() if _TEXT_PART.fullmatch(name))
    except _NOT_ZIPPED:
        raise DataFaults([Fault(file, None, "", "", "cannot be read as a Word document")]) from None
