"""Another trust needs a folder, not code: one with one council and one with three, made of the example, and what their books say."""

import csv
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup

from ncthelpers.load import load_years, seal_reference, seal_year
from ncthelpers.publish import toc
from ncthelpers.yaml_files import read_yaml
from ncthelpers.years import ContractYear

pytestmark = pytest.mark.slow

EXAMPLE = "inventshire"
NORTH, SOUTH, JOINT = "north_inventshire", "south_inventshire", "inventshire"
WEST = "west_thornfield"
# Of the trust that they are made of, and of the one that the public book is about.
OTHERS = re.compile(r"inventshire|\bICT\b|\b[NS]IC\b|\b[ns]ic_|northampton|\bNCT\b|\b[NW]NC\b", re.IGNORECASE)
OF_TWO = re.compile(r"\b(?:both|two) (?:invented )?councils|the other council", re.IGNORECASE)
SPEAKS_OF_MANY = re.compile(r"\b(?:the|its|all) councils\b", re.IGNORECASE)
_DRAWING = re.compile(r"base64,[^\"']*")
SHOWN_BY_EXAMPLE = ("about/first_rerun", "about/commands")
DICTIONARY = "about/data_dictionary"  # what the schemas mean whatever the trust


@dataclass(frozen=True)
class Trust:
    """What is made of the example: the words put in the place of its own, in their order, and how many councils there are."""

    councils: int
    words: tuple[tuple[str, str], ...]


ONE = Trust(1, (
    ("North Inventshire Council; South Inventshire Council", "Marrowdale Council"),
    ("North Inventshire Council and South Inventshire Council", "Marrowdale Council"),
    ("North and South Inventshire", "Marrowdale"), ("North Inventshire", "Marrowdale"), ("South Inventshire", "Marrowdale"),
    ("ICT, NIC and SIC", "MCT and MDC"), ("NIC, SIC and ICT", "MDC and MCT"), ("NIC and SIC", "MDC"), ("NIC", "MDC"), ("SIC", "MDC"),
    ("nic_", "mdc_"), ("sic_", "mdc_second_"), ("north_inventshire", "marrowdale"), ("inventshire", "marrowdale"),
    ("Inventshire", "Marrowdale"), ("ICT", "MCT"), ("ict_", "mct_"),
    ("their councils", "its council"), ("Both councils", "The council"), ("both councils", "the council"),
    ("both invented councils", "the invented council"), ("the two councils", "the council"), ("two invented councils", "invented council"),
    ("both Cabinets", "the Cabinet"), ("both Councils", "the Council"), ("Cabinets of the council", "Cabinet of the council"),
    ("The councils", "The council"), ("the councils", "the council"), ("invented councils", "invented council"),
))  # fmt: skip
THREE = Trust(3, (
    ("North Inventshire Council; South Inventshire Council", "North Thornfield Council; South Thornfield Council; West Thornfield Council"),
    ("North Inventshire Council and South Inventshire Council", "North and South and West Thornfield Councils"),
    ("North and South Inventshire", "North and South and West Thornfield"),
    ("north_inventshire", "north_thornfield"), ("south_inventshire", "south_thornfield"),
    ("ICT, NIC and SIC", "TCT, NTC, STC and WTC"), ("NIC, SIC and ICT", "NTC, STC, WTC and TCT"), ("NIC and SIC", "NTC and STC and WTC"),
    ("NIC", "NTC"), ("SIC", "STC"), ("nic_", "ntc_"), ("sic_", "stc_"), ("inventshire", "thornfield"), ("Inventshire", "Thornfield"),
    ("ICT", "TCT"), ("ict_", "tct_"), ("Both councils", "The three councils"), ("both councils", "all three councils"),
    ("both invented councils", "all three invented councils"), ("two councils", "three councils"), ("two invented councils", "three invented councils"),
    ("both Cabinets", "all three Cabinets"), ("both Councils", "all three Councils"),
))  # fmt: skip


