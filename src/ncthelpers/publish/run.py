"""Run the templates for a contract year, or for several compared, with papermill: every page of them, or none."""

import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from uuid import uuid4

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from ncthelpers import claims, narrative, results
from ncthelpers.files import swap_folder, write_atomically
from ncthelpers.load import load_year, load_years
from ncthelpers.publish import changes, companion, pages
from ncthelpers.years import ContractYear

__all__ = ["CLAIMS", "COMPARISON", "run_year", "run_comparison", "PageFailed"]

COMPARISON = "comparison"
CLAIMS = "claims.json"

_WORKERS = 2
_CELL_SECONDS = 120
_ABANDONED_SECONDS = 3600
_PACKAGE = Path(__file__).resolve().parents[1]


class PageFailed(RuntimeError):
    """A page of the year could not be made, so none was published."""


@dataclass(frozen=True)
class _Pages:
    """What a folder of the book is made of: its templates, the words filled into them, their parameters, what made it.

    ``beside`` is the text of files that stand beside the pages, by name.
    """

    folder: str
    templates: tuple[Path, ...]
    words: Mapping[str, str]
    parameters: Mapping[str, object]
    made: companion.Made
    beside: Mapping[str, str] = field(default_factory=dict)


def _execute(
    template: str, target: str, published: str, words: Mapping[str, str], parameters: Mapping[str, object],
    made: companion.Made,
) -> None:  # fmt: skip
    """Make one page and its JSON in a process of its own; papermill and the page both work in the page's folder.

    ``published`` is the folder of the page as it was published before, which says when its figures last changed.
    """
    folder, name = Path(target).parent, Path(target).stem
    nbformat.write(pages.filled(nbformat.read(template, as_version=4), words), target)
    try:
        page = papermill.execute_notebook(
            target, target, dict(parameters), kernel_name="python3", cwd=str(folder),
            progress_bar=False, execution_timeout=_CELL_SECONDS, autosave_cell_every=0,
            extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
        )  # fmt: skip
        results = companion.results_of(page)
        figures = companion.figures_by_name(results)
        edition = companion.edition_of(Path(published) / f"{name}.json", figures, made.edition)
        file = f"book/{Path(published).name}/{name}.json"
        nbformat.write(companion.with_colophon(pages.tidied(page), made, file, edition), target)
        write_atomically(folder / f"{name}.json", companion.page_json(name, made.years, edition, results))
    except papermill.PapermillExecutionError as error:
        raise PageFailed(f"{Path(template).name}, cell {error.cell_index}: {error.ename}: {error.evalue}") from None
    except (pages.TemplateError, companion.ClashingFigures, CellTimeoutError, DeadKernelError) as error:
        raise PageFailed(f"{Path(template).name}, {error}") from None


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*") if path.suffix in {".ipynb", ".json"}}


def _publish(staged: Path, folder: Path) -> list[str]:
    """Put the year's pages in place all at once, each with its JSON; the names of those that changed or went."""
    there, made = _files(folder), _files(staged)
    changed = {Path(name).stem for name in there | made if there.get(name) != made.get(name)}
    if changed:
        changes.record(folder, staged)
        swap_folder(staged, folder)
    return sorted({name for name in there | made if name.endswith(".ipynb") and Path(name).stem in changed})


def run_year(
    root: Path, templates: Path, year: ContractYear, told: Callable[[str], None] = lambda line: None,
    lock: Path | None = None,
) -> list[str]:  # fmt: skip
    """Run the templates that a contract year has data for and publish the pages into ``book/<year>``.

    Parameters
    ----------
    root : Path
        Holds ``data/`` and ``book/``; its ``CHANGELOG.md`` names the editions.
    templates : Path
        Folder of the templates.
    year : ContractYear
        The year to run.
    told : callable
        Told the name of each page as it is made.
    lock : Path, optional
        The locked environment that the pages are made in, for their colophon.

    Returns
    -------
    list of str
        Names of the pages that changed.

    Raises
    ------
    DataFaults
        If the year's data has a fault; nothing is run.
    PageFailed, TemplateError
        If a page cannot be made. ``book/`` is then as it was.
    """
    data = load_year(root, year)
    found = _templates(templates, pages.PARAMETERS)
    made = tuple(template for template in found if results.is_reported(data, pages.subject(template)))
    if not made:
        raise pages.TemplateError(f"{year} has data for none of the templates")
    words = {"contract_year": str(year), "public_title": narrative.plain(narrative.public_title(data))}
    made_with = companion.made_with(root, [str(year)], _PACKAGE, lock)
    beside = {CLAIMS: claims.as_json(data)} if results.is_reported(data, "claims") else {}
    return _run(root, _Pages(str(year), made, words, {"contract_year": str(year)}, made_with, beside), told)


def run_comparison(
    root: Path, templates: Path, years: Sequence[ContractYear], told: Callable[[str], None] = lambda line: None,
    lock: Path | None = None,
) -> list[str]:  # fmt: skip
    """Run the templates that compare years and publish the pages into ``book/comparison``.

    Parameters
    ----------
    root, templates, told, lock
        As for :func:`run_year`; ``templates`` is the folder of those that compare.
    years : sequence of ContractYear
        The years compared: those that are public.

    Returns
    -------
    list of str
        Names of the pages that changed.

    Raises
    ------
    DataFaults, PageFailed, TemplateError
        As for :func:`run_year`.
    """
    labels = [str(year) for year in sorted(years)]
    load_years(root, labels)
    found = tuple(_templates(templates, pages.COMPARISON_PARAMETERS))
    words = {"first_year": labels[0], "last_year": labels[-1]}
    made_with = companion.made_with(root, labels, _PACKAGE, lock)
    return _run(root, _Pages(COMPARISON, found, words, {"contract_years": labels}, made_with), told)


def _templates(folder: Path, parameters: tuple[str, ...]) -> list[Path]:
    found = pages.templates(folder)
    if not found:
        raise pages.TemplateError(f"{folder} holds no template")
    for template in found:
        pages.check_parameters(template, parameters)
    return found


def _run(root: Path, making: _Pages, told: Callable[[str], None]) -> list[str]:
    """Make every page, then publish all of them; the names of those that changed.

    Pages are made in a folder beside the published one, so that ``root`` is the same path from there as from their place.
    """
    book = root / "book"
    book.mkdir(exist_ok=True)
    for left in book.glob(".staging-*"):
        if time.time() - left.stat().st_mtime > _ABANDONED_SECONDS:  # of a run that was killed, not of one at work
            shutil.rmtree(left, ignore_errors=True)
    staged = book / f".staging-{uuid4().hex[:8]}"  # not mkdtemp: it becomes the published folder, which others read
    staged.mkdir()
    parameters = {**making.parameters, "root": Path(os.path.relpath(root, staged)).as_posix()}
    try:
        with ProcessPoolExecutor(_WORKERS, mp_context=get_context("spawn")) as pool:
            waiting = {
                pool.submit(_execute, str(template), str(staged / template.name), str(book / making.folder), making.words,
                            parameters, making.made): template
                for template in making.templates
            }  # fmt: skip
            try:
                for made, template in waiting.items():
                    made.result()
                    told(template.stem)
            except BrokenProcessPool:
                raise PageFailed(f"{template.name}: the process that made it was stopped") from None
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        for name, text in making.beside.items():
            write_atomically(staged / name, text)
        return _publish(staged, book / making.folder)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
