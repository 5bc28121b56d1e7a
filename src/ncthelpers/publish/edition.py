"""The local edition: the book with what may not be published, made outside the repository and marked on every page.

What is restricted lies in a private folder, as ``data/<year>/<table>.csv`` with the key and the restricted columns, or all of a
restricted table, and as ``data/<year>/commentary/<page>.md``. Public data and private are put together in ``edition/`` beside
it, which is a root like any other. The private folder may not lie where Git could take it up; nothing of it is written anywhere
else, and no message repeats a value of it: what went wrong is told in full below ``edition/`` alone.
"""

import csv
import io
import os
import shutil
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import yaml

from ncthelpers import access
from ncthelpers.cells import read_cell
from ncthelpers.contract import with_entry
from ncthelpers.faults import DataFaults, Fault
from ncthelpers.files import is_data, only_writer, swap_folder, work_tree_of, write_atomically
from ncthelpers.load import YearData, load_year, seal_year, year_folder
from ncthelpers.publish.html import BuildFailed
from ncthelpers.publish.performance import RESULTS
from ncthelpers.publish.report import PagesFailed
from ncthelpers.publish.toc import public_years
from ncthelpers.schemas import TableSchema, read_schemas, read_table
from ncthelpers.trials import RESULTS as TRIALS
from ncthelpers.yaml_files import read_yaml
from ncthelpers.years import ContractYear

__all__ = ["EDITION", "Overlay", "kept_private", "overlay_of", "place_of", "put_together", "with_private_cells"]

EDITION = "edition"
_TOLD = "_build/failure.txt"
_BESIDE_DATA = ("_toc.yml", "CHANGELOG.md", RESULTS)


@dataclass(frozen=True)
class Overlay:
    """What the private folder holds of a year, each file as it is to stand in the edition.

    Parameters
    ----------
    year : ContractYear
        The contract year.
    files : Mapping of str to str
        Text by path from the folder of the year, public and private cells put together.
    restrictions : tuple of Restriction
        What is restricted in the year, each with whether it is held now.
    """

    year: ContractYear
    files: Mapping[str, str] = field(default_factory=dict)
    restrictions: tuple[access.Restriction, ...] = ()


def place_of(root: Path, private: Path) -> Path:
    """The private folder, if it is one in which what is restricted may lie.

    Parameters
    ----------
    root : Path
        The public root.
    private : Path
        The folder.

    Raises
    ------
    ValueError
        If it is no folder, has nothing in ``data/``, lies inside the root or around it, or inside a Git work tree.
    """
    if not (private / "data").is_dir():
        raise ValueError(f"the private folder {private} holds no data/: it is to hold data/YEAR/TABLE.csv")
    public = root.resolve()
    for place in (private.resolve(), (private / "data").resolve(), (private / EDITION).resolve()):
        if place.is_relative_to(public) or public.is_relative_to(place):
            raise ValueError(f"the private folder {private} may lie neither inside the root nor around it")
        tree = work_tree_of(place)
        if tree:
            raise ValueError(f"the private folder {private} may not lie inside a Git work tree, and {tree} is one")
    return private.resolve()


# What the private folder holds


def _written(content: bytes) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a table that has no fault, as text."""
    lines = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    header, *rows = [cells for row in lines if any(cells := [cell.strip() for cell in row])]
    return header, rows


def _hushed(fault: Fault, of: TableSchema, whole: TableSchema) -> Fault:
    """A fault of a private file without anything that stands in it: what is written for a column's name may be a value."""
    told = fault.value and fault.value in fault.rule
    rule, column = "breaks the rule of its column" if told else fault.rule, fault.column
    if not set(column.split("+")) <= {*of.names, ""}:
        known = column in whole.names
        rule = "is not restricted: it stands in the public table" if known else rule
        column = column if known else ""
    return replace(fault, value="", suggestion="", rule=rule, column=column)


