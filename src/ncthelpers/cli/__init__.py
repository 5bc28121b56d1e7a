"""The ``ncthelpers`` command: check a year, run it, build the book, test everything.

What reads data, with all that it needs, is imported by the commands that do: one that finds nothing to do answers at once.
"""

import gc
import json
import shlex
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from rich.console import Console
from rich.text import Text
from typer.core import TyperGroup

from ncthelpers.cli import quick
from ncthelpers.faults import DataFaults, Fault
from ncthelpers.files import neither_file_nor_folder, only_writer
from ncthelpers.publish import checksums, html, manifest, pictures, report, toc
from ncthelpers.years import ContractYear

__all__ = ["main"]

REPOSITORY: Path = Path(__file__).resolve().parents[3]

# Every verb in the order in which a year needs it, in a line of its own.
_VERBS = {
    "new-year": "Make the folder of a new contract year",
    "status": "How far a year is, and what to do next",
    "workbook": "Write a year as an Excel workbook",
    "commentary": "Write a year's commentary as a Word document",
    "import": "Bring a workbook or Word document in",
    "returns": "Count the indicators of a statutory return",
    "check": "List every fault, then what an analyst would ask",
    "seal": "Accept changed files: record their checksums",
    "claims": "Check every published statement of a year",
    "run": "Make the pages that are out of date",
    "explain": "Why each page would be made again",
    "trace": "From a printed figure to the rows behind it",
    "verify": "Make every page again and compare",
    "book": "Make the pages, then the HTML",
    "serve": "Show the book while it is being written",
    "sign-off": "Record that a role signs a year off",
    "export": "Write a year as Word, PDF, Excel and open data",
    "restricted": "Make the local edition of what is not public",
    "test": "Run every check",
    "audit": "Test that everybody can read the book",
    "bench": "Measure how long it takes",
    "trial": "Put it under stress, and say what held",
}


class _InOrder(TyperGroup):
    """The verbs in their order, each with its line."""

    def list_commands(self, context: Any) -> list[str]:
        return [*_VERBS, *(set(self.commands) - set(_VERBS))]

    def get_command(self, context: Any, name: str) -> Any:
        command = super().get_command(context, name)
        if command is not None:
            command.short_help = _VERBS.get(name)
        return command


app: typer.Typer = typer.Typer(
    help="A reproducible annual review of a children's trust contract.", no_args_is_help=True, cls=_InOrder,
    pretty_exceptions_enable=False, rich_markup_mode=None,
)  # fmt: skip
say = Console(stderr=True, soft_wrap=True, highlight=False, emoji=False)
_root = REPOSITORY


def root() -> Path:
    """The folder that the command works on."""
    return _root


@contextmanager
def working_on(folder: Path) -> Iterator[None]:
    """What the command does meanwhile, it does to another root."""
    global _root
    before, _root = _root, folder
    try:
        yield
    finally:
        _root = before


def called() -> str:
    """How the command is called for the root at hand from where its user is, as the README has it: nothing need be on the path."""
    if _root == REPOSITORY:
        return "python -m ncthelpers"
    here = Path.cwd()
    place = _root.relative_to(here) if _root.is_relative_to(here) else _root
    return f"python -m ncthelpers --root {shlex.quote(str(place))}"


Year = Annotated[str, typer.Argument(metavar="YEAR", help="Contract year, such as the folder names in data/.")]
OneYear = Annotated[
    str | None, typer.Argument(metavar="[YEAR]", help="Contract year; every year of _toc.yml if none is given.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print them as JSON, for machines.")]


@app.callback()
def _settings(
    folder: Annotated[
        Path,
        typer.Option("--root", help="Folder that holds data/, book/ and _toc.yml.", show_default="this repository"),
    ] = REPOSITORY,
) -> None:
    global _root
    _root = folder.resolve()
    if not _root.is_dir():
        raise ValueError(f"the root {folder} is not a folder")
    for path in neither_file_nor_folder(*(_root / name for name in ("_toc.yml", "data", "book"))):
        raise ValueError(f"{path} is neither a file nor a folder: take it away")


def refuse_to_overwrite(out: Path, suffix: str, kind: str, holds: str) -> None:
    """Refuse to write an office file under the name of another kind, or where somebody may have filled one in."""
    if out.suffix.lower() != suffix:
        raise ValueError(f"{out} is not the name of {kind}: it must end in {suffix}")
    if out.exists():
        raise ValueError(f"{out} is there already, and somebody's {holds} may be in it: name another, or move it away")


