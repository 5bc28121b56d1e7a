"""The invented trust counts its KPIs from invented returns: month by month what its table of values says, and so its book."""

import csv
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ncthelpers import cli
from ncthelpers.cli import returns  # noqa: F401  the command is known once it is imported
from ncthelpers.publish import run
from ncthelpers.returns import results
from ncthelpers.years import ContractYear

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "inventshire"
YEARS = ("2023-24", "2024-25")
# Of each return, which files of a year's folder it is, and how many years before it looks back to. The workforce return comes
# before the logs: both tell of staff in September, and the logs of every other month too.
RETURNS = {"csww": ("csww.xml", 0), "ssda903": ("ssda903", 3), "cin": ("cin.xml", 1), "logs": ("logs", 1)}
LINKED = {
    "A": "referral_decision_1wd", "B": "rereferrals_12m", "C": "assessments_45wd", "D": "icpc_15wd", "E": "repeat_plans",
    "H": "three_placements", "I": "long_term_stability", "J": "distance_20_miles", "L": "care_leavers_accommodation_17_21",
    "M": "sw_vacancy_rate", "O": "caseload_above_target", "R": "complaints_10wd",
}  # fmt: skip
PAGE = "25_kpi_months"
TOC = "format: jb-book\nroot: index\nparts:\n  - caption: Pages\n    chapters:\n      - file: {page}\n"


def make_returns(folder: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, EXAMPLE / "make_returns.py", folder], capture_output=True, text=True, check=False
    )


def before(year: str, by: int) -> str:
    first = int(year[:4]) - by
    return f"{first}-{(first + 1) % 100:02}"


def count(of: str, made: Path, year: str, out: Path) -> None:
    """``ncthelpers returns`` for one return of a year, with those of the years that it looks back to."""
    place, back = RETURNS[of]
    earlier = [f"--earlier={label}={made / label / place}" for label in (before(year, n) for n in range(1, back + 1))]
    asked = ["returns", of, made / year / place, "--year", year, "--out", out, *earlier]
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
        patch.setattr(cli, "_root", cli.root())  # so that it is set back
        patch.setattr(sys, "argv", ["ncthelpers", "--root", str(EXAMPLE), *map(str, asked)])
        cli.main()
    assert not ended.value.code


