"""A small book to break: two years of the real data, three templates, and both editions of it that there may be."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ncthelpers.files import is_data
from ncthelpers.load import seal_year
from ncthelpers.publish.manifest import LOCK, MANIFEST, files_of
from ncthelpers.years import ContractYear

__all__ = [
    "REPOSITORY",
    "YEAR",
    "TEMPLATES",
    "Ended",
    "Scene",
    "Warm",
    "laid",
    "edited",
    "broken",
    "unlike",
    "manifest_faults",
]

REPOSITORY = Path(__file__).resolve().parents[2]
YEAR, BEFORE = "2021-22", "2020-21"
TEMPLATES = ("11_rectification_plans", "14_inspections", "16_appendices")
CELL = f"data/{YEAR}/homes.csv", ",2020-02,", ",2020-03,"
HTML = "_build/html"
_TOKEN = "TORTURED"
_COMMAND = "import sys; from pathlib import Path; from ncthelpers import cli; cli.REPOSITORY = Path(sys.argv.pop(1)); cli.main()"
_PATIENCE = 120
_LEFT_SECONDS = 10


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, and all that it said."""

    code: int
    said: str


def laid(place: Path) -> None:
    """Lay out a root and a repository of a few templates, no page of which is made."""
    root = place / "root"
    (place / "notebooks").mkdir(parents=True)
    for template in TEMPLATES:
        shutil.copy(REPOSITORY / "notebooks" / f"{template}.ipynb", place / "notebooks")
    for file in (LOCK, "_config.yml"):
        shutil.copy(REPOSITORY / file, place)
    for folder in ("schemas", "reference", YEAR, BEFORE):
        shutil.copytree(REPOSITORY / "data" / folder, root / "data" / folder)
    shutil.copy(REPOSITORY / "data" / "publisher.yml", root / "data")
    about = re.findall(r"about/\w+", (REPOSITORY / "_toc.yml").read_text("utf-8"))
    listed = [*(f"{YEAR}/{template}" for template in TEMPLATES), f"{BEFORE}/{TEMPLATES[1]}", *about]
    (root / "_toc.yml").write_text(
        "format: jb-book\nroot: index\nparts:\n- caption: Pages\n  chapters:\n"
        + "".join(f"  - file: {page}\n" for page in listed)
    )


def edited(place: Path) -> None:
    """Change a cell that a page shows, and what every page is made with: all pages are out of date, and one has other figures."""
    name, was, now = CELL
    path = place / "root" / name
    text = path.read_text("utf-8")
    if was not in text:
        raise ValueError(f"{name} no longer holds {was}")
    path.write_text(text.replace(was, now, 1), "utf-8")
    seal_year(place / "root", ContractYear(YEAR))
    with (place / LOCK).open("a", encoding="utf-8") as lock:
        lock.write("# edited\n")


