"""Trials of trust: what was done to the book to break it, how often it held, and when; recorded, printed and published alike.

A trial is a script in ``trials/``, run by ``ncthelpers trial NAME``. What it found is kept in ``trials/results/NAME.json``, and the
book's page on assurance shows all of them. Nothing that takes long to import is used here.
"""

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar, get_args, get_origin, get_type_hints

from ncthelpers.files import write_atomically
from ncthelpers.reading import text_in

__all__ = ["RESULTS", "Tried", "Trial", "trial", "recorded", "record", "as_lines"]

RESULTS = "trials/results"


@dataclass(frozen=True)
class Tried:
    """One thing that was tried, how often, and how often the book held.

    Parameters
    ----------
    what : str
        In a reader's words, such as "A process of a run killed at a random moment".
    tried, held : int
        How often it was tried, and in how many of these all was as it must be.
    seconds : float
        How long it took.
    least : float
        The share that must hold, where it is not all of them.
    """

    what: str
    tried: int
    held: int
    seconds: float
    least: float = 1.0

    @property
    def met(self) -> bool:
        """Whether enough of it held, and it was tried at all.

        Examples
        --------
        >>> Tried("Mutants killed", 200, 171, 60.0, least=0.85).met, Tried("Runs killed", 0, 0, 0.0).met
        (True, False)
        """
        return self.tried > 0 and self.held >= self.least * self.tried


@dataclass(frozen=True)
class Trial:
    """A trial as it was run: by which command, when, on what, and what was tried.

    Parameters
    ----------
    name : str
        As in ``ncthelpers trial NAME``.
    title : str
        In a reader's words.
    command : str
        What runs it again.
    date : str
        Day and time, UTC.
    commit : str
        The commit that was tried, with a plus sign where files had been changed since.
    machine : str
        Cores and system.
    rows : tuple of Tried
        What was tried.
    left_out : tuple of str
        What was not tried here, and why.
    """

    name: str
    title: str
    command: str
    date: str
    commit: str
    machine: str
    rows: tuple[Tried, ...]
    left_out: tuple[str, ...] = ()

    @property
    def met(self) -> bool:
        """Whether all that was tried held as often as it must."""
        return bool(self.rows) and all(row.met for row in self.rows)


def _commit(repository: Path) -> str:
    def git(*words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=repository, capture_output=True, text=True, check=True
        ).stdout.strip()  # fmt: skip

    try:
        return git("rev-parse", "--short=10", "HEAD") + (
            "+" if git("status", "--porcelain", "--untracked-files=no") else ""
        )
    except (OSError, subprocess.CalledProcessError):
        return "not known"


def trial(
    repository: Path, name: str, title: str, rows: Sequence[Tried], command: str, left_out: Sequence[str] = ()
) -> Trial:
    """What was tried just now, with the day, the commit and the machine.

    Parameters
    ----------
    repository : Path
        Whose commit was tried.
    name, title, rows, command, left_out
        As of :class:`Trial`.
    """
    return Trial(
        name, title, command, datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"), _commit(repository),
        f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}", tuple(rows), tuple(left_out),
    )  # fmt: skip


def record(root: Path, done: Trial) -> Path:
    """Keep what a trial found in ``trials/results``, in the place of what it found before.

    Parameters
    ----------
    root : Path
        The root whose book shows it.
    done : Trial
        What was tried.

    Returns
    -------
    Path
        The file.
    """
    place = root / RESULTS / f"{done.name}.json"
    write_atomically(place, json.dumps(asdict(done), indent=1, ensure_ascii=False) + "\n")
    return place


_Record = TypeVar("_Record", Tried, Trial)


def _checked(held: _Record) -> _Record:
    """What a file says of a trial, if it is of the kinds that it must be; texts that no page could hold are none."""
    for name, kind in get_type_hints(type(held)).items():
        value = getattr(held, name)
        if not isinstance(value, (int, float) if kind is float else get_origin(kind) or kind):
            raise TypeError(f"{name} is {value!r}")
        for text in value if isinstance(value, tuple) else (value,):
            if get_args(kind)[:1] == (str,) or kind is str:
                text.encode()
    return held


def recorded(root: Path) -> tuple[Trial, ...]:
    """What each trial found last, by name; nothing where none was run.

    Parameters
    ----------
    root : Path
        Holds ``trials/results``.

    Raises
    ------
    ValueError
        If a file cannot be read as a trial; it is named.
    """
    found = []
    for path in sorted((root / RESULTS).glob("*.json")):
        try:
            held = json.loads(text_in(path, root))
            rows = tuple(_checked(Tried(**row)) for row in held.pop("rows"))
            found.append(_checked(Trial(**held | {"rows": rows, "left_out": tuple(held["left_out"])})))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ValueError(f"{RESULTS}/{path.name} cannot be read: {error}") from None
    return tuple(found)


def as_lines(done: Trial) -> tuple[tuple[str, str, str, str, str], ...]:
    """The rows of a trial as they are printed: what, tried, held, seconds, and whether that is enough.

    Examples
    --------
    >>> rows = (Tried("Run killed", 120, 120, 341.26), Tried("Mutants killed", 200, 171, 60.0, least=0.85))
    >>> for line in as_lines(Trial("torture", "Torture", "make torture", "", "", "", rows)):
    ...     print(*line, sep="; ")
    Run killed; 120; 120; 341; held
    Mutants killed; 200; 171; 60; held: at least 85% must
    """
    return tuple(
        (row.what, f"{row.tried:,}", f"{row.held:,}", f"{row.seconds:,.0f}", _verdict(row)) for row in done.rows
    )


def _verdict(row: Tried) -> str:
    needed = "" if row.least == 1 else f": at least {row.least:.0%} must"
    return ("held" if row.met else "not tried" if not row.tried else "did not hold") + needed
