"""Make the book twice, in two clones under settings that differ in all that must not matter, and hold every file of one against the other's.

``make reproduce`` runs this, on Linux. Each clone of the repository's last commit has an environment of its own, in which the
packages are those installed here and the project's code is the clone's. In it the pages, the HTML, every year's export and the
files to fill in are made, for the years of the book and for the invented trust.
"""

import argparse
import io
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
import venv
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from ncthelpers import cli, trials
from ncthelpers.cli.trial import shown
from ncthelpers.publish import checksums
from ncthelpers.publish.html import cores
from ncthelpers.publish.toc import pages_listed
from ncthelpers.trials import Tried

_LOCALE = "tr_TR.ISO-8859-9"  # no UTF-8, commas for points, and an i whose capital is not I
_ROOTS = {"the book": ".", "the invented trust": "examples/inventshire"}
_MADE = ("book", "docs/pictures")  # what is committed though commands make it
_LONG_AGO = 1_000_000_000
_KEPT = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")  # variables of this process
# What Python runs first in an environment that holds it: folders are read from their last name to their first.
_TURNED = """
import os

_listed, _scanned = os.listdir, os.scandir


class Turned:
    def __init__(self, found):
        self._found = iter(sorted(found, key=lambda one: one.name, reverse=True))

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._found)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._found = iter(())


os.listdir = lambda *place: sorted(_listed(*place), reverse=True)
os.scandir = lambda *place: Turned(_scanned(*place))
"""
_PAGES, _HTML, _EXPORTS, _FORMS = "pages", "html", "export", "forms"
_KINDS = {
    _PAGES: "Pages, their figures and tables (run)",
    _HTML: "HTML with its search index, charts, open data and zips (book)",
    _EXPORTS: "Reports in Word and PDF, spreadsheets and zips of every year (export)",
    _FORMS: "Workbooks and commentary of every year to fill in (workbook, commentary)",
}


@dataclass(frozen=True)
class Setting:
    """Where and how the book is made.

    Parameters
    ----------
    folder : str
        The clone, below the scratch folder.
    environment : Mapping of str to str
        Variables beside those of this process.
    umask : int
        Which permissions new files do not have.
    cores : int
        How many it may use.
    reordered : bool
        Whether the files of the clone are laid down last to first and dated long ago, and folders read from their end.
    """

    folder: str
    environment: Mapping[str, str]
    umask: int
    cores: int
    reordered: bool


@dataclass
class Edition:
    """What was made under a setting: its files by kind and name, how long each kind took, and whether the code was its own.

    Of what is committed and made by commands, also every file, and those that are no longer as committed.
    """

    own_code: bool
    files: dict[str, dict[str, Path]] = field(default_factory=lambda: defaultdict(dict))
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    committed: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


