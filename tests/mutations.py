"""Two hundred slips of the pen in one year's tables, and what ``check`` says of each; see ``docs/mutations.md``.

Run as a program it writes that page anew: ``python tests/mutations.py``.
"""

import csv
import io
import random
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from unittest.mock import patch

from ncthelpers import load
from ncthelpers.cells import Column, read_cell
from ncthelpers.cli import check
from ncthelpers.schemas import TableSchema, read_rows, read_schemas
from ncthelpers.years import ContractYear

REPOSITORY = Path(__file__).resolve().parents[1]
PAGE = REPOSITORY / "docs" / "mutations.md"
YEAR, SEED, NUMBER = "2021-22", 7, 200

NUMERIC = {"count", "number", "money", "percent"}
AT_CELL, AT_ROW, ELSEWHERE, NOWHERE = "its cell", "its row", "where it is used", "not found"


@dataclass(frozen=True)
class Mutation:
    """One slip: what kind, in which cell (line of the file and column), what stood there and what stands there now."""

    kind: str
    table: str
    row: int
    column: str
    old: str
    new: str
    change: tuple[int, int | None]  # row and cell; of a row that stands twice, or of two cells that swap, the first
    free: bool = False

    @property
    def place(self) -> str:
        return f"{self.table}.csv, row {self.row}, {self.column}"

    def made(self, content: bytes) -> bytes:
        """The file with the slip in it."""
        rows, (at, number) = _table(content), self.change
        if self.kind == "duplicate row":
            rows.insert(at, rows[at])
        elif self.kind == "swapped columns":
            rows[at][number : number + 2] = reversed(rows[at][number : number + 2])
        else:
            rows[at][number] = self.new
        return _written(rows)


Slip = Callable[[str, Column, random.Random], str | None]


def _sign(text: str, column: Column, chance: random.Random) -> str | None:
    if column.type not in NUMERIC or not re.fullmatch(r"-?[\d.,]*[1-9][\d.,]*", text):
        return None
    return text[1:] if text.startswith("-") else f"-{text}"


def _scale(text: str, column: Column, chance: random.Random) -> str | None:
    if column.type not in NUMERIC or not re.fullmatch(r"-?\d*\.?\d+", text) or not float(text):
        return None
    whole, _, part = text.partition(".")
    times = chance.choice([1, 3])
    return f"{whole}{part.ljust(times, '0')[:times]}" + (f".{part[times:]}" if part[times:] else "")


def _date_order(text: str, column: Column, chance: random.Random) -> str | None:
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text)
    if column.type not in {"date", "when"} or not found or found[2] == found[3]:
        return None
    year, month, day = found.groups()
    return chance.choice([f"{day}/{month}/{year}", f"{year}-{day}-{month}", f"{month}/{day}/{year}"])


def _blank(text: str, column: Column, chance: random.Random) -> str | None:
    return "" if text else None


def _text(text: str, column: Column, chance: random.Random) -> str | None:
    if column.type in NUMERIC | {"date", "when", "yesno"}:
        return chance.choice(["n/a", "tbc", "see note", "about " + text]) if text else None
    if column.values or column.type in {"id", "council", "source"} or column.refers_to:
        return text[:-1] + chance.choice("xyz") if len(text) > 1 else None
    return None


def _unit(text: str, column: Column, chance: random.Random) -> str | None:
    if column.name == "unit" and text:
        return "£000" if text != "£000" else "£m"
    return f"{text}{chance.choice(['k', 'm', '%'])}" if column.type in NUMERIC and re.search(r"\d", text) else None


def _digit(text: str, column: Column, chance: random.Random) -> str | None:
    if column.type not in NUMERIC | {"date", "when", "source"}:
        return None
    places = [at for at, letter in enumerate(text) if letter.isdecimal()]
    if not places:
        return None
    at = chance.choice(places)
    return text[:at] + chance.choice([digit for digit in "123456789" if digit != text[at]]) + text[at + 1 :]


SLIPS: Mapping[str, Slip] = {
    "sign": _sign, "scale": _scale, "date order": _date_order, "blank": _blank, "text": _text, "unit": _unit, "one digit": _digit,
}  # fmt: skip
KINDS = ("sign", "scale", "date order", "swapped columns", "duplicate row", "blank", "text", "unit", "one digit")


