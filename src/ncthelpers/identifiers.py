"""A scan of what is published for anything that identifies a child or a worker: numbers, columns, rows of a return.

What is found is said by file and kind, and how often; the value itself is never repeated.
"""

import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from hashlib import blake2b
from itertools import zip_longest
from operator import or_
from pathlib import Path
from typing import Any

from ncthelpers.apart import apart
from ncthelpers.faults import DataFaults, Fault

__all__ = ["Scan", "scan", "is_upn", "is_nhs_number", "read_known", "text_of_workbook"]

UPN, NHS, SWE = "unique pupil number", "NHS number", "social worker's registration number"
POSTCODE, COLUMN, ROWS, KNOWN = (
    "postcode near a date of birth",
    "column of what identifies",
    "row of a return",
    "known id",
)

_AT_ONCE = 1 << 22  # characters of a file that are looked at together
_DEPTH = 4  # of archives within archives
_LARGEST = 1 << 30  # bytes of an archive's member
_SHORTEST = 5  # characters of a known id: a shorter one would be found in any table
_WORD = re.compile(r"[A-Za-z0-9]+")
_RUN = re.compile(r"[0-9]{10,12}")
# in groups, and not amid the numbers of a drawing
_GROUPED = re.compile(r"(?<![\w.-])(?<![0-9][ -])[0-9]{3}([ -])[0-9]{3}\1[0-9]{4}(?![\w-]|\.[0-9]|[ ][0-9])")
_REGISTERED = re.compile(r"\bSWE?[0-9]{4,10}\b")
_POSTCODE = re.compile(r"\b[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}\b")
_BORN = re.compile(r"\b(?:born|birth|d\.?o\.?b)\b[^\n]{0,40}?(?:[0-9]{1,2}[/. -][0-9A-Za-z]{1,9}[/. -][0-9]{2,4}|[0-9]{4}-[0-9]{2}-[0-9]{2})", re.IGNORECASE)  # fmt: skip
_RUNS = re.compile(
    r"</w:t></w:r><w:r\b[^>]*>(?:<w:rPr>.*?</w:rPr>)?<w:t\b[^>]*>"
)  # Word cuts a word in two where it likes
_NEAR = 300  # characters between a postcode and a date of birth
_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"  # of the check of a UPN
_LAST_WEIGHT = 14

# Columns and tags that identify wherever they stand, in small letters, each by a word that is always in it.
_BETWEEN = "[ _-]?"
_IDENTIFY = {
    word: re.compile(pattern.replace("~", _BETWEEN))
    for word, pattern in {
        "child": r"child~(?:unique~)?id\b", "upn": r"upn", "pupil": r"unique~pupil~number", "nhs": r"nhs~(?:number|no)\b",
        "swe": r"swe~(?:no|number|id)\b", "worker": r"worker~id\b", "dob": r"dob\b",
        "birth": r"(?:date~of~birth|birth~date|person~birth~date)\b", "post": r"(?:home|pl|placement)~post(?:~?code)?\b",
    }.items()
}  # fmt: skip
_FIRST_WORDS = re.compile(r"(?:^|[^a-z])(?:la|former|unique|mc|person|expected|child'?s?)[ _-]?$")
# A child's or worker's column among columns of returns, or of the tidy records, is a table of people.
_PERSON = {word: re.compile(rf"\b{word}\b") for word in ("child", "worker")}
_OF_PEOPLE = frozenset(re.findall(r"\w+", """
    sex gender gendercurrent ethnic ethnicity born died mother dob upn personbirthdate dateofbirth decom dec rne
    ls cin place placeprovider rec reasonplacechange homepost plpost urn intouch activ accom review reviewcode duc
    missing misstart misend dateplaced dateplacedceased sdqscore conviction healthcheck immunisations teethcheck
    healthassessment fostercare nbadoptr dateint datematch primaryneedcode cinreferraldate cinclosuredate
    referralsource referralnfa agencyworker qualinst orgrole rolestartdate roleenddate cases30 fte30
    dateofreferral dateofcontact allocatedteam allocatedworker referred decided started ended strategy conference
    whynew legalstatus whyended placement provider activity accommodation suitable entered ordered matched placed
    adopted fostered fte cases target qualified
"""))  # fmt: skip
_AROUND = 400  # characters before and after such a column in which two of the others are looked for
_EDGE = re.compile(r"(?:\\[nrt\"]|[,;:\t|\"'<>(){}\[\]\r\n])+")
_BEFORE = re.compile(r"(?:^|[,;\t|\"'<>{\[\r\n]|\\[nrt\"]) *$")
_AFTER = re.compile(r" *(?:$|/>|[,;:\t|\"'<>}\]\r\n]|\\[nrt\"])")

