"""The kinds of faults: each does one thing to a command at work, and says what of it was not as it must be."""

import fcntl
import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cluster
from faults.scene import BEFORE, HTML, TEMPLATES, YEAR, Ended, Scene, Warm, unlike

from ncthelpers.publish.manifest import LOCK, MANIFEST

__all__ = ["Kind", "KINDS", "Happened"]

_TEN_YEARS = 10 * 365 * 86400
_EVERY = (f"book/{YEAR}", f"book/{BEFORE}", "book/about")
_SPACE = 3_000_000  # bytes that a run of the small book can do with


@dataclass(frozen=True)
class Happened:
    """What came of a fault.

    Parameters
    ----------
    wrong : tuple of str
        What was not as it must be.
    fault : str
        What was done, as far as the kind does not say.
    harmed : tuple of str
        What of the published the fault itself changed, so that it need not be whole before the next run.
    """

    wrong: tuple[str, ...] = ()
    fault: str = ""
    harmed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of fault.

    Parameters
    ----------
    name : str
        As in ``--only NAME``.
    what : str
        In a reader's words.
    times : int
        How often it is tried of 300.
    does : callable
        Does it to a scene, with chances of its own, and says what happened.
    after : bool
        Whether the new edition is there already; else it is what the command was to make.
    html : bool
        Whether it is about the HTML.
    on : callable
        What the place stands on meanwhile.
    reason : callable
        Why it cannot be tried here; empty if it can.
    """

    name: str
    what: str
    times: int
    does: Callable[[Scene, random.Random, Warm], Happened]
    after: bool = False
    html: bool = False
    on: Callable[[Scene], AbstractContextManager] = lambda scene: nullcontext()
    reason: Callable[[], str] = lambda: ""


def _faults_of(done: Ended, codes: Sequence[int], *causes: str) -> list[str]:
    """What is wrong with how a command ended: it may say what befell it, and never how it is made."""
    wrong = [f"it ended with exit code {done.code}"] if done.code not in codes else []
    wrong += ["it ended with a traceback"] if "Traceback" in done.said else []
    named = done.code in (0, -signal.SIGKILL) or any(re.search(cause, done.said, re.IGNORECASE) for cause in causes)
    wrong += [] if named else [f"it did not name the cause ({' or '.join(causes)})"]
    return [f"{one}:\n{done.said}" for one in wrong]


def _moment(chance: random.Random, warm: Warm, command: str) -> float:
    return chance.uniform(0, 1.05 * (warm.run_seconds if command == "run" else warm.full_seconds))


# Processes


def _killed(scene: Scene, chance: random.Random, warm: Warm, command: str, others: bool) -> Happened:
    """The command itself is killed, or any process that it started."""
    process = scene.started(command)
    time.sleep(_moment(chance, warm, command) if command == "run" else chance.uniform(0.3, 1) * warm.full_seconds)
    below = sorted(set(scene.processes()) - {process.pid})
    victim = chance.choice(below) if others and below else process.pid
    try:
        os.kill(victim, signal.SIGKILL)
    except ProcessLookupError:
        victim = process.pid  # it was over
    done = scene.ended(process)
    codes = (0, 1) if others and below else (0, -signal.SIGKILL)
    return Happened(tuple(_faults_of(done, codes, "killed", "signal 9")))


# Disk


@contextmanager
def _small_disk(scene: Scene) -> Iterator[None]:
    shutil.rmtree(scene.place, ignore_errors=True)
    scene.place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "torture", str(scene.place)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(scene.place)], check=True)


def _no_small_disk() -> str:
    try:
        allowed = subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True)
    except FileNotFoundError:
        return "no tmpfs can be mounted here"
    return "" if allowed.returncode == 0 else "no tmpfs can be mounted here, which needs root"


def _disk_full(scene: Scene, chance: random.Random, warm: Warm, command: str) -> Happened:
    room, filler = chance.randrange(_SPACE), scene.place / "filler"
    (scene.place / "temporary").mkdir(exist_ok=True)
    disk = os.statvfs(scene.place)
    with filler.open("wb") as file:
        file.write(bytes(max(0, disk.f_bavail * disk.f_frsize - room)))
    done = scene.ended(scene.started(command))
    filler.unlink()
    return Happened(tuple(_faults_of(done, (0, 1, 2), r"[\w/.]+: No space left on device", "Errno 28")))


# Files


def _targets(scene: Scene, *patterns: str) -> list[Path]:
    return sorted({path for pattern in patterns for path in scene.place.glob(pattern)})


_MADE_OF = (
    f"root/data/{YEAR}/homes.csv", f"root/data/{YEAR}/inspections.csv", f"root/data/{YEAR}/contract.yml",
    f"root/data/{YEAR}/datapackage.yml", "root/data/reference/bank_holidays.csv", "root/data/schemas/homes.yml",
    f"notebooks/{TEMPLATES[0]}.ipynb", "root/_toc.yml", LOCK,
)  # fmt: skip
_WORKED_ON = (
    f"root/book/{YEAR}", f"root/book/{YEAR}/manifest.json", f"root/book/{YEAR}/{TEMPLATES[0]}.ipynb",
    f"root/book/{YEAR}/{TEMPLATES[0]}.json", "root/book/about", "root/book/index.md", "root/book", "root/_build",
    "root/_build/run.lock", "root/_build/run.json",
)  # fmt: skip


def _harmed(scene: Scene, target: Path) -> tuple[str, ...]:
    """What is published of a file or folder."""
    if target.name == LOCK:  # pages say which one they were made with, and may be made without
        return _EVERY
    parts = target.relative_to(scene.root).parts if target.is_relative_to(scene.root) else ()
    if parts == ("book",):
        return tuple(f"book/{path.name}" for path in target.glob("*"))
    if parts[:1] == ("book",):
        return ("/".join(parts[:2]),)
    return (HTML,) if parts[:1] == ("_build",) else ()


def _unreadable(scene: Scene, chance: random.Random, warm: Warm) -> Happened:
    """A file or folder that may not be read or written, or that is something else altogether."""
    target = chance.choice(_targets(scene, *_MADE_OF, *_WORKED_ON))
    way = chance.choice(["forbidden", "unwritable", "a folder", "a dangling link", "a pipe"])
    harmed, aside, mode = _harmed(scene, target), scene.place / "aside", target.stat().st_mode
    if way in {"forbidden", "unwritable"}:
        target.chmod(0 if way == "forbidden" else 0o555)
    else:
        target.rename(aside)
        {
            "a folder": target.mkdir,
            "a dangling link": lambda: target.symlink_to("nowhere/at/all"),
            "a pipe": lambda: os.mkfifo(target),
        }[way]()
    done = scene.ended(scene.started("run", through=_UNPRIVILEGED))
    if way in {"forbidden", "unwritable"}:
        if target.exists():
            target.chmod(mode)
    else:
        _put_back(aside, target)
    return Happened(tuple(_faults_of(done, (0, 1, 2), re.escape(target.name))), f"{target} {way}", harmed)


_UNPRIVILEGED = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()


def _put_back(kept: Path, place: Path) -> None:
    """Put a file or folder where it was; what stands there now goes."""
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)
    kept.rename(place)


def _vanishing(scene: Scene, chance: random.Random, warm: Warm) -> Happened:
    process = scene.started("run")
    time.sleep(_moment(chance, warm, "run"))
    target = chance.choice(
        _targets(scene, *_MADE_OF, *_WORKED_ON, "root/book/.staging-*", f"root/data/{YEAR}", "notebooks")
    )
    harmed, aside = _harmed(scene, target), scene.place / "aside"
    target.rename(aside)
    done = scene.ended(process)
    if "book" in target.parts or "_build" in target.parts:
        shutil.rmtree(aside) if aside.is_dir() else aside.unlink()
    else:
        _put_back(aside, target)
    if _is_record(scene, target):
        _checked_out(scene, warm)
    wrong = _faults_of(done, (0, 1, 2), re.escape(target.name.split("-")[0]))
    return Happened(tuple(wrong), str(target), harmed)


def _is_record(scene: Scene, target: Path) -> bool:
    """Whether it holds what was published before, which nothing but what keeps the history of the book can give back."""
    held = target.suffix == ".json" and target.name != MANIFEST
    whole = not target.suffix and not target.name.startswith(".")
    return target.is_relative_to(scene.root / "book") and (held or whole)


def _checked_out(scene: Scene, warm: Warm) -> None:
    """The book as it was committed."""
    shutil.rmtree(scene.root / "book", ignore_errors=True)
    shutil.copytree(warm.before / "root" / "book", scene.root / "book")


def _locked(scene: Scene, chance: random.Random, warm: Warm) -> Happened:
    """A file is held by another program for as long as a run takes."""
    files = [path for path in _targets(scene, *_MADE_OF, *_WORKED_ON) if path.name != "run.lock"]
    target = chance.choice(files)
    with _held(target):
        done = scene.ended(scene.started("run"))
    return Happened(tuple(_faults_of(done, (0,))), str(target))


@contextmanager
def _held(target: Path) -> Iterator[None]:
    handle = os.open(target, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _waiting(scene: Scene, chance: random.Random, warm: Warm) -> Happened:
    """A command that writes, while another does, says that it waits, and does so."""
    writes = chance.choice((("run",), ("seal", YEAR), ("seal", "reference"), ("new-year", "2025-26", "--from", YEAR)))
    with _held(scene.root / "_build" / "run.lock"):
        process = scene.started(*writes)
        said = next((line for line in process.stdout if "waiting" in line), "")
        time.sleep(0.2)
        waited = said and process.poll() is None
    done = scene.ended(process)
    shutil.rmtree(scene.root / "data" / "2025-26", ignore_errors=True)
    wrong = [*_faults_of(done, (0,)), *([] if waited else [f"it did not wait:\n{done.said}"])]
    return Happened(tuple(wrong), " ".join(writes))


def _reading(scene: Scene, chance: random.Random, warm: Warm) -> Happened:
    """While a writer is at work, whoever only reads is never made to wait."""
    reads = chance.choice((("check", YEAR), ("status", YEAR), ("claims", YEAR), ("explain", YEAR), ("explain", BEFORE)))
    with _held(scene.root / "_build" / "run.lock"):
        done = scene.ended(scene.started(*reads))
    return Happened(tuple(f"{' '.join(reads)}: {one}" for one in _faults_of(done, (0, 1), "")))


# Bytes


def _flipped(path: Path, chance: random.Random) -> None:
    """Change one bit of a file."""
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def _corrupted(
    scene: Scene, chance: random.Random, warm: Warm, command: str, patterns: Sequence[str], codes: Sequence[int] = (0,)
) -> Happened:
    files = [path for path in _targets(scene, *patterns) if path.is_file() and path.stat().st_size]
    target = chance.choice(files)
    _flipped(target, chance)
    done = scene.ended(scene.started(command))
    wrong = _faults_of(done, codes, re.escape(target.name))
    if done.code:
        _checked_out(scene, warm)
    wrong += [] if done.code else _not_new(scene, warm, command)
    return Happened(tuple(wrong), str(target), _harmed(scene, target))


def _not_new(scene: Scene, warm: Warm, command: str) -> list[str]:
    """What a command that ended well left otherwise than it had to."""
    made = scene.published()
    return unlike({unit: held for unit, held in warm.new.items() if command == "book" or unit != HTML}, made)


def _lock_corrupted(scene: Scene, chance: random.Random, warm: Warm) -> Happened:
    """A byte of what pins the packages, or what the lock of the writers holds, is not as it was."""
    if chance.random() < 0.5:
        (scene.root / "_build" / "run.lock").write_bytes(chance.randbytes(100))
        return Happened(tuple(_faults_of(scene.ended(scene.started("run")), (0,))))
    lock = scene.place / LOCK
    was = lock.read_bytes()
    _flipped(lock, chance)
    done = scene.ended(scene.started("run"))
    lock.write_bytes(was)
    return Happened(tuple(_faults_of(done, (0, 2), re.escape(LOCK))), "", _EVERY)


# Two at once


_SECOND = (
    ("run",), ("run",), ("run", YEAR), ("verify",), ("seal", YEAR), ("seal", "reference"), ("check", YEAR), ("claims", YEAR),
    ("new-year", "2025-26", "--from", YEAR),
)  # fmt: skip


def _two(scene: Scene, chance: random.Random, warm: Warm) -> Happened:
    """Two commands at once, the second a little later."""
    second = chance.choice(_SECOND)
    one = scene.started("run")
    time.sleep(chance.choice([0.0, _moment(chance, warm, "run")]))
    other = scene.started(*second)
    wrong = _faults_of(scene.ended(one), (0,))
    codes, cause = ((0, 1), "it is not") if second[0] == "verify" else ((0,), "")
    wrong += [f"{' '.join(second)}: {one}" for one in _faults_of(scene.ended(other), codes, cause)]
    shutil.rmtree(scene.root / "data" / "2025-26", ignore_errors=True)
    return Happened(tuple(wrong))


def _two_books(scene: Scene, chance: random.Random, warm: Warm) -> Happened:
    """``book`` at the same time as ``run`` or as itself."""
    first, second = scene.started("book"), None
    time.sleep(chance.choice([0.0, _moment(chance, warm, "book")]))
    second = scene.started(chance.choice(["book", "run"]))
    wrong = [fault for process in (first, second) for fault in _faults_of(scene.ended(process), (0,))]
    return Happened((*wrong, *_not_new(scene, warm, "book")))


# Templates


_BROKEN = (
    lambda text: text[: len(text) // 2],
    lambda text: text.replace('"source": [', '"source": ["1 / 0\\n",', 3),
    lambda text: text.replace("parameters", "perimeters"),
    lambda text: "",
)  # fmt: skip


def _template_broken(scene: Scene, chance: random.Random, warm: Warm) -> Happened:
    path = scene.place / "notebooks" / f"{chance.choice(TEMPLATES)}.ipynb"
    was = path.read_text("utf-8")
    process = scene.started("run")
    time.sleep(_moment(chance, warm, "run"))
    path.write_text(chance.choice(_BROKEN)(was), "utf-8")
    done = scene.ended(process)
    path.write_text(was, "utf-8")
    return Happened(tuple(_faults_of(done, (0, 1, 2), path.stem)))


def _data_changed(scene: Scene, chance: random.Random, warm: Warm) -> Happened:
    """A table is saved again, otherwise, while pages are made of it: no page of it may stand beside one of the other."""
    path = scene.root / "data" / YEAR / "homes.csv"
    was = path.read_bytes()
    process = scene.started("run")
    time.sleep(_moment(chance, warm, "run"))
    path.write_bytes(was.replace(b"2020-03", b"2020-02"))
    done = scene.ended(process)
    path.write_bytes(was)
    return Happened(tuple(_faults_of(done, (0, 2), "homes.csv|changed")))


# Cluster


def _worker_lost(scene: Scene, chance: random.Random, warm: Warm) -> Happened:
    """One of two workers of a Dask cluster on this machine is killed on the way."""
    aside = scene.place / "cluster"
    with cluster.started(aside, scene.environment) as dask:
        run = scene.started("run", "--scheduler", dask.address)
        time.sleep(chance.uniform(0, 1.5 * warm.run_seconds))
        dask.workers[0].kill()
        done = scene.ended(run)
    shutil.rmtree(aside)
    return Happened((*_faults_of(done, (0,)), *(() if done.code else _not_new(scene, warm, "run"))))


def _no_cluster() -> str:
    from importlib.util import find_spec

    return "" if find_spec("distributed") else "the extra 'cluster' is not installed"


# Clock


def _times_moved(scene: Scene, chance: random.Random, warm: Warm, command: str) -> Happened:
    """The clock jumps before a command and while it is at work: files bear times of the past and the future, and these say nothing."""
    _move_times(scene, chance)
    process = scene.started(command)
    time.sleep(_moment(chance, warm, command))
    _move_times(scene, chance)
    return Happened((*_faults_of(scene.ended(process), (0,)), *_not_new(scene, warm, command)))


def _move_times(scene: Scene, chance: random.Random) -> None:
    now = time.time()
    for path in sorted(scene.place.rglob("*")):
        moved = now + chance.uniform(-_TEN_YEARS, _TEN_YEARS)
        with suppress(FileNotFoundError):  # it was there while a page was made
            os.utime(path, (moved, moved), follow_symlinks=False)


_PAGES = (f"root/book/{YEAR}/*", f"root/book/{BEFORE}/*", "root/book/about/*", "root/book/*.md")
_CACHES = (
    "root/_build/.html/*.json", "root/_build/.html/sphinx/**/*", "root/_build/.html/tables/**/*", "root/_build/html/**/*",
)  # fmt: skip
_PLAIN = partial(partial, command="run")
_OF_HTML = partial(partial, command="book")
KINDS = (
    Kind("run-killed", "A run killed at a random moment", 40, _PLAIN(_killed, others=False)),
    Kind("worker-killed", "Another process of a run killed at a random moment", 40, _PLAIN(_killed, others=True)),
    Kind("book-killed", "A process of a build of the HTML killed at a random moment", 16, _OF_HTML(_killed, others=True), html=True),
    Kind("disk-full", "The disk full during a run", 20, _PLAIN(_disk_full), on=_small_disk, reason=_no_small_disk),
    Kind("disk-full-book", "The disk full during a build of the HTML", 6, _OF_HTML(_disk_full), html=True, on=_small_disk,
         reason=_no_small_disk),
    Kind("unreadable", "A file or folder that may not be read or written, or is no file", 24, _unreadable),
    Kind("vanishing", "A file or folder gone at a random moment of a run", 24, _vanishing),
    Kind("locked", "A file held by another program", 8, _locked),
    Kind("waiting", "A command that writes, while another does", 10, _waiting),
    Kind("reading", "A command that only reads, while a writer is at work", 10, _reading),
    Kind("page-corrupted", "A bit of a published file changed", 24, _PLAIN(_corrupted, patterns=_PAGES), after=True),
    Kind("page-corrupted-since", "A bit of a published file changed, and the data too", 10,
         _PLAIN(_corrupted, patterns=_PAGES, codes=(0, 1))),
    Kind("cache-corrupted", "A bit of what a build keeps changed", 16, _OF_HTML(_corrupted, patterns=_CACHES), html=True),
    Kind("record-corrupted", "A bit of what was recorded of the data changed", 4,
         _PLAIN(_corrupted, patterns=("root/data/*/.sealed.json", "root/_build/run.*"))),
    Kind("lock-corrupted", "A bit of the lock of the packages, or all of that of the writers, changed", 10, _lock_corrupted),
    Kind("two-at-once", "A run beside another command", 20, _two),
    Kind("two-books", "The HTML built twice at once, or beside a run", 6, _two_books, html=True),
    Kind("template-broken", "A template broken at a random moment of a run", 12, _template_broken),
    Kind("data-changed", "A table saved otherwise at a random moment of a run", 12, _data_changed),
    Kind("worker-lost", "A worker of a Dask cluster killed on the way", 8, _worker_lost, reason=_no_cluster),
    Kind("times-moved", "Files of the past and the future before and during a run", 12, _PLAIN(_times_moved)),
    Kind("times-moved-book", "Files of the past and the future before and during a build of the HTML", 6, _OF_HTML(_times_moved), html=True),
)  # fmt: skip
