"""Files: their checksums, and written whole or not at all."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

__all__ = ["checksum", "is_data", "work_tree_of", "write_atomically", "swap_folder", "alone", "only_writer"]


def checksum(content: bytes) -> str:
    """SHA-256 of a file's content, line ends made one so that a checkout on Windows has the same.

    Examples
    --------
    >>> checksum(b"a\\r\\n") == checksum(b"a\\n"), checksum(b"")[:8]
    (True, 'e3b0c442')
    """
    return sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def is_data(path: Path) -> bool:
    """Whether a file is the analyst's, and not what a program leaves beside it.

    Examples
    --------
    >>> is_data(Path("grants.csv")), is_data(Path("~$grants.csv"))
    (True, False)
    """
    return not path.name.startswith((".", "~$"))


def work_tree_of(path: Path) -> Path | None:
    """The Git work tree that a file or folder stands in, or would stand in; none where it is in none.

    Parameters
    ----------
    path : Path
        The file or folder; links on the way to it are followed.
    """
    place = path.resolve()
    return next((folder for folder in (place, *place.parents) if (folder / ".git").exists()), None)


def write_atomically(path: Path, text: str) -> None:
    """Replace a file's content in one step; an unchanged file is left untouched.

    Parameters
    ----------
    path : Path
        The file; its folder is made if need be.
    text : str
        Its content, written as UTF-8 with ``\\n`` line ends.
    """
    content = text.encode("utf-8")
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    name = path.with_name(f".{path.name}.{token_hex(4)}")
    # not mkstemp, of whose files nobody but the user may read any: how many others may is up to the umask
    handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o644)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def swap_folder(made: Path, place: Path) -> None:
    """Put a finished folder in the place of an old one: in one step on Linux, elsewhere in two, undone if the second fails.

    Parameters
    ----------
    made : Path
        The finished folder, on the same disk; it is gone afterwards.
    place : Path
        Where it belongs. What stands there now is replaced whole.

    Raises
    ------
    OSError
        If the old folder cannot be moved, as on Windows while another program holds a file in it open.
    """
    if place.exists() and _exchanged(made, place):
        shutil.rmtree(made, ignore_errors=True)
        return
    old = place.with_name(f".old-{place.name}")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    try:
        made.rename(place)
    except OSError:
        if old.exists():
            old.rename(place)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    """Whether two folders changed places in one step; not every system and disk can do that."""
    import ctypes  # here, for no command that only looks needs it

    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):  # TypeError is what Windows answers
        return False
    here, exchange = -100, 2
    return bool(renameat2(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0)


@contextmanager
def alone(path: Path, waits: Callable[[], None] = lambda: None) -> Iterator[int | None]:
    """Wait until no other process holds a lock, and hold it; whoever held it and was killed holds it no longer.

    Parameters
    ----------
    path : Path
        The lock's file; its folder is made if need be.
    waits : callable
        Called once before waiting, where another process holds it.

    Returns
    -------
    context manager of int or None
        The lock: a child that inherits it holds it too, until it ends. None on Windows, where there is no such lock, and
        two at once are the user's to avoid.
    """
    try:
        import fcntl
    except ImportError:
        yield None
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waits()
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock.fileno()


def only_writer(root: Path, waits: Callable[[], None] = lambda: None) -> AbstractContextManager[int | None]:
    """Be the only command that writes what stands in a root; whoever only reads neither asks for this nor waits for it.

    Parameters
    ----------
    root : Path
        Holds ``data/`` and ``book/``; the lock stands in its ``_build/``.
    waits : callable
        As for :func:`alone`, which says what it returns too.
    """
    return alone(root / "_build" / "run.lock", waits)