_BOOKS, _ARCHIVES, _DOCUMENTS = {".xlsx", ".xls", ".ods", ".xlsm", ".xlsb"}, {".zip"}, {".docx", ".odt", ".pptx"}
_NO_TEXT = {".png", ".jpg", ".jpeg", ".gif", ".ico", ".woff", ".woff2", ".ttf", ".otf", ".eot"}


@dataclass(frozen=True)
class Scan:
    """What a scan found.

    Parameters
    ----------
    files : int
        How many files were read, members of archives counted.
    found : tuple of tuple of str, str and int
        File, kind and how many, in the order of files. A member of an archive is ``archive!member``.
    unread : tuple of tuple of str and str
        File and why it could not be read; pictures and fonts are not among them, nor looked at.
    """

    files: int
    found: tuple[tuple[str, str, int], ...]
    unread: tuple[tuple[str, str], ...]

    def raise_faults(self) -> None:
        """Raise what was found, and what could not be read, as faults.

        Raises
        ------
        ncthelpers.faults.DataFaults
            If there is any.
        """
        faults = [Fault(file, None, "", "", f"holds what identifies: {kind} ({many} found); publish nothing until it is gone")
                  for file, kind, many in self.found]  # fmt: skip
        faults += [Fault(file, None, "", "", f"could not be scanned: {why}") for file, why in self.unread]
        if faults:
            raise DataFaults(faults)


def is_nhs_number(digits: str) -> bool:
    """Whether ten digits are an NHS number: the last checks the others (modulus 11).

    Examples
    --------
    >>> is_nhs_number("9434765919"), is_nhs_number("9434765918")
    (True, False)
    """
    if len(digits) != 10 or not digits.isdecimal() or len(set(digits)) == 1:
        return False
    return (11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11) % 11 == int(digits[9])  # fmt: skip


def is_upn(text: str) -> bool:
    """Whether a letter with 12 digits, or with 11 and a letter, is a unique pupil number: the first letter checks the rest.

    Notes
    -----
    Rule: DfE, unique pupil numbers: the characters after the first, weighted 2 to 13, modulus 23; the letter that ends a
    temporary number counts as its place in the alphabet of check letters.

    Examples
    --------
    >>> is_upn("A000000000000"), is_upn("B000000000000")
    (True, False)
    """
    if not re.fullmatch(r"[A-Z][0-9]{11}[0-9A-Z]", text) or text[0] not in _LETTERS:
        return False
    if not text[-1].isdecimal() and text[-1] not in _LETTERS:
        return False
    values = [int(one) if one.isdecimal() else _LETTERS.index(one) for one in text[1:]]
    return (
        _LETTERS[sum(one * weight for one, weight in zip(values, range(2, _LAST_WEIGHT), strict=True)) % 23] == text[0]
    )


def read_known(lines: Iterable[str], file: str = "known") -> frozenset[str]:
    """Ids to look for, one a line.

    Parameters
    ----------
    lines : iterable of str
        Letters and digits; empty lines are passed over.
    file : str
        Where they are from, for faults.

    Returns
    -------
    frozenset of str

    Raises
    ------
    ncthelpers.faults.DataFaults
        If one is too short to tell from a figure, or has other characters. The id is not repeated.

    Examples
    --------
    >>> sorted(read_known(["RND000215", "", "87520"]))
    ['87520', 'RND000215']
    """
    faults, known = [], set()
    for row, line in enumerate(lines, start=1):
        one = line.strip()
        if one and not (len(one) >= _SHORTEST and _WORD.fullmatch(one)):
            faults.append(Fault(file, row, "", "", f"an id to look for has {_SHORTEST} letters and digits or more, and nothing else"))  # fmt: skip
        elif one:
            known.add(one)
    if faults:
        raise DataFaults(faults)
    return frozenset(known)