def _rows(path: Path, change: Callable[[list[dict]], list[dict]]) -> None:
    """Change the rows of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows, columns = change(list(reader)), reader.fieldnames
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _without(column: str, *values: str) -> Callable[[list[dict]], list[dict]]:
    return lambda rows: [row for row in rows if row[column] not in values]


def _with_copies(column: str, old: str, new: str, **other: str) -> Callable[[list[dict]], list[dict]]:
    """The rows, and of those of one value a copy each with another."""
    return lambda rows: rows + [{**row, column: new, **other} for row in rows if row[column] == old]


def _one_reference(folder: Path) -> None:
    """The south is an authority like any other, and what was a joint return is the one council's."""

    def area(rows: list[dict]) -> list[dict]:
        rows = _without("area", JOINT, f"neighbours_of_{SOUTH}")(rows)
        other = {"area": "example_borough_13", "name": "Example Borough 13", "code": "X09000013", "note": "Invented."}
        return [{**row, **other} if row["area"] == SOUTH else row for row in rows]

    def member(rows: list[dict]) -> list[dict]:
        kept = _without("group", JOINT, f"neighbours_of_{SOUTH}")(rows)
        return [{**row, "member": "example_borough_13"} if row["member"] == SOUTH else row for row in kept]

    def of_council(rows: list[dict]) -> list[dict]:
        return [{**row, "area": NORTH} if row["area"] == JOINT else row for row in rows]

    def of_authority(rows: list[dict]) -> list[dict]:
        return [{**row, "area": "example_borough_13"} if row["area"] == SOUTH else row for row in of_council(rows)]

    _rows(folder / "areas.csv", area)
    _rows(folder / "area_members.csv", member)
    _rows(folder / "area_changes.csv", _without("new", SOUTH))
    _rows(folder / "official.csv", lambda rows: of_council(_without("area", SOUTH)(rows)))
    _rows(folder / "authority_values.csv", of_authority)
    _rows(folder / "glossary.csv", _without("term", "SIC"))


def _three_reference(folder: Path) -> None:
    """A third council with the figures of the first, in the joint return and with neighbours of its own."""
    group = f"neighbours_of_{WEST}"

    def area(rows: list[dict]) -> list[dict]:
        rows = _with_copies("area", NORTH, WEST, name="West Thornfield", code="X06000003",
                            note="Invented; served by West Thornfield Council.")(rows)  # fmt: skip
        joint = "North Thornfield / South Thornfield / West Thornfield"
        rows = [{**row, "name": joint} if row["area"] == JOINT else row for row in rows]
        return _with_copies(
            "area", f"neighbours_of_{NORTH}", group, name="Statistical neighbours of West Thornfield", code="X15000003"
        )(rows)

    def member(rows: list[dict]) -> list[dict]:
        rows = rows + [{**row, "member": WEST} for row in rows if (row["group"], row["member"]) == (JOINT, NORTH)]
        return _with_copies("group", f"neighbours_of_{NORTH}", group, of=WEST)(rows)

    _rows(folder / "areas.csv", area)
    _rows(folder / "area_members.csv", member)
    _rows(folder / "area_changes.csv", _with_copies("new", NORTH, WEST))
    _rows(folder / "official.csv", _with_copies("area", NORTH, WEST))
    _rows(folder / "authority_values.csv", _with_copies("area", NORTH, WEST))
    _rows(
        folder / "glossary.csv",
        _with_copies("term", "NIC", "WTC", meaning="West Thornfield Council, which does not exist."),
    )


