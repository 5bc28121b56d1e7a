"""The command ``ncthelpers returns``: what it writes, what it refuses, and that no record of a child leaves."""

import csv
import subprocess
import sys

import openpyxl
import pytest

from ncthelpers import cli
from ncthelpers.cli import returns  # noqa: F401  the command is known once it is imported
from ncthelpers.disclosure_ratios import ratio_faults
from ncthelpers.returns import results
from ncthelpers.returns.indicators import makeups
from ncthelpers.returns.layouts import layout_for
from ncthelpers.years import ContractYear

LOG = "child,referred,referred_time,decided,decided_time"
HEADER = "year,return,return_year,file,sha256,layout,rows,symbol"


@pytest.fixture
def command(monkeypatch, capsys):
    """The command as it is called; gives its exit code and what it said."""

    def called(*arguments):
        monkeypatch.setattr(sys, "argv", ["ncthelpers", *map(str, arguments)])
        monkeypatch.setattr(cli, "_root", cli.root())  # so that it is set back
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code or 0, "".join(capsys.readouterr())

    return called


@pytest.fixture
def log(tmp_path):
    """Decisions on 40 referrals, a day for each of a month, of which 9 were late, and two rows that cannot count."""

    def written(name="log", month="2022-05", late=9):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        decided = ["30" if n < late else f"{1 + n % 20:02}" for n in range(40)]
        rows = [f"SECRET{n},{month}-{1 + n % 20:02},,{month}-{day}," for n, day in enumerate(decided)]
        (folder / "referral_decisions.csv").write_text(
            "\n".join([LOG, *rows, "SECRET97,2022-05-31,,2022-05-01,", "SECRET98,,,,", "SECRET99,soon,,,"]) + "\n",
            "utf-8",
        )
        return folder

    return written


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def written_to(folder):
    return "".join(path.read_text("utf-8") for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_log_becomes_counts_exclusions_and_checksums_and_no_record(command, log, tmp_path):
    code, said = command("returns", "logs", log(), "--year", "2022-23", "--out", tmp_path / "out")
    assert code == 0, said
    may = {
        (row["indicator"], row["series"]): row
        for row in rows_of(tmp_path / "out/kpi_results.csv")
        if row["period"] == "2022-05"
    }
    assert {key: may[key]["value"] for key in may} == {
        (name, series): "77.5"
        for name in ("referral_decision_1wd", "referral_decision_2wd")
        for series in ("month", "year to date")
    }
    assert may["referral_decision_1wd", "month"]["return"] == "logs"
    [row] = rows_of(tmp_path / "out/inputs.csv")
    checksum = subprocess.run(
        ["sha256sum", log() / "referral_decisions.csv"], capture_output=True, text=True, check=True
    ).stdout
    assert (row["file"], row["rows"], row["layout"]) == ("referral_decisions.csv", "40", "logs-every-year")
    assert row["sha256"] == checksum.split()[0]
    reasons = {
        (row["table"], row["reason"]): (row["records"], row["symbol"]) for row in rows_of(tmp_path / "out/left_out.csv")
    }
    assert reasons["referrals", "left out: no day on which it was so, or came"] == ("", "c")
    assert "reason: left out: no day on which it was so, or came; records: 2" in said
    assert "indicator: rereferrals_12m; why: no return gives the day on which the case of a referral was closed" in said
    assert "SECRET" not in written_to(tmp_path / "out") + said
    assert str(tmp_path) not in written_to(tmp_path / "out")


def test_nothing_hidden_can_be_worked_out_from_the_file(command, log, tmp_path):
    assert command("returns", "logs", log(late=3), "--year", "2022-23", "--out", tmp_path / "out")[0] == 0
    rows = results.read_table(tmp_path / "out/kpi_results.csv")
    assert any(row["symbol"] == "c" for row in rows)
    assert list(ratio_faults("kpi_results.csv", rows, makeups())) == []


def test_a_second_run_is_the_same_bytes_and_another_return_leaves_it_be(command, log, tmp_path, golden):
    arguments = ("returns", "logs", log(), "--year", "2022-23", "--out", tmp_path / "out")
    command(*arguments)
    first = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    command(*arguments)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == first
    sample = golden / "csww/social_work_workforce_2022_sample.xml"
    code, said = command("returns", "csww", sample, "--year", "2022-23", "--out", tmp_path / "out")
    assert code == 0, said
    for name, text in first.items():
        lines = (tmp_path / "out" / name).read_bytes().splitlines()
        known = set(text.splitlines())
        assert known <= set(lines) and (known < set(lines) or name == "demand.csv"), f"{name} has the rows of both"


def test_counts_of_a_day_from_another_return_are_replaced_and_that_is_said(command, log, tmp_path, golden):
    folder = log()
    days = [f"w{n},{day},no,1,yes\n" for day in ("2022-05-31", "2022-09-30") for n in range(8)]
    (folder / "social_workers.csv").write_text("worker,day,agency,fte,qualified\n" + "".join(days), "utf-8")
    sample = golden / "csww/social_work_workforce_2022_sample.xml"
    command("returns", "csww", sample, "--year", "2022-23", "--out", tmp_path / "out")
    code, said = command("returns", "logs", folder, "--year", "2022-23", "--out", tmp_path / "out")
    told = next(line for line in said.splitlines() if "indicator: sw_agency_rate; counts:" in line)
    assert code == 0 and told.endswith("in place of those from: csww")
    of = {(row["indicator"], row["period"]): row["return"] for row in rows_of(tmp_path / "out/kpi_results.csv")}
    assert [of["sw_agency_rate", f"2022-{month}"] for month in ("05", "09")] == ["logs", "logs"]
    assert of["sw_vacancy_rate", "2022-09"] == "csww"
    code, said = command("returns", "csww", sample, "--year", "2022-23", "--out", tmp_path / "out")
    of = {(row["indicator"], row["period"]): row["return"] for row in rows_of(tmp_path / "out/kpi_results.csv")}
    assert [of["sw_agency_rate", f"2022-{month}"] for month in ("05", "09")] == ["logs", "csww"]


def test_earlier_years_are_read_for_what_looks_back(command, log, tmp_path):
    out = tmp_path / "out"
    before = log("before", "2021-05")
    code, said = command("returns", "logs", log(), "--year", "2022-23", "--earlier", f"2021-22={before}", "--out", out)
    assert code == 0, said
    assert "days: 2021-04-01 to 2023-03-31" in said
    assert {row["return_year"] for row in rows_of(out / "inputs.csv")} == {"2021-22", "2022-23"}
    assert {row["period"][:4] for row in rows_of(out / "kpi_results.csv")} == {"2022", "2023"}


def test_months_after_the_day_of_the_log_are_not_available(command, log, tmp_path):
    out = tmp_path / "out"
    command("returns", "logs", log(), "--year", "2022-23", "--as-at", "2022-06-30", "--out", out)
    told = {row["period"]: row["symbol"] for row in rows_of(out / "kpi_results.csv") if row["series"] == "month"}
    assert (told["2022-05"], told["2022-06"], told["2022-07"]) == ("", "z", "x")


def test_an_annex_a_workbook_is_counted_for_its_months(command, tmp_path):
    module, book = layout_for("annex-a", ContractYear("2022-23"))["plans"], openpyxl.Workbook()
    sheet = book.create_sheet("List 7")
    sheet.append([column.theirs for column in module.columns])
    for n in range(60):
        sheet.append([f"SECRET{n}", f"{1 + n % 28:02}/10/2022", None, "a few" if n == 0 else n % 2])
    book.save(tmp_path / "annex_a.xlsx")
    arguments = (
        "annex-a",
        tmp_path / "annex_a.xlsx",
        "--year",
        "2022-23",
        "--as-at",
        "2022-12-31",
        "--out",
        tmp_path / "out",
    )
    code, said = command("returns", *arguments)
    assert code == 0, said
    rows = {(row["series"], row["period"]): row for row in rows_of(tmp_path / "out/kpi_results.csv")}
    october = rows["month", "2022-10"]
    assert (october["numerator"], october["denominator"], october["value"]) == ("30", "59", "50.8")
    assert {period: row["symbol"] for (series, period), row in rows.items() if series == "month"} == {
        **{f"2022-{month:02}": "x" for month in (4, 5, 6)}, **{f"2022-{month:02}": "z" for month in (7, 8, 9, 11, 12)},
        "2022-10": "", **{f"2023-{month:02}": "x" for month in (1, 2, 3)},
    }  # fmt: skip
    assert "Number of Previous Child Protection Plans is not a whole number" in said
    assert "SECRET" not in written_to(tmp_path / "out") + said


# Records of children


def test_records_left_out_are_listed_outside_any_repository(command, log, tmp_path):
    detail = tmp_path / "detail"
    code, said = command("returns", "logs", log(), "--year", "2022-23", "--out", tmp_path / "out", "--detail", detail)
    assert code == 0, said
    listed = rows_of(detail / "records_left_out.csv")
    assert {(row["table"], row["row"], row["child"]) for row in listed} == {
        ("referrals", "43", "SECRET98"),
        ("referrals", "44", "SECRET99"),
    }
    assert {row["records"] for row in rows_of(detail / "left_out.csv") if row["table"]} == {"1", "2"}
    whom = rows_of(detail / "members_left_out.csv")
    assert {(row["indicator"], row["who"], row["day"], row["reason"]) for row in whom} == {
        (f"referral_decision_{days}wd", "SECRET97", "2022-05-31", "the decision is before the referral")
        for days in (1, 2)
    }
    assert detail.stat().st_mode & 0o077 == 0, "nobody but the user may look"


@pytest.mark.parametrize("place", ["tree", "tree/new/deep", "root", "root/detail", "out", "out/detail", "link/detail"])
def test_records_never_stand_where_they_could_be_published(command, log, tmp_path, place):
    (tmp_path / "tree/.git").mkdir(parents=True)
    (tmp_path / "root/data").mkdir(parents=True)
    (tmp_path / "root/_toc.yml").touch()
    (tmp_path / "link").symlink_to(tmp_path / "tree")
    before = sorted(tmp_path.rglob("*"))
    folder = log()
    code, said = command(
        "returns", "logs", folder, "--year", "2022-23", "--out", tmp_path / "out", "--detail", tmp_path / place
    )
    assert code == 2 and "would hold records of children" in said and "Traceback" not in said
    assert [path for path in sorted(tmp_path.rglob("*")) if not path.is_relative_to(folder)] == before


# Bad input


def test_every_fault_of_every_year_is_told_at_once_and_nothing_is_written(command, log, tmp_path):
    folder, before = log(), log("before")
    for place in (folder, before):
        (place / "referral_decisions.csv").write_text("child,referred\n", "utf-8")
    (folder / "complaints.csv").write_text("complaint,stage,received,responded\n1,1\n", "utf-8")
    out = tmp_path / "out"
    code, said = command("returns", "logs", folder, "--year", "2022-23", "--earlier", f"2021-22={before}", "--out", out)
    assert code == 2 and not out.exists() and "Traceback" not in said
    for part in (
        "log/referral_decisions.csv, row 1, column decided: is missing",
        "before/referral_decisions.csv, row 1, column decided: is missing",
        "log/complaints.csv, row 2: has 2 cells, and the header has 4",
    ):
        assert part in said


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["cin", "none.xml", "--year", "2021-22"], "none.xml: is not there"),
        (["cin", "none.xml", "--year", "2031-32"], "no layout for cin of 2031-32"),
        (["cin", "none.xml", "--year", "2021"], "'2021' is not a contract year"),
        (["cin", "none.xml", "--year", "2021-22", "--earlier", "none.xml"], "'none.xml' is not a contract year"),
        (["cin", "none.xml", "--year", "2021-22", "--earlier", "2020-21"], "write the year, = and a path"),
        (["cin", "none.xml", "--year", "2021-22", "--earlier", "2021-22=x"], "the year being before 2021-22"),
        (["cin", "none.xml", "--year", "2021-22", "--as-at", "2021-09-30"], "tells of its whole year"),
        (["logs", "none", "--year", "2021-22", "--as-at", "soon"], "--as-at soon is not a day"),
        (["annex-a", "none.xlsx", "--year", "2021-22"], "does not say on which day it was made"),
        (["contacts", "none.xlsx", "--year", "2021-22"], "contacts"),
        (["cin", "none.xml", "--year", "2021-22", "--layouts", "none"], "none"),
    ],
)
def test_what_is_asked_wrongly_ends_with_one_message(command, tmp_path, arguments, why):
    code, said = command("returns", *arguments, "--out", tmp_path / "out")
    assert code == 2 and why in said and "Traceback" not in said and not (tmp_path / "out").exists()