def scan(paths: Iterable[Path], known: Iterable[str] = ()) -> Scan:
    """Look through every file for what identifies a child or a worker.

    Parameters
    ----------
    paths : iterable of Path
        Files, and folders with all that is in them.
    known : iterable of str
        Ids of children and workers that must not be there, as :func:`read_known` reads them.

    Returns
    -------
    Scan
        What was found, and what could not be read.

    Raises
    ------
    FileNotFoundError
        If a path is not there: what was not looked at is not said to be clean.

    Notes
    -----
    Looked for: unique pupil numbers; NHS numbers, where they stand in groups, beside the words NHS, or make up at least
    half of a file's numbers of ten digits and are three or more (one in eleven amounts would pass the check); numbers of
    social workers; a postcode within 300 characters of a date of birth; columns and tags that identify; rows laid out as
    in a return. The postcode of an office and ordinary dates are none of these.
    """
    wanted, files = frozenset(known), 0
    found: list[tuple[str, str, int]] = []
    unread: list[tuple[str, str]] = []
    seen: dict[bytes, Counter[Any]] = {}
    for path in _files(paths):
        if not path.is_file():
            unread.append((path.as_posix(), "a pipe or a device, and no file"))
            continue
        for name, content, why in _contents(path.as_posix(), path.read_bytes()):
            if why:
                unread.append((name, why))
                continue
            files += 1
            digest = blake2b(content, digest_size=16).digest() + Path(name).suffix.encode()
            if digest not in seen:  # the same table stands in many places
                try:
                    seen[digest] = reduce(or_, (_kinds(text, wanted) for text in _texts(name, content)))
                except _NotRead as fault:
                    unread.append((name, str(fault)))
                    seen[digest] = Counter()
            kinds = seen[digest] + _kinds(Path(name).name, wanted)  # a name can tell too
            found += [(name, kind, many) for kind, many in sorted(kinds.items())]
    return Scan(files, tuple(found), tuple(unread))


class _NotRead(Exception):
    """Why the text of a file is not to be had."""


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"{path} is not there, so it was not scanned")
        yield from sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]


