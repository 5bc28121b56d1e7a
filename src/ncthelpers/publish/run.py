"""Bring the pages of the book up to date: those that are out of date are made, in parallel, and each folder is published whole."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, as_completed
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from itertools import zip_longest
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from ncthelpers.faults import DataFaults, Fault
from ncthelpers.files import is_data, only_writer, swap_folder, write_atomically
from ncthelpers.load import Comparison, YearData, load_years, open_years
from ncthelpers.publish import changes, companion, making, manifest, pages, plan, site, staleness, workers
from ncthelpers.publish.report import PageRun, PagesFailed, Progress, Run
from ncthelpers.publish.toc import ABOUT, COMPARISON, folders, public_years
from ncthelpers.years import ContractYear

__all__ = ["every_fault", "opened", "planned", "run", "verified"]

_ENGINE = "ncthelpers"  # papermill's name for ncthelpers.publish.engine
_MADE = "made"  # where pages lie that are made and not yet published; no folder of the book is called so
_Kept = TypeVar("_Kept")


def planned(root: Path, repository: Path, wanted: Iterable[str], years: Mapping[str, YearData]) -> list[plan.Folder]:
    """Folders of the book as they are to be, each page with why it is out of date.

    Parameters
    ----------
    root : Path
        Holds ``data/``, ``book/`` and ``_toc.yml``.
    repository : Path
        Holds the templates and the lock.
    wanted : iterable of str
        The folders: contract years, and ``comparison``.
    years : Mapping
        The years that they are of, and those that are public, oldest first.

    Raises
    ------
    TemplateError
        If a template is not one that can be run.
    """
    part, lock, templates = cache(partial(staleness.part, root)), repository / manifest.LOCK, repository / "notebooks"
    found = [plan.of_year(root, templates, years[name], part, lock) for name in wanted if name in years]
    if COMPARISON in wanted:
        public = set(map(str, public_years(root)))
        compared = Comparison(tuple(data for year, data in years.items() if year in public))
        found.append(plan.of_comparison(root, templates, compared, part, lock))
    return found


def opened(root: Path, years: Sequence[ContractYear]) -> dict[str, YearData]:
    """The years asked for and those that are public, oldest first, to be read as far as they are needed.

    Raises
    ------
    DataFaults
        If ``contract.yml`` or ``datapackage.yml`` of one has a fault.
    """
    return {str(data.year): data for data in open_years(root, sorted({*years, *public_years(root)})).years}


@contextmanager
def every_fault(root: Path, years: Sequence[ContractYear]) -> Iterator[None]:
    """What fails over data that was not checked fails with every fault of the data instead, if there is any."""
    try:
        yield
    except pages.TemplateError:
        raise
    except Exception:
        load_years(root, sorted({*years, *public_years(root)}))
        raise


def run(
    root: Path, repository: Path, years: Sequence[ContractYear], pool: Executor, cold: bool = False,
    watch: Callable[[Progress], None] = lambda progress: None, waits: Callable[[], None] = lambda: None,
) -> Run:  # fmt: skip
    """Make the pages that are out of date and publish each folder that is complete; the rest of the book stays as it is.

    Data that changed since it was last published is held to every rule while the first pages are made; nothing is published
    before it has passed.

    Parameters
    ----------
    root, repository
        As for :func:`planned`.
    years : sequence of ContractYear
        The years whose folders are asked for; that of the comparison comes with them where ``_toc.yml`` lists it.
    pool : Executor
        What the pages are made in: threads of this process, or a cluster.
    cold : bool
        Whether every page is made by the stock kernel.
    watch : callable
        Told how far the run is, whenever a page ends.
    waits : callable
        Called where another command writes in this root, which this one waits for.

    Raises
    ------
    DataFaults
        With every fault of the data, or every file of it that was changed meanwhile. ``book/`` is then as it was.
    PagesFailed
        With every page that could not be made.
    TemplateError
        If a template is not one that can be run.
    """
    began = time.perf_counter()
    with only_writer(root, waits) as lock:
        if lock is not None:
            _clear_up(root)
        ended, changed = _run(root, repository, years, pool, cold, watch)
    return Run(tuple(ended), changed, time.perf_counter() - began)


def _run(
    root: Path,
    repository: Path,
    years: Sequence[ContractYear],
    pool: Executor,
    cold: bool,
    watch: Callable[[Progress], None],
) -> tuple[list[PageRun], dict[str, tuple[str, ...]]]:
    sources, wanted = manifest.Sources(root, repository), folders(root, years)
    made_from = {folder: sources.of(folder, of) for folder, of in wanted.items() if folder != ABOUT}
    current = [folder for folder, made in made_from.items() if manifest.is_current(root, folder, made)]
    files, editions = _data_files(root), companion.editions(root)
    with every_fault(root, years):
        data = opened(root, years)
        found = planned(root, repository, [folder for folder in made_from if folder not in current], data)
    with _staged(root / "book", [*(folder.name for folder in found), _MADE]) as staged:
        sought = [(folder, page) for folder in found for page in folder.stale if not page.words_only]
        waiting = _begun(root, sought, staged, files, editions, pool, cold)
        try:
            data |= _checked(root, set(data) - set(current))
            public = [data[year] for year in wanted[ABOUT]]
            around: dict[str, str] = {}
            others = site.pages_of_data(root, public)
            while not all(future.done() for future in waiting) and (page := next(others, None)):
                around |= [page]  # there is time for it now
            made, ended = _gathered(waiting, watch, partial(_written_down, staged[_MADE]))
            _refuse_changed(root, data, files)
        except BaseException:
            for future in waiting:
                future.cancel()
            workers.close()
            raise
        changed = {}
        for folder in found:
            if not any(page.failure and page.page.startswith(f"{folder.name}/") for page in ended):
                texts = _texts(root, folder, made, data)
                changed[folder.name] = _publish(root, folder, staged[folder.name], texts, made_from[folder.name])
    if any(page.failure for page in ended):
        raise PagesFailed(ended)
    made_around = sources.of(ABOUT, wanted[ABOUT])
    around |= dict(others)
    _publish_around(root, around | site.pages_of_pages(root, public, around), made_around)
    return ended, changed


def _refuse_changed(root: Path, years: Iterable[str], files: Mapping[str, str]) -> None:
    """Refuse to publish pages some of which may be made of data as it was, and others of data as it is."""
    now, asked = _data_files(root), {*years, "reference", "schemas"}
    changed = {name for name in files.keys() | now.keys() if files.get(name) != now.get(name)}
    rule = "was changed while pages were made of it, so none of them was published: run it again"
    faults = [
        Fault(name, None, "", "", rule) for name in changed if Path(name).parts[1] in asked and "." in Path(name).name
    ]
    if faults:
        raise DataFaults(faults)


def _checked(root: Path, years: Iterable[str]) -> dict[str, YearData]:
    """Years held to every rule; one whose folder is current was, when its pages were published."""
    return {str(data.year): data for data in load_years(root, sorted(years)).years} if years else {}


def verified(
    root: Path, repository: Path, years: Sequence[ContractYear], pool: Executor, cold: bool = False,
    watch: Callable[[Progress], None] = lambda progress: None,
) -> tuple[PageRun, ...]:  # fmt: skip
    """Make every page again, whether it is out of date or not, and hold it against the published one; nothing is written.

    Parameters
    ----------
    root, repository, years, pool, cold, watch
        As for :func:`run`.

    Returns
    -------
    tuple of PageRun
        The pages, in the order in which they ended; one that could not be made or is not what is published says so as
        its ``failure``. After them what stands beside or around the pages and is not what it would be.

    Raises
    ------
    DataFaults, TemplateError
        As :func:`planned`.
    """
    files, editions = _data_files(root), companion.editions(root)
    with every_fault(root, years):
        data = opened(root, years)
        found = planned(root, repository, folders(root, years), data)
        others = _beside_pages(root, years, data)
    with _staged(root / "_build", [folder.name for folder in found]) as staged:
        sought = [(folder, page) for folder in found for page in folder.pages]
        begun = _begun(root, sought, staged, files, editions, pool, cold)
        different, ended = _gathered(
            begun, watch, lambda name, made: _difference(root / "book" / f"{name}.ipynb", made)
        )
    pages = [replace(page, failure=page.failure or different[page.page]) for page in ended]
    wrong = (name for name, text in others.items() if _written(root / "book" / name) != text)
    return (*pages, *(PageRun(name, (), failure="it is not what the data and the pages give") for name in wrong))


def _beside_pages(root: Path, years: Sequence[ContractYear], data: Mapping[str, YearData]) -> dict[str, str]:
    """What stands in ``book/`` beside the pages of some years and around them, by its path there."""
    of_years = {f"{year}/{name}": text for year in map(str, years) for name, text in plan.beside(data[year]).items()}
    public = [data[year] for year in folders(root, years)[ABOUT]]
    around = dict(site.pages_of_data(root, public))
    return of_years | around | site.pages_of_pages(root, public, around)


def _written(path: Path) -> str:
    return path.read_text("utf-8", errors="replace") if path.is_file() else ""


def _difference(published: Path, made: making.Made) -> str:
    """How a page is not what is published; empty if it is."""
    beside = published.with_suffix(".json")
    there = {path: _written(path) for path in (published, beside)}
    if there == {published: made.page, beside: made.companion}:
        return ""
    try:
        was, now = (json.loads(text)["cells"] for text in (there[published], made.page))
    except (ValueError, LookupError):
        return "it is not published"
    cells = [str(number) for number, pair in enumerate(zip_longest(was, now)) if pair[0] != pair[1]]
    where = f"cells {', '.join(cells)}" if cells else "what it was made of, or its JSON,"
    return f"it is not what is published: {where} would change"


def _data_files(root: Path) -> dict[str, str]:
    """The checksum of every file and folder of the data, by its path from the root."""
    data = root / "data"
    # the schemas may be those of another root, linked to, and only what is asked for itself is followed then
    found = {path for folder in (data, data / "schemas") for path in folder.rglob("*") if is_data(path)}
    return {name: staleness.part(root, name) for name in sorted(path.relative_to(root).as_posix() for path in found)}


def _clear_up(root: Path) -> None:
    """Take away what a command that was killed left behind: no other is at work."""
    for left in manifest.left_behind(root):
        place = root / "book" / left.name.removeprefix(".old-")
        if left.name.startswith(".old-") and not place.exists():
            left.rename(place)  # it was killed between taking this away and putting another there
        elif left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


@contextmanager
def _staged(place: Path, names: Iterable[str]) -> Iterator[dict[str, Path]]:
    """A folder to work in for each folder of the book, as deep below ``root``, so that this is the same path from there."""
    # not mkdtemp: it becomes the published folder, which others read
    staged = {name: place / f".staging-{uuid4().hex[:8]}" for name in names}
    try:
        for folder in staged.values():
            folder.mkdir(parents=True)
        yield staged
    finally:
        for folder in staged.values():
            shutil.rmtree(folder, ignore_errors=True)


def _task(
    root: Path, folder: plan.Folder, page: plan.Planned, at: Path, files: Mapping[str, str], editions: tuple[str, ...]
) -> making.Task:
    place, beside = root / "book" / folder.name, f"{page.name}.json"
    before = (place / beside).read_bytes() if (place / beside).is_file() else b""
    return making.Task(
        folder=folder.name, name=page.name, template=page.template, at=str(at),
        parameters={**folder.parameters, "root": Path(os.path.relpath(root, at)).as_posix()},
        years=folder.years, fixed=page.fixed, files=files, editions=editions, before=before.decode(errors="replace"),
        record=manifest.published(place).get("files", {}).get(beside, "") if before else "",
    )  # fmt: skip


def _make(task: making.Task, key: str, environment: str, cold: bool) -> making.Made:
    """A page made in a process of its own, wherever this runs."""
    if manifest.code_key() != key:
        raise making.PageFailed("the package is not the one that the run began with")
    if staleness.environment() != environment:
        raise making.PageFailed(f"the run began with {environment}, and this machine has {staleness.environment()}")
    warm = not cold and workers.can_fork()
    task = replace(task, engine=_ENGINE if warm else None)
    try:
        return workers.call(making.made, task, seconds=making.CELL_SECONDS, key=key, cold=not warm)
    except (making.PageFailed, workers.WorkerFailed) as failure:
        if not Path(task.at).is_dir():  # whatever else a page then says is beside the point
            raise making.PageFailed(f"{task.at}, where it was made, was taken away meanwhile") from failure
        raise


def _begun(
    root: Path, sought: Iterable[tuple[plan.Folder, plan.Planned]], at: Mapping[str, Path], files: Mapping[str, str],
    editions: tuple[str, ...], pool: Executor, cold: bool,
) -> dict[Future[Any], tuple[str, plan.Planned]]:  # fmt: skip
    """Pages handed over to be made, each in the place for its folder."""
    key, environment = manifest.code_key(), staleness.environment()
    return {
        pool.submit(_make, _task(root, folder, page, at[folder.name], files, editions), key, environment, cold): (
            folder.name,
            page,
        )
        for folder, page in sought
    }


def _gathered(
    waiting: dict[Future[Any], tuple[str, plan.Planned]], watch: Callable[[Progress], None],
    keeps: Callable[[str, making.Made], _Kept],
) -> tuple[dict[str, _Kept], list[PageRun]]:  # fmt: skip
    """What is kept of each page made, by folder and name, and how each of them ended; a page itself is held no longer than that."""
    kept, ended, total = {}, [], len(waiting)
    watch(Progress(total, sum(future.running() for future in waiting), ()))
    for future in as_completed(list(waiting)):
        folder, page = waiting.pop(future)
        name = f"{folder}/{page.name}"
        try:
            made = future.result()
            ended.append(PageRun(name, page.reasons, made.engine, made.seconds))
        except (making.PageFailed, workers.WorkerFailed) as failure:
            ended.append(PageRun(name, page.reasons, failure=str(failure)))
        except Exception as failure:  # of whatever the pages are made in: it is that page's failure, not the run's
            ended.append(PageRun(name, page.reasons, failure=f"{type(failure).__name__}: {failure}"))
        else:
            kept[name] = keeps(name, made)
        watch(Progress(total, sum(future.running() for future in waiting), tuple(ended)))
    return kept, ended


def _written_down(place: Path, name: str, made: making.Made) -> Path:
    """A page that was made, put on disk until its folder is published: a book may have more pages than the memory holds."""
    notebook = place / f"{name}.ipynb"
    notebook.parent.mkdir(exist_ok=True)
    notebook.write_bytes(made.page.encode())
    notebook.with_suffix(".json").write_bytes(made.companion.encode())
    return notebook


def _texts(root: Path, folder: plan.Folder, made: Mapping[str, Path], data: Mapping[str, YearData]) -> dict[str, str]:
    """The files of a folder as they are to be, by name."""
    texts = plan.beside(data[folder.name]) if folder.name in data else {}
    place = root / "book" / folder.name
    for page in folder.pages:
        notebook, beside = f"{page.name}.ipynb", f"{page.name}.json"
        found = made.get(f"{folder.name}/{page.name}")
        if found is None:
            texts[notebook], texts[beside] = ((place / name).read_text("utf-8") for name in (notebook, beside))
            if page.words_only:
                texts[notebook] = making.reworded(folder.name, page, folder.years, texts[notebook], texts[beside])
        else:
            texts[notebook], texts[beside] = (
                path.read_bytes().decode() for path in (found, found.with_suffix(".json"))
            )
    return texts


def _not_ours(place: Path, ours: Iterable[str]) -> list[Path]:
    """What somebody put beside the pages: it stays when they change."""
    return [path for path in place.glob("*") if path.name not in {*ours, manifest.MANIFEST} and is_data(path)]


def _publish(
    root: Path, folder: plan.Folder, staged: Path, texts: Mapping[str, str], made_from: Mapping[str, str]
) -> tuple[str, ...]:
    """Put the pages of a folder in place all at once, each with its JSON; the names of those that changed or went."""
    place = root / "book" / folder.name
    there = {
        path.name: path.read_bytes()
        for path in place.glob("*")
        if path.suffix in {".ipynb", ".json"} and path.name != manifest.MANIFEST
    }
    to_be = {name: text.encode() for name, text in texts.items()}
    changed = {Path(name).stem for name in there | to_be if there.get(name) != to_be.get(name)}
    if changed:
        new = {name: text for name, text in texts.items() if Path(name).stem in changed}
        filled = _fill(staged, new, [place / name for name in texts if name not in new] + _not_ours(place, there))
        changes.record(place, staged)
        _put_in_place(staged, place, made_from, filled)
    else:
        changes.record(place, place)  # what a run that was killed put on record, and never published, goes again
        manifest.write(root, folder.name, made_from)
    return tuple(sorted(name for name in there | to_be if name.endswith(".ipynb") and Path(name).stem in changed))


def _publish_around(root: Path, texts: Mapping[str, str], made_from: Mapping[str, str]) -> None:
    """Put the pages around the years in place: those beside the folders one by one, then those in ``about/`` all at once."""
    book, place = root / "book", root / "book" / ABOUT
    inside = {Path(name).name: text for name, text in texts.items() if name.startswith(f"{ABOUT}/")}
    site.write_pages_around(root, {name: text for name, text in texts.items() if not name.startswith(f"{ABOUT}/")})
    changed = {name for name, text in inside.items() if _written(place / name) != text}
    if changed:
        with _staged(book, [ABOUT]) as staged:
            filled = _fill(staged[ABOUT], {name: inside[name] for name in changed}, _not_ours(place, changed))
            _put_in_place(staged[ABOUT], place, made_from, filled)
    else:
        manifest.write(root, ABOUT, made_from)


def _fill(staged: Path, texts: Mapping[str, str], same: Sequence[Path]) -> list[Path]:
    """Write what is new of a folder, and copy what is the same with its time, by which Sphinx knows that it is; all that it holds then."""
    for name, text in texts.items():
        write_atomically(staged / name, text)
    for path in same:
        (shutil.copytree if path.is_dir() else shutil.copy2)(path, staged / path.name)
    return [staged / name for name in (*texts, *(path.name for path in same))]


def _put_in_place(staged: Path, place: Path, made_from: Mapping[str, str], filled: Sequence[Path]) -> None:
    """Put a finished folder of the book in place with its manifest.

    Raises
    ------
    FileNotFoundError
        If any of what was filled into it is there no longer: without it the folder would be no whole edition.
    """
    files = manifest.files_of(staged, place.name)
    write_atomically(staged / manifest.MANIFEST, manifest.as_text(made_from, files))
    for path in filled:
        path.stat()  # nothing is written from here on, so that the folder is whole, or cannot be put in place
    swap_folder(staged, place)