def _year(folder: Path, councils: int) -> None:
    """The tables that are kept by council, and what counts over them."""
    contract = read_yaml((folder / "contract.yml").read_text("utf-8"))
    if councils == 1:
        contract["councils"] = contract["councils"][:1]
        contract["timetable"] = [
            {**step, "before": step["before"].replace("sic_", "nic_")} if "before" in step else step
            for step in contract["timetable"] if not step["step"].startswith("sic_")
        ]  # fmt: skip
        for table in ("budget_gaps", "property"):
            _rows(folder / f"{table}.csv", _without("council", "SIC"))
        _rows(folder / "review_steps.csv", _without("step", "sic_cabinet", "sic_council"))
        _rows(folder / "published_finance.csv", _without("body", "SIC"))
        _rows(folder / "pupil_forecasts.csv", _without("area", "South Inventshire"))
    else:
        contract["councils"].append({"id": "WTC", "name": "West Thornfield Council", "area": WEST})
        for table in ("budget_gaps", "property"):
            _rows(folder / f"{table}.csv", _with_copies("council", "NIC", "WTC"))
    (folder / "contract.yml").write_text(yaml.safe_dump(contract, sort_keys=False, allow_unicode=True), "utf-8")
    for page in ("03_dependencies", "12_funding"):  # they speak of two
        path = folder / "commentary" / f"{page}.md"
        path.write_text(re.sub(r"^(Both councils forecast|The trust works from) .*$", "These are the figures.", path.read_text("utf-8"),
                               flags=re.MULTILINE), "utf-8")  # fmt: skip


def _names(root: Path) -> list[tuple[str, str]]:
    """New names for the KPIs, the KPIs of the support services, and the services, longest first."""
    found = {}
    for folder in sorted((root / "data").glob("20*")):
        for table, column, new in (
            ("kpis", "kpi", "Key measure"),
            ("support_service_kpis", "kpi", "Support measure"),
            ("service_costs", "", "Service"),
        ):
            with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
                for number, row in enumerate(csv.DictReader(file), 1):
                    if row.get("role", "service") == "service":
                        name = row.get("name") or row["service"]
                        found.setdefault(name, f"{new} {row[column] if column else number} of the place")
    return sorted(found.items(), key=lambda pair: -len(pair[0]))


def made(folder: Path, example: Path, trust: Trust) -> Path:
    """The root of a trust made of the example: nothing of the first is left, and it is sealed."""
    root = folder / "root"
    shutil.copytree(example, root, ignore=shutil.ignore_patterns("book", "_build", "README.md", ".sealed.json"))
    (_one_reference if trust.councils == 1 else _three_reference)(root / "data" / "reference")
    years = sorted(path.name for path in (root / "data").glob("20*"))
    for year in years:
        _year(root / "data" / year, trust.councils)
    words = [*_names(root), *trust.words]
    for path in [
        *root.glob("*.*"),
        root / "data" / "publisher.yml",
        *(path for part in (*years, "reference") for path in (root / "data" / part).rglob("*.*")),
    ]:
        text = path.read_text("utf-8")
        for old, new in words:
            text = text.replace(old, new)
        path.write_text(text, "utf-8")
    seal_reference(root)
    for year in years:
        seal_year(root, ContractYear(year))
    return root


def _made_by(trust: Trust, folder: Path, repository: Path, *command: str) -> Path:
    root = made(folder, repository / "examples" / EXAMPLE, trust)
    done = subprocess.run([Path(sys.executable).with_name("ncthelpers"), "--root", root, *command],
                          cwd=repository, capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return root


@pytest.fixture(scope="module")
def one(tmp_path_factory, repository) -> Path:
    """A trust with one council, its book and its HTML made by the command."""
    return _made_by(ONE, tmp_path_factory.mktemp("one"), repository, "book")


@pytest.fixture(scope="module")
def three(tmp_path_factory, repository) -> Path:
    """A trust with three councils, the pages of its newest year and of the comparison made by the command."""
    return _made_by(THREE, tmp_path_factory.mktemp("three"), repository, "run", "2024-25")


def _texts(root: Path) -> dict[str, str]:
    """What every page of a book says, by its name: words, tables as HTML, alternative texts; without the drawings themselves."""
    found = {}
    for path in sorted((root / "book").rglob("*")):
        name = path.relative_to(root / "book").with_suffix("").as_posix()
        if name in SHOWN_BY_EXAMPLE:
            continue
        if path.suffix == ".ipynb":
            cells = json.loads(path.read_text("utf-8"))["cells"]
            words = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
            shown = [
                "".join(output.get("data", {}).get("text/html", ""))
                for cell in cells
                for output in cell.get("outputs", ())
            ]
            found[name] = "\n".join([*words, *(_DRAWING.sub("", html) for html in shown)])
        elif path.suffix == ".md":
            found[name] = path.read_text("utf-8")
    return found


def _said(texts: dict[str, str], pattern: re.Pattern) -> dict[str, list[str]]:
    return {name: hits for name, text in texts.items() if (hits := [hit[0] for hit in pattern.finditer(text)])}


def _rows_of(root: Path, page: str, caption: str) -> list[list[str]]:
    """The rows of a table of a page."""
    cells = nbformat.read(root / "book" / f"{page}.ipynb", 4).cells
    html = "".join(output["data"].get("text/html", "") for cell in cells for output in cell.get("outputs", ()))
    [table] = [table for table in BeautifulSoup(html, "html.parser").find_all("table")
               if table.caption and table.caption.get_text(" ", strip=True).startswith(caption)]  # fmt: skip
    return [
        [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])] for row in table.tbody.find_all("tr")
    ]


