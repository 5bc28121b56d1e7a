"""When a page is out of date: what it was made of, held against what is there now.

The parts of a page are its template's code and words, its parameters, the lock, Python, the modules of the package that
its code imports, and the files of data that it read. Each has a checksum; all stand in the page's metadata. Only the
standard library is used here, so that a run with nothing to do can say so at once.
"""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ncthelpers.files import checksum, is_data

__all__ = ["PARTS", "WORDS", "NOTICES", "LOCK", "ABSENT", "PYTHON", "PACKAGE", "key", "part", "python_version", "environment", "fixed_parts", "parts_of", "data_parts", "code_parts",
           "changes", "modules_used"]  # fmt: skip

PARTS = "ncthelpers"  # the entry of a page's metadata that holds its parts
CODE, WORDS, PARAMETERS, LOCK, PYTHON = "code of the template", "words of the template", "parameters", "requirements.lock", "Python"  # fmt: skip
NOTICES = "notices"
ABSENT = "absent"
PACKAGE = Path(__file__).resolve().parents[1]
_MAKES_PAGES = (
    "publish/pages.py",
    "publish/companion.py",
    "publish/making.py",
    "publish/staleness.py",
    "publish/engine.py",
)
_MADE_WITH = ("numpy", "pandas", "matplotlib", "papermill", "nbformat", "ipython")
_FIRST = 12
_SEALED = re.compile(rb"^\s+(?:sha256|changed):.*\n|^sign_off:.*\n(?:[ -].*\n)*", flags=re.MULTILINE)


def _first(content: bytes) -> str:
    return checksum(content)[:_FIRST]


def key(parts: Mapping[str, str]) -> str:
    """One checksum of all the parts of a page.

    Examples
    --------
    >>> key({"a": "1", "b": "2"}) == key({"b": "2", "a": "1"}) != key({"a": "1", "b": "3"})
    True
    """
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def part(root: Path, name: str) -> str:
    """The checksum of a file as it is now; of a folder, of its files' names; or that there is none.

    A ``datapackage.yml`` counts without the checksums in it, and the days on which they changed: a page depends on those of the
    files that it read alone. Nor does it count who signed the year off: that stands in the notices.

    Parameters
    ----------
    root : Path
        Holds ``data/``.
    name : str
        Path from the root, as :func:`ncthelpers.reading.files_read` gives it.
    """
    path = root / name
    if path.is_dir():
        return _first("\n".join(sorted(one.name for one in path.iterdir() if one.is_file() and is_data(one))).encode())
    if not path.is_file():
        return ABSENT
    content = path.read_bytes()
    return _first(_SEALED.sub(b"", content) if path.name == "datapackage.yml" else content)


@cache
def _imported(source: str, package: str) -> frozenset[str]:
    """Modules of the package that a piece of code imports; to read its words takes a twentieth of the time of its syntax."""
    found = set()
    for module, names in re.findall(
        rf"^[ \t]*from {package}(?:\.(\w+)[\w.]*)? import (\([^)]*\)|.*)", source, re.MULTILINE
    ):
        listed = re.sub(r"#.*", "", names).strip("()").split(",")
        found |= {module} if module else {name.split()[0] for name in listed if name.strip()}
    return frozenset(found)


def python_version() -> str:
    """The version of Python as far as results can depend on it."""
    return ".".join(map(str, sys.version_info[:2]))


@cache
def environment() -> str:
    """What pages are made with on this machine as far as figures and charts can depend on it, beside the package itself."""
    from importlib.metadata import version

    return ", ".join([f"Python {python_version()}", *(f"{name} {version(name)}" for name in _MADE_WITH)])


def modules_used(code: str, package: Path = PACKAGE) -> tuple[Path, ...]:
    """The files of a package that a page's code imports, directly or through each other, and the package's data.

    Parameters
    ----------
    code : str
        The page's code.
    package : Path
        Folder of the package.
    """
    waiting = set(_imported(code, package.name))
    used: dict[str, list[Path]] = {}
    while waiting:
        name = waiting.pop()
        folder = package / name
        used[name] = [path for path in sorted(folder.glob("*.py")) or [package / f"{name}.py"] if path.is_file()]
        for path in used[name]:
            waiting |= _imported(path.read_text("utf-8"), package.name) - set(used)
    held = (*package.glob("*.yml"), *package.glob("__init__.py"))
    return tuple(sorted({*held, *(path for files in used.values() for path in files)}))


def fixed_parts(
    cells: Sequence[Mapping[str, Any]],
    parameters: Mapping[str, Any],
    lock: Path | None,
    package: Path = PACKAGE,
    notices: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """The parts of a page that are known before it is run: all but the files of data.

    Parameters
    ----------
    cells : sequence of Mapping
        The cells of its template, the words filled in, without the notices and what these have titles say.
    parameters : Mapping
        What it is run with.
    lock : Path, optional
        The locked environment.
    package : Path
        Folder of the package.
    notices : Mapping
        What it says of itself below its title.
    """
    held = [[cell.get("id"), cell["metadata"].get("tags", []), cell["source"]] for cell in cells]
    code = [one for one, cell in zip(held, cells, strict=True) if cell["cell_type"] == "code"]
    words = [[place, *held[place]] for place, cell in enumerate(cells) if cell["cell_type"] != "code"]
    used = modules_used("\n".join(source for *_, source in code), package)
    modules = {*used, *(package / name for name in _MAKES_PAGES)}
    return {
        CODE: _first(json.dumps(code).encode()),
        WORDS: _first(json.dumps(words).encode()),
        NOTICES: _first(json.dumps(dict(notices)).encode()),
        PARAMETERS: json.dumps(dict(parameters), sort_keys=True),
        LOCK: part(lock.parent, lock.name) if lock else ABSENT,
        PYTHON: python_version(),
        **{f"src/{package.name}/{path.relative_to(package).as_posix()}": _first(path.read_bytes())
           for path in sorted(modules) if path.is_file()},
    }  # fmt: skip


def parts_of(page: Mapping[str, Any]) -> dict[str, str]:
    """The parts that a page says it was made of; none where it says nothing that can be relied on."""
    held = page.get("metadata", {}).get(PARTS, {})
    parts = held.get("parts") if isinstance(held, Mapping) else None
    return dict(parts) if isinstance(parts, Mapping) and key(parts) == held.get("key") else {}


def data_parts(parts: Mapping[str, str]) -> dict[str, str]:
    """The files of data among the parts of a page."""
    return {name: first for name, first in parts.items() if name.startswith("data/")}


def code_parts(parts: Mapping[str, str]) -> dict[str, str]:
    """The files of the package among the parts of a page."""
    return {name: first for name, first in parts.items() if name.startswith("src/")}


def changes(was: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """What changed between the parts of a page then and now, each in words.

    Examples
    --------
    >>> changes({"data/a.csv": "1", "Python": "3.11"}, {"data/a.csv": "2", "Python": "3.11"})
    {'data/a.csv': 'data/a.csv changed'}
    """
    found = {}
    for name in [*now, *(name for name in was if name not in now)]:
        then, here = was.get(name, ABSENT), now.get(name, ABSENT)
        if then != here:
            if name == NOTICES:
                found[name] = f"{name} changed"  # a page has always had them, be there none
                continue
            how = "is new" if then == ABSENT else "is gone" if here == ABSENT else "changed"
            found[name] = f"{name} changed from {then} to {here}" if name == PYTHON else f"{name} {how}"
    return found
