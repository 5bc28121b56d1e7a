"""The HTML of the book, built from the pages in ``book/`` by Jupyter Book: none of it when nothing changed, else what changed.

Nothing of Sphinx or of the data is imported here: whether there is anything to build is known at once.
"""

import csv
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from ncthelpers.export.folders import linked, stamped, zipped
from ncthelpers.export.symbols import csv_line, neutral
from ncthelpers.files import is_data, only_writer, swap_folder, write_atomically
from ncthelpers.publish import checksums, drawings, theme, wordindex
from ncthelpers.publish.manifest import LOCK, published
from ncthelpers.publish.toc import COMPARISON, pages_listed
from ncthelpers.publish.workers import ending

__all__ = ["BuildFailed", "build_html", "commit_of", "cores"]

_CODE = (Path(__file__), *map(Path, (checksums.__file__, drawings.__file__, theme.__file__, wordindex.__file__)), *(path for folder in ("static", "templates")
                                                for path in Path(theme.__file__).with_name(folder).iterdir()))  # fmt: skip
_TABLES = "tables"  # the folder of the tables as open data
_NO_PAGES = ("data/", f"{_TABLES}/")  # what the HTML is made of that Sphinx never sees
_ENTERED = ("*.csv", "contract.yml")  # of a folder of data, what is put beside the pages
_STATIC_ADDRESS = re.compile(r'="(?:\.\./)*(_static/[^"?#]+)')  # of a style, script or picture, as a page writes it
_INVENTED_TITLE = "An invented trust: annual review of its contract"


class BuildFailed(RuntimeError):
    """Jupyter Book stopped on a warning or an error; the last good HTML is as it was."""


def build_html(root: Path, config: Path, waits: Callable[[], None] = lambda: None) -> Path:
    """Bring the HTML of the book up to date from ``book/`` alone, never running a page; a warning is an error.

    What is published is compared with what it was made of by content: nothing is done when both are as they were, and a
    commit that changed nothing the HTML is made of costs no more than its name at the foot of the pages.

    Parameters
    ----------
    root : Path
        Holds ``book/``, ``data/`` and ``_toc.yml``. The HTML goes to ``_build/html`` under it, and
        ``_build/.html/published.json`` says what it is made of and what its files hold.
    config : Path
        ``_config.yml``, which stands in the repository beside the lock.
    waits : callable
        Called where another command writes in this root, which this one waits for.

    Returns
    -------
    Path
        The folder of the HTML, which holds the entered tables in ``data/`` too, is stamped with the commit, and lists the
        checksum of each of its files.

    Raises
    ------
    BuildFailed
        With the end of what Jupyter Book said.
    """
    html, work = root / "_build" / "html", root / "_build" / ".html"
    with only_writer(root, waits) as lock:
        work.mkdir(parents=True, exist_ok=True)
        for left in work.glob(".*"):  # half written by a build that was killed, or what Sphinx said of its own end
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        record: dict[str, Any] = {"commit": commit_of(config.parent), "made_of": _made_of(root, config)}
        if _read(work / "published.json") != {**record, "files": _hashes(html)}:
            with ThreadPoolExecutor(1) as beside:  # Sphinx is a process of its own
                tables = beside.submit(_tables_up_to_date, root, work, record["made_of"])
                _bring_up_to_date(root, config, work, record["made_of"], lock)
                _publish(root, work, html, record, tables.result())
    return html


def _hashes(folder: Path, pattern: str = "**/*") -> dict[str, str]:
    """Each file below a folder with the SHA-256 of its content, but for what programs leave there."""
    names = {path.relative_to(folder).as_posix(): path for path in folder.glob(pattern) if path.is_file()}
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in sorted(names.items())
        if all(is_data(Path(part)) for part in Path(name).parts)
    }


