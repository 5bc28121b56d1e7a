"""What many tests need: the repository, its reviewed year, and copies and an invented root that a test may break."""

import shutil
import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
import yaml
from hypothesis import settings

from ncthelpers import cli
from ncthelpers.load import Comparison, YearData, load_year, load_years, seal_reference, seal_year
from ncthelpers.publish import executors, manifest, plan, run, toc, workers
from ncthelpers.publish.report import Run
from ncthelpers.years import ContractYear

REPOSITORY = Path(__file__).resolve().parents[1]
# No deadline: a machine that does something else too is slow, and nothing is wrong.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")
YEAR = "2021-22"
SMALL_YEAR, NEXT_YEAR = "2031-32", "2032-33"

# An invented trust, small enough to be checked in a tenth of a second, held to this repository's own schemas.
SMALL_TABLES = {
    "paragraphs": """paragraph,document,section,kind,lines,digest,not_carried
report:1/0,report,1,heading,1,aaaaaaaaaaaa,
report:1/1,report,1,paragraph,2,bbbbbbbbbbbb,
report:2/1,report,2,paragraph,3,cccccccccccc,
""",
    "service_costs": """service,role,budget,gross_outturn,covid_funding,forecast_outturn,outturn_variance,source
Homes,service,1500,1700,-150,1550,50,report:1/1
Fostering,service,700,600,-,600,-100,report:1/1
The trust,funding,-2200,-2200,-,-2200,0,report:1/1
""",
    "budget_gaps": """council,year,gap,status,source
EAST,2032-33,10.5,estimate,report:2/1
WEST,2032-33,7.25,estimate,report:2/1
EAST,2033-34,,N/A as printed,report:2/1
WEST,2033-34,8.125,estimate,report:2/1
""",
    "property": """council,buildings,maintenance_schedule,source
EAST,4,Agreed.,report:1/1
WEST,5,Not agreed.,report:1/1
""",
    "pupil_forecasts": """area,area_note,phase,direction,change,change_pct,period_end,caveat,source
East,,primary,increase,1184,12.5,2035/36,,report:2/1
""",
    "events": """event,start,end,printed,body,kind,happening,context,source
first_meeting,2031-06-01,,1 June 2031,The trust,governance,The board met.,no,report:1/1
later_review,2033-01,2033-03,early 2033,The trust,plan,A review is planned.,yes,report:2/1
""",
    "approvals": """role,role_printed,council,approved_on,printed,note,source
Monitoring officer,Monitoring Officer,EAST,2032-08-25,25/08/2032,,report:1/1
Director,Director,,2032-08-26,26/08/2032,,report:1/1
""",
    "dependencies": """dependency,section,name,status,summary,delivered_by,source
1,3.1,Offices,no status stated,The offices are cold.,NNC,report:1/1
2,3.2,Computers,no status stated,The computers are slow.,NNC,report:1/1
""",
    "dependency_points": """dependency,point,said,source
1,1,The heating is old.,report:1/1
2,1,The computers are old.,report:1/1 report:2/1
""",
    "figures": """figure,value,unit,meaning,period,printed,source
children,1184,children,Children looked after,2031-32,"1,184",report:2/1
visits,5,count,Visits made,2031-32,five,report:2/1
growth,8.5,per cent,Growth in children,2031-32,8.5%,report:2/1
""",
    "finance_lines": """line,document,amount,called,source
budget,report,2.2,Approved budget,report:1/1
gross_overspend,report,0.1,Overspend,report:1/1
""",
    "claims": """claim,says,printed,value,unit,precision,basis,check,against,definition,known_on,later,response,note,source
buildings,The trust has nine buildings.,9,9,buildings,1,count,total,sum:buildings:property,,2032-08-01,,,,report:1/1
visits,Visits are few beside children.,0.4%,0.4,per cent,0.1,arithmetic,percentage,evidence/visits/value; figures/children/value,,2032-08-01,,,,report:2/1
""",
    "evidence": """evidence,what,value,unit,date,says,known_on,source
visits,Visits made,5,visits,2032,,2032-08-01,report:2/1
""",
}
SMALL_CONTRACT = """contract_year: "2031-32"
annual_report: {at_hand: true}
starts: 2031-04-01
ends: 2032-03-31
title: Invented contract
provider: {name: An invented trust, short: AIT}
councils:
  - {id: EAST, name: East Invented Council}
  - {id: WEST, name: West Invented Council}
terms:
  - {term: Contract sum, value: "2.5", unit: £m, source: "report:1/1"}
not_reported: {}
"""
SMALL_COMMENTARY = """## overview
In {year} the trust cared for {children} children. Its board met on {date:first_meeting}.
source: report:1/0 report:1/1
"""
SMALL_PACKAGE = """name: invented
title: Invented review
licence: Invented
documents:
- {id: report, title: Invented report, publisher: Nobody, date: 2032-08, licence: Invented}
"""