@dataclass(frozen=True)
class Scene:
    """A place whose book a trial may break.

    Parameters
    ----------
    place : Path
        Holds the templates, the lock and ``root/``; whatever is started here has its temporary files in ``temporary/``.
    """

    place: Path

    @property
    def root(self) -> Path:
        """Holds ``data/``, ``book/`` and ``_build/``."""
        return self.place / "root"

    @property
    def environment(self) -> dict[str, str]:
        """Of what is started here: a mark to know its processes by, and a folder for temporary files."""
        return {**os.environ, _TOKEN: str(self.place), "TMPDIR": str(self.place / "temporary")}

    def command(self, *words: str) -> list[str]:
        """What starts an ``ncthelpers`` command on this root and these templates."""
        return [sys.executable, "-I", "-c", _COMMAND, str(self.place), "--root", str(self.root), *words]

    def started(self, *words: str, through: Sequence[str] = (), **how: object) -> subprocess.Popen:
        """An ``ncthelpers`` command, begun, be it through another."""
        (self.place / "temporary").mkdir(exist_ok=True)
        return subprocess.Popen(
            [*through, *self.command(*words)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            encoding="utf-8", cwd=self.place, start_new_session=True, **{"env": self.environment, **how},
        )  # fmt: skip

    def ended(self, process: subprocess.Popen) -> Ended:
        """Wait for a command; one that does not end is ended, and said so."""
        try:
            said = process.communicate(timeout=_PATIENCE)[0]
        except subprocess.TimeoutExpired:
            self.end_processes()
            said = f"{process.communicate()[0]}\nit did not end within {_PATIENCE} s"
        return Ended(process.returncode, said)

    def processes(self) -> dict[int, str]:
        """The processes that were started here, by anything, and are not over: what they were called as, by number."""
        found, mark = {}, f"{_TOKEN}={self.place}".encode()
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    found[int(process.name)] = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue  # it is over
        return {number: called for number, called in found.items() if called}

    def end_processes(self) -> None:
        """End whatever was started here."""
        for number in self.processes():
            try:
                os.kill(number, signal.SIGKILL)
            except ProcessLookupError:
                continue

    def orphans(self) -> list[str]:
        """What still runs of the commands that have ended, once it had time to see that."""
        deadline = time.monotonic() + _LEFT_SECONDS
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.end_processes()
        return [f"a process was left: {called}" for called in left.values()]

    def published(self) -> dict[str, dict[str, bytes]]:
        """What is published, as what has to be whole: each folder of the book, each page beside them, and the HTML."""
        book = self.root / "book"
        whole = {f"book/{path.name}": _files(path) for path in _there(book)}
        return whole | ({HTML: _files(self.root / HTML)} if (self.root / HTML).is_dir() else {})

    def left(self) -> set[str]:
        """The files and folders that no edition has: hidden ones, and all that is not what a run leaves in ``_build/``."""
        hidden = set((self.root / "book").rglob(".*")) | set((self.root / "data").rglob(".*"))
        work = {*self.root.glob("_build/*"), *self.root.glob("_build/.html/*"), *self.root.glob("_build/html/.*")}
        return {path.relative_to(self.place).as_posix() for path in hidden | work | set(self.place.glob("temporary/*"))}


def _there(folder: Path) -> Iterator[Path]:
    return (path for path in folder.glob("*") if is_data(path))


def _files(path: Path) -> dict[str, bytes]:
    """The files below a folder by their path from it; or a file itself."""
    if not path.is_dir():
        return {"": path.read_bytes()}
    return {
        file.relative_to(path).as_posix(): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file() and is_data(file)
    }


@dataclass(frozen=True)
class Warm:
    """A small book that was made once, to be copied for each trial, and both editions of it.

    Parameters
    ----------
    before, after : Path
        The folders that are copied. Data and templates are those of the new edition in both; so is the book of the second.
    scene : Scene
        Where the copy goes, always the same place: what Sphinx remembers holds for one.
    old, new : Mapping
        Both editions, as :meth:`Scene.published` gives them.
    left : frozenset of str
        What :meth:`Scene.left` gives after a run and a build that nothing befell.
    run_seconds, full_seconds : float
        How long it takes from the old to the new edition by ``run``, and with its HTML.
    """

    before: Path
    after: Path
    scene: Scene
    old: Mapping[str, Mapping[str, bytes]]
    new: Mapping[str, Mapping[str, bytes]]
    left: frozenset[str]
    run_seconds: float
    full_seconds: float

    @classmethod
    def made(cls, folder: Path, html: bool = True) -> "Warm":
        """Make both editions in a folder that is not there yet, with their HTML or without."""
        folder.mkdir(parents=True)
        before, after, scene = folder / "before", folder / "after", Scene(folder / "place")
        full = "book" if html else "run"
        laid(scene.place)
        _well(scene, full)
        old = scene.published()
        edited(scene.place)
        shutil.copytree(scene.place, before, symlinks=True)
        run_seconds = _well(scene, "run")
        _copied(before, scene.place)
        full_seconds = _well(scene, full)
        shutil.copytree(scene.place, after, symlinks=True)
        new = scene.published()
        if not all(old[unit] != new[unit] for unit in (f"book/{YEAR}", f"book/{BEFORE}", *([HTML] if html else ()))):
            raise ValueError("the two editions do not differ in every folder")
        return cls(before, after, scene, old, new, frozenset(scene.left()), run_seconds, full_seconds)

    def copied(self, after: bool = False) -> Scene:
        """The place as it was before the new edition, or after it, for the next trial."""
        _copied(self.after if after else self.before, self.scene.place)
        return self.scene


def _copied(made: Path, place: Path) -> None:
    """Make a folder a copy of another; it stays itself, for it may be a disk of its own."""
    for path in place.glob("*"):
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    shutil.copytree(made, place, symlinks=True, dirs_exist_ok=True)


def _well(scene: Scene, command: str) -> float:
    """How long a command takes that must end well."""
    began = time.monotonic()
    done = scene.ended(scene.started(command))
    if done.code:
        raise RuntimeError(f"{command} failed where nothing befell it:\n{done.said}")
    return time.monotonic() - began


def broken(scene: Scene, warm: Warm, harmed: Sequence[str]) -> list[str]:
    """What is published and is no whole edition, neither the old nor the new one; what the fault itself changed is left out."""
    made = scene.published()
    units = (set(warm.old) | set(warm.new) | set(made)) - set(harmed)
    return [
        f"{unit} is neither the old edition nor the new one"
        for unit in sorted(units)
        if made.get(unit) not in (warm.old.get(unit), warm.new.get(unit))
    ]


def unlike(due: Mapping[str, Mapping[str, bytes]], made: Mapping[str, Mapping[str, bytes]]) -> list[str]:
    """What is published otherwise than it is due, with the first of the files that differ."""
    wrong = []
    for unit in sorted(due.keys() | made.keys()):
        one, other = due.get(unit, {}), made.get(unit, {})
        names = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
        wrong += [f"{unit} is not the new edition: {len(names)} files, such as {', '.join(names[:5])}"] * bool(names)
    return wrong


def manifest_faults(root: Path) -> list[str]:
    """The folders of a book that do not hold what their manifests say."""
    return [
        f"{path.parent.name} is not what its manifest says"
        for path in (root / "book").glob(f"*/{MANIFEST}")
        if json.loads(path.read_text("utf-8"))["files"] != files_of(path.parent)
    ]
