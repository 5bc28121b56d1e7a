"""What an import would write, held to every rule on a copy of the year and then put in its place in one step."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from ncthelpers.exchange.current import PACKAGE, Current, files_in
from ncthelpers.exchange.importing import Proposal
from ncthelpers.faults import DataFaults, Fault
from ncthelpers.files import swap_folder
from ncthelpers.load import seal_year, year_folder
from ncthelpers.yaml_files import read_yaml
from ncthelpers.years import ContractYear

__all__ = ["Stage", "staged", "put_in_place"]


@dataclass(frozen=True)
class Stage:
    """A copy of a root's data in which an import is made.

    Parameters
    ----------
    root : Path
        The copy.
    year : ContractYear
        The year.
    left : tuple of Fault
        Faults that the year had before and still has; it is sealed where there are none.
    """

    root: Path
    year: ContractYear
    left: tuple[Fault, ...] = ()

    @property
    def folder(self) -> Path:
        """The year's folder in the copy."""
        return year_folder(self.root, self.year)


def _dumped(package: dict[str, Any]) -> bytes:
    written: str = yaml.safe_dump(package, sort_keys=False, allow_unicode=True, width=110)
    return written.encode()


def _recorded(held: Current, proposal: Proposal, today: date) -> dict[str, Any]:
    """``datapackage.yml`` with the file among the documents, if rows cite it, and the import among the imports."""
    package = held.package
    documents = package.get("documents") or []
    if proposal.cited and proposal.cited not in [one.get("id") for one in documents if isinstance(one, dict)]:
        package["documents"] = [*documents, {
            "id": proposal.cited, "title": proposal.file, "publisher": "entered by import", "date": str(today),
            "licence": package.get("licence", ""), "read_from": "the file itself, whose checksum is kept", "sha256": proposal.sha256,
        }]  # fmt: skip
    entry = {
        "on": today,
        "file": proposal.file,
        "sha256": proposal.sha256,
        "tables": [path.rpartition(".")[0] for path in sorted(proposal.files)],
    }
    before = package.get("imports")
    return {**package, "imports": [*(before if isinstance(before, list) else []), entry]}


def _write(folder: Path, files: dict[str, str | None]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).unlink(missing_ok=True) if text is None else (folder / path).write_bytes(text.encode())


def _copied(root: Path, place: Path) -> None:
    shutil.copytree(root / "data", place / "data")
    if (root / "_toc.yml").is_file():
        shutil.copy(root / "_toc.yml", place)


def _content_faults(root: Path, year: ContractYear, today: date) -> tuple[Fault, ...]:
    """The faults of a year's content; where there is none, the year is sealed."""
    try:
        seal_year(root, year, today)
    except DataFaults as found:
        return found.faults
    return ()


def _new_faults(stage: Stage, root: Path, proposal: Proposal, after: tuple[Fault, ...], today: date) -> list[Fault]:
    """The faults of the file, and those of its rows that the year did not have before."""
    before = set()
    if after:
        _copied(root, stage.root / "before")
        before = set(_content_faults(stage.root / "before", stage.year, today))
    new = {proposal.placed(fault): fault for fault in after if fault not in before}
    if not proposal.faults:
        return list(new)
    seen = {(fault.file, fault.cell) for fault in proposal.faults}
    mine = [fault for fault, of in new.items() if fault.file != of.file and (fault.file, fault.cell) not in seen]
    return [*proposal.faults, *mine]


@contextmanager
def staged(root: Path, year: ContractYear, held: Current, proposal: Proposal, today: date) -> Iterator[Stage]:
    """A copy of the year with a proposal in it, held to every rule and sealed.

    Parameters
    ----------
    root : Path
        Holds ``data/``; the copy is made in its ``_build/``, on the same disk, and goes afterwards.
    year : ContractYear
        The year.
    held : Current
        The year as it stands.
    proposal : Proposal
        What is to change.
    today : date
        The day of the import.

    Raises
    ------
    DataFaults
        With every fault that the file has and the year did not have before.
    """
    (root / "_build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root / "_build", prefix="import-") as place:
        stage = Stage(Path(place), year)
        _copied(root, stage.root)
        _write(stage.folder, dict(proposal.files))
        (stage.folder / PACKAGE).write_bytes(_dumped(_recorded(held, proposal, today)))
        after = _content_faults(stage.root, year, today)
        if new := _new_faults(stage, root, proposal, after, today):
            raise DataFaults(new)
        yield Stage(stage.root, year, after)


def put_in_place(stage: Stage, root: Path, held: Current, reason: str = "") -> None:
    """Put the copy in the place of the year, with the reason for it.

    Parameters
    ----------
    stage : Stage
        The copy.
    root : Path
        Holds ``data/``.
    held : Current
        The year as it was read.
    reason : str
        Why, for a year that is published.

    Raises
    ------
    ValueError
        If the year has changed since it was read; nothing is written then.
    """
    place = year_folder(root, stage.year)
    if files_in(place) != held.files:
        raise ValueError(f"data/{stage.year} was changed by somebody else meanwhile: import the file again")
    if reason:
        package = read_yaml((stage.folder / PACKAGE).read_text("utf-8"))
        package["imports"][-1]["reason"] = reason
        (stage.folder / PACKAGE).write_bytes(_dumped(package))
    swap_folder(stage.folder, place)