# A small book: the same root with a second year, and a repository of a few templates to make its pages by.
PUBLICATION = {
    "id": "publications", "title": "Publications", "publisher": "various", "date": "2032", "licence": "Various",
}  # fmt: skip
REFERENCE = {
    "publications": """publication,title,publisher,kind,published,url,licence,read_from
news_1,"Evening News, 1 May",Evening News,official statistics,2032-05-01,https://example.org/1,All rights reserved,an extract
""",
    "glossary": "term,meaning\nKPI,A measure of performance.\n",
}
NEXT_CONTRACT = f"""contract_year: "{NEXT_YEAR}"
annual_report: {{at_hand: false, reason: "the report was not found"}}
starts: 2032-04-01
ends: 2033-03-31
title: Invented contract
provider: {{name: An invented trust, short: AIT}}
councils:
  - {{id: EAST, name: East Invented Council}}
  - {{id: WEST, name: West Invented Council}}
terms:
  - {{term: Fee, value: "1", unit: £, source: news_1}}
not_reported: {{}}
"""
NEXT_PROPERTY = "council,buildings,maintenance_schedule,source\nEAST,6,Agreed.,news_1\nWEST,7,Agreed.,news_1\n"
TEMPLATES = {
    "04_cost": [
        "# Cost, {contract_year}", 'narrative.words(review, "04_cost")', "## As printed",
        'tables.show(review, "service_costs")',
    ],
    "12_funding": [
        "# Funding, {contract_year}", "from ncthelpers import charts\n\ncharts.gaps(review)", 'tables.show(review, "budget_gaps")',
    ],
    "13_property": [
        "# Property, {contract_year}", 'tables.show(review, "property")', 'tables.sources(review, "property")',
    ],
    "comparison/01_property": [
        "# Property, {first_year} to {last_year}", 'tables.sources(review, "property")',
    ],
}  # fmt: skip
TOC = [f"{SMALL_YEAR}/04_cost", f"{SMALL_YEAR}/12_funding", f"{SMALL_YEAR}/13_property", f"{NEXT_YEAR}/13_property", "comparison/01_property"]  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    """Which book the browser opens: that of the root that ``ncthelpers test`` is asked for."""
    parser.addoption("--book", type=Path, default=REPOSITORY, metavar="ROOT", help="root of the built book to open")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that hold a slow test come first: then no worker is left with one when the others have nothing to do."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


class Done(NamedTuple):
    """What a command gave back."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of this repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def review() -> YearData:
    """The contract year that the book reviews, as checked; shared, so take tables by name (that copies them)."""
    return load_year(REPOSITORY, YEAR)


@pytest.fixture(scope="session")
def years() -> Comparison:
    """Every public year side by side, as checked; shared in the same way."""
    return load_years(REPOSITORY, toc.public_years(REPOSITORY))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A fresh copy of ``data/`` and ``_toc.yml`` that a test may break."""
    folder = tmp_path / "root"
    shutil.copytree(REPOSITORY / "data", folder / "data")
    shutil.copy(REPOSITORY / "_toc.yml", folder)
    return folder


