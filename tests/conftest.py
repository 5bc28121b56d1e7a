"""What many tests need: the repository, its reviewed year, and copies and an invented root that a test may break."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from ncthelpers import cli
from ncthelpers.load import Comparison, YearData, load_year, load_years, seal_year
from ncthelpers.publish import site
from ncthelpers.years import ContractYear

REPOSITORY = Path(__file__).resolve().parents[1]
YEAR = "2021-22"
SMALL_YEAR = "2031-32"

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
    return load_years(REPOSITORY, site.public_years(REPOSITORY))


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