def with_private_cells(
    public: bytes, private: bytes, schema: TableSchema, restricted: Sequence[access.Restriction], file: str
) -> tuple[str, list[Fault]]:
    """A public table with the restricted cells that a private file gives, row by row of the key; and every fault of that file.

    Parameters
    ----------
    public, private : bytes
        The two files. The public one has no fault.
    schema : TableSchema
        What the table holds, as it is written.
    restricted : sequence of Restriction
        What is restricted of the table.
    file : str
        Path of the private file from its folder, for the faults, none of which repeats a value.

    Examples
    --------
    See ``tests/publish/test_edition.py``.
    """
    held = access.overlaid(schema, restricted)
    if held is None:
        return "", [Fault(file, None, "", "", "is of a table of which nothing is restricted")]
    faults = [_hushed(fault, held, schema) for fault in read_table(private, held, file)[1]]
    if faults or any(one.whole_table for one in restricted):
        return private.decode("utf-8-sig", "replace"), faults
    header, rows = _written(public)
    columns, given = _written(private)

    def key(names: Sequence[str], cells: Sequence[str]) -> tuple[Any, ...]:
        return tuple(read_cell(cells[names.index(name)], schema[name]) for name in schema.key)

    by_key = {key(columns, cells): dict(zip(columns, cells, strict=True)) for cells in given}
    known = {key(header, cells): cells for cells in rows}
    names = "+".join(schema.key)
    for number, cells in enumerate(given, 1):
        if key(columns, cells) not in known:
            rule = f"is not in the public table: row {number} of this file has a key that no row there has"
            faults.append(Fault(file, None, names, "", rule))
    for one in known:
        if one not in by_key:
            value = " / ".join(map(str, one))
            faults.append(
                Fault(file, None, names, value, "stands in the public table and has no row here: give it one, empty where there is no value")
            )  # fmt: skip
    if faults:
        return "", faults
    new = [name for name in held.names if name not in schema.key]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for one, cells in ((key(header, cells), cells) for cells in rows):
        writer.writerow([by_key[one][name] if name in new else cell for name, cell in zip(header, cells, strict=True)])
    return out.getvalue(), []


def overlay_of(root: Path, place: Path, data: YearData) -> tuple[Overlay, list[Fault]]:
    """What the private folder holds of a year, put together with what is public; and every fault of it.

    Parameters
    ----------
    root, place : Path
        The public root, and the private folder.
    data : YearData
        The year as it is public, checked.
    """
    schemas = read_schemas((root / "data" / "schemas").resolve())
    folder, public = year_folder(place, data.year), year_folder(root, data.year)
    restricted, files, faults = access.of_year(data.contract, schemas.values()), {}, []
    for path in filter(is_data, sorted([*folder.glob("*.csv"), *folder.glob("commentary/*.md")])):
        name = path.relative_to(folder).as_posix()
        file, of_file = f"data/{data.year}/{name}", [one for one in restricted if one.file == name]
        if not of_file:
            what = (
                "commentary that is not restricted"
                if path.suffix == ".md"
                else "a table of which nothing is restricted"
            )
            faults.append(Fault(file, None, "", "", f"is of {what}"))
        elif path.suffix == ".md":
            try:
                files[name] = path.read_text("utf-8-sig")
            except UnicodeDecodeError:
                faults.append(Fault(file, None, "", "", "is not UTF-8 text"))
        else:
            beside = public / name
            there = beside.read_bytes() if beside.is_file() else b""
            if not there and not any(one.whole_table for one in of_file):
                faults.append(Fault(file, None, "", "", "is of a table that the public year does not have"))
                continue
            files[name], found = with_private_cells(there, path.read_bytes(), schemas[path.stem], of_file, file)
            faults += found
    held = tuple(replace(one, held=one.file in files) for one in restricted)
    return Overlay(data.year, files, held), faults


# The edition as a root


def _entries(restricted: Sequence[access.Restriction]) -> list[dict[str, Any]]:
    """Restrictions as ``contract.yml`` has them."""
    return [
        {
            **({"commentary": one.commentary} if one.commentary else {"table": one.table}),
            **({"columns": list(one.columns)} if one.columns else {}),
            "reason": one.reason, "review": one.review, **({"held": True} if one.held else {}),
        }
        for one in restricted
    ]  # fmt: skip


def _contract_text(text: str, overlay: Overlay | None) -> str:
    if overlay and overlay.restrictions:
        text = with_entry(text, access.RESTRICTED, _entries(overlay.restrictions))
    return with_entry(text, EDITION, access.RESTRICTED)


def _package_text(text: str, before: Path) -> str:
    """The public package with the sign-off that the edition was given itself: nobody who signed the public figures saw these."""
    package: Any = read_yaml(text)
    package.pop("sign_off", None)
    last: Any = read_yaml(before.read_text("utf-8")) if before.is_file() else {}
    signed = last.get("sign_off")
    said = package | ({"sign_off": signed} if signed else {})
    return cast(str, yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=110))