@pytest.fixture
def root_with_book(root: Path) -> Path:
    """The same with a copy of ``book/``."""
    shutil.copytree(REPOSITORY / "book", root / "book")
    for results in ("benchmarks/results", "trials/results"):
        shutil.copytree(REPOSITORY / results, root / results)
    return root


def made_small_root(folder: Path) -> Path:
    """An invented root of small tables, sealed and without a fault, with a published page in ``book/``."""
    data = folder / "data" / SMALL_YEAR
    (data / "commentary").mkdir(parents=True)
    schemas = folder / "data" / "schemas"
    schemas.mkdir()
    written = {f"{table}.csv": text for table, text in SMALL_TABLES.items()} | {
        "contract.yml": SMALL_CONTRACT, "datapackage.yml": SMALL_PACKAGE, "commentary/04_cost.md": SMALL_COMMENTARY,
    }  # fmt: skip
    for name, text in written.items():
        (data / name).write_bytes(text.encode())
    for table in SMALL_TABLES:
        shutil.copy(REPOSITORY / "data" / "schemas" / f"{table}.yml", schemas)
    (folder / "_toc.yml").write_text(
        f"format: jb-book\nroot: index\nparts:\n  - chapters:\n      - file: {SMALL_YEAR}/04_cost\n"
    )
    (folder / "book" / SMALL_YEAR).mkdir(parents=True)
    (folder / "book" / SMALL_YEAR / "04_cost.ipynb").write_text("the published page")
    seal_year(folder, ContractYear(SMALL_YEAR))
    return folder


@pytest.fixture(scope="session")
def _small_root_to_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_small_root(tmp_path_factory.mktemp("small") / "root")


@pytest.fixture
def small_root(_small_root_to_copy: Path, tmp_path: Path) -> Path:
    """A fresh copy of the invented root (contract year 2031-32) that a test may break."""
    return Path(shutil.copytree(_small_root_to_copy, tmp_path / "small"))


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> Callable[..., Done]:
    """``ncthelpers --root ROOT ...`` within this process: exit code and what it wrote."""

    def run(root: Path, *arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["ncthelpers", "--root", str(root), *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return Done(ended.value.code or 0, *capsys.readouterr())

    return run


def _template(*cells: str, compares: bool) -> nbformat.NotebookNode:
    year, opens = ("contract_years", "open_years") if compares else ("contract_year", "open_year")
    setup = f"from ncthelpers import narrative, tables\nfrom ncthelpers.load import {opens}\n\nreview = {opens}(root, {year})"
    title, *rest = cells
    made = [
        nbformat.v4.new_markdown_cell(title, id="title"),
        nbformat.v4.new_code_cell(
            f'{year} = {[] if compares else ""!r}\nroot = ""', id="parameters", metadata={"tags": ["parameters"]}
        ),
        nbformat.v4.new_code_cell(setup, id="setup"),
    ]
    for number, source in enumerate(rest, 1):
        new = nbformat.v4.new_markdown_cell if source.startswith("#") else nbformat.v4.new_code_cell
        made.append(new(source, id=f"cell-{number:02}"))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})