def settings(scratch: Path) -> tuple[Setting, Setting, list[str]]:
    """Two settings that differ in all that must not matter, as far as this machine can, and in what it cannot.

    At no moment is it the same day in both time zones.
    """
    plain = {"TZ": "<+14>-14", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"}
    other = {"TZ": "<-12>12", "PYTHONHASHSEED": "4242", "SOURCE_DATE_EPOCH": str(_LONG_AGO), "COLUMNS": "40"}
    cannot = ["other processors and systems: this is one machine"]
    if shutil.which("localedef"):
        locales = scratch / "locales"
        locales.mkdir()
        language, _, letters = _LOCALE.partition(".")
        subprocess.run(["localedef", "-i", language, "-f", letters, str(locales / _LOCALE)], check=True)
        other |= {"LC_ALL": _LOCALE, "LOCPATH": str(locales)}
    else:
        other |= {"LC_ALL": "C.UTF-8"}
        cannot.append("another locale: there is no localedef here to make one")
    if cores() == 1:
        cannot.append("another number of cores: there is one")
    return (
        Setting("a", plain, 0o022, 1, reordered=False),
        Setting("a much longer path/to the other clone", other, 0o077, cores(), reordered=True),
        cannot,
    )


class Clone:
    """A clone of the repository at its last commit, with commands that run its own code under a setting."""

    def __init__(self, scratch: Path, setting: Setting) -> None:
        self.setting, self.place = setting, scratch / setting.folder
        self._home = scratch / f"home of {self.place.name}"
        self._home.mkdir()
        self.place.parent.mkdir(parents=True, exist_ok=True)
        self._call("git", "clone", "--quiet", str(cli.REPOSITORY), str(self.place), at=scratch)
        if setting.reordered:
            self._lay_down_again()
        self._python = self._environment()

    def _call(self, *command: str, at: Path | None = None) -> str:
        """Run a command under the setting; what it says is told where it fails."""
        ours = {name: value for name, value in os.environ.items() if name in _KEPT}
        allowed = ",".join(map(str, sorted(os.sched_getaffinity(0))[: self.setting.cores]))
        done = subprocess.run(
            ["taskset", "--cpu-list", allowed, *command], cwd=at or self.place, stdin=subprocess.DEVNULL,
            capture_output=True, check=False, umask=self.setting.umask,
            env={**ours, "HOME": str(self._home), **self.setting.environment},
        )  # fmt: skip
        if done.returncode:
            said = (done.stdout + done.stderr).decode(errors="replace")
            raise RuntimeError(f"{' '.join(command)} failed in {self.place}:\n{said}")
        return done.stdout.decode(errors="replace")

    def _lay_down_again(self) -> None:
        names = self._call("git", "ls-files", "-z").split("\0")
        for path in (self.place / name for name in reversed(names) if name):
            if path.is_file() and not path.is_symlink():
                content, mode = path.read_bytes(), path.stat().st_mode
                path.unlink()
                path.write_bytes(content)
                path.chmod(mode)
                os.utime(path, (_LONG_AGO, _LONG_AGO))

    def _environment(self) -> str:
        """A Python that finds the project in this clone, and everything else where it is installed for this process."""
        folder = self.place / ".venv"
        venv.create(folder)
        libraries = folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
        installed = sysconfig.get_path("purelib")
        if self.setting.reordered:
            (libraries / "sitecustomize.py").write_text(_TURNED, "utf-8")
        (libraries / "clone.pth").write_text(f"{self.place / 'src'}\n{installed}\n", "utf-8")
        return str(folder / "bin" / "python")

    def commanded(self, *words: str) -> None:
        """Run the ``ncthelpers`` command of this clone."""
        self._call(self._python, "-P", "-c", "from ncthelpers.cli import main; main()", *words)

    def committed(self) -> list[str]:
        """The files of the commit that commands make."""
        return self._call("git", "ls-files", "-z", "--", *_MADE).split("\0")[:-1]

    def changed(self) -> list[str]:
        """Those of them that are not as committed, and others that came beside them, as Git tells it."""
        return self._call("git", "status", "--porcelain", "--untracked-files=all", "-z", "--", *_MADE).split("\0")[:-1]

    def has_own_code(self) -> bool:
        """Whether its Python imports the package from this clone."""
        code = "import ncthelpers, ncthelpers.publish.run as deep; print(ncthelpers.__file__, deep.__file__, sep='\\n')"
        found = self._call(self._python, "-P", "-c", code).split("\n")
        return [Path(one).is_relative_to(self.place / "src") for one in found if one] == [True, True]


def _years(root: Path) -> list[str]:
    return [
        folder for folder in dict.fromkeys(page.partition("/")[0] for page in pages_listed(root))
        if (root / "data" / folder / "contract.yml").is_file()
    ]  # fmt: skip


def _below(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}


def _without_pages(book: Path) -> None:
    """Take every page away, and leave the figures that each was last published with: by them it knows its edition."""
    for path in _below(book).values():
        if path.parent == book or path.suffix != ".json" or not path.name[:2].isdigit():
            path.unlink()


def made(scratch: Path, setting: Setting) -> Edition:
    """Make all there is, under a setting."""
    clone = Clone(scratch, setting)
    edition = Edition(clone.has_own_code())

    def take(kind: str, where: str, folder: Path) -> None:
        edition.files[kind] |= {f"{where}, {folder.name}/{name}": path for name, path in _below(folder).items()}

    def timed(kind: str, root: Path, *words: str) -> None:
        began = time.monotonic()
        clone.commanded("--root", str(root), *words)
        edition.seconds[kind] += time.monotonic() - began

    _without_pages(clone.place / "book")
    for where, root in ((where, clone.place / below) for where, below in _ROOTS.items()):
        exported, forms = (clone.place / "_build" / where / name for name in ("export", "forms"))
        forms.mkdir(parents=True)
        timed(_PAGES, root, "run", "--jobs", str(setting.cores))
        timed(_HTML, root, "book")
        for year in _years(root):
            timed(_EXPORTS, root, "export", year, "--out", str(exported / year))
            timed(_FORMS, root, "workbook", year, "--out", str(forms / f"{year}.xlsx"))
            if any((root / "data" / year / "commentary").glob("*.md")):
                timed(_FORMS, root, "commentary", year, "--out", str(forms / f"{year}.docx"))
        take(_PAGES, where, root / "book")
        take(_HTML, where, root / "_build" / "html")
        take(_EXPORTS, where, exported)
        take(_FORMS, where, forms)
    edition.committed, edition.changed = clone.committed(), clone.changed()
    return edition


def difference(one: bytes, other: bytes) -> str:
    """Where two contents differ first: the byte, or in zips the member and its byte; empty if nowhere."""
    if one == other:
        return ""
    held = _members(one), _members(other)
    if all(held):
        for name in dict.fromkeys((*held[0], *held[1])):
            if held[0].get(name) != held[1].get(name):
                return f"member {name}, {difference(held[0].get(name, b''), held[1].get(name, b''))}"
        return "the same members, packed otherwise"
    at = next(
        (at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other))
    )
    return f"byte {at:,}: {one[at : at + 40]!r}, {other[at : at + 40]!r}"