def _table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))


def _written(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8")


def _is_free(column: Column) -> bool:
    return column.type in {"text", "status", "url"} and not column.values and not column.refers_to


def _slips(kind: str, schema: TableSchema, content: bytes, chance: random.Random) -> Iterator[Mutation]:
    """Every mutation of a kind that a table allows, one for each cell or row."""
    rows = _table(content)
    header, name = rows[0], schema.table
    if any("\n" in cell for row in rows for cell in row):
        return
    for at, row in enumerate(rows[1:], 1):
        if kind == "duplicate row":
            yield Mutation(kind, name, at + 2, header[0], "", row[0], (at, None))
        elif kind == "swapped columns":
            for left in range(len(row) - 1):
                if row[left] != row[left + 1]:
                    free = all(_is_free(schema[header[one]]) for one in (left, left + 1))
                    yield Mutation(kind, name, at + 1, header[left], row[left], row[left + 1], (at, left), free)
        else:
            for number, cell in enumerate(row):
                column = schema[header[number]]
                new = SLIPS[kind](cell, column, chance)
                if new is not None and new != cell:
                    yield Mutation(kind, name, at + 1, header[number], cell, new, (at, number), _is_free(column))


def mutations(
    folder: Path, schemas: Mapping[str, TableSchema], number: int = NUMBER, seed: int = SEED
) -> list[Mutation]:
    """As many mutations as asked for, the kinds even, the tables of a kind in turn, the cells by chance."""
    chance = random.Random(seed)
    made: dict[str, list[Mutation]] = {}
    for place, kind in enumerate(KINDS):
        wanted = number // len(KINDS) + (place < number % len(KINDS))
        tables = sorted(path.stem for path in folder.glob("*.csv"))
        chance.shuffle(tables)
        held = {
            name: list(_slips(kind, schemas[name], (folder / f"{name}.csv").read_bytes(), chance)) for name in tables
        }
        found: list[Mutation] = []
        while len(found) < wanted:
            for name in (name for name in tables if held[name]):
                found.append(held[name].pop(chance.randrange(len(held[name]))))
        made[kind] = found[:wanted]
    return [mutation for kind in KINDS for mutation in made[kind]]


def _where(found: list, mutation: Mutation, place: str) -> str:
    """How near to the mutated cell the nearest of some faults and queries is."""
    file = f"{place}/{mutation.table}.csv"
    rows = {mutation.row, mutation.row - 1} if mutation.kind == "duplicate row" else {mutation.row}
    own = [one for one in found if one.file == file]
    if any(
        one.row in rows and (mutation.kind == "duplicate row" or mutation.column in one.column.split("+"))
        for one in own
    ):
        return AT_CELL
    evidence, listed = rf"\b{mutation.table}\.csv row {mutation.row}\b", rf"\brows (?:\d+, )*{mutation.row}\b"
    named = any(re.search(evidence, str(one)) for one in found) or any(re.search(listed, one.rule) for one in own)
    if named or any(one.row in rows for one in own):
        return AT_ROW
    return ELSEWHERE if found else NOWHERE


@dataclass(frozen=True)
class Result:
    """Where a mutation is found with the record of what was sealed, and by rules and queries alone."""

    mutation: Mutation
    with_record: str
    alone: str


def results(root: Path) -> list[Result]:
    """What ``check`` says of each mutation of a copy of the repository's data, whose other tables are read once."""
    year, place = ContractYear(YEAR), f"data/{YEAR}"
    folder = load.year_folder(root, year)
    yaml = lru_cache(None)(load._yaml)  # no slip is made in one
    cached, reference = lru_cache(None)(read_rows_of), load._read_reference(root)
    last = check._last(root, year, reference[0])

    def reading(content: bytes, schema: TableSchema, file: str) -> tuple:
        return cached(content, schema.table, file)

    _SCHEMAS.update(read_schemas((root / "data" / "schemas").resolve()))
    with (
        patch.object(load, "read_rows", reading),
        patch.object(load, "_read_reference", lambda root: reference),
        patch.object(load, "_yaml", lambda path, file: (yaml(path, file)[0], list(yaml(path, file)[1]))),
        patch.object(check, "_last", lambda *_: last),
    ):
        usual, found = set(sum(check.found(root, year), ())), []
        for mutation in mutations(folder, _SCHEMAS):
            path = folder / f"{mutation.table}.csv"
            before = path.read_bytes()
            path.write_bytes(mutation.made(before))
            said = [one for some in check.found(root, year) for one in some if one not in usual]
            path.write_bytes(before)
            alone = [one for one in said if "sealed" not in one.rule]
            found.append(Result(mutation, _where(said, mutation, place), _where(alone, mutation, place)))
    return found


_SCHEMAS: dict[str, TableSchema] = {}


def read_rows_of(content: bytes, table: str, file: str) -> tuple:
    return read_rows(content, _SCHEMAS[table], file)


def _meaning(text: str, column: Column) -> object:
    try:
        return read_cell(text, column)
    except ValueError:
        return text


def reason(mutation: Mutation) -> str:
    """Why no rule and no query can tell a mutation, in a year that has not been sealed."""
    column = _SCHEMAS[mutation.table][mutation.column]
    if mutation.kind == "blank":
        return "the cell may be empty, and nothing else in the data gives what stood in it"
    if mutation.kind != "swapped columns" and _meaning(mutation.old, column) == _meaning(mutation.new, column):
        return "it means the same"
    if column.type == "id":
        return "a name that nothing refers to"
    if column.type == "source":
        return "the paragraph cited is another that there is, and no other is left without a row"
    if column.type in {"date", "when"}:
        return "a day that there is, given nowhere else"
    if mutation.free:
        return "free text: any words would do"
    return "no other cell gives the figure closely enough, and it could be what was printed"


def copied(place: Path) -> Path:
    """A copy of what ``check`` reads of this repository, without its book, and sealed as it is."""
    shutil.copytree(REPOSITORY / "data", place / "data")
    load.seal_reference(place)
    load.seal_year(place, ContractYear(YEAR))
    return place


def page(found: list[Result]) -> str:
    """The page that says how many mutations of each kind are found, and lists those that only the record finds."""
    lines = [
        "# Slips that `check` finds",
        "",
        f"{len(found)} slips of one cell or row are made in the tables of {YEAR}, one at a time, by `tests/mutations.py` (seed {SEED}).",
        "*Sealed* is what `check` says where the year was sealed before the slip; *alone* is what its rules and queries say by",
        "themselves, as if the year were new: at the cell, at its row or naming it, or only where the figure is used. None gives a traceback, and none changes a file.",
        "",
        "| Kind of slip | Made | Sealed: at its cell or row | Alone: at its cell | Alone: at its row | Alone: where it is used | Alone: not found |",
        "|:--|--:|--:|--:|--:|--:|--:|",
    ]
    for kind in (*KINDS, "All"):
        of = [one for one in found if kind in ("All", one.mutation.kind)]
        alone = Counter(one.alone for one in of)
        placed = sum(one.with_record in (AT_CELL, AT_ROW) for one in of)
        lines.append(
            f"| {kind[0].upper() + kind[1:]} | {len(of)} | {placed} | {alone[AT_CELL]} | {alone[AT_ROW]} | {alone[ELSEWHERE]} | {alone[NOWHERE]} |"
        )
    lines += ["", "## Found by the record alone", "", "What nobody can see in a year that was never sealed, with the reason.", "",
              "| Place | Kind | Was | Became | Why no rule or query tells it |", "|:--|:--|:--|:--|:--|"]  # fmt: skip
    for one in found:
        if one.alone == NOWHERE:
            mutation = one.mutation
            was, now = (_short(cell) for cell in (mutation.old, mutation.new))
            lines.append(f"| {mutation.place} | {mutation.kind} | {was} | {now} | {reason(mutation)} |")
    return "\n".join(lines) + "\n"


def _short(cell: str) -> str:
    text = cell if len(cell) <= 40 else cell[:39] + "…"
    return text.replace("|", "\\|").replace("<", "&lt;") or "(empty)"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        found = results(copied(Path(folder)))
        if "--write" in sys.argv:
            PAGE.write_text(page(found), "utf-8")
        print(page(found))