class SmallBook(NamedTuple):
    """An invented root and the repository that its pages are made by; a test may break both."""

    root: Path
    repository: Path
    pool: Executor

    years = (ContractYear(SMALL_YEAR), ContractYear(NEXT_YEAR))

    def run(self, *years: ContractYear, **how: object) -> Run:
        """Run the years given, or all."""
        return run.run(self.root, self.repository, years or self.years, self.pool, **how)

    def planned(self, *years: ContractYear) -> list[plan.Folder]:
        """The folders of the years given, or of all, as they are to be."""
        asked = years or self.years
        return run.planned(self.root, self.repository, toc.folders(self.root, asked), run.opened(self.root, asked))

    def current(self, *years: ContractYear) -> set[str]:
        """The folders whose manifests say that they are what would be made now."""
        sources = manifest.Sources(self.root, self.repository)
        wanted = toc.folders(self.root, years or self.years)
        return {
            folder for folder, of in wanted.items() if manifest.is_current(self.root, folder, sources.of(folder, of))
        }

    def stale(self, *years: ContractYear) -> dict[str, tuple[str, ...]]:
        """The pages that are out of date, each with why."""
        return {f"{folder.name}/{page.name}": page.reasons for folder in self.planned(*years) for page in folder.stale}

    def pages(self) -> dict[str, bytes]:
        """Every file of the book but the manifests, with its bytes."""
        book = self.root / "book"
        return {
            path.relative_to(book).as_posix(): path.read_bytes()
            for path in sorted(book.rglob("*"))
            if path.is_file() and path.name != "manifest.json"
        }

    def template(self, name: str, *cells: str) -> Path:
        """Write a template of the given cells: those that begin with # are words, the first is its title."""
        path = self.repository / "notebooks" / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(_template(*cells, compares=name.startswith("comparison/")), path)
        return path

    def change(self, file: str, old: str, new: str) -> None:
        """Replace one piece of text in a file of the root."""
        path = self.root / file
        text = path.read_text("utf-8")
        assert text.count(old) == 1, "a test must change exactly one place"
        path.write_text(text.replace(old, new), "utf-8")

    def seal(self) -> None:
        """Record the checksums of all data."""
        seal_reference(self.root)
        for year in self.years:
            seal_year(self.root, year)


def _small_book(folder: Path, invented: Path) -> tuple[Path, Path]:
    """An invented root with a second year, a reference and what the pages around the years ask for."""
    root, repository = Path(shutil.copytree(invented, folder / "root")), folder / "repository"
    shutil.rmtree(root / "book")
    schemas, held, following = root / "data" / "schemas", root / "data" / "reference", root / "data" / NEXT_YEAR
    for name in ("conflicts", "not_readable"):
        shutil.copy(REPOSITORY / "data" / "schemas" / f"{name}.yml", schemas)
    contract = root / "data" / SMALL_YEAR / "contract.yml"
    excused = "not_reported: {conflicts: None was found., not_readable: All can be read.}"
    contract.write_text(contract.read_text("utf-8").replace("not_reported: {}", excused), "utf-8")
    (schemas / "reference").mkdir()
    held.mkdir()
    for table, text in REFERENCE.items():
        shutil.copy(REPOSITORY / "data" / "schemas" / "reference" / f"{table}.yml", schemas / "reference")
        (held / f"{table}.csv").write_text(text, "utf-8")
    described = {"name": "held", "title": "Reference", "licence": "Invented", "documents": [PUBLICATION], "records": []}
    (held / "datapackage.yml").write_text(yaml.safe_dump(described), "utf-8")
    following.mkdir()
    (following / "contract.yml").write_text(NEXT_CONTRACT, "utf-8")
    (following / "property.csv").write_text(NEXT_PROPERTY, "utf-8")
    (following / "datapackage.yml").write_text(yaml.safe_dump({**described, "name": "following"}), "utf-8")
    chapters = [{"file": page} for page in TOC]
    toc = {"format": "jb-book", "root": "index", "parts": [{"caption": "Pages", "chapters": chapters}]}
    (root / "_toc.yml").write_text(yaml.safe_dump(toc), "utf-8")
    for name, cells in TEMPLATES.items():
        SmallBook(root, repository, None).template(name, *cells)
    (repository / "requirements.lock").write_text("invented==1\n", "utf-8")
    return root, repository