def _made_of(root: Path, config: Path) -> dict[str, str]:
    """All that the HTML is made of, each with what tells its content from another; the JSON beside a page is no part of it."""
    files = [root / "_toc.yml", config, config.with_name(LOCK), *_CODE]
    return {
        "Python": platform.python_version(),
        **{path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.is_file()},
        **{f"book/{name}": held for name, held in _hashes(root / "book").items() if not name.endswith(".json")},
        **{f"data/{name}": held for kind in _ENTERED for name, held in _hashes(root / "data", f"*/{kind}").items()},
        **{f"{_TABLES}/{folder}": _pages_made_from(root / "book" / folder) for folder in _folders(root)},
    }


def _folders(root: Path) -> dict[str, tuple[str, ...]]:
    """The folders of public pages, each with the years whose data goes into it; none of a year without its terms."""
    listed = dict.fromkeys(page.partition("/")[0] for page in pages_listed(root))
    years = tuple(folder for folder in listed if (root / "data" / folder / "contract.yml").is_file())
    return {
        folder: years if folder == COMPARISON else (folder,)
        for folder in listed
        if years and folder in (*years, COMPARISON)
    }


def _pages_made_from(folder: Path) -> str:
    """One checksum of all that the pages of a folder are made from, as far as their manifest says: their tables are made from the same."""
    made = published(folder).get("made from", {})
    return hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()


def commit_of(repository: Path) -> str:
    """The commit that the code is at, marked where files differ from it; words saying so where there is none.

    Parameters
    ----------
    repository : Path
        Holds the code.
    """
    try:
        done = subprocess.run(["git", "-C", str(repository), "describe", "--always", "--dirty", "--abbrev=12"],
                              check=False, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=20)  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return "not recorded"
    return done.stdout.strip() if done.returncode == 0 and done.stdout.strip() else "not recorded"


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _read(record: Path) -> dict[str, Any]:
    """What a record says; nothing if there is none that can be read."""
    try:
        return cast("dict[str, Any]", json.loads(record.read_text("utf-8")))
    except (OSError, ValueError):
        return {}


def _write(record: Path, said: dict[str, Any]) -> None:
    write_atomically(record, json.dumps(said, indent=1, sort_keys=True) + "\n")


def _bring_up_to_date(root: Path, config: Path, work: Path, made_of: Mapping[str, str], lock: int | None) -> None:
    """The pages as Sphinx leaves them, in a folder that it keeps its memory in.

    The memory is used only if the last build ended without a warning and no more than pages changed since: what Sphinx
    remembers of a page hides its warnings, and it knows of nothing outside the pages.
    """
    made, record = work.resolve() / "sphinx", work / "sphinx.json"
    pages = {"root": str(root.resolve())} | {
        name: held for name, held in made_of.items() if not name.startswith(_NO_PAGES)
    }
    known = _read(record)
    changed = [name for name in pages | known if pages.get(name) != known.get(name)]
    if not changed:
        return
    record.unlink(missing_ok=True)
    if not all(name in pages and name in known and name.endswith((".md", ".ipynb")) for name in changed):
        shutil.rmtree(made, ignore_errors=True)
    # What Sphinx writes there at its end would be seen by the next build from its beginning.
    shutil.rmtree(made / "html" / "_static", ignore_errors=True)
    again = [name.removeprefix("book/").rpartition(".")[0] for name in changed] if made.is_dir() else []
    code = f"from {__name__} import _sphinx; _sphinx(*__import__('sys').argv[1:])"
    temporary = work.resolve() / ".temporary"
    temporary.mkdir()
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, str(root.resolve()), str(config), str(made), *again],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
        env={**os.environ, "PYTHONUTF8": "1", "TMPDIR": str(temporary)}, pass_fds=() if lock is None else (lock,), check=False,
    )  # fmt: skip
    if done.returncode:
        shutil.rmtree(made, ignore_errors=True)
        said = done.stdout.strip().splitlines()[-25:]
        how = [f"Sphinx: {ending(done.returncode)}"] if done.returncode < 0 else []
        raise BuildFailed("\n".join(["the HTML could not be built:", *said, *how]))
    shutil.rmtree(temporary)
    _write(record, pages)