def _contents(name: str, content: bytes, depth: int = 0) -> Iterator[tuple[str, bytes, str]]:
    """A file, or the members of an archive, with why it cannot be read."""
    suffix = Path(name).suffix.lower()
    if suffix in _NO_TEXT:
        return
    if suffix not in _ARCHIVES | _DOCUMENTS:
        yield name, content, ""
        return
    if depth == _DEPTH:
        yield name, b"", "archives within archives go too deep"
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                if member.file_size > _LARGEST:
                    yield f"{name}!{member.filename}", b"", "too large"
                elif not member.filename.endswith("/"):
                    yield from _contents(f"{name}!{member.filename}", archive.read(member), depth + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as fault:
        yield name, b"", f"no readable archive ({fault})"


def _texts(name: str, content: bytes) -> Iterator[str]:
    """The text of a file; of a PDF also with its lines joined, for they are cut where the page, or a cell, ends: a word in two at most."""
    text = _text(name, content)
    yield text
    if Path(name).suffix.lower() == ".pdf":
        lines = [line.rstrip(" \u200b") for line in text.split("\n")]
        yield " ".join(lines)
        yield "\n".join(map("".join, zip_longest(lines[::2], lines[1::2], fillvalue="")))
        yield "\n".join(map("".join, zip_longest(["", *lines[1::2]], lines[::2], fillvalue="")))


def _text(name: str, content: bytes) -> str:
    suffix = Path(name).suffix.lower()
    if suffix in _BOOKS:
        return _of_workbook(content)
    if suffix == ".pdf":
        return _of_pdf(content)
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    text = content.decode("utf-8", "replace")
    return _RUNS.sub("", text) if ".docx!" in name else text


def _of_workbook(content: bytes) -> str:
    try:
        return str(apart(text_of_workbook, content))
    except ValueError as fault:
        raise _NotRead(f"no readable workbook ({fault})") from fault


def text_of_workbook(content: bytes) -> str:
    """The cells of a workbook, a line a row. A broken file crashes its reader: to be asked :func:`~ncthelpers.apart.apart`."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    rows = (row for sheet in book.sheet_names for row in book.get_sheet_by_name(sheet).to_python())
    return "\n".join("\t".join(map(_cell, row)) for row in rows)


def _cell(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _of_pdf(content: bytes) -> str:
    try:
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError
    except ImportError:
        raise _NotRead("the package pypdf is not installed") from None
    try:
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    except (PyPdfError, ValueError, KeyError) as fault:
        raise _NotRead(f"no readable PDF ({type(fault).__name__})") from fault


def _kinds(text: str, known: frozenset[str]) -> Counter[Any]:
    """How many of each kind a text holds."""
    found: Counter[Any] = Counter()
    numbers: dict[str, bool] = {}  # bare numbers of ten digits, and whether each is an NHS number
    for part in _parts(text):
        found += Counter(_of_runs(part, numbers))
        found[NHS] += sum(is_nhs_number(re.sub(r"\D", "", one[0])) for one in _GROUPED.finditer(part))
        if "SW" in part:
            found[SWE] += len(_REGISTERED.findall(part))
        if any(word in part for word in ("irth", "orn", "DOB", "dob", "IRTH", "D.O.B")):
            found[POSTCODE] += _postcodes_near_births(part)
        columns, rows = _columns(part)
        found[COLUMN] += columns
        found[ROWS] += rows
        if known:
            found[KNOWN] += sum(one in known for one in _WORD.findall(part))
    valid = sum(numbers.values())
    if valid >= 3 and 2 * valid >= len(numbers):
        found[NHS] += valid
    return +found


def _parts(text: str) -> Iterator[str]:
    """A text in parts that end with a line, so that nothing is cut in two."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + _AT_ONCE)
        end = len(text) if end < 0 else end + 1
        yield text[start:end]
        start = end


def _of_runs(text: str, numbers: dict[str, bool]) -> Iterator[str]:
    """What runs of ten to twelve digits are; bare ones of ten are put with the numbers."""
    for run in _RUN.finditer(text):
        start, end = run.span()
        before, after, size = text[max(0, start - 3) : start], text[end : end + 2], end - start
        if after[:1].isdecimal() or before[-1:] in {"_", "-"} or before[-1:].isdecimal():
            continue
        ends = not (after[:1].isalnum() or after[:1] == "_")
        one = before[-1:].isalpha() and not (before[-2:-1].isalnum() or before[-2:-1] in {"_", "-"})
        two = before[-2:].isalpha() and len(before) > 1 and not before[-3:-2].isalnum()
        if one and size == 12 and ends and (before[-1].isupper() or is_upn(before[-1].upper() + run[0])):
            yield UPN
        elif one and size == 11 and after[:1].isalpha() and not after[1:2].isalnum():
            if is_upn((before[-1] + run[0] + after[0]).upper()):
                yield UPN
        elif two and size == 10 and ends and before[-2].isupper():  # a checksum has small letters
            yield SWE
        elif size == 10 and ends and not before[-1:].isalnum() and before[-1:] != "." and not re.match(r"\.\d", after):
            if not is_nhs_number(run[0]):
                numbers[run[0]] = False
            elif "nhs" in text[max(0, start - 40) : start].lower():
                yield NHS
            else:
                numbers[run[0]] = True


def _postcodes_near_births(text: str) -> int:
    births = [born.start() for born in _BORN.finditer(text)]
    return sum(any(abs(code.start() - born) <= _NEAR for born in births) for code in _POSTCODE.finditer(text)) if births else 0  # fmt: skip


def _columns(text: str) -> tuple[int, int]:
    """How many columns and tags identify, and how many rows are laid out as those of a return."""
    low = text.lower()
    identify = [span for word, pattern in _IDENTIFY.items() if word in low for span in _cells(pattern, low)]
    people = [span for word, pattern in _PERSON.items() if word in low for span in _cells(pattern, low)]
    return len(identify), sum(_is_row_of_return(low, start, end) for start, end in people)


def _cells(pattern: re.Pattern[str], low: str) -> Iterator[tuple[int, int]]:
    """Where a heading, a tag or a key is what a pattern says, and no word of a sentence."""
    for found in pattern.finditer(low):
        start, end = found.span()
        if _AFTER.match(low, end):
            before = low[max(0, start - 20) : start]
            if _BEFORE.search(before) or _BEFORE.search(_FIRST_WORDS.sub(_edge_of, before)):
                yield start, end


def _edge_of(found: re.Match[str]) -> str:
    return "" if found[0][0].isalpha() else found[0][0]


def _is_row_of_return(low: str, start: int, end: int) -> bool:
    near = _EDGE.split(low[max(0, start - _AROUND) : end + _AROUND])
    return len(_OF_PEOPLE.intersection(re.sub("[ _?-]", "", cell) for cell in near)) >= 2
