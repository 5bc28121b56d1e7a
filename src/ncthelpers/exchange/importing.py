"""What a spreadsheet or a Word document says, as files of a year's folder, and what these would change."""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from ncthelpers.cells import as_written
from ncthelpers.citations import CARRIED
from ncthelpers.contract import with_entry
from ncthelpers.exchange.current import CONTRACT, Current
from ncthelpers.exchange.differences import (
    Difference,
    commentary_differences,
    contract_differences,
    meaning_of,
    rows_of,
    table_differences,
    value_of,
)
from ncthelpers.exchange.listed import AS_WRITTEN, CONTENTS, LISTS, SPARE, entries_of, list_schemas, with_entries
from ncthelpers.exchange.matching import Entered, entered, month_first, plain_name, table_of, year_said
from ncthelpers.exchange.sheets import Sheet, address, sheets_of
from ncthelpers.faults import Fault
from ncthelpers.schemas import TableSchema
from ncthelpers.yaml_files import read_yaml

__all__ = ["Proposal", "differences", "proposed"]

_ALIKE = re.compile(r"rows ([\d, ]+)( and \d+ others)? have it")


@dataclass(frozen=True)
class Proposal:
    """What an import would write.

    Parameters
    ----------
    file, sha256 : str
        Name of the file, and the checksum of its bytes.
    files : Mapping of str to str or None
        New text of each file of the year's folder that would change; none where the file goes.
    not_read : tuple of str
        Sheets that are named after no table.
    out_of_date : tuple of str
        Tables that the file has as they were when it was written, and that have changed since: they are left as they are.
    cited : str
        Id under which rows cite the file; empty where none does.
    faults : tuple of Fault
        What is wrong with the file itself.
    placed : callable
        A fault of one of the files, as a fault of the cell that it comes from.
    """

    file: str
    sha256: str
    files: Mapping[str, str | None]
    not_read: tuple[str, ...] = ()
    out_of_date: tuple[str, ...] = ()
    cited: str = ""
    faults: tuple[Fault, ...] = ()
    placed: Callable[[Fault], Fault] = lambda fault: fault


def _as_csv(schema: TableSchema, rows: Sequence[Mapping[str, str]]) -> tuple[str, list[int]]:
    """A table as it is written, and the line that each row ends on."""
    out, line, ends = io.StringIO(), 1, []
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(schema.names)
    for row in rows:
        cells = [row.get(name, "").replace("\r\n", "\n").replace("\r", "\n") for name in schema.names]
        writer.writerow(cells)
        line += 1 + sum(cell.count("\n") for cell in cells)
        ends.append(line)
    return out.getvalue(), ends


def _same(row: Mapping[str, str], old: Mapping[str, str], schema: TableSchema, names: Sequence[str]) -> bool:
    return all(value_of(row[name], schema[name]) == value_of(old.get(name, ""), schema[name]) for name in names)


def _merged(
    found: Entered, schema: TableSchema, old: Sequence[Mapping[str, str]], cite: Callable[[int], str]
) -> list[dict[str, str]]:
    """The rows of a sheet as the table is to have them.

    A cell that means what it meant keeps the way in which it was written; a column that the sheet lacks keeps what it held; a
    row without a source that says what it said keeps its source, and any other cites the file.
    """
    given = [name for name in schema.names if name in found.columns]
    key = [name for name in schema.key if name in found.columns]
    named = key if len(key) == len(schema.key) > 0 else [name for name in given if name != "source"]
    by_key: dict[tuple[Any, ...], list[Mapping[str, str]]] = {}
    for row in old:
        by_key.setdefault(tuple(value_of(row.get(name, ""), schema[name]) for name in named), []).append(row)
    rows = []
    for number, written in found.rows:
        alike = by_key.get(tuple(value_of(written[name], schema[name]) for name in named), [])
        was = alike.pop(0) if alike else {}
        row = {name: was.get(name, "") for name in schema.names}
        for name in given:
            if not (was and _same(written, was, schema, [name])):
                row[name] = written[name]
        if "source" in row and not written.get("source"):
            said = [name for name in given if name != "source"]
            kept = (
                bool(was)
                and _same(written, was, schema, said)
                and (was.get("source") or not schema["source"].required)
                and not (
                    "source" in given and was.get("source", "").startswith(f"{CARRIED}:")
                )  # emptied, to confirm the row
            )
            row["source"] = was.get("source", "") if kept else cite(number)
        rows.append(row)
    return rows