def _sphinx(root: str, config: str, made: str, *changed: str) -> None:
    """Run Sphinx in this process with the settings of Jupyter Book, whose command does not say how many processes to use."""
    from jupyter_book.sphinx import build_sphinx
    from sphinx.util.console import nocolor

    nocolor()
    _lose_no_page()
    result = build_sphinx(
        Path(root, "book"), Path(made, "html"), path_config=config, noconfig=True, quiet=True, warningiserror=True,
        keep_going=True, jobs=cores() + 1,  # the one that hands out pages does less than the others
        confoverrides={
            "external_toc_path": str(Path(root, "_toc.yml")), "latex_individualpages": False, theme.CHANGED: list(changed),
            **_title(Path(root), Path(config)),
        },
    )  # fmt: skip
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1 if result else 0)  # to take apart all that Sphinx holds would cost a third of a second


def _lose_no_page() -> None:
    """End Sphinx where one of its processes fails or is killed: it would go on without the pages of that process, and call it a success.

    If Sphinx itself is killed, so do its processes end: each holds the pipe that it writes to at both ends, and would wait for ever.
    """
    from sphinx.util.parallel import ParallelTasks

    joined, process = ParallelTasks._join_one, ParallelTasks._process

    def alone(tasks: ParallelTasks, *task: Any) -> None:
        for pipe in (*tasks._precvs.values(), *tasks._precvsWaiting.values()):
            pipe.close()
        with suppress(BrokenPipeError):
            process(tasks, *task)

    def join_one(tasks: ParallelTasks) -> bool:
        try:
            return joined(tasks)
        except Exception as error:
            killed = [ending(process.exitcode) for process in tasks._procs.values() if process.exitcode]
            tasks.terminate()
            said = "; ".join(killed) if isinstance(error, EOFError) else str(error)
            sys.exit(f"a process that made some of the pages failed: {said or 'it ended'}")

    replaced: Any = ParallelTasks
    replaced._join_one, replaced._process = join_one, alone


def _publish(root: Path, work: Path, html: Path, record: Mapping[str, Any], tables: Path) -> None:
    """Copy what Sphinx made, with the commit, the data, the tables and the checksums, and put it in the place of what is public in one step.

    Of styles and scripts what no page asks for is left out: the stock theme brings seven megabytes of it.
    """
    made, new, footer = work / "sphinx" / "html", work / "new", theme.FOOTER.format(record["commit"])
    shutil.rmtree(new, ignore_errors=True)
    shutil.copytree(made, new, ignore=shutil.ignore_patterns(".*", "_static"))
    asked: set[str] = set()
    for page in new.rglob("*.html"):
        name = page.relative_to(new).with_suffix("").as_posix()
        text, charts = drawings.apart(name, page.read_text("utf-8").replace(theme.FOOTER, footer))
        page.write_text(text, "utf-8")
        for chart, drawing in charts.items():
            (new / chart).parent.mkdir(parents=True, exist_ok=True)
            (new / chart).write_bytes(drawing)
        asked |= {found[1] for found in _STATIC_ADDRESS.finditer(text)}
    pages = [new / f"{name}.html" for name in dict.fromkeys(["index", *pages_listed(root)])]
    held = [(page.relative_to(new).as_posix(), page.read_text("utf-8")) for page in pages if page.is_file()]
    (new / "searchindex.js").write_text(wordindex.script(held), "utf-8")
    for name in sorted(asked):
        (new / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made / name, new / name)
    _add_data(root, new)
    _add_tables(tables, new, record["commit"])
    checksums.write(new)
    for name, _ in held:  # nothing is written from here on: what went meanwhile, and was begun again, is not published
        (new / name).stat()
    swap_folder(new, html)
    _write(work / "published.json", {**record, "files": _hashes(html)})


