"""Local logs, tidied: each rule by hand-worked rows, what they count, and that they are no census."""

from collections import Counter
from datetime import date, datetime

import polars as pl
import pytest

from ncthelpers.faults import DataFaults
from ncthelpers.returns import logs
from ncthelpers.returns.cleaning import LATER, TWICE
from ncthelpers.returns.indicators import count_all
from ncthelpers.returns.logs import tidy
from ncthelpers.returns.readers import read
from ncthelpers.returns.records import TABLES, Cover
from ncthelpers.years import ContractYear

YEAR = ContractYear("2022-23")
HEADERS = {
    "referrals": ("referral_decisions.csv", "child,referred,referred_time,decided,decided_time"),
    "complaints": ("complaints.csv", "complaint,stage,received,clarified,responded,extended"),
    "workers": ("social_workers.csv", "worker,day,agency,fte,qualified,cases,target"),
    "vacancies": ("vacancies.csv", "day,fte"),
}
# log | line of the file -> what is kept, or why it is left out or mended; the log is of 2022-23, up to 31 December 2022
RECORDS = """
referrals | a,2022-04-01,,2022-04-02,               | a 2022-04-01 2022-04-02 |
referrals | a,01/04/2022,09:30,02/04/2022,14:05     | a 2022-04-01 2022-04-01T09:30:00 2022-04-02 2022-04-02T14:05:00 |
referrals | a,2022-04-01,09:30:15,,                 | a 2022-04-01 2022-04-01T09:30:15 |
referrals | a,2022-04-01,half past,2022-04-02,14:05 | a 2022-04-01 2022-04-02 2022-04-02T14:05:00 | NO_TIME referred_time
referrals | a,2022-12-31,,2022-12-31,               | a 2022-12-31 2022-12-31 |
referrals | a,2022-12-31,,2023-01-01,09:00          | a 2022-12-31            | STILL_TO_COME decided
referrals | a,2023-01-01,,,                         |                         | NOT_COVERED
referrals | a,2022-03-31,,2022-04-01,               |                         | NOT_COVERED
referrals | a,,,2022-04-01,                         |                         | NO_DAY
referrals | ,2022-04-01,,2022-04-01,                |                         | NO_ID
complaints | 7,1,2022-04-01,2022-04-05,2022-04-20,no | 7 1 2022-04-01 2022-04-05 2022-04-20 False |
complaints | 7,1,2022-12-30,2023-01-05,2023-01-20,yes | 7 1 2022-12-30 True | STILL_TO_COME clarified+STILL_TO_COME responded
complaints | 7,,2022-04-01,,,                       | 7 2022-04-01            |
complaints | 7,1,2022-03-31,,2022-04-20,            |                         | NOT_COVERED
complaints | ,1,2022-04-01,,,                       |                         | NO_ID
workers | w,2022-04-30,no,0.8,yes,12,18             | w 2022-04-30 False 0.8 12 18 True |
workers | w,2022-04-30,no,1.2,yes,12,18             | w 2022-04-30 False 12 18 True | NOT_ONE_POST
workers | w,2022-04-30,yes,1,no,-1,-1               | w 2022-04-30 True 1.0 False   | NEGATIVE cases+NEGATIVE target
workers | w,2023-01-31,no,1,yes,,                   |                               | NOT_COVERED
vacancies | 2022-04-30,0                            | 2022-04-30 0.0                |
vacancies | 2022-04-30,-1                           | 2022-04-30                    | NEGATIVE fte
vacancies | ,3                                      |                               | NO_DAY
"""


@pytest.fixture
def log(tmp_path):
    def written(year=YEAR, **lines):
        folder = tmp_path / str(year)
        folder.mkdir(exist_ok=True)
        for name, rows in lines.items():
            file, header = HEADERS[name]
            (folder / file).write_text("\n".join([header, *rows]) + "\n", "utf-8")
        return read("logs", [folder], year)

    return written


def reasons(records):
    found = Counter()
    for _, _, reason, count in records.left_out.rows():
        found[reason] += count
    return found


def in_words(row):
    return " ".join(cell.isoformat() if isinstance(cell, datetime) else str(cell) for cell in row if cell is not None)


@pytest.mark.parametrize("line", RECORDS.strip().splitlines())
def test_a_record_is_taken_left_out_or_mended(log, line):
    name, cells, kept, why = (part.strip() for part in line.split("|"))
    records = tidy(log(**{name: [cells]}), as_at=date(2022, 12, 31))
    assert [in_words(row) for row in records[name].rows()] == ([kept] if kept else [])
    expected = Counter()
    for reason in filter(None, why.split("+")):
        rule, _, column = reason.partition(" ")
        expected[getattr(logs, rule).format(column)] += 1
    assert reasons(records) == expected
    assert records.covers == {name: Cover(YEAR.start, date(2022, 12, 31))}


