"""What stands in a folder of the book, and all that it was made from: kept beside the pages, so that a run with nothing to do says so at once.

This is coarser than the parts of a page (:mod:`ncthelpers.publish.staleness`): as long as nothing at all changed, no page
needs to be asked. Nothing that takes long to import is used here.
"""

import json
import os
import re
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from ncthelpers.files import checksum, is_data, write_atomically
from ncthelpers.publish.staleness import PACKAGE, PYTHON, python_version
from ncthelpers.publish.toc import ABOUT
from ncthelpers.trials import RESULTS as TRIALS

__all__ = [
    "MANIFEST",
    "LOCK",
    "code_key",
    "Sources",
    "left_behind",
    "files_of",
    "published",
    "is_current",
    "as_text",
    "write",
]

MANIFEST = "manifest.json"
LOCK = "requirements.lock"
_AROUND = ("_toc.yml", "CHANGELOG.md", "benchmarks/results/latest.json", "data/publisher.yml")
_CODE = {".py", ".yml", ".md"}
_WORKED_WITH = re.compile(r"\.(staging-.*|old-.*|.*\.(ipynb|json|md)\..{8})")


def _digest(checksums: Mapping[str, str]) -> str:
    return sha256(json.dumps(checksums, sort_keys=True).encode()).hexdigest()


def _counts(name: str) -> bool:
    """Whether a file or folder is somebody's, and not what a program left."""
    return name != "__pycache__" and is_data(Path(name))


def _checksums(folder: Path, kinds: set[str] | None = None) -> dict[str, str]:
    """Every file below a folder with its checksum; what programs left, in folders of their own or beside it, is passed over."""
    found = {}
    for place, folders, names in os.walk(folder):
        folders[:] = filter(_counts, folders)
        within = Path(place).relative_to(folder)
        for name in filter(_counts, names):
            path = Path(place, name)
            if (kinds is None or path.suffix in kinds) and path.is_file():
                found[(within / name).as_posix()] = checksum(path.read_bytes())
    return found


def code_key() -> str:
    """One checksum of all the code of the package: a process that has imported it is of use only while it is the same."""
    return _digest(_checksums(PACKAGE, _CODE))


def files_of(folder: Path, name: str = "") -> dict[str, str]:
    """The files of a folder of the book with their checksums; of the pages around the years, also what stands beside it.

    Parameters
    ----------
    folder : Path
        Such as ``book/1999-00``.
    name : str, optional
        As what it is to be published, where that is not its name yet.
    """
    found = {path.name: path for path in folder.glob("*") if path.is_file() and is_data(path)}
    if (name or folder.name) == ABOUT:
        found |= {f"../{path.name}": path for path in folder.parent.glob("*") if path.is_file() and is_data(path)}
    return {name: checksum(path.read_bytes()) for name, path in sorted(found.items()) if name != MANIFEST}


class Sources:
    """All that the files of the book can come from, as it is now; what several folders come from is read once.

    Parameters
    ----------
    root : Path
        Holds ``data/`` and ``book/``.
    repository : Path
        Holds the templates and the lock.
    """

    def __init__(self, root: Path, repository: Path) -> None:
        self.root, self.repository = root, repository
        self._data = cache(lambda name: _digest(_checksums(root / "data" / name)))

    @cached_property
    def _code(self) -> dict[str, str]:
        lock = self.repository / LOCK
        return {
            "notebooks": _digest(_checksums(self.repository / "notebooks", {".ipynb"})),
            f"src/{PACKAGE.name}": code_key(),
            LOCK: checksum(lock.read_bytes()) if lock.is_file() else "",
            PYTHON: python_version(),
        }

    def of(self, folder: str, years: Sequence[str]) -> dict[str, str]:
        """What a folder of the book comes from, each with a checksum.

        Parameters
        ----------
        folder : str
            A contract year, ``comparison`` or ``about``; the last comes from the pages of the others too.
        years : sequence of str
            The years whose data goes into it.
        """
        held = {f"data/{name}": self._data(name) for name in (*years, "reference", "schemas")} | self._code
        if folder == ABOUT:
            around = [*(self.root / name for name in _AROUND), *sorted((self.root / TRIALS).glob("*.json"))]
            held |= {
                path.relative_to(self.root).as_posix(): checksum(path.read_bytes()) for path in around if path.is_file()
            }
            pages = sorted(path.parent for path in (self.root / "book").glob(f"*/{MANIFEST}") if is_data(path.parent))
            held |= {f"book/{other.name}": _digest(files_of(other)) for other in pages if other.name != ABOUT}
        return held


def left_behind(root: Path) -> list[Path]:
    """What a command that is at work, or was killed, works with: hidden files and folders of the book, and years in the making.

    Parameters
    ----------
    root : Path
        Holds ``data/`` and ``book/``.
    """
    found = (*root.glob("book/.*"), *root.glob("book/*/.*"))
    return [path for path in found if _WORKED_WITH.fullmatch(path.name)] + [*root.glob("data/.new-*")]


def published(folder: Path) -> dict[str, Any]:
    """What the manifest of a folder says; nothing where there is none that can be read."""
    try:
        held = json.loads((folder / MANIFEST).read_text("utf-8"))
        return {"made from": dict(held["made from"]), "files": dict(held["files"])}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}


def as_text(made: Mapping[str, str], files: Mapping[str, str]) -> str:
    """A manifest as its file holds it."""
    return json.dumps({"made from": dict(made), "files": dict(files)}, indent=1, sort_keys=True) + "\n"


def is_current(root: Path, folder: str, made: Mapping[str, str]) -> bool:
    """Whether a folder of the book holds what its manifest says, made from what is there now."""
    place = root / "book" / folder
    return published(place) == {"made from": dict(made), "files": files_of(place)}


def write(root: Path, folder: str, made: Mapping[str, str]) -> None:
    """Write the manifest of a folder of the book whose files are finished."""
    place = root / "book" / folder
    write_atomically(place / MANIFEST, as_text(made, files_of(place)))