@pytest.fixture(scope="session")
def threads():
    """What pages are made in: two at once, each in a process of its own."""
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture(scope="session")
def _new_book_to_copy(_small_root_to_copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("book")
    SmallBook(*_small_book(folder, _small_root_to_copy), None).seal()
    return folder


@pytest.fixture(scope="session")
def _made_book_to_copy(_new_book_to_copy: Path, threads: Executor, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = shutil.copytree(_new_book_to_copy, tmp_path_factory.mktemp("made") / "book")
    SmallBook(folder / "root", folder / "repository", threads).run()
    return folder


@pytest.fixture
def new_book(_new_book_to_copy: Path, threads: Executor, tmp_path: Path) -> SmallBook:
    """A small book none of whose pages has been made."""
    folder = shutil.copytree(_new_book_to_copy, tmp_path / "new")
    return SmallBook(folder / "root", folder / "repository", threads)


@pytest.fixture
def book(_made_book_to_copy: Path, threads: Executor, tmp_path: Path) -> SmallBook:
    """A small book whose pages have all been made."""
    folder = shutil.copytree(_made_book_to_copy, tmp_path / "made")
    return SmallBook(folder / "root", folder / "repository", threads)


class PrivateBook(NamedTuple):
    """A small book whose first year is partly restricted, and a private folder outside it that holds what is."""

    book: SmallBook
    private: Path


RESTRICTED = """restricted:
  - {table: budget_gaps, columns: [gap], reason: commercial terms, review: 2033-03-31}
  - {table: pupil_forecasts, reason: names a small school, review: 2033-06-30}
  - {commentary: 04_cost, reason: open negotiations, review: 2033-09-30}
"""
ABOUT_PAGES = (
    "definitions", "method", "assurance", "discrepancies", "coverage", "data_dictionary", "glossary", "publisher",
    "revisions", "what_changed", "performance",
)  # fmt: skip
PRIVATE_FILES = {
    "budget_gaps.csv": "year,council,gap\n2033-34,WEST,8.125\n2032-33,EAST,98765.4321\n2032-33,WEST,7.25\n2033-34,EAST,\n",
    "pupil_forecasts.csv": SMALL_TABLES["pupil_forecasts"].replace("East,,", "Zyxwvut,,"),
    "commentary/04_cost.md": "## overview\nIn {year} this plantedsentence was kept back: {children}.\nsource: report:1/1\n",
}


@pytest.fixture
def private_book(new_book: SmallBook, tmp_path: Path) -> PrivateBook:
    """A small book none of whose pages has been made, with restricted data in a folder of its own."""
    public, private = new_book.root / "data" / SMALL_YEAR, tmp_path / "kept" / "data" / SMALL_YEAR
    (private / "commentary").mkdir(parents=True)
    for name, text in PRIVATE_FILES.items():
        (private / name).write_text(text, "utf-8")
    for gap in ("10.5", "7.25", "8.125"):
        new_book.change(f"data/{SMALL_YEAR}/budget_gaps.csv", f",{gap},", ",,")
    for name in ("pupil_forecasts.csv", "commentary/04_cost.md"):
        (public / name).unlink()
    with (public / "contract.yml").open("a", encoding="utf-8") as contract:
        contract.write(RESTRICTED)
    new_book.template("14_pupils", "# Pupils, {contract_year}", 'tables.show(review, "pupil_forecasts")')
    listed = [f"{SMALL_YEAR}/13_property", f"{SMALL_YEAR}/14_pupils", *(f"about/{name}" for name in ABOUT_PAGES)]
    lines = "".join(f"  - file: {page}\n" for page in listed)
    new_book.change("_toc.yml", f"  - file: {SMALL_YEAR}/13_property\n", lines)
    shutil.copy(REPOSITORY / "_config.yml", new_book.repository)
    new_book.seal()
    return PrivateBook(new_book, tmp_path / "kept")


class _NoPool:
    """What pages are handed to and that makes none of them."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def submit(self, make: Callable, task: object, *_: object) -> Future:
        self.asked.append(f"{task.folder}/{task.name}")
        refused = Future()
        refused.set_exception(workers.WorkerFailed("no page is made in this test"))
        return refused


@pytest.fixture
def no_pages(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """No command makes a page; those that would have been."""
    pool = _NoPool()
    monkeypatch.setattr(executors, "pool", lambda *_: nullcontext(pool))
    return pool.asked
