"""What a reader may do with a file, whatever it holds: give what it says or refuse it in words, soon, in little memory, and write nothing."""

import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pypandoc

from ncthelpers.faults import DataFaults, Fault

__all__ = ["Broken", "holds", "most_of_memory", "refused_within_bounds"]

MOST_SECONDS, MOST_BYTES = 5.0, 500 << 20
_FOLLOWED = 4  # times as long where a tool such as coverage follows every line
_HANGS_AFTER = 60  # seconds: what waits for something uses no time of the processor
_CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.truncate", "shutil.rmtree"}  # fmt: skip
_NEVER = {"socket.connect", "socket.bind", "pickle.find_class", "os.system", "os.exec", "os.posix_spawn", "urllib.Request"}  # fmt: skip
_HELPERS = {pypandoc.get_pandoc_path(), sys.executable}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_seen: list[str] | None = None  # what was done since somebody looks


class Broken(AssertionError):
    """A reader did what none may."""


class _Hung(BaseException):
    """A reader waits for something; of no kind that a reader catches."""


def _look(event: str, args: tuple) -> None:
    """Told by Python of all that it does (PEP 578); what other tests left to do in threads of theirs is not the reader's."""
    if _seen is None or threading.current_thread() is not threading.main_thread():
        return
    if (event == "open" and isinstance(args[0], str | bytes) and isinstance(args[2], int) and args[2] & _WRITES) or (
        event in _CHANGES and isinstance(args[0], str | bytes | os.PathLike)
    ):
        _seen.append(os.fsdecode(args[0]))
    elif event in _NEVER or (event == "subprocess.Popen" and os.fsdecode(args[0]) not in _HELPERS):
        _seen.append(f"{event} {args!r}")


sys.addaudithook(_look)


def _hung(*_: object) -> None:
    raise _Hung


def _status(name: str) -> int:
    """A line of what Linux says of this process, in bytes."""
    return int(re.search(rf"^{name}:\s+(\d+)", Path("/proc/self/status").read_text(), re.MULTILINE)[1]) << 10


@contextmanager
def most_of_memory() -> Iterator[Callable[[], int]]:
    """How many bytes more than at its start this process has held at once; nought where the system does not say."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
        before = _status("VmRSS")
        yield lambda: max(0, _status("VmHWM") - before)
    except OSError:
        yield lambda: 0


@contextmanager
def _watched(folder: Path) -> Iterator[None]:
    """Nothing is changed outside a folder, nobody called, nothing unpickled, and it ends."""
    global _seen  # noqa: PLW0603 - the hook of an audit can never be taken away, so it needs one place to tell
    before = signal.signal(signal.SIGALRM, _hung) if hasattr(signal, "SIGALRM") else None
    if before is not None:
        signal.setitimer(signal.ITIMER_REAL, _HANGS_AFTER)
    _seen = []
    try:
        yield
    except _Hung:
        raise Broken(f"waits for more than {_HANGS_AFTER} seconds") from None
    finally:
        did, _seen = _seen, None
        if before is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
    strange = [one for one in did if not _may_be_changed(one, folder)]
    if strange:
        raise Broken(f"does what no reader may: {strange[:3]}")


def _may_be_changed(path: str, folder: Path) -> bool:
    place = Path(os.path.abspath(path))
    return place.is_relative_to(folder) or path == os.devnull or "__pycache__" in place.parts


def _said(error: Exception, file: Path) -> str:
    """What is said of a refused file; each way of refusing it but one in words is broken."""
    if isinstance(error, DataFaults):
        if unnamed := [fault for fault in error.faults if file.stem not in fault.file]:
            raise Broken(f"a fault names another file: {unnamed[0]}") from error
    elif isinstance(error, OSError):
        if file.stem not in str(error.filename):
            raise Broken(f"does not name the file: {error!r}") from error
    elif not isinstance(error, ValueError) or isinstance(error, UnicodeError):
        raise Broken(f"is refused by an error: {error!r:.300}") from error
    elif file.stem not in str(error):
        raise Broken(f"does not name the file: {error!r:.300}") from error
    return str(error)


def holds(read: Callable[[Path], object], file: Path, content: bytes, folder: Path) -> str:
    """Have a file read within all bounds.

    Parameters
    ----------
    read : callable
        Reads the file; gives faults, or anything.
    file : Path
        Where the content is put.
    content : bytes
        What it is to hold.
    folder : Path
        The only one in which anything may be written.

    Returns
    -------
    str
        What was said of it; empty where it was read.

    Raises
    ------
    Broken
        If it did what no reader may.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return refused_within_bounds(lambda: read(file), file, folder)


def refused_within_bounds(does: Callable[[], object], file: Path, folder: Path) -> str:
    """The same of a file that is there already, whatever it is."""
    began, said = time.process_time(), ""
    with most_of_memory() as most, _watched(folder):
        try:
            found = does()
            if isinstance(found, list | tuple) and found and isinstance(found[0], Fault):
                said = "\n".join(map(str, found))
        except Exception as error:
            said = _said(error, file)
    seconds = time.process_time() - began
    with suppress(OSError):
        followed = _FOLLOWED if sys.gettrace() else 1
        if seconds > followed * MOST_SECONDS * max(1, file.stat().st_size >> 20):
            raise Broken(f"takes {seconds:.1f} seconds")
    if most() > MOST_BYTES:
        raise Broken(f"takes {most() >> 20} MB")
    try:
        said.encode()
    except UnicodeEncodeError:
        raise Broken(f"says what cannot be printed: {said!a:.300}") from None
    return said