def test_every_field_is_one_of_the_tidy_records(log):
    records = tidy(log(**{name: ["," * header.count(",")] for name, (_, header) in HEADERS.items()}))
    assert all(records[name].schema == pl.Schema(TABLES[name]) for name in records.tables)


def test_a_log_that_is_not_there_is_not_given(log):
    assert set(tidy(log(vacancies=["2022-04-30,1"])).tables) == {"vacancies"}


def test_a_complaint_stands_once_at_a_stage_and_vacancies_of_a_day_are_added_up(log):
    complaints = ["7,1,2022-05-01,,,", "7,1,2022-05-01,,2022-05-09,", "7,2,2022-06-01,,,"]
    records = tidy(log(complaints=complaints, vacancies=["2022-05-31,2"] * 2))
    found = records["complaints"].select("complaint", "stage", "responded").rows()
    assert found == [("7", 1, date(2022, 5, 9)), ("7", 2, None)]
    assert records["vacancies"]["fte"].to_list() == [2, 2]
    assert reasons(records) == {logs.OTHER_COMPLAINT: 1}


def test_logs_of_two_years_are_joined_and_the_later_is_right(log):
    before = log(YEAR.before, complaints=["7,1,2022-03-30,,,", "8,1,2021-03-30,,,"])
    now = log(complaints=["7,1,2022-03-30,,2022-04-08,", "9,1,2022-05-01,,,", "9,1,2022-05-01,,,"])
    records = tidy(now, before)
    assert records["complaints"].select("complaint", "responded").rows() == [("7", date(2022, 4, 8)), ("9", None)]
    assert records.covers["complaints"] == Cover(YEAR.before.start, YEAR.end)
    assert reasons(records) == {logs.NOT_COVERED: 1, TWICE: 1, LATER: 1}


def test_a_referral_listed_again_counts_once_as_it_was_decided(log):
    rows = ["a,2022-04-01,,2022-04-04,", "b,2022-04-01,,,", "b,2022-04-01,,2022-04-05,", "a,2022-04-01,,,",
            "c,2022-04-01,09:00,2022-04-05,", "c,2022-04-01,16:00,2022-04-06,", "d,2022-04-01,,,", "d,2022-04-01,,,"]  # fmt: skip
    records = tidy(log(referrals=rows))
    found = {(child, day and day.day) for child, day in records["referrals"].select("child", "decided").rows()}
    assert found == {("a", 4), ("b", 5), ("c", 5), ("c", 6), ("d", None)} and records["referrals"].height == 5
    assert reasons(records) == {logs.OTHER_REFERRAL: 2, TWICE: 1}


@pytest.mark.parametrize("day", [date(2022, 3, 31), date(2023, 4, 1)])
def test_the_last_day_must_lie_in_the_year(log, day):
    with pytest.raises(DataFaults, match=f"in which {day} does not lie"):
        tidy(log(vacancies=["2022-04-30,1"]), as_at=day)


def test_what_logs_count_and_what_they_do_not(log, holidays):
    month_end = [f"w{n},2022-05-31,{'yes' if n == 3 else 'no'},1,yes,{n + 15},17" for n in range(1, 4)]
    records = tidy(
        log(
            referrals=[
                "a,2022-05-10,10:00,2022-05-11,09:59",
                "b,2022-05-10,10:00,2022-05-12,10:00",
                "a,2022-05-20,,2022-05-20,",
            ],
            complaints=["7,1,2022-06-09,,2022-06-23,", "7,2,2022-07-01,,,"],
            workers=month_end,
            vacancies=["2022-05-31,2"],
        )
    )
    found = count_all(records, YEAR, holidays).results
    shown = found.filter(pl.col("period").is_in(["2022-05", "2022-06", "2022-07"]) & pl.col("symbol").is_null())
    counts = {
        (name, period): (numerator, denominator)
        for name, series, period, numerator, denominator in shown.select(
            "indicator", "series", "period", "numerator", "denominator"
        ).rows()
        if series != "year to date" and denominator
    }
    assert counts == {
        ("referral_decision_1wd", "2022-05"): (2, 3),
        ("referral_decision_2wd", "2022-05"): (3, 3),
        ("referral_decision_24h", "2022-05"): (1, 2),
        ("sw_vacancy_rate", "2022-05"): (2, 4),
        ("sw_agency_rate", "2022-05"): (1, 3),
        ("caseload_above_target", "2022-05"): (1, 3),
        ("complaints_10wd", "2022-06"): (1, 1),
        ("complaints_20wd", "2022-07"): (1, 1),
    }
    assert "rereferrals_12m" not in set(found["indicator"]), "a log of decisions does not know when a case was closed"