def _beside(read: list[dict[str, str]], old: Sequence[dict[str, str]], schema: TableSchema) -> list[dict[str, str]]:
    """Rows read among those that a table has: each in the place of the row with its key, new ones at the end, the others kept.

    A table without a key has no such places, and is what was read.
    """
    if not schema.key:
        return read
    by_key: dict[tuple[Any, ...], list[dict[str, str]]] = {}
    for row in read:
        by_key.setdefault(tuple(value_of(row[name], schema[name]) for name in schema.key), []).append(row)
    found: list[dict[str, str]] = []
    for row in old:
        key = tuple(value_of(row.get(name, ""), schema[name]) for name in schema.key)
        found += by_key.pop(key, [row])
    return found + [row for rows in by_key.values() for row in rows]


def _file_id(held: Current, digest: str) -> str:
    """The id that rows cite the file by: its own, if it was imported before."""
    documents = [one for one in held.package.get("documents") or [] if isinstance(one, dict)]
    for document in documents:
        if document.get("sha256") == digest:
            return str(document["id"])
    taken = [int(found[1]) for one in documents if (found := re.fullmatch(r"file(\d+)", str(one.get("id"))))]
    return f"file{max(taken, default=0) + 1}"


def _chosen(sheets: Sequence[Sheet], file: str, sheet: str, table: str, schemas: Mapping[str, Any]) -> tuple[dict[str, Sheet], list[str], list[Fault]]:  # fmt: skip
    """The sheets by what they hold, those that are named after nothing, and the faults of their names."""
    if sheet:
        sheets = [one for one in sheets if plain_name(one.name) == plain_name(sheet)]
        if len(sheets) != 1:
            raise ValueError(f"{file} has no one sheet called {sheet}")
    if table and table not in schemas:
        raise ValueError(f"{table} is not a table: {', '.join(schemas)}")
    if table and len(sheets) != 1:
        raise ValueError(f"{file} has more than one sheet: say with --sheet which of them is the table {table}")
    chosen: dict[str, Sheet] = {}
    not_read: list[str] = []
    faults: list[Fault] = []
    for one in sheets:
        try:
            name = table or table_of(one.name, schemas)
        except ValueError as error:
            faults.append(Fault(f"{file}!{one.name}", None, "", "", str(error)))
            continue
        if name in chosen:
            faults.append(
                Fault(f"{file}!{one.name}", None, "", "", f"is the table {name}, as the sheet {chosen[name].name} is")
            )
        elif name is None:
            not_read += [one.name] if plain_name(one.name) != SPARE else []
        else:
            chosen[name] = one
    if not chosen and not faults:
        named = ", ".join(f"{one!r}" for one in not_read)
        raise ValueError(
            f"{file} holds no sheet that is named after a table ({named}): say with --table which table it is"
        )
    return chosen, not_read, faults


def _as_written(sheets: Sequence[Sheet]) -> dict[str, str]:
    """What the rows of each sheet meant when the workbook was written; nothing where a file does not say."""
    spare = next((one.rows for one in sheets if plain_name(one.name) == SPARE), {})
    at = next((at for at, cell in spare.get(1, {}).items() if cell.text == AS_WRITTEN), None)
    pairs = (cells[at].text.partition("/") for cells in spare.values() if at is not None and at in cells)
    return {name: meaning for name, _, meaning in pairs if meaning}