def faults_shown(faults: DataFaults) -> None:
    """On a screen a table, elsewhere a line a fault; each value exactly as it was written."""
    count = len(faults.faults)
    listed(faults.faults, f"{count} fault{'s' if count > 1 else ''}")


def listed(found: Sequence[Fault], title: str) -> None:
    """Faults or queries under a title, by file: on a screen a table, elsewhere a line each."""
    if not say.is_terminal:
        say.print(Text("\n".join([f"{title}:", *map(str, found)])))
        return
    from rich.table import Table

    table = Table("file", "cell", "column", "value found", "rule", title=title, title_justify="left")
    for fault in found:
        where = fault.cell or (f"row {fault.row}" if fault.row else "")
        cells = (fault.file, where, fault.column, fault.value, fault.remedy)
        table.add_row(*(Text(cell, overflow="fold") for cell in cells))
    say.print(table)


@app.command()
def seal(
    year: Annotated[
        str, typer.Argument(metavar="YEAR|reference", help="Contract year, or what every year is held against.")
    ],
) -> None:
    """Record the checksums of a year's files, or the reference's, as they are now, once their content has no fault."""
    from ncthelpers.load import seal_reference, seal_year

    with only_writer(_root, says_that_it_waits):
        if year == "reference":
            seal_reference(_root)
        else:
            seal_year(_root, ContractYear(year))
    say.print(f"{year}: sealed in data/{year}/datapackage.yml")


def _claims_shown(rows: list[dict[str, Any]]) -> None:
    """On a screen a table, elsewhere a line a claim."""
    from rich.table import Table

    from ncthelpers import claims

    out = Console(highlight=False, emoji=False)
    table = Table("where", "what it states", "as printed", "verdict", "why", title_justify="left")
    for row in rows:
        verdict = row["verdict"] if row["learned"] == claims.AT_THE_TIME else f"{row['verdict']} ({row['learned']})"
        where, printed = f"{row['document']} {row['section']}", row["printed"] or "no figure"
        cells = (where, row["says"], printed, verdict, row["because"])
        if out.is_terminal:
            table.add_row(*(Text(cell, overflow="fold") for cell in cells))
        else:
            out.print(
                Text(f"{verdict}: {row['claim']} ({where}): {row['says']} Printed: {printed}. {row['because']}"),
                soft_wrap=True,
            )
    if rows and out.is_terminal:
        out.print(table)


def _moved(was: dict[str, Any] | None, now: dict[str, Any] | None) -> str:
    """A claim that is not as committed, with its verdict before and now."""
    if was is None or now is None:
        return f"{cast('dict[str, Any]', now or was)['claim']} ({'new' if now else 'gone'})"
    then = "otherwise" if was["verdict"] == now["verdict"] else f"now {now['verdict']}"
    return f"{now['claim']} ({was['verdict']}, {then})"


@app.command("claims")
def claims_command(
    year: Year, as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")] = False
) -> None:
    """Check every published statement of a year: exit 0 if all verdicts are those committed in book/, 1 if any differs."""
    from ncthelpers import claims, results
    from ncthelpers.load import load_year
    from ncthelpers.publish import plan

    data = load_year(_root, ContractYear(year))
    found = claims.as_json(data)
    if as_json:
        print(found, end="")
    else:
        _claims_shown(json.loads(found))
    reason = results.reason_not_reported(data, "claims")
    if reason:
        say.print(Text(f"{year}: no published statement to check: {reason}"))
        return
    committed = _root / "book" / str(data.year) / plan.CLAIMS
    before = json.loads(committed.read_text("utf-8")) if committed.is_file() else []
    now = json.loads(found)
    was, is_now = ({row["claim"]: row for row in rows} for rows in (before, now))
    differ = [
        _moved(was.get(name), is_now.get(name)) for name in sorted(was | is_now) if was.get(name) != is_now.get(name)
    ]
    counts = Counter(row["verdict"] for row in now if row["learned"] == claims.AT_THE_TIME)
    say.print(Text(f"{year}: {len(now)} claims; " + ", ".join(f"{counts[verdict]} {verdict}" for verdict in claims.VERDICTS)
                    + f"; {sum(row['learned'] == claims.LATER for row in now)} {claims.LATER}"))  # fmt: skip
    if differ:
        say.print(Text(f"not as committed in book/{data.year}/{plan.CLAIMS}: {', '.join(differ)}"))
        raise typer.Exit(1)


