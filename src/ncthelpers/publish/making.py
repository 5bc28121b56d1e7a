"""One page made: its template run with papermill, what differs between runs taken out, its figures and colophon added.

What runs a page is imported where a page is run: whoever only says what is to be made need not wait for it.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from ncthelpers.files import checksum
from ncthelpers.publish import companion, pages, staleness
from ncthelpers.publish.plan import Planned

__all__ = ["CELL_SECONDS", "Task", "Made", "PageFailed", "made", "reworded", "as_text"]

CELL_SECONDS = 120
_READ = "files-read"
_DAMAGED = (
    "is not what the manifest.json beside it says was published, and the page gives other figures now: restore it, or it cannot be told which are revised"
    " (remove it where none is to count as revised)"
)
_ASKS = "import json\nfrom ncthelpers.reading import files_read\nprint(json.dumps(files_read(root)))"


class PageFailed(RuntimeError):
    """A page could not be made; the message names the cell and what it said."""


@dataclass(frozen=True)
class Task:
    """All that it takes to make a page, wherever that is done.

    Parameters
    ----------
    folder, name : str
        Folder of the book and name of the page, such as ``1999-00`` and ``04_cost``.
    template : Mapping
        Its template, the words filled in.
    at : str
        The folder that it runs in.
    parameters : Mapping
        What it is run with.
    years : tuple of str
        Its contract year, or the years that it compares.
    fixed : Mapping
        Its parts but for the files of data.
    files : Mapping
        The checksum of each file of data as it was before the page was run: one that changes meanwhile makes it stale.
    editions : tuple of str
        The editions of the book, newest first.
    before : str
        Its JSON as it stands in the book, which says when its figures last changed; empty where there is none.
    record : str
        The checksum of that JSON as it was published; empty where none is on record.
    engine : str, optional
        The papermill engine; the stock kernel if none is given.
    """

    folder: str
    name: str
    template: Mapping[str, Any]
    at: str
    parameters: Mapping[str, Any]
    years: tuple[str, ...]
    fixed: Mapping[str, str]
    files: Mapping[str, str]
    editions: tuple[str, ...]
    before: str
    record: str
    engine: str | None = None


@dataclass(frozen=True)
class Made:
    """A page as it is published, and its JSON; and how it was made."""

    page: str
    companion: str
    engine: str
    seconds: float


def as_text(page: Mapping[str, Any]) -> str:
    """A page as its file holds it."""
    import nbformat

    return cast(str, nbformat.v4.writes(nbformat.from_dict(page))) + "\n"


def _ran(task: Task, told: Callable[[str], None]) -> dict[str, Any]:
    """The template run, with a last cell that tells which files it read."""
    import nbformat
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    where = ""

    def began(cell: dict[str, Any], cell_index: int) -> None:
        nonlocal where
        where = f"cell {cell_index}"
        told(where)

    notebook = nbformat.from_dict(task.template)
    notebook.cells.append(nbformat.v4.new_code_cell(_ASKS, id=_READ))
    try:
        ran = papermill.execute_notebook(
            notebook, None, dict(task.parameters), kernel_name="python3", cwd=task.at, progress_bar=False,
            autosave_cell_every=0, execution_timeout=CELL_SECONDS, engine_name=task.engine,
            on_cell_start=began,
            **({} if task.engine else {"kernel_manager_class": "ncthelpers.publish.kernels.AsyncKernelManager"}),
            extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
        )  # fmt: skip
    except papermill.PapermillExecutionError as error:
        raise PageFailed(f"cell {error.cell_index}: {error.ename}: {error.evalue}") from None
    except (CellTimeoutError, DeadKernelError) as error:
        raise PageFailed(f"{where}: {error}") from None
    return cast("dict[str, Any]", ran)


def made(task: Task, told: Callable[[str], None] = lambda text: None) -> Made:
    """A page made from its template.

    Parameters
    ----------
    task : Task
        What it takes.
    told : callable
        Told how far the page is.

    Raises
    ------
    PageFailed
        If a cell fails, writes to its error stream, or takes too long; two figures of the page have one name; or its JSON is
        not what was published, and what that was cannot be told.
    """
    began = time.perf_counter()
    page = _ran(task, told)
    *_, asked = page["cells"]
    if not asked["outputs"]:
        raise PageFailed("it stopped before its last cell")
    read = json.loads("".join(output["text"] for output in asked["outputs"]))
    page["cells"].remove(asked)
    parts = {**task.fixed, **{name: task.files.get(name, staleness.ABSENT) for name in read}}
    try:
        file = f"book/{task.folder}/{task.name}.json"
        results = companion.results_of(page)
        figures = companion.figures_by_name(results)
        edition = companion.edition_of(task.before, figures, task.editions[0])
        beside = companion.page_json(task.name, task.years, edition, results)
        if task.before != beside and task.record not in {"", checksum(task.before.encode())}:
            on_record = companion.edition_on_record(task.name, task.years, results, task.record, task.editions)
            if on_record is None:
                raise PageFailed(f"{file} {_DAMAGED}")
            edition = on_record
            beside = companion.page_json(task.name, task.years, edition, results)
        text = as_text(companion.with_colophon(pages.tidied(page), task.years, parts, file, edition))
    except (pages.TemplateError, companion.ClashingFigures) as error:
        raise PageFailed(str(error)) from None
    return Made(text, beside, task.engine or "stock kernel", time.perf_counter() - began)


def reworded(folder: str, page: Planned, years: tuple[str, ...], published: str, beside: str) -> str:
    """A published page with the words that its template has now, its outputs as they stand.

    Parameters
    ----------
    folder : str
        Folder of the book.
    page : Planned
        The page as it is to be.
    years : tuple of str
        Its contract year, or the years that it compares.
    published, beside : str
        The page and its JSON as they were published.
    """
    import nbformat

    again = pages.with_words(nbformat.v4.reads(published), page.template)
    edition = json.loads(beside)["edition"]
    return as_text(companion.with_colophon(again, years, page.parts, f"book/{folder}/{page.name}.json", edition))