class _Reading:
    """What the sheets of one file say, gathered sheet by sheet."""

    def __init__(self, held: Current, file: str, digest: str, sheets: Sequence[Sheet]) -> None:
        self.held, self.file, self.document = held, file, _file_id(held, digest)
        self.schemas, self.contract = held.data.schemas, held.contract
        self.lists = list_schemas(self.contract)
        self.files: dict[str, str | None] = {}
        self.places: dict[str, tuple[Entered, list[int]]] = {}
        self.faults: list[Fault] = []
        self.cites, self.british = False, not month_first(sheets)
        self.as_written = _as_written(sheets)
        self.out_of_date: list[str] = []
        # Tables of which the file has every row: those of a workbook of ours. A row that it lacks was taken out.
        ours = any(plain_name(one.name) == plain_name(CONTENTS.table) for one in sheets)
        self.whole = set(self.schemas) if ours else set()

    def cite(self, sheet: str) -> Callable[[int], str]:
        """How a row of a sheet is cited."""

        def cited(row: int) -> str:
            self.cites = True
            return f"{self.document}:{re.sub(r'[^0-9A-Za-z_.]+', '_', sheet) or 'sheet'}/{row}"

        return cited

    def sheet(self, sheet: Sheet, schema: TableSchema, known: Sequence[str] = ()) -> Entered | None:
        """The rows of one sheet; none where its headings are not those of the table."""
        found, faults = entered(sheet, schema, self.file, known, self.british)
        self.faults += faults
        return found

    def is_out_of_date(self, found: Entered, schema: TableSchema, old: Sequence[Mapping[str, str]]) -> bool:
        """Whether nobody has touched the sheet since it was written, and another than this file has changed the data."""
        then = self.as_written.get(schema.table)
        if then != meaning_of([row for _, row in found.rows], schema) or then == meaning_of(old, schema):
            return False
        path = "contract" if schema.table in self.lists else schema.table
        imports = self.held.package.get("imports")
        before = [one for one in imports if isinstance(one, dict)] if isinstance(imports, list) else []
        wrote = [one.get("file") for one in before if isinstance(one.get("tables"), list) and path in one["tables"]]
        if wrote[-1:] == [self.file]:  # whoever changed a cell here, and now changes it back
            return False
        self.out_of_date.append(schema.table)
        return True

    def table(self, name: str, sheet: Sheet) -> bool | None:
        """Take in the sheet of a table; whether it has rows, none where it says nothing."""
        schema, path = self.schemas[name], f"{name}.csv"
        old = rows_of(self.held.files.get(path))
        found = self.sheet(sheet, schema, [row.get(schema.names[0], "") for row in old])
        if found is None or self.is_out_of_date(found, schema, old) or not (found.rows or name in self.whole):
            return None
        if found.rows:
            read = _merged(found, schema, old, self.cite(found.sheet))
            new = read if name in self.whole else _beside(read, old, schema)
            text, lines = _as_csv(schema, new)
            line = dict(zip(map(id, new), lines, strict=True))
            self.places[path] = (found, [line[id(row)] for row in read])
            if new != old or path not in self.held.files:
                self.files[path] = text
        elif old:
            self.files[path] = _as_csv(schema, [])[0]
        return bool(found.rows)

    def listed(self, name: str, sheet: Sheet, entries: dict[str, object]) -> None:
        """Take in the sheet of a list of ``contract.yml``."""
        found = self.sheet(sheet, self.lists[name])
        old = [{str(key): as_written(value) for key, value in one.items()} for one in entries_of(self.contract, name)]
        if found is None or self.is_out_of_date(found, self.lists[name], old):
            return
        if not found.rows and entries_of(self.contract, name):
            self.faults.append(
                Fault(f"{self.file}!{sheet.name}", None, "", "", "has no row, and the contract has entries")
            )
        rows = _merged(found, self.lists[name], old, self.cite(found.sheet))
        self.places[name] = (found, [])
        changed = with_entries({**self.contract, **entries}, name, rows) if rows else None
        entries.update([changed] if changed else [])

    def reasons(self, sheet: Sheet | None, has_rows: Mapping[str, bool], entries: dict[str, object]) -> None:
        """Take in why tables are not reported, and that those with rows are."""
        excused = dict(self.contract.get("not_reported") or {})
        found: Any = self.sheet(sheet, CONTENTS) if sheet else None
        given = found is not None and "reason" in found.columns
        said = {row["table"]: (at, row["reason"]) for at, row in found.rows} if given else {}
        for table, (at, reason) in said.items():
            place = Fault(f"{self.file}!{found.sheet}", at, "reason", reason, "", address(at, found.columns["reason"]))
            path = f"{table}.csv"
            if table not in self.schemas:
                if reason and table not in self.lists:
                    self.faults.append(replace(place, rule=f"is of {table}, which is not a table"))
            elif reason and (has_rows[table] if table in has_rows else rows_of(self.held.files.get(path))):
                self.faults.append(replace(place, rule="is a reason why the table is not reported, and the table has rows",
                                           suggestion="take out the reason, or the rows"))  # fmt: skip
            elif reason and excused.get(table) != reason:
                excused[table] = reason
                self.files[path] = None
            elif not reason and table in excused and table in has_rows and not has_rows[table]:
                self.files[path] = _as_csv(self.schemas[table], [])[0]
        reported = {table for table, rows in has_rows.items() if rows}
        reported |= {path.removesuffix(".csv") for path, text in self.files.items() if text is not None}
        excused = {table: reason for table, reason in excused.items() if table not in reported}
        if excused != (self.contract.get("not_reported") or {}):
            entries["not_reported"] = excused
        waiting = self.contract.get("to_enter") or []
        left = [table for table in waiting if not has_rows.get(table) and table not in excused]
        if left != waiting:
            entries["to_enter"] = left
        self.files = {path: text for path, text in self.files.items() if text is not None or path in self.held.files}

    def placed(self, fault: Fault) -> Fault:
        """A fault of a file of the year, as the fault of the cell of this file that it comes from."""
        folder, _, path = fault.file.rpartition("/")
        if folder != f"data/{self.held.data.year}":
            return fault
        row, rows, name = None, {}, fault.column.split("+")[0]
        if path == CONTRACT:
            for listed, (keys, *_) in LISTS.items():
                start, _, number = fault.column.rpartition(" ")
                if start == " ".join(keys) and listed in self.places and number.isdecimal():
                    found, _ = self.places[listed]
                    row, cells = found.rows[int(number) - 1]
                    stands = (one for one in found.columns if fault.value and fault.value in cells.get(one, ""))
                    name = next(stands, next(iter(found.columns)))
                    break
            else:
                return fault
        elif path in self.places:
            found, lines = self.places[path]
            rows = dict(zip(lines, (at for at, _ in found.rows), strict=True))
            row = None if fault.row is None else rows.get(fault.row)
        else:
            return fault
        cell = address(row, found.columns[name]) if row and name in found.columns else ""
        alike = _ALIKE.fullmatch(fault.suggestion)
        said = (
            f"rows {', '.join(str(rows.get(int(one), one)) for one in alike[1].split(', '))}{alike[2] or ''} have it"
            if alike
            else fault.suggestion
        )
        return replace(fault, file=f"{self.file}!{found.sheet}", row=row, cell=cell, suggestion=said)


