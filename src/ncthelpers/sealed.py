"""What the tables of a year were when the year was sealed: enough to say which cell has changed since, and no figure.

``.sealed.json`` beside the tables holds of each its header and of each row a short digest of every cell, a line a row.
"""

import csv
import io
import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from hashlib import sha256
from itertools import zip_longest
from pathlib import Path
from typing import Any, cast

from ncthelpers.addresses import letter
from ncthelpers.faults import Fault
from ncthelpers.files import write_atomically
from ncthelpers.reading import text_in

__all__ = ["CHANGED", "SEALED", "fingerprint", "record_text", "write_record", "read_record", "cell_faults"]

SEALED = ".sealed.json"
CHANGED = "is not what was sealed"
_LENGTH = 4  # letters a cell: of the cells of a year two in a million would pass for each other


def _digest(cell: str) -> str:
    return b64encode(sha256(cell.strip().encode("utf-8")).digest())[:_LENGTH].decode("ascii")


def _rows(content: bytes) -> list[tuple[int, int, list[str]]]:
    """Line, row of a spreadsheet and cells of every row that has any; as far as the file can be read."""
    lines = csv.reader(io.StringIO(content.decode("utf-8-sig", errors="replace"), newline=""), strict=True)
    rows = []
    try:
        for number, cells in enumerate(lines, 1):
            if any(cell.strip() for cell in cells):
                rows.append((lines.line_num, number, cells))
    except csv.Error:
        pass
    return rows


def fingerprint(content: bytes) -> dict[str, Any]:
    """The header of a table, and of each of its rows the digests of its cells, one after another.

    Examples
    --------
    >>> fingerprint(b"council,gap\\nEAST,1.5\\n")
    {'header': ['council', 'gap'], 'rows': ['A4JQnymh']}
    """
    rows = _rows(content)
    return {
        "header": [cell.strip() for cell in rows[0][2]] if rows else [],
        "rows": ["".join(map(_digest, cells)) for *_, cells in rows[1:]],
    }


def record_text(tables: Mapping[str, bytes]) -> str:
    """What ``.sealed.json`` holds of the tables of a year, by file name."""
    return json.dumps({name: fingerprint(content) for name, content in sorted(tables.items())}, indent=0,
                      ensure_ascii=False) + "\n"  # fmt: skip


def write_record(folder: Path, names: Iterable[str]) -> None:
    """Write what some tables of a folder are now."""
    write_atomically(folder / SEALED, record_text({name: (folder / name).read_bytes() for name in names}))


def _texts(held: object) -> bool:
    return isinstance(held, list) and all(isinstance(one, str) for one in held)


def read_record(folder: Path) -> dict[str, dict[str, Any]]:
    """What the tables of a folder were when they were sealed, by file name; nothing where no usable record is there."""
    try:
        held = json.loads(text_in(folder / SEALED, folder))
        return {name: one for name, one in held.items() if _texts(one["header"]) and _texts(one["rows"])}
    except (OSError, ValueError, AttributeError, KeyError, TypeError, RecursionError):
        return {}


def _cells(row: str) -> list[str]:
    return [row[at : at + _LENGTH] for at in range(0, len(row), _LENGTH)]


def _alike(one: str, other: str) -> bool:
    """Whether two rows have half of their cells in common, so that one is the other changed."""
    pairs = list(zip_longest(_cells(one), _cells(other)))
    same: int = sum(was == now for was, now in pairs)
    return 2 * same >= len(pairs)


def _steps(was: list[str], now: list[str]) -> Iterator[tuple[int | None, int | None]]:
    """Each row that is not as it was, by its number then and now; none where it is new or gone."""
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        rest, there = list(range(i1, i2)), list(range(j1, j2))
        for new in there:
            old = next((one for one in rest if _alike(was[one], now[new])), None)
            if old is not None:
                rest.remove(old)
            yield old, new
        yield from ((old, None) for old in rest)


def cell_faults(content: bytes, record: Mapping[str, Any], file: str) -> list[Fault]:
    """Each cell and row of a table that is not what was sealed, by its place alone: a value may be what nobody may see.

    Parameters
    ----------
    content : bytes
        The file as it is.
    record : Mapping
        Its :func:`fingerprint` as it was sealed.
    file : str
        Its path from the root, for the faults.

    Examples
    --------
    >>> was = fingerprint(b"council,gap\\nEAST,1.5\\nWEST,2\\n")
    >>> [str(fault) for fault in cell_faults(b"council,gap\\nEAST,1.5\\nWEST,3\\n", was, "gaps.csv")]
    ['gaps.csv!B3 (row 3, column gap): is not what was sealed']
    """
    rows = _rows(content)
    if not rows:
        return []
    header, body = [cell.strip() for cell in rows[0][2]], rows[1:]
    if header != record["header"]:
        return _header_faults(header, record["header"], file)
    now, faults = fingerprint(content)["rows"], []
    steps = list(_steps(record["rows"], now))
    moved = {record["rows"][old] for old, new in steps if new is None} & {now[new] for old, new in steps if old is None}
    for old, new in steps:
        if new is None:
            if record["rows"][old] not in moved:
                faults.append(Fault(file, None, "", "", f"lacks what was sealed as its row {cast('int', old) + 2}"))
            continue
        line, number, cells = body[new]
        if old is None:
            rule = (
                "is a row that stood elsewhere when it was sealed"
                if now[new] in moved
                else "is a row that was not sealed"
            )
            faults.append(Fault(file, line, "", "", rule, cell=f"A{number}"))
            continue
        then = _cells(record["rows"][old])
        for at, (name, cell) in enumerate(zip(header, cells, strict=False)):
            if then[at : at + 1] != [_digest(cell)]:
                faults.append(Fault(file, line, name, "", CHANGED, cell=f"{letter(at)}{number}"))
    return faults


def _header_faults(now: list[str], was: list[str], file: str) -> list[Fault]:
    gone = [Fault(file, 1, name, "", "is a column that was sealed and is gone") for name in was if name not in now]
    new = [Fault(file, 1, name, "", "is a column that was not sealed", cell=f"{letter(at)}1")
           for at, name in enumerate(now) if name not in was]  # fmt: skip
    moved = [Fault(file, 1, name, "", "is a column that stood elsewhere when it was sealed", cell=f"{letter(at)}1")
             for at, name in enumerate(now) if name in was and was.index(name) != at and not gone and not new]  # fmt: skip
    return gone + new + moved
