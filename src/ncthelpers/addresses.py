"""Where a fault stands in a spreadsheet: ``C7`` in place of a line of a file and the name of a column."""

import csv
import io
import string
from collections.abc import Sequence
from dataclasses import replace

import yaml

from ncthelpers.faults import Fault

__all__ = ["letter", "addressed", "with_lines"]


def letter(number: int) -> str:
    """The letter that a spreadsheet gives to a column, the first being number nought.

    Examples
    --------
    >>> letter(0), letter(25), letter(26), letter(701), letter(702)
    ('A', 'Z', 'AA', 'ZZ', 'AAA')
    """
    rest, last = divmod(number, 26)
    return (letter(rest - 1) if rest else "") + string.ascii_uppercase[last]


def _grid(content: bytes) -> tuple[dict[str, str], dict[int, int]]:
    """The letter of each column and, of each line that a row ends on, the row of a spreadsheet; as far as there is a table.

    The two differ below a quoted cell that holds a line break. A column that stands twice has no one letter.
    """
    letters: dict[str, str] = {}
    rows: dict[int, int] = {}
    lines = csv.reader(io.StringIO(content.decode("utf-8-sig", errors="replace"), newline=""), strict=True)
    try:
        for number, cells in enumerate(lines, 1):
            rows[lines.line_num] = number
            if not letters:
                names = [cell.strip() for cell in cells]
                letters = {name: letter(at) for at, name in enumerate(names) if name and names.count(name) == 1}
    except csv.Error:
        pass
    return letters, rows


def addressed(faults: Sequence[Fault], content: bytes) -> list[Fault]:
    """The faults of a CSV file, each with the address of its cell; of a key of several columns the first one's.

    Parameters
    ----------
    faults : sequence of Fault
        Of this file; one that has its address keeps it, one of no one cell gets none.
    content : bytes
        The file.

    Examples
    --------
    >>> fault = Fault("grants.csv", 4, "amount", "x", "is not a number")
    >>> addressed([fault], b'grant,amount\\n"a\\nb",1\\nc,x\\n')[0].place
    'grants.csv!B3 (row 4, column amount)'
    """
    letters, rows = _grid(content)

    def cell(fault: Fault) -> str:
        column = letters.get(fault.column) or letters.get(fault.column.split("+")[0])
        return f"{column}{rows[fault.row]}" if column and fault.row in rows else ""

    return [fault if fault.cell else replace(fault, cell=cell(fault)) for fault in faults]


def _line(node: yaml.Node | None, parts: Sequence[str], line: int | None = None) -> int | None:
    """The line of an entry such as ``terms``, ``3``; that of the nearest one around it where there is none."""
    inside: dict[str, tuple[yaml.Node, yaml.Node]] = {}
    if isinstance(node, yaml.MappingNode):
        inside = {key.value: (key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)}
    elif isinstance(node, yaml.SequenceNode):
        inside = {str(number): (one, one) for number, one in enumerate(node.value, 1)}
    if not parts or parts[0] not in inside:
        return line
    named, held = inside[parts[0]]
    return _line(held, parts[1:], named.start_mark.line + 1)


def with_lines(faults: Sequence[Fault], text: str) -> list[Fault]:
    """The faults of a ``contract.yml``, each with the line of its entry; of an entry that is missing there is none.

    Examples
    --------
    >>> fault = Fault("contract.yml", None, "terms 2", "", "lacks its unit")
    >>> with_lines([fault], "title: SDC\\nterms:\\n  - {term: fee}\\n  - {term: day}\\n")[0].row
    4
    """
    try:
        top = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return list(faults)
    return [fault if fault.row else replace(fault, row=_line(top, fault.column.split())) for fault in faults]