def proposed(content: bytes, file: str, held: Current, today: date, sheet: str = "", table: str = "") -> Proposal:
    """What importing a file would write.

    Parameters
    ----------
    content : bytes
        The file.
    file : str
        Its name, whose ending says what it is.
    held : Current
        The year as it stands.
    today : date
        The day of the import.
    sheet : str
        The only sheet to read, if not all; it is read even if nobody has touched it since the workbook was written.
    table : str
        The table that the one sheet is, if its name does not say so.

    Raises
    ------
    ValueError
        If the file cannot be read, or nothing in it is named after a table.
    DataFaults
        With every fault of a Word document.
    """
    digest = sha256(content).hexdigest()
    if file.lower().endswith(".docx"):
        if sheet or table:
            raise ValueError(f"{file} is a Word document, which has neither sheets nor tables of the year")
        return _commentary(content, file, digest, held, today)
    sheets = sheets_of(content, file)
    reading = _Reading(held, file, digest, sheets)
    reading.as_written = {} if sheet else reading.as_written
    known = {**reading.schemas, **reading.lists, CONTENTS.table: CONTENTS}
    chosen, not_read, faults = _chosen(sheets, file, sheet, table, known)
    for one in chosen.values():
        if year_said(one) not in {"", str(held.data.year)}:
            raise ValueError(
                f"{file}!{one.name} says that it is of contract year {year_said(one)}, not {held.data.year}"
            )
    has_rows = {name: reading.table(name, one) for name, one in chosen.items() if name in reading.schemas}
    entries: dict[str, object] = {}
    for name in reading.lists:
        if name in chosen:
            reading.listed(name, chosen[name], entries)
    readable = {name: rows for name, rows in has_rows.items() if rows is not None}
    reading.reasons(chosen.get(CONTENTS.table), readable, entries)
    text = held.text(CONTRACT)
    for key, value in entries.items():
        text = with_entry(text, key, value)
    if text != held.text(CONTRACT):
        reading.files[CONTRACT] = text
    cited = reading.document if reading.cites else ""
    return Proposal(file, digest, reading.files, tuple(not_read), tuple(reading.out_of_date), cited,
                    (*faults, *reading.faults), reading.placed)  # fmt: skip


def _commentary(content: bytes, file: str, digest: str, held: Current, today: date) -> Proposal:
    from ncthelpers.exchange import word

    texts = word.commentary_of(content, held.data, today, file)
    files = {f"commentary/{page}.md": text for page, text in texts.items()}
    place = f"data/{held.data.year}/commentary/"

    def placed(fault: Fault) -> Fault:
        page = fault.file.removeprefix(place).removesuffix(".md")
        return (
            replace(fault, file=f"{file}!{page}", row=None) if fault.file.startswith(place) and page in texts else fault
        )

    changed = {path: text for path, text in files.items() if text != held.text(path)}
    return Proposal(file, digest, changed, placed=placed)


def differences(held: Current, proposal: Proposal) -> list[Difference]:
    """What a proposal would change, cell by cell."""
    found: list[Difference] = []
    for path, text in sorted(proposal.files.items()):
        if path == CONTRACT:
            found += contract_differences(held.contract, read_yaml(text or ""))
        elif path.endswith(".csv"):
            schema = held.data.schemas[path.removesuffix(".csv")]
            found += table_differences(rows_of(held.files.get(path)), rows_of((text or "").encode()), schema)
        else:
            found += commentary_differences(Path(path).stem, held.text(path), text or "")
    return found
