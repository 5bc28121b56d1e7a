"""What a page reads: files taken from a folder when they are first asked for, and the list of those that were.

A page is out of date when a file that it read has changed. So each file that a page asks for is noted; and the folder
itself, whose list of files then counts, when a page asks it for all its names or for one that is not there.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

__all__ = ["Lazily", "NotRead", "Readable", "as_far_as_read", "noted", "files_read"]

_Made = TypeVar("_Made")
_READ: set[str] = set()  # of this process: a page has one of its own


def noted(path: Path) -> Path:
    """The path of a file or folder, noted as read."""
    _READ.add(os.path.abspath(path))
    return path


def files_read(root: Path | str) -> list[str]:
    """The files and folders below a root that this process has read, from the root.

    Examples
    --------
    >>> _ = noted(Path("somewhere/data/grants.csv"))
    >>> files_read("somewhere")
    ['data/grants.csv']
    """
    top = os.path.abspath(root)
    return sorted(Path(path).relative_to(top).as_posix() for path in _READ if path.startswith(top + os.sep))


class NotRead(Exception):
    """Something that was asked for is there and could not be read, so that nobody can say what follows from it."""


def as_far_as_read(found: Iterable[_Made]) -> Iterator[_Made]:
    """What there is, up to where it rests on what could not be read."""
    with suppress(NotRead):
        yield from found


class Readable(Mapping[str, _Made]):
    """Things by name as far as they could be read; one that could not be is neither there nor missing.

    Parameters
    ----------
    held : Mapping
        What could be read.
    unread : iterable of str
        Names of the rest.

    Examples
    --------
    >>> tables = Readable({"grants": "..."}, ["homes"])
    >>> "grants" in tables, "risks" in tables
    (True, False)
    >>> "homes" in tables
    Traceback (most recent call last):
        ...
    ncthelpers.reading.NotRead: homes
    """

    def __init__(self, held: Mapping[str, _Made], unread: Iterable[str]) -> None:
        self._held, self._unread = dict(held), frozenset(unread)

    def __contains__(self, name: object) -> bool:
        if name in self._unread:
            raise NotRead(name)
        return name in self._held

    def __getitem__(self, name: str) -> _Made:
        if name in self._unread:
            raise NotRead(name)
        return self._held[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)


class Lazily(Mapping[str, _Made]):
    """Things by name, each made of its file when it is first asked for.

    Parameters
    ----------
    folder : Path
        The folder of the files.
    suffix : str
        What a file's name ends in after the name.
    names : iterable of str
        The names there are.
    make : callable
        Makes one of them by its name.
    """

    def __init__(self, folder: Path, suffix: str, names: Iterable[str], make: Callable[[str], _Made]) -> None:
        self.names = tuple(names)
        self._folder, self._suffix, self._make = os.path.abspath(folder), suffix, make
        self._made: dict[str, _Made] = {}

    def __contains__(self, name: object) -> bool:
        there = name in self.names
        _READ.add(os.path.join(self._folder, f"{name}{self._suffix}") if there else self._folder)
        return there

    def __getitem__(self, name: str) -> _Made:
        if name not in self:
            raise KeyError(name)
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        _READ.add(self._folder)
        return iter(self.names)

    def __len__(self) -> int:
        _READ.add(self._folder)
        return len(self.names)
