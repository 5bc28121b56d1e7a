"""What a page reads: files taken from a folder when they are first asked for, and the list of those that were.

A page is out of date when a file that it read has changed. So each file that a page asks for is noted; and the folder
itself, whose list of files then counts, when a page asks it for all its names or for one that is not there.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

__all__ = ["Lazily", "NotRead", "Readable", "as_far_as_read", "content_of", "files_read", "noted", "text_in"]

_Made = TypeVar("_Made")
_LARGEST = 16 << 20  # bytes of a file of a root: a table of a review has some thousands
_READ: set[str] = set()  # of this process: a page has one of its own


def noted(path: Path) -> Path:
    """The path of a file or folder, noted as read."""
    _READ.add(os.path.abspath(path))
    return path


def content_of(path: Path, within: Path | None = None) -> bytes:
    """What a file of a root holds.

    Parameters
    ----------
    path : Path
        The file.
    within : Path, optional
        A folder that no link on the way to the file may lead out of.

    Raises
    ------
    OSError
        If it is not there, is no file but, say, a pipe, which would be waited for, or is larger than any such file is; or a
        link leads to it from where it is not to be read.
    """
    if within is not None and not path.resolve().is_relative_to(within.resolve()):
        raise OSError(errno.EPERM, "is a link out of its folder: put the file itself in its place", str(path))
    held = path.stat()
    if not stat.S_ISREG(held.st_mode) and not stat.S_ISDIR(held.st_mode):
        raise OSError(errno.EINVAL, "is a pipe or a device, and no file", str(path))
    if held.st_size > _LARGEST:
        raise OSError(errno.EFBIG, f"is larger than {_LARGEST >> 20} MB, which no file of a review is", str(path))
    return path.read_bytes()


def text_in(path: Path, within: Path | None = None) -> str:
    """The text of a file of a root, with or without a byte order mark, its line ends made one.

    Parameters
    ----------
    path, within
        As for :func:`content_of`.

    Raises
    ------
    OSError
        As :func:`content_of`.
    UnicodeDecodeError
        If it is not UTF-8.
    """
    return content_of(path, within).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


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