def test_no_page_names_another_trust_or_speaks_of_two_councils(one, three):
    for root in (one, three):
        texts = _texts(root)
        assert len(texts) > (60 if root is one else 40)
        assert _said(texts, OTHERS) == {}
        assert _said(texts, OF_TWO) == {}


def test_what_is_looked_for_is_found_where_it_is(repository):
    assert OTHERS.search("Inventshire") and OTHERS.search("by SIC") and not OTHERS.search("basic_rate of MCT")
    assert OF_TWO.search("Both councils agreed") and SPEAKS_OF_MANY.search("The councils' budget gaps")


def test_the_book_of_one_council_speaks_of_one(one):
    texts = {name: text for name, text in _texts(one).items() if name != DICTIONARY}
    data = _said({name: text.replace("to the Councils", "") for name, text in texts.items()}, SPEAKS_OF_MANY)
    assert data == {}
    titles = {name: text.splitlines()[0] for name, text in texts.items()}
    assert titles["2024-25/03_dependencies"].startswith("# 3. The council's performance of its obligations, 2024-25")
    assert "Marrowdale Council" in texts["index"] and " and Marrowdale" not in texts["index"]


def test_the_books_of_two_and_three_councils_speak_of_several(three):
    texts = _texts(three)
    assert texts["2024-25/03_dependencies"].startswith("# 3. The councils' performance of their obligations, 2024-25")
    assert "North Thornfield Council, South Thornfield Council and West Thornfield Council" in texts["index"]


def test_tables_by_council_have_a_row_a_council_and_a_total_of_several_only(one, three):
    caption = "Budget gaps forecast, by council"
    alone, several = ([row[1] for row in _rows_of(root, "2024-25/12_funding", caption)] for root in (one, three))
    assert alone == ["Marrowdale Council"] * 3
    councils = ["North Thornfield Council", "South Thornfield Council", "West Thornfield Council", "All councils"]
    assert several == councils * 3
    first = [float(row[2]) for row in _rows_of(three, "2024-25/12_funding", caption)[:4]]
    assert first == [7.045, 8.11, 7.045, 22.2]


def test_official_figures_are_added_over_as_many_areas_as_there_are(one, three):
    for root, areas in ((one, 1), (three, 3)):
        newest = load_years(root, toc.public_years(root)).newest
        assert len(newest.contract["councils"]) == areas
    [alone], [added] = (
        [
            row
            for row in _rows_of(root, "2024-25/20_official_demand", "Demand in official statistics")
            if row[0] == "Referrals"
        ]
        for root in (one, three)
    )
    assert (alone[-1], added[-1]) == ("one authority", "sum of the authorities' counts")
    assert float(alone[2].replace(",", "")) * 2 < float(added[2].replace(",", ""))


def test_the_html_of_another_trust_is_built_of_every_page_and_names_no_other(one):
    site = one / "_build" / "html"
    for page in {"index", *toc.pages_listed(one)} - set(SHOWN_BY_EXAMPLE):
        assert not OTHERS.search(_DRAWING.sub("", (site / f"{page}.html").read_text("utf-8"))), page
    assert all(not OTHERS.search(path.read_text("utf-8")) for path in (site / "data").rglob("*.csv"))