@app.command("trace")
def trace_command(
    year: Annotated[str, typer.Argument(metavar="YEAR", help=f"Contract year, or {toc.COMPARISON}.")],
    page: Annotated[str, typer.Argument(metavar="PAGE", help="Page, such as 04_cost.")],
    figure: Annotated[str, typer.Argument(metavar="FIGURE", help="A figure as the page prints it.")],
) -> None:
    """Show which rows of data, calculation and documents a printed figure comes from: exit 1 if the data changed since, 2 if none is printed so."""
    from ncthelpers import trace
    from ncthelpers.load import load_year, load_years

    across = year == toc.COMPARISON
    folder = year if across else str(ContractYear(year))
    record = trace.committed(_root, folder, page)
    data = load_years(_root, toc.public_years(_root)) if across else load_year(_root, folder)
    found = trace.traced(_root, record, data, figure)
    out = Console(soft_wrap=True, highlight=False, emoji=False)
    for line in trace.as_lines(found, f"{folder}/{record['page']}"):
        heading = bool(line) and not line.startswith(" ")
        out.print(Text(line, style="bold" if heading and out.is_terminal else ""))
    changed = trace.changed_since(_root, folder, record["page"])
    if changed:
        say.print(
            Text(f"{', '.join(changed)} changed since the page was made: the rows above are today's. Run it again.")
        )
        raise typer.Exit(1)


Jobs = Annotated[int, typer.Option(min=1, help="Pages made at once.", show_default="all cores")]
Cold = Annotated[bool, typer.Option("--cold", help="Make each page with Jupyter's own kernel, as nbval does.")]
Scheduler = Annotated[
    str,
    typer.Option(
        metavar="ADDRESS",
        help="Make the pages on a Dask cluster that sees this folder, such as tcp://host:8786; --jobs is then its own affair.",
    ),
]
CORES: int = html.cores()


def _asked(year: str | None) -> list[ContractYear]:
    return toc.public_years(_root) if year is None else [ContractYear(year)]


def _nothing_changed(years: Sequence[ContractYear]) -> bool:
    """Whether every folder that these years are part of is what would be made now, and no run left anything beside them."""
    sources = manifest.Sources(_root, REPOSITORY)
    return not manifest.left_behind(_root) and all(
        manifest.is_current(_root, folder, sources.of(folder, of)) for folder, of in toc.folders(_root, years).items()
    )


@contextmanager
def _watching() -> Iterator[Callable[[report.Progress], None]]:
    """On a screen a bar with pages done, running and failed and the time left; elsewhere a line a page."""
    if not say.is_terminal:

        def told(progress: report.Progress) -> None:
            for page in progress.ended[-1:]:
                done = f"{len(progress.ended)} of {progress.total}"
                say.print(Text(f"  {done}: {page.page}{' failed' if page.failure else f', {page.seconds:.1f} s'}"))

        yield told
        return
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    with Bar(
        TextColumn("{task.description}"), BarColumn(), TextColumn("time left"), TimeRemainingColumn(), console=say
    ) as bar:
        task = bar.add_task("pages", total=None)

        def told(progress: report.Progress) -> None:
            failed = sum(bool(page.failure) for page in progress.ended)
            said = f"{len(progress.ended)} of {progress.total} pages, {progress.running} running, {failed} failed"
            bar.update(task, description=said, completed=len(progress.ended), total=progress.total)

        yield told


def says_that_it_waits() -> None:
    say.print("another command is at work here: waiting until it has ended")


def _unlisted(years: Sequence[ContractYear]) -> list[str]:
    """The pages made of some years, and of their comparison, that ``_toc.yml`` does not list, so that no reader sees them."""
    listed = toc.pages_listed(_root)
    folders = [folder for folder in toc.folders(_root, years) if folder != toc.ABOUT]
    made = (
        f"{folder}/{path.stem}"
        for folder in folders
        for path in sorted((_root / "book" / folder).glob("[0-9][0-9]_*.ipynb"))
    )
    return [page for page in made if page not in listed]


def _say_what_is_not_given() -> None:
    """Warn while the accessibility statement, which the law asks for, cannot say who publishes the book and how to reach them."""
    from ncthelpers.accessibility.publisher import FILE, read_publisher

    lacks = read_publisher(_root).lacks
    if lacks and "about/accessibility" in toc.pages_listed(_root):
        say.print(
            Text(f"{FILE} does not give {', '.join(lacks)}: about/accessibility says so. Fill it before you publish")
        )