def rows_of(path: Path) -> list[dict]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """The invented returns of every year, made as the README says."""
    folder = tmp_path_factory.mktemp("returns")
    done = make_returns(folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def out(made, tmp_path_factory) -> Path:
    """What the command counted from them: a folder a year."""
    folder = tmp_path_factory.mktemp("counted")
    for year in YEARS:
        for of in RETURNS:
            count(of, made, year, folder / year)
    return folder


@pytest.fixture(scope="module")
def tables(out, tmp_path_factory) -> Path:
    """``kpi_values.csv`` of each year: the rows of linked KPIs as counted, those of the others as they were typed in."""
    folder = tmp_path_factory.mktemp("tables")
    for year in YEARS:
        data, counted, rows = EXAMPLE / "data" / year, results.read_table(out / year / "kpi_results.csv"), []
        typed = rows_of(data / "kpi_values.csv")
        for kpi in rows_of(data / "kpis.csv"):
            own = [row for row in typed if row["kpi"] == kpi["kpi"]]
            linked = results.kpi_values(counted, [kpi], ContractYear(year), own[0]["source"])
            rows += linked if kpi["indicator"] else own
        results.write_table(folder / year / "kpi_values.csv", rows, list(typed[0]))
    return folder


@pytest.mark.parametrize("year", YEARS)
def test_what_is_counted_from_the_returns_is_what_the_trust_reported_month_by_month(tables, year):
    counted = [row for row in rows_of(tables / year / "kpi_values.csv") if row["kpi"] in LINKED]
    typed = {(row["kpi"], row["period"]): row for row in rows_of(EXAMPLE / "data" / year / "kpi_values.csv")}
    assert Counter(row["kpi"] for row in counted) == dict.fromkeys(LINKED, 12)
    assert [row for row in counted if row != typed[row["kpi"], row["period"]]] == []


@pytest.mark.parametrize("year", YEARS)
def test_only_kpis_of_the_same_definition_are_linked(year):
    assert {row["kpi"]: row["indicator"] for row in rows_of(EXAMPLE / "data" / year / "kpis.csv") if row["indicator"]} == LINKED  # fmt: skip


@pytest.mark.parametrize("year", YEARS)
def test_the_table_of_values_is_written_to_the_byte(tables, year):
    assert (tables / year / "kpi_values.csv").read_bytes() == (EXAMPLE / "data" / year / "kpi_values.csv").read_bytes()


def test_the_page_of_kpis_made_from_the_returns_is_the_page_made_from_the_table(tables, tmp_path, repository, threads):
    """One page, made in a root whose table is as committed and in one whose table is as counted; both must pass the seal."""
    templates, year, page = tmp_path / "repository", YEARS[-1], {}
    (templates / "notebooks").mkdir(parents=True)
    shutil.copy(repository / "notebooks" / f"{PAGE}.ipynb", templates / "notebooks")
    shutil.copy(repository / "requirements.lock", templates)
    left = shutil.ignore_patterns("book", "_build", "_toc.yml", "kpi_values.csv")
    for name, values in (("typed", EXAMPLE / "data"), ("counted", tables)):
        root = shutil.copytree(EXAMPLE, tmp_path / name, ignore=left)
        for each in YEARS:
            shutil.copy(values / each / "kpi_values.csv", root / "data" / each)
        (root / "_toc.yml").write_text(TOC.format(page=f"{year}/{PAGE}"), "utf-8")
        assert run.run(root, templates, [ContractYear(year)], threads).changed == {year: (f"{PAGE}.ipynb",)}
        page[name] = (root / "book" / year / f"{PAGE}.ipynb").read_bytes()
    assert page["counted"] == page["typed"]


def test_one_decision_made_late_moves_its_month_and_no_other(out, made, tmp_path):
    year = YEARS[-1]
    log = shutil.copytree(made / year / "logs", tmp_path / year / "logs") / "referral_decisions.csv"
    shutil.copytree(made / before(year, 1) / "logs", tmp_path / before(year, 1) / "logs")
    rows = rows_of(log)
    quick = next(row for row in rows if row["referred"].endswith("/05/2024") and row["decided"] == row["referred"])
    quick |= {"decided": "28/06/2024"}
    results.write_table(log, rows, list(rows[0]))
    count("logs", tmp_path, year, tmp_path / "out")

    def by_month(folder: Path) -> dict[str, tuple[int, int]]:
        found = results.read_table(folder / "kpi_results.csv")
        return {row["period"]: (row["numerator"], row["denominator"]) for row in found
                if (row["indicator"], row["series"]) == (LINKED["A"], "month")}  # fmt: skip

    whole, now = by_month(out / year), by_month(tmp_path / "out")
    assert {month: (whole[month], now[month]) for month in whole if whole[month] != now[month]} == {
        "2024-05": ((574, 634), (573, 634))
    }


@pytest.mark.parametrize("year", YEARS)
def test_the_workforce_return_of_september_says_what_the_logs_of_the_month_say(made, out, year, tmp_path):
    count("csww", made, year, tmp_path)

    def september(folder: Path) -> list[tuple]:
        found = results.read_table(folder / "kpi_results.csv")
        return [(row["indicator"], row["numerator"], row["denominator"]) for row in found
                if row["indicator"] in {"sw_vacancy_rate", "sw_agency_rate"} and row["period"] == f"{year[:4]}-09"]  # fmt: skip

    assert september(tmp_path) == september(out / year) != []


def test_what_does_not_count_is_there_and_is_left_out_by_reason(out):
    reasons = {(row["table"] or row["indicator"], row["reason"]) for row in rows_of(out / YEARS[-1] / "left_out.csv")}
    assert {
        ("episodes", "left out: it ends before it starts"),
        ("episodes", "left out: no id of the child"),
        ("episodes", "left out: the same record stands in the return more than once"),
        ("three_placements", "in care for an agreed series of short breaks (V3 or V4)"),
        ("care_leavers_accommodation_17_21", "abroad, deported or residence not known"),
        ("care_leavers_accommodation_17_21", "back with parents for six months or more"),
        ("rereferrals_12m", "another referral of the same child on the same day, counted once"),
        ("icpc_15wd", "a conference for a child who moved in with a plan, counted apart"),
        ("referral_decision_1wd", "the decision is before the referral"),
        ("sw_vacancy_rate", "an agency worker, whose post counts as vacant"),
        ("caseload_above_target", "not a qualified social worker"),
        ("complaints_10wd", "answered before it was received or last clarified"),
    } <= reasons


def test_the_same_seed_makes_the_same_returns(made, tmp_path):
    done = make_returns(tmp_path)
    assert done.returncode == 0 and "2020-21, 2021-22, 2022-23, 2023-24, 2024-25" in done.stdout
    files = [path.relative_to(made) for path in sorted(made.rglob("*")) if path.is_file()]
    assert files and all((made / file).read_bytes() == (tmp_path / file).read_bytes() for file in files)


def test_no_record_is_written_into_a_git_work_tree(tmp_path):
    (tmp_path / ".git").mkdir()
    done = make_returns(tmp_path / "returns")
    assert done.returncode == 2 and "Git work tree" in done.stderr
    assert not (tmp_path / "returns").exists()


@given(
    numbers=st.lists(st.integers(0, 9), min_size=1, max_size=30), longest=st.integers(1, 12), dice=st.randoms(use_true_random=False)
)  # fmt: skip
@settings(max_examples=50)
def test_stays_give_every_month_as_many_as_are_wanted_and_none_is_too_long(numbers, longest, dice):
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(EXAMPLE)
        from invented_records.wanted import spans
    found = spans(dict(enumerate(numbers, 24_000)), longest, dice)
    assert [
        sum(first <= month <= end for first, end in found) for month in range(24_000, 24_000 + len(numbers))
    ] == numbers
    assert all(1 <= end - first + 1 <= longest for first, end in found)
