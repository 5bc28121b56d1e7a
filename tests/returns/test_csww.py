"""The workforce return, tidied: each rule by hand-worked rows, and the golden return with its faults counted."""

from collections import Counter
from datetime import date
from xml.etree import ElementTree

import pytest

from ncthelpers.faults import DataFaults
from ncthelpers.returns import csww
from ncthelpers.returns.cleaning import APART
from ncthelpers.returns.csww import tidy
from ncthelpers.returns.layouts import layout_for
from ncthelpers.returns.readers import Raw, read
from ncthelpers.returns.records import TABLES, Cover
from ncthelpers.returns.xml import _known
from ncthelpers.years import ContractYear

YEAR, DAY = ContractYear("2022-23"), date(2022, 9, 30)
# AgencyWorker | SWENo | FTE | RoleEndDate | Cases30 -> agency, fte, cases; or why not
WORKERS = """
in post                | 0 | AB1 | 0.8      |            | 12  | False 0.8 12 |
from an agency         | 1 | AB1 | 1        |            | 12  | True 1.0 12  |
without cases          | 0 | AB1 | 1        |            |     | False 1.0 -  |
no cases               | 0 | AB1 | 1        |            | 0   | False 1.0 0  |
left before            | 0 | AB1 | 0        | 2022-09-29 |     |              | left out: the worker left on the day or before it
left on the day        | 0 | AB1 | 0        | 30/09/2022 |     |              | left out: the worker left on the day or before it
leaves after           | 0 | AB1 | 0.5      | 2022-10-01 |     | False 0.5 -  |
without a number       | 0 |     | 1        |            |     |              | left out: no number of the worker
more than one post     | 0 | AB1 | 1.2      |            |     | False - -    | field empty: FTE is below 0 or above 1
less than none         | 0 | AB1 | -0.2     |            |     | False - -    | field empty: FTE is below 0 or above 1
FTE is a word          | 0 | AB1 | full     |            |     | False - -    | field empty: FTE is not a number
FTE is an error        | 0 | AB1 | #N/A     |            |     | False - -    | field empty: FTE is an error of the spreadsheet
fewer cases than none  | 0 | AB1 | 1        |            | -1  | False 1.0 -  | field empty: Cases30 is below nought
half a case            | 0 | AB1 | 1        |            | 1.5 | False 1.0 -  | field empty: Cases30 is not a whole number
agency not told        | 9 | AB1 | 1        |            |     | - 1.0 -      | field empty: AgencyWorker is none of the codes
"""


def message(*workers, vacancies="7.5", day="2022-09-30", year="2022"):
    named = (
        "".join(f"<{tag}>{text}</{tag}>" for tag, text in zip(("AgencyWorker", "SWENo", "FTE", "RoleEndDate", "Cases30"), w, strict=True) if text)
        for w in workers
    )  # fmt: skip
    return (
        f"<Message><Header><CollectionDetails><Year>{year}</Year><ReferenceDate>{day}</ReferenceDate></CollectionDetails></Header>"
        f"<LALevelVacancies><NumberOfVacancies>{vacancies}</NumberOfVacancies></LALevelVacancies>"
        + "".join(f"<CSWWWorker>{worker}</CSWWWorker>" for worker in named)
        + "</Message>"
    )


@pytest.fixture
def returned(tmp_path):
    def read_back(*workers, **more):
        path = tmp_path / "return.xml"
        path.write_text(message(*workers, **more), "utf-8")
        return read("csww", [path], YEAR)

    return read_back


def reasons(records):
    return Counter({reason: count for _, _, reason, count in records.left_out.rows()})


@pytest.mark.parametrize("line", WORKERS.strip().splitlines())
def test_a_worker_is_taken_or_left_out(returned, line):
    _, *cells, expected, why = (cell.strip() for cell in line.split("|"))
    another = ("0", "ZZ9", "1", "", "")  # so that no element is missing from the return as a whole
    records = tidy(returned(cells, another))
    found = [row for row in records["workers"].select("worker", "agency", "fte", "cases").rows() if row[0] != "ZZ9"]
    assert [" ".join("-" if cell is None else str(cell) for cell in row[1:]) for row in found] == (
        [expected] if expected else []
    )
    assert reasons(records) == ({why: 1} if why else {})