def _members(content: bytes) -> dict[str, bytes]:
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return {}
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def differing(one: Mapping[str, Path], other: Mapping[str, Path]) -> Iterator[str]:
    """The files that are not the same in both, each with where it differs first."""
    for name in sorted({*one, *other}):
        if name not in one or name not in other:
            yield f"{name}: only in one of the two"
        elif found := difference(one[name].read_bytes(), other[name].read_bytes()):
            yield f"{name}: {found}"


def _row(what: str, one: Mapping[str, Path], other: Mapping[str, Path], seconds: float) -> Tried:
    wrong, tried = list(differing(one, other)), len({*one, *other})
    for line in wrong:
        print(line, file=sys.stderr)
    return Tried(what, tried, tried - len(wrong), seconds)


def _committed_is_made(editions: Sequence[Edition]) -> Tried:
    """Every file that is committed though commands make it, held against what they made of it."""
    tried, changed = sum(len(one.committed) for one in editions), [line for one in editions for line in one.changed]
    for line in dict.fromkeys(changed):
        print(f"not as committed: {line}", file=sys.stderr)
    return Tried(
        "Committed pages and pictures, held against those made in each clone", tried, tried - len(changed), 0.0
    )


def _lists_hold(editions: Sequence[Edition]) -> Tried:
    """Every folder with a list of checksums, held against its list."""
    began, kinds = time.monotonic(), (_HTML, _EXPORTS)
    found = (path for edition in editions for kind in kinds for path in edition.files[kind].values())
    lists = [path for path in found if path.name == checksums.LIST]
    hold = sum(not any(checksums.differences(one, checksums.listed(one))) for one in lists)
    return Tried(
        f"Sites and exported folders, held against their {checksums.LIST}", len(lists), hold, time.monotonic() - began
    )


def rows_of(one: Edition, other: Edition) -> list[Tried]:
    """What was held against what, by kind."""
    rows = [Tried("Code that ran was that of the clone itself", 2, one.own_code + other.own_code, 0.0)]
    for kind, what in _KINDS.items():
        rows.append(_row(what, one.files[kind], other.files[kind], one.seconds[kind] + other.seconds[kind]))
    return [*rows, _committed_is_made((one, other)), _lists_hold((one, other))]


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the two, record what was the same, and print it as one table: exit 1 if anything differs."""
    parser = argparse.ArgumentParser(prog="ncthelpers trial reproduce", description=__doc__.partition("\n")[0])
    parser.parse_args(arguments)
    scratch = Path(tempfile.mkdtemp(prefix="reproduce-"))
    *both, cannot = settings(scratch)
    with ThreadPoolExecutor(2) as at_once:
        try:
            one, other = at_once.map(lambda setting: made(scratch, setting), both)
        except RuntimeError as failed:
            print(f"{failed}\nwhat was made stands in {scratch}", file=sys.stderr)
            return 1
    title = "Everything made twice, elsewhere and otherwise: the same to the byte"
    done = trials.trial(cli.REPOSITORY, "reproduce", title, rows_of(one, other), "make reproduce", cannot)
    trials.record(cli.REPOSITORY, done)
    shown(done)
    if done.met:
        shutil.rmtree(scratch)
    else:
        print(f"what was made stands in {scratch}", file=sys.stderr)
    return 0 if done.met else 1


if __name__ == "__main__":
    sys.exit(main())