def test_results_that_no_run_wrote_are_left_as_they_are(command, log, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/left_out.csv").write_text("mine\n", "utf-8")
    code, said = command("returns", "logs", log(), "--year", "2022-23", "--out", tmp_path / "out")
    assert code == 2 and "left_out.csv: is not as this command writes it" in said
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["left_out.csv"]


def test_a_root_without_bank_holidays_is_refused(command, log, tmp_path):
    (tmp_path / "empty").mkdir()
    code, said = command(
        "--root", tmp_path / "empty", "returns", "logs", log(), "--year", "2022-23", "--out", tmp_path / "out"
    )
    assert code == 2 and "data/reference/bank_holidays.csv: is missing" in said


@pytest.mark.parametrize(
    ("of", "path", "year", "count"),
    [
        ("ssda903", "ssda903", "2017-18", 8),
        ("cin", "cin/fake_CIN_data.xml", "2021-22", 1),  # it holds children and referrals alone
        ("csww", "csww/social_work_workforce_2022_sample.xml", "2022-23", 2),
    ],
)
def test_every_golden_return_is_counted_without_giving_a_number_away(command, golden, tmp_path, of, path, year, count):
    code, said = command("returns", of, golden / path, "--year", year, "--out", tmp_path / "out")
    assert code == 0, said
    rows = results.read_table(tmp_path / "out/kpi_results.csv")
    assert len({row["indicator"] for row in rows}) == count, {row["indicator"] for row in rows}
    assert list(ratio_faults("kpi_results.csv", rows, makeups())) == []


def test_a_log_of_another_year_or_with_a_heading_only_is_refused_and_nothing_is_written(command, log, tmp_path):
    folder = log(month="2021-05")
    path = folder / "referral_decisions.csv"
    path.write_text("".join(line for line in path.open(encoding="utf-8") if "2022" not in line), "utf-8")
    (folder / "complaints.csv").write_text("complaint,stage,received,clarified,responded\n", "utf-8")
    code, said = command("returns", "logs", folder, "--year", "2022-23", "--out", tmp_path / "out")
    assert code == 2
    for file in ("referral_decisions.csv", "complaints.csv"):
        assert f"{file}: holds no record of 2022-23: it is empty, or of another year" in said
    assert not (tmp_path / "out").exists()


def test_demand_does_not_tell_how_many_referrals_an_indicator_leaves_out(command, log, tmp_path):
    folder = log()
    path = folder / "referral_decisions.csv"
    path.write_text(
        path.read_text("utf-8") + "SECRET50,2022-05-20,,,\n" * 1 + "SECRET51,2022-05-04,,2022-05-01,\n", "utf-8"
    )
    assert command("returns", "logs", folder, "--year", "2022-23", "--out", tmp_path / "out")[0] == 0
    may = [row for row in results.read_table(tmp_path / "out/kpi_results.csv") if row["period"] == "2022-05"]
    assert any(row["denominator"] for row in may), "the indicator is what readers need"
    demand = results.read_table(tmp_path / "out/demand.csv")
    assert demand and all(row["count"] is None for row in demand if row["measure"] == "referrals")
    assert {row["symbol"] for row in demand} == {"c"}


def test_results_are_not_written_into_a_file(command, log, tmp_path):
    (tmp_path / "out").write_text("mine")
    code, said = command("returns", "logs", log(), "--year", "2022-23", "--out", tmp_path / "out")
    assert code == 2 and "is a file: name a folder" in said and (tmp_path / "out").read_text() == "mine"