def _add_data(root: Path, html: Path) -> None:
    """The entered tables of the public years and the reference beside the pages, for whoever follows a figure to its row."""
    public, marks = {"reference", *(path.name for path in html.iterdir())}, _marks(root)
    for held in sorted(path for path in (root / "data").glob("*") if path.name in public):
        (html / "data" / held.name).mkdir(parents=True, exist_ok=True)
        for path in filter(is_data, (path for kind in _ENTERED for path in held.glob(kind))):
            place = html / "data" / held.name / path.name
            if path.suffix == ".csv":
                _copy_table(path, place, marks)
            else:
                shutil.copyfile(path, place)


def _add_tables(tables: Path, html: Path, commit: str) -> None:
    """The published tables of each folder as open data, and a file that packs them, with the commit."""
    for folder in sorted(tables.glob("*")):
        files = stamped({path.name: path.read_bytes() for path in folder.iterdir()}, commit)
        place = html / _TABLES / folder.name
        place.mkdir(parents=True)
        for name, content in files.items():
            (place / name).write_bytes(content)
        place.with_suffix(".zip").write_bytes(zipped(files))


def _tables_up_to_date(root: Path, work: Path, made_of: Mapping[str, str]) -> Path:
    """The published tables in a folder that keeps those whose data, code and links are as they were."""
    place, record, folders = work / _TABLES, work / "tables.json", _folders(root)
    known = _read(record) if place.is_dir() else {}
    wanted = {
        folder: {"names": linked(root, folder), "made_of": _of_tables(made_of, folder, years)}
        for folder, years in folders.items()
    }
    record.unlink(missing_ok=True)
    changed = [folder for folder in wanted if wanted[folder] != known.get(folder)]
    for folder in {*changed, *(path.name for path in place.glob("*") if path.name not in wanted)}:
        shutil.rmtree(place / folder, ignore_errors=True)
    filled = {folder: folders[folder] for folder in changed if wanted[folder]["names"]}
    if filled:
        from ncthelpers.export import opendata  # with all that reads data

        opendata.write_folders(root, filled, place)
    _write(record, wanted)
    return place


def _of_tables(made_of: Mapping[str, str], folder: str, years: Sequence[str]) -> dict[str, str]:
    """What the tables of a folder are made of: what its pages are, and the data as it is now."""
    begins = (f"{_TABLES}/{folder}", *(f"data/{held}/" for held in (*years, "reference")))
    return {name: held for name, held in made_of.items() if name.startswith(begins)}


def _marks(root: Path) -> tuple[str, ...]:
    """What is said of all that is made of this root, as :class:`ncthelpers.yeardata.Comparison` has it, which takes long to import."""
    from ncthelpers.wording import marks
    from ncthelpers.yaml_files import read_yaml

    listed = {page.partition("/")[0] for page in pages_listed(root)}
    terms = (root / "data" / folder / "contract.yml" for folder in sorted(listed))
    said = [
        marks(cast("Mapping[str, Any]", read_yaml(path.read_text("utf-8-sig")))) for path in terms if path.is_file()
    ]
    return tuple(dict.fromkeys(mark for one in said for mark in one))


def _title(root: Path, config: Path) -> dict[str, str]:
    """The title of the HTML where it is not the one of its settings: what is said of all pages stands in the title of each."""
    from ncthelpers.wording import captioned
    from ncthelpers.yaml_files import read_yaml

    marks = _marks(root)
    title = _INVENTED_TITLE if "invented" in marks else cast(Any, read_yaml(config.read_text("utf-8")))["title"]
    others = [mark for mark in marks if mark != "invented"]
    return {"html_title": captioned(title, others)} if marks else {}


def _copy_table(path: Path, place: Path, marks: Sequence[str]) -> None:
    """Copy an entered table: as it is but for a cell that would run as a formula, and for a column of each mark, which every row bears."""
    with path.open(encoding="utf-8-sig", newline="") as held:
        rows = list(csv.reader(held))
    safe = [[*map(neutral, row), *marks] for row in rows]
    if safe == rows:
        shutil.copyfile(path, place)
        return
    place.write_bytes("".join(map(csv_line, safe)).encode())