def _run(year: str | None, jobs: int = CORES, cold: bool = False, scheduler: str = "") -> None:
    """Bring the pages up to date, or say that they are; the report of what was made stands in ``_build/``."""
    years = _asked(year)
    _say_what_is_not_given()
    if _nothing_changed(years):
        say.print(f"nothing changed: {', '.join(toc.folders(_root, years))} are up to date in {_root / 'book'}")
        return
    gc.set_threshold(100_000, 20, 100)  # hardly anything is let go before the end
    from ncthelpers.publish import executors

    try:
        with executors.pool(jobs, cold, scheduler) as pool, _watching() as watch:
            from ncthelpers.publish import run  # it takes its time, while the workers take theirs

            done = run.run(_root, REPOSITORY, years, pool, cold, watch, says_that_it_waits)
    except report.PagesFailed as failed:
        report.write(_root, failed.ended)
        raise
    report.write(_root, done.ended)
    for folder, changed in done.changed.items():
        say.print(f"{folder}: {len(changed)} pages changed in {_root / 'book' / folder}")
    say.print(f"{len(done.ended)} pages made in {done.seconds:.1f} s: {_root / f'{report.REPORT}.html'}")
    unlisted = _unlisted(years)
    if unlisted:
        say.print(f"not in the book until _toc.yml lists them: {', '.join(unlisted)}")


@app.command("run")
def run_command(year: OneYear = None, jobs: Jobs = CORES, cold: Cold = False, scheduler: Scheduler = "") -> None:
    """Make the pages that are out of date, of a year or of every public year, and publish each folder whole."""
    _run(year, jobs, cold, scheduler)


def _copy_verified(copy: Path) -> None:
    """Hold the files beside a list of checksums against it; every one that is not as listed is named."""
    sums = checksums.listed(copy)
    wrong = list(checksums.differences(copy, sums))
    for line in wrong:
        print(line)
    if wrong:
        say.print(Text(f"{len(wrong)} files are not as {copy} lists them"))
        raise typer.Exit(1)
    say.print(Text(f"{len(sums)} files are as {copy} lists them"))


@app.command()
def verify(
    year: OneYear = None,
    jobs: Jobs = CORES,
    cold: Cold = False,
    scheduler: Scheduler = "",
    copy: Annotated[
        Path | None,
        typer.Option(
            "--manifest", metavar="FILE",
            help=f"Check the files beside this list of checksums instead, such as {checksums.LIST} of a copy of the site.",
        ),
    ] = None,
) -> None:  # fmt: skip
    """Make every page again and hold it against the published one: exit 0 if all are the same, 1 with the list if not."""
    if copy and year:
        raise ValueError("--manifest checks a copy of whole folders: give no year with it")
    if copy:
        _copy_verified(copy)
        return
    from ncthelpers.publish import executors, run

    with executors.pool(jobs, cold, scheduler) as pool, _watching() as watch:
        pages = run.verified(_root, REPOSITORY, _asked(year), pool, cold, watch)
    if any(page.failure for page in pages):
        raise report.PagesFailed(pages)
    say.print(f"{len(pages)} pages are what their templates, data and code give")


@app.command()
def explain(year: Annotated[str, typer.Argument(metavar="YEAR", help=f"Contract year, or {toc.COMPARISON}.")]) -> None:
    """Say why each page of a year would be made again by the next run."""
    from ncthelpers.publish import run

    years = [] if year == toc.COMPARISON else [ContractYear(year)]
    if year not in toc.folders(_root, years):
        raise ValueError(f"_toc.yml lists no page of {year}")
    with run.every_fault(_root, years):
        [found] = run.planned(_root, REPOSITORY, [year], run.opened(_root, years))
    for page in found.stale:
        how = "only its words are written again" if page.words_only else "it would be run"
        print(f"{year}/{page.name}: {'; '.join(page.reasons)} ({how})")
    for name in found.gone:
        print(f"{year}/{name}: it is no longer made (it would go)")
    say.print(f"{year}: {len(found.stale)} of {len(found.pages)} pages are out of date")


@app.command()
def book() -> None:
    """Bring book/ up to date and build the HTML from it."""
    _run(None)
    made = html.build_html(_root, REPOSITORY / "_config.yml", says_that_it_waits)
    if _root.resolve() == REPOSITORY:
        for changed in pictures.write(REPOSITORY):
            say.print(f"written anew from the book: {changed.relative_to(REPOSITORY)}")
    say.print(f"the book: {made / 'index.html'}")


