"""The children in need census, tidied: each rule by hand-worked rows, and the golden censuses with their faults counted."""

from collections import Counter
from datetime import date
from xml.etree import ElementTree

import pytest

from ncthelpers.faults import DataFaults
from ncthelpers.returns import cin
from ncthelpers.returns.cin import tidy
from ncthelpers.returns.cleaning import APART, LATER, TWICE, Ledger
from ncthelpers.returns.layouts import layout_for
from ncthelpers.returns.readers import read
from ncthelpers.returns.records import TABLES, Cover
from ncthelpers.returns.xml import _known
from ncthelpers.years import ContractYear

YEAR = ContractYear("2021-22")


def referral(referred="2021-05-01", closed="", inside="", nfa="false", conference=""):
    end = f"<CINclosureDate>{closed}</CINclosureDate>" if closed else ""
    held = f"<DateOfInitialCPC>{conference}</DateOfInitialCPC>" if conference else ""
    return (
        f"<CINdetails><CINreferralDate>{referred}</CINreferralDate><ReferralSource>1A</ReferralSource>{end}{held}{inside}"
        f"<ReferralNFA>{nfa}</ReferralNFA></CINdetails>"
    )


def group(name, **fields):
    return f"<{name}>" + "".join(f"<{tag}>{text}</{tag}>" for tag, text in fields.items() if text) + f"</{name}>"


def assessment(start, end=""):
    return group("Assessments", AssessmentActualStartDate=start, AssessmentAuthorisationDate=end)


def enquiry(start="", conference="", needless="false"):
    return group("Section47", S47ActualStartDate=start, DateOfInitialCPC=conference, ICPCnotRequired=needless)


def plan(start, end="", earlier="0"):
    return group("ChildProtectionPlans", CPPstartDate=start, CPPendDate=end, NumberOfPreviousCPP=earlier)


def child(name, *details, born="2010-01-01", sex="1", died=""):
    who = group("ChildIdentifiers", LAchildID=name, PersonBirthDate=born, GenderCurrent=sex, PersonDeathDate=died)
    return f"<Child>{who}{''.join(details)}</Child>"


@pytest.fixture
def census(tmp_path):
    def read_back(*children, year=YEAR):
        path = tmp_path / f"{year}.xml"
        head = f"<Header><CollectionDetails><Year>{year.end.year}</Year></CollectionDetails></Header>"
        path.write_text(f"<Message>{head}<Children>{''.join(children)}</Children></Message>", "utf-8")
        return read("cin", [path], year)

    return read_back


def reasons(records):
    found = Counter()
    for _, _, reason, count in records.left_out.rows():
        found[reason] += count
    return found


def text(rows):
    return [" ".join("-" if cell is None else str(cell) for cell in row) for row in rows]


CLOSED_FIRST, CLOSED_LATER = "CINclosureDate is before it began", "CINclosureDate is after the return's last day"
# what stands in the census -> the row of the table, or why it is left out or otherwise counted
REFERRALS = {
    "open": (referral(), "a 2021-05-01 -", {}),
    "closed": (referral(closed="2021-06-01"), "a 2021-05-01 2021-06-01", {}),
    "closed the same day": (referral(closed="2021-05-01"), "a 2021-05-01 2021-05-01", {}),
    "of an earlier year, open in it": (referral("2019-05-01"), "a 2019-05-01 -", {}),
    "on the last day": (referral("2022-03-31"), "a 2022-03-31 -", {}),
    "after the last day": (referral("2022-04-01"), "", {cin.FUTURE: 1}),
    "without a day": (referral("") + referral(), "a 2021-05-01 -", {cin.NO_DAY: 1}),
    "closed before it came": (referral(closed="2021-04-30"), "a 2021-05-01 -", {"field empty: " + CLOSED_FIRST: 1}),
    "closed after the last day": (
        referral(closed="2022-04-01"), "a 2021-05-01 -", {f"changed: {CLOSED_LATER}, so it was open on that day": 1},
    ),
    "the same twice": (referral() * 2, "a 2021-05-01 -", {TWICE: 1}),
    "two on a day": (referral() + referral(nfa="true"), "a 2021-05-01 -, a 2021-05-01 -", {}),
}  # fmt: skip