def test_a_worker_with_two_roles_stands_there_twice_on_the_day_of_the_return(returned):
    records = tidy(returned(("0", "AB1", "0.4", "", ""), ("0", "AB1", "0.4", "", "")))
    assert records["workers"]["fte"].to_list() == [0.4, 0.4]
    assert records["workers"]["day"].to_list() == [DAY] * 2 and records["workers"]["qualified"].all()
    assert records["workers"]["target"].null_count() == 2
    assert records["vacancies"].rows() == [(DAY, 7.5)]
    assert records.covers == {"workers": Cover(DAY, DAY), "vacancies": Cover(DAY, DAY)}


@pytest.mark.parametrize("written", ["-1", "many"])
def test_vacancies_that_are_no_number_leave_no_table(returned, written):
    records = tidy(returned(("0", "AB1", "1", "", ""), vacancies=written))
    assert "vacancies" not in records.tables and "vacancies" not in records.covers
    assert reasons(records)[csww.NO_VACANCIES] == 1


@pytest.mark.parametrize("day", ["", "2021-09-30", "2023-04-01", "soon"])
def test_a_return_that_does_not_say_its_day_is_refused(returned, day):
    with pytest.raises(DataFaults, match="column ReferenceDate: .*is not the day that a return of 2022-23 is as at"):
        tidy(returned(("0", "AB1", "1", "", ""), day=day))


def test_a_return_whose_workers_had_all_left_is_refused(returned):
    with pytest.raises(DataFaults, match="holds no worker in post on 2022-09-30: it is empty, or of another year"):
        tidy(returned(("0", "AB1", "1", "2021-09-30", "")))


def test_of_two_returns_the_later_alone_counts(returned):
    raw = returned(("0", "AB1", "1", "", ""))
    earlier = Raw(raw.layout, YEAR.before, raw.tables, raw.files, header={"ReferenceDate": "2021-09-30"})
    records = tidy(raw, earlier)
    assert records["workers"]["day"].to_list() == [DAY]
    assert records.left_out.rows() == [("csww", "vacancies", APART, 1), ("csww", "workers", APART, 1)]


def test_the_golden_return(golden):
    path = golden / "csww" / "social_work_workforce_2022_sample.xml"
    raw = read("csww", [path], YEAR)
    records = tidy(raw)
    workers = ElementTree.parse(path).getroot().findall("CSWWWorker")
    left = [one for one in workers if (one.findtext("RoleEndDate") or "9") <= "2022-09-30"]
    kept = [one for one in workers if one not in left]
    assert (len(workers), len(left)) == (30, 2)
    assert records["workers"]["fte"].sum() == pytest.approx(sum(float(one.findtext("FTE")) for one in kept))
    assert records["workers"]["agency"].sum() == sum(one.findtext("AgencyWorker") == "1" for one in kept)
    assert records["vacancies"].rows() == [(DAY, 79.68)]
    assert records.left_out.rows() == [("csww", "workers", csww.LEFT, 2)] and not raw.warnings
    assert all(records[name].schema == TABLES[name] for name in records.tables)
    # FTE is that of the day: it is 0 for all who have an end of their role, and for them alone
    assert all((one.findtext("RoleEndDate") is not None) == (float(one.findtext("FTE")) == 0) for one in workers)


def test_every_element_of_the_golden_schema_is_known_to_the_layout(golden):
    schema = ElementTree.parse(golden / "csww" / "social_work_workforce_2022.xsd").getroot()
    names = {one.get("name") for one in schema.iter("{http://www.w3.org/2001/XMLSchema}element")}
    assert names <= _known(layout_for("csww", YEAR))