def _stage(name: str, does: Callable[[], int]) -> bool:
    say.print(f"[bold]{name}[/bold]")
    return does() == 0


def _pytest(*arguments: str) -> Callable[[], int]:
    return lambda: subprocess.call([sys.executable, "-I", "-m", "pytest", "-q", "-rs", *arguments], cwd=REPOSITORY)


def _chromium() -> int:
    """Chromium is there, or Debian's has been installed."""
    from ncthelpers.accessibility import browser

    try:
        browser.installed(lambda line: say.print(Text(line)))
    except browser.NoBrowser as missing:
        say.print(Text(str(missing)))
        return 1
    return 0


def _html_builds() -> int:
    try:
        html.build_html(_root, REPOSITORY / "_config.yml", says_that_it_waits)
    except html.BuildFailed as failure:
        say.print(Text(str(failure)))
        return 1
    return 0


def _data_holds() -> int:
    from ncthelpers.load import load_years

    try:
        load_years(_root, toc.public_years(_root))
    except DataFaults as faults:
        faults_shown(faults)
        return 1
    return 0


@app.command()
def test(
    only_quick: Annotated[
        bool, typer.Option("--quick", help="Only those that take seconds: code, workflows, data.")
    ] = False,
) -> None:
    """Every check: code and data, pages against today's code and data, and the HTML with warnings as errors."""
    pages = ["-p", "no:cacheprovider", "--rootdir", str(_root / "book"), "-c", str(REPOSITORY / "pyproject.toml")]
    quickly: dict[str, Callable[[], int]] = {
        name: partial(quick.run, REPOSITORY, name) for name in quick.checks(REPOSITORY)
    }
    quickly["Data of every public year, every rule"] = _data_holds
    at_length = {
        "HTML of the book, warnings as errors": _html_builds,
        "Chromium, which the pages are opened in": _chromium,
        "Unit tests, doctests, data and templates": _pytest(
            "--doctest-modules",
            "--book",
            str(_root),
            "-n",
            "3",  # on two cores: a quarter of the time tests wait for a browser, a lock or a process
            "--dist",
            "loadfile",
            "--no-loadscope-reorder",
            "src",
            "tests",
        ),
        "Pages still give what they published": _pytest(
            *pages,
            "-p",
            "ncthelpers.publish.kernels",
            "--nbval",
            "--nbval-current-env",
            "-n",
            "2",
            "--dist",
            "loadfile",
            str(_root / "book"),
        ),
    }
    stages = quickly if only_quick else quickly | at_length
    failed = [name for name, does in stages.items() if not _stage(name, does)]
    for name in failed:
        say.print(f"[bold]failed:[/bold] {name}")
    if failed:
        raise typer.Exit(1)
    book = "" if only_quick else f"; the book: {_root / '_build' / 'html' / 'index.html'}"
    say.print(f"every {'quick ' if only_quick else ''}check passed{book}")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def bench(context: typer.Context) -> None:
    """Measure how long pages and HTML take, beside other tools; see benchmarks/run.py --help for parts of it."""
    raise typer.Exit(subprocess.call([sys.executable, "-I", str(REPOSITORY / "benchmarks" / "run.py"), *context.args]))


def main() -> None:
    """Run the command; bad input ends it with one clear message and exit code 2, never a traceback."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what is half made is cleared away
    try:
        app()
    except DataFaults as faults:
        faults_shown(faults)
        sys.exit(2)
    except (ValueError, LookupError) as fault:
        say.print(Text(str(fault.args[0] if fault.args else fault)))
        sys.exit(2)
    except OSError as fault:
        say.print(Text(f"{fault.filename or 'a file'}: {fault.strerror or fault}"))
        sys.exit(2)
    except (report.PagesFailed, html.BuildFailed) as failure:
        say.print(Text(str(failure)))
        sys.exit(1)


# At the end, for each of them takes the app and the root from here.
from ncthelpers.cli import (  # noqa: E402
    audit,  # noqa: F401
    check,  # noqa: F401
    commentary,  # noqa: F401
    export,  # noqa: F401
    importing,  # noqa: F401
    new_year,  # noqa: F401
    restricted,  # noqa: F401
    returns,  # noqa: F401
    serve,  # noqa: F401
    sign_off,  # noqa: F401
    status,  # noqa: F401
    trial,  # noqa: F401
    workbook,  # noqa: F401
)
