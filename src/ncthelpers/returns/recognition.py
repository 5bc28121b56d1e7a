"""What a file is that was given for a return and is none of it: another return, or a kind of file that nothing is read from."""

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ncthelpers.faults import DataFaults, Fault
from ncthelpers.files import is_data
from ncthelpers.returns.delimited import read_header, sheets
from ncthelpers.returns.layouts import Layout, Module, layouts, plain

__all__ = ["told_apart", "misfit"]

_RETURNS = ("ssda903", "cin", "csww", "annex-a", "logs")
_PDF, _OLD_OFFICE = b"%PDF-", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED = "EncryptedPackage".encode("utf-16-le")  # what a locked workbook keeps its own content in
_BOOK = {"xl/workbook.xml", "content.xml"}  # one of which an xlsx or ods has in it
_NOT_CSV = ((";", "semicolons"), ("\t", "tabs"))
_TABLES, _BOOKS, _XML = (".csv",), (".xlsx", ".xlsm", ".xls", ".ods"), (".xml",)
_HEADER_WITHIN = 30  # rows: titles may stand above the header of a sheet


def _is_header(cells: set[str], module: Module) -> bool:
    """Whether names of columns are those of a module: all that it must have, or most of all it has where nothing must."""
    known, required = ({plain(name) for name in names} for names in (module.known, module.required_columns))
    return required <= cells if len(required) > 1 else 2 * len(cells & known) > len(known)


def _has_table(layout: Layout, rows: Sequence[set[str]]) -> bool:
    return any(_is_header(cells, module) for cells in rows for module in layout.modules if module.file)


def _rows(path: Path) -> list[set[str]]:
    """The rows of a table, or of the sheets of a workbook, among which a header can be: the plain text of their cells."""
    if path.suffix.lower() in _TABLES:
        return [{plain(name) for name in read_header(path)}]
    tops = [row for _, _, rows in sheets(path) for row in rows[:_HEADER_WITHIN]]
    return [{plain(str(cell)) for cell in row if cell is not None} for row in tops]


def _returns_of(path: Path) -> list[str]:
    """The returns that a file looks like."""
    if path.suffix.lower() in _XML:
        from ncthelpers.returns.xml import first_tags

        tags = first_tags(path)
        return [
            of for of in _RETURNS
            if any(layout.root in tags[:1] and {*layout.records} & {*tags[1:]} for layout in layouts(of))
        ]  # fmt: skip
    rows = _rows(path)
    return [of for of in _RETURNS if any(_has_table(layout, rows) for layout in layouts(of))]


def _packed(path: Path) -> list[str]:
    """Names of the files in an archive; none where it is broken."""
    try:
        with zipfile.ZipFile(path) as packed:
            return packed.namelist()
    except zipfile.BadZipFile:
        return []


def _kind(path: Path) -> tuple[str, str]:
    """What a file is by its content where that is not what its name says, and what to do; empty where nothing is wrong."""
    suffix = path.suffix.lower()
    with path.open("rb") as file:
        start = file.read(512)
    if start.startswith(_PDF):
        return "is a PDF document", "no return is read from one: give the file that it was made from"
    if start.startswith(_OLD_OFFICE) and _LOCKED in path.read_bytes():
        return "is protected by a password", "save it without one"
    if start.startswith(_OLD_OFFICE) and suffix != ".xls":
        return "is a workbook of an old kind (xls)", "save it as xlsx"
    if zipfile.is_zipfile(path):
        if _BOOK.isdisjoint(_packed(path)):
            return "is a zip archive", "unpack it and give the files in it"
        return ("", "") if suffix in _BOOKS else ("is a workbook", "give it a name that ends in .xlsx")
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return "is a web page", "download the file itself"
    if text.startswith(b"<") and suffix in _TABLES:
        return "is XML", "give it a name that ends in .xml"
    if suffix in _TABLES and len(header := read_header(path)) == 1:
        for mark, named in _NOT_CSV:
            if mark in header[0]:
                return f"has {named} between its cells, not commas", "save it as CSV UTF-8 (comma delimited)"
    return "", ""


def misfit(path: Path, of: str) -> Fault | None:
    """Why a file can be nothing of a return, as far as that is certain; None where it may be.

    Parameters
    ----------
    path : Path
        The file.
    of : str
        The return that it was given for.
    """
    try:
        what, remedy = _kind(path)
        found = _returns_of(path) if not what and path.suffix.lower() in (*_TABLES, *_BOOKS, *_XML) else []
    except DataFaults:  # what cannot be read is told by who reads it
        return None
    if len(found) == 1 and found != [of]:
        what, remedy = f"is of the return {found[0]}, not {of}", f"read it by: ncthelpers returns {found[0]}"
    return Fault(path.as_posix(), None, "", "", what, suggestion=remedy) if what else None


@contextmanager
def told_apart(of: str, paths: Sequence[Path]) -> Iterator[None]:
    """Where a return cannot be read, says which of its files are something else, in the place of what else they lack.

    Parameters
    ----------
    of : str
        The return.
    paths : sequence of Path
        The files and folders given for it.

    Raises
    ------
    DataFaults
        The faults found, those of a file that is something else being but that one.
    """
    try:
        yield
    except DataFaults as error:
        inside = [sorted(filter(is_data, path.iterdir())) if path.is_dir() else [path] for path in paths]
        files = [file for found in inside for file in found if file.is_file()]
        others = {file.as_posix(): fault for file in files if (fault := misfit(file, of))}
        if files and len(others) == len(files):
            raise DataFaults([*others.values()]) from None
        at_fault = {fault.file.partition("!")[0] for fault in error.faults} | {path.as_posix() for path in paths}
        kept = [fault for fault in error.faults if fault.file.partition("!")[0] not in others]
        raise DataFaults([*kept, *(fault for file, fault in others.items() if file in at_fault)]) from None