def _copied(root: Path, edition: Path, overlays: Mapping[str, Overlay], new: Path) -> None:
    """The public data as a root of its own, with what is private in it."""
    shutil.copytree(root / "data", new / "data", copy_function=shutil.copyfile)
    for folder in (new / "data", *filter(Path.is_dir, (new / "data").rglob("*"))):
        folder.chmod(0o700)  # and not as it is in the public root
    folders = sorted(path.parent for path in (new / "data").glob("*/contract.yml"))
    for folder in folders:
        contract, overlay = folder / "contract.yml", overlays.get(folder.name)
        write_atomically(contract, _contract_text(contract.read_text("utf-8-sig"), overlay))
        package = folder / "datapackage.yml"
        before = edition / "data" / folder.name / package.name
        write_atomically(package, _package_text(package.read_text("utf-8-sig"), before))
        for name, text in overlay.files.items() if overlay else ():
            write_atomically(folder / name, text)
    for folder in folders:  # once all of them say that they are of an edition
        seal_year(new, ContractYear(folder.name))


def put_together(root: Path, place: Path, year: ContractYear | None = None) -> Path:
    """Check what the private folder holds, and put it together with the public data as a root of its own, sealed.

    Parameters
    ----------
    root, place : Path
        The public root, which is only read; and the private folder, as :func:`place_of` gives it.
    year : ContractYear, optional
        The year whose private data is taken; every year that the private folder holds if none is given.

    Returns
    -------
    Path
        The root of the edition: ``edition/`` in the private folder. What was there before stays as it is if anything fails.

    Raises
    ------
    DataFaults
        With every fault of the public data, or of the private; no fault of the private repeats a value.
    ValueError
        If there is no private data of the year, or the book does not list it.
    """
    there = {path.name for path in (place / "data").iterdir() if path.is_dir() and is_data(path)}
    sought = there if year is None else there & {str(year)}
    if not sought:
        raise ValueError(f"the private folder holds no data/{year or 'YEAR'}")
    unlisted = sought - set(map(str, public_years(root)))
    if unlisted:
        raise ValueError(f"the private folder holds data/{min(unlisted)}, of which _toc.yml lists no page")
    found = [overlay_of(root, place, load_year(root, one)) for one in sorted(sought)]
    faults = [fault for _, wrong in found for fault in wrong]
    if faults:
        raise DataFaults(faults)
    edition, new = place / EDITION, place / EDITION / ".new"
    edition.mkdir(mode=0o700, exist_ok=True)
    with only_writer(edition):
        shutil.rmtree(new, ignore_errors=True)
        try:
            with kept_private(edition):
                _copied(root, edition, {str(overlay.year): overlay for overlay, _ in found}, new)
                swap_folder(new / "data", edition / "data")
            tried = (path.relative_to(root).as_posix() for path in (root / TRIALS).glob("*.json"))
            for name in (*_BESIDE_DATA, *tried):
                if (root / name).is_file():
                    write_atomically(edition / name, (root / name).read_text("utf-8"))
        finally:
            shutil.rmtree(new, ignore_errors=True)
    return edition


# Nothing gets out


@contextmanager
def private_files() -> Iterator[None]:
    """Files that are made meanwhile are for nobody but their owner."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def kept_private(edition: Path) -> Iterator[None]:
    """What goes wrong over restricted data is told in a file of the edition, and elsewhere only that it did, and where.

    Parameters
    ----------
    edition : Path
        Root of the edition.

    Raises
    ------
    DataFaults, PagesFailed, BuildFailed
        What was raised, or for anything else BuildFailed, without a word that the data could stand in.
    """
    told = edition / _TOLD
    told.unlink(missing_ok=True)
    try:
        yield
    except Exception as failure:
        written = "".join(traceback.format_exception(failure))
        write_atomically(told, f"{failure}\n\n{written}")
        raised = _without_values(failure, f"see {told}")
    else:
        return
    raise raised from None


def _without_values(failure: Exception, where: str) -> Exception:
    if isinstance(failure, DataFaults):
        return DataFaults(
            [replace(fault, value="", suggestion="", rule=f"breaks a rule: {where}") for fault in failure.faults]
        )
    if isinstance(failure, PagesFailed):
        return PagesFailed([replace(page, failure=where if page.failure else "") for page in failure.ended])
    return BuildFailed(f"the edition could not be made: {where}")