@pytest.mark.parametrize("name", REFERRALS)
def test_a_referral_is_taken_changed_or_left_out(census, name):
    details, expected, why = REFERRALS[name]
    records = tidy(census(child("a", details)))
    assert ", ".join(text(records["referrals"].select("child", "referred", "closed").rows())) == expected
    assert reasons(records) == why


ENQUIRIES = {
    "with a conference": (referral(inside=enquiry("2021-05-02", "2021-05-20")), "2021-05-02 2021-05-20 False False", {}),
    "without one": (referral(inside=enquiry("2021-05-02", needless="true")), "2021-05-02 - True False", {}),
    "moved in with a plan": (
        referral(inside=enquiry("2021-05-02")) + referral("2021-05-03", conference="2021-05-20"),
        "2021-05-02 - False False, - 2021-05-20 - True", {},
    ),
    "no enquiry in the whole census": (referral(conference="2021-05-20"), "", {cin.NO_ENQUIRIES: 1}),
    "in both places": (
        referral(conference="2021-05-20", inside=enquiry("2021-05-02", "2021-05-20")), "2021-05-02 2021-05-20 False False", {},
    ),
    "another conference": (
        referral(conference="2021-06-20", inside=enquiry("2021-05-02", "2021-05-20")),
        "2021-05-02 2021-05-20 False False, - 2021-06-20 - True", {},
    ),
    "no day at all": (
        referral(inside=enquiry() + enquiry("2021-05-02")), "2021-05-02 - False False", {cin.NO_CONFERENCE: 1},
    ),
    "started after the last day": (referral(inside=enquiry("2022-04-01")), "", {cin.FUTURE: 1}),
    "conference on the last day": (
        referral(inside=enquiry("2022-03-30", "2022-03-31")), "2022-03-30 2022-03-31 False False", {},
    ),
    "conference after the last day": (
        referral(inside=enquiry("2022-03-30", "2022-04-05")), "2022-03-30 - False False",
        {"changed: DateOfInitialCPC is after the return's last day, so it was open on that day": 1},
    ),
    "the same twice": (referral(inside=enquiry("2021-05-02") * 2), "2021-05-02 - False False", {TWICE: 1}),
    "conference before the discussion": (
        referral(inside=enquiry("2021-05-02", "2021-05-01")), "2021-05-02 2021-05-01 False False", {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ENQUIRIES)
def test_an_enquiry_is_taken_changed_or_left_out(census, name):
    details, expected, why = ENQUIRIES[name]
    records = tidy(census(child("a", details)))
    columns = ("strategy", "conference", "not_required", "transfer_in")
    assert ", ".join(text(records["section47"].select(columns).rows())) == expected
    assert reasons(records) == why


def test_assessments_have_the_day_of_their_referral_and_plans_how_many_were_before(census):
    inside = (
        assessment("2021-05-02", "2021-06-01") + assessment("2021-07-02", "2021-07-01") + assessment("2022-03-02", "2022-04-01")
        + plan("2021-06-01", "2021-12-01", "2") + plan("2022-01-01", earlier="-1") + plan("2022-04-01")
    )  # fmt: skip
    records = tidy(census(child("a", referral(inside=inside))))
    assert text(records["assessments"].rows()) == [
        "a 2021-05-01 2021-05-02 2021-06-01", "a 2021-05-01 2021-07-02 -", "a 2021-05-01 2022-03-02 -"
    ]  # fmt: skip
    assert text(records["plans"].rows()) == ["a 2021-06-01 2021-12-01 2", "a 2022-01-01 - -"]
    assert reasons(records) == {
        "field empty: AssessmentAuthorisationDate is before it began": 1,
        "changed: AssessmentAuthorisationDate is after the return's last day, so it was open on that day": 1,
        cin.FUTURE: 1, cin.NEGATIVE: 1,
    }  # fmt: skip


def test_a_child_stands_once_and_is_born_by_the_last_day(census):
    records = tidy(
        census(
            child("a", referral(), sex="9"), child("a", referral("2021-06-01"), sex="b) Female"),
            child("b", referral(), born="2022-05-01"), child("c", referral(), born="", died="2021-06-01"), child("", referral()),
        )
    )  # fmt: skip
    assert text(records["children"].rows()) == ["a 2010-01-01 female -", "b - male -", "c - male 2021-06-01"]
    assert reasons(records) == {cin.OTHER_CHILD: 1, cin.BORN_LATER: 1, cin.NO_CHILD: 2}
    assert records["referrals"].height == 4


def test_dates_may_be_written_either_way_and_what_is_none_is_counted(census):
    records = tidy(census(child("a", referral("01/05/2021", "soon"), born="#N/A")))
    assert text(records["referrals"].select("referred", "closed").rows()) == ["2021-05-01 -"]
    assert sorted(reasons(records)) == [
        "field empty: CINclosureDate is not a date such as 31/12/1999 or 1999-12-31",
        "field empty: PersonBirthDate is an error of the spreadsheet",
    ]


def test_of_two_censuses_the_later_has_the_record(census):
    ahead = ContractYear("2020-21")
    early = census(
        child("a", referral("2020-05-01", inside=enquiry("2020-05-02") + plan("2020-06-01"))),
        child("b", referral("2020-07-01", "2020-08-01")), year=ahead,
    )  # fmt: skip
    late = census(
        child("a", referral("2020-05-01", "2021-06-01", enquiry("2020-05-02", "2020-05-12") + plan("2020-06-01", "2021-05-01"))),
        child("a2", referral("2021-07-01", conference="2021-07-02")),
    )  # fmt: skip
    records = tidy(late, early)
    assert text(records["referrals"].select("child", "referred", "closed").rows()) == [
        "b 2020-07-01 2020-08-01", "a 2020-05-01 2021-06-01", "a2 2021-07-01 -"
    ]  # fmt: skip
    assert text(records["plans"].select("started", "ended").rows()) == ["2020-06-01 2021-05-01"]
    assert text(records["section47"].select("strategy", "conference").rows()) == [
        "2020-05-02 2020-05-12",
        "- 2021-07-02",
    ]
    assert reasons(records) == {LATER: 4}  # child, referral, enquiry and plan of a
    assert set(records.covers.values()) == {Cover(ahead.start, YEAR.end)}


def test_a_child_who_moved_in_twice_has_both_conferences(census):
    ahead = ContractYear("2020-21")
    early = census(
        child("a", referral("2020-07-01", "2020-09-01", enquiry("2020-07-02"), conference="2020-07-09")), year=ahead
    )
    late = census(child("a", referral("2021-07-01", "", enquiry("2021-07-02"), conference="2021-07-09")))
    held = tidy(early, late)["section47"].filter(transfer_in=True)["conference"].to_list()
    assert held == [date(2020, 7, 9), date(2021, 7, 9)]


def test_a_census_without_an_assessment_does_not_say_that_there_was_none(census):
    ahead = ContractYear("2020-21")
    early = census(child("a", referral("2020-05-01", inside=assessment("2020-05-02"))), year=ahead)
    late = census(child("b", referral(inside=plan("2021-06-01"))))
    assert [fault.rule for fault in late.warnings] == [
        "has no Child/CINdetails/Assessments: assessments are not given",
        "has no Child/CINdetails/Section47: section47 are not given",
    ]
    records = tidy(early, late)
    assert set(records.tables) == set(records.covers) == {"children", "referrals", "plans"}
    assert records.covers["plans"] == Cover(YEAR.start, YEAR.end) and records.covers["referrals"].first == ahead.start
    assert reasons(records) == {APART: 1}


def test_a_census_that_does_not_say_its_year_is_held_against_its_cases(tmp_path):
    path = tmp_path / "census.xml"
    path.write_text(
        f"<Message><Children>{child('a', referral('2018-05-01', '2018-06-01'))}</Children></Message>", "utf-8"
    )
    rule = "census.xml: has no Year, and holds no case of 2021-22, for its days are from 2018-05-01 to 2018-06-01"
    with pytest.raises(DataFaults, match=rule):
        tidy(read("cin", [path], YEAR))
    path.write_text(f"<Message><Children>{child('a', referral('2018-05-01'))}</Children></Message>", "utf-8")
    assert tidy(read("cin", [path], YEAR))["referrals"].height == 1  # still open


def test_which_records_is_told_to_who_asks(census):
    ledger = Ledger("cin")
    tidy(census(child("a", referral("2022-04-01"))), ledger=ledger)
    assert ledger.detail().select("table", "year", "row", "child").rows() == [("referrals", "2021-22", 1, "a")]


# The golden censuses


def test_the_golden_census(golden):
    path = golden / "cin" / "fake_CIN_data.xml"
    raw = read("cin", [path], YEAR)
    assert [fault.rule.rsplit(": ")[1] for fault in raw.warnings] == [
        "assessments are not given", "section47 are not given", "plans are not given"
    ]  # fmt: skip
    records = tidy(raw)
    children = ElementTree.parse(path).getroot().findall("Children/Child")
    details = [one for one_child in children for one in one_child.findall("CINdetails")]

    def after(tag, among):  # ISO dates are in the order of their text
        return sum((one.findtext(tag) or "") > "2022-03-31" for one in among)

    taken = [one for one in details if one.findtext("CINreferralDate") <= "2022-03-31"]
    assert (len(children), len(details), len(taken)) == (332, 402, 356)
    assert {name: rows.height for name, rows in records.tables.items()} == {
        "children": 332, "referrals": 356
    }  # fmt: skip
    by_table = {(table, reason): count for _, table, reason, count in records.left_out.rows()}
    assert by_table == {
        ("children", cin.BORN_LATER): after("ChildIdentifiers/PersonBirthDate", children),
        ("referrals", cin.FUTURE): after("CINreferralDate", details),
        ("referrals", f"changed: {CLOSED_LATER}, so it was open on that day"): after("CINclosureDate", taken),
        ("referrals", cin.NO_ENQUIRIES): sum(one.find("DateOfInitialCPC") is not None for one in taken),
    }
    assert list(by_table.values()) == [6, 46, 23, 321]
    assert all(records[name].schema == TABLES[name] for name in records.tables)


def test_the_golden_sample_says_that_it_is_of_another_year_than_its_layout(golden, repository, tmp_path):
    path = golden / "cin" / "CIN_Census_2021.xml"
    with pytest.raises(DataFaults) as error:
        read("cin", [path], ContractYear("2020-21"))
    (fault,) = error.value.faults
    assert (fault.value, fault.suggestion) == ("2023", "it looks like the return of 2022-23")
    shipped = (repository / "src/ncthelpers/returns/layouts/cin-2020-21.yml").read_text("utf-8")
    (tmp_path / "cin-2022-23.yml").write_text(shipped.replace('"2020-21", "2021-22"', '"2022-23"'), "utf-8")
    raw = read("cin", [path], ContractYear("2022-23"), [tmp_path])
    (stray,) = raw.warnings  # the name of an element stands as text behind UPNunknown
    assert (stray.row, stray.rule) == (23, "has text between elements, in 1 places: it is not used")
    records = tidy(raw)
    assert {name: text(rows.rows()) for name, rows in records.tables.items()} == {
        "children": ["DfEX0000001 1965-03-27 male 1980-10-08"],
        "referrals": ["DfEX0000001 1970-10-06 - - - 1971-02-27 False 1A"],
        "assessments": ["DfEX0000001 1970-10-06 1970-06-03 1971-07-18"],
        "section47": ["DfEX0000001 1970-06-02 1970-06-17 False False", "DfEX0000001 - 1970-12-06 - True"],
        "plans": ["DfEX0000001 1970-02-17 1971-03-14 10"],
    }
    assert reasons(records) == {} and records["children"]["born"].to_list() == [date(1965, 3, 27)]


def test_every_element_of_the_golden_schema_is_known_to_the_layout(golden):
    schema = ElementTree.parse(golden / "cin" / "CIN_schema_2022.xsd").getroot()
    names = {one.get("name") for one in schema.iter("{http://www.w3.org/2001/XMLSchema}element")}
    layout = layout_for("cin", YEAR)
    assert names - _known(layout) == {"Children"}  # which only holds the records
    kinds = {one.get("name"): one for one in schema.iter("{http://www.w3.org/2001/XMLSchema}simpleType")}
    listed = {
        one.get("value") for one in kinds["referralsourcetype"].iter("{http://www.w3.org/2001/XMLSchema}enumeration")
    }
    (source,) = (column for column in layout["referrals"].columns if column.ours == "from")
    assert set(source.codes) == listed
