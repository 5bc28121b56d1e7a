"""A file that is something else than what it was given for is named as what it is, with what to do, and nothing else is said of it."""

import shutil
import zipfile

import openpyxl
import pytest

from ncthelpers.faults import DataFaults
from ncthelpers.returns import annex_a, readers
from ncthelpers.years import ContractYear

CIN = "<Message><Header><Year>2022</Year></Header><Children><Child><ChildIdentifiers/></Child>{}</Children></Message>"
CSWW = "<Message><Header/><LALevelVacancies/><CSWWWorker/></Message>"
SSDA903 = "<EXPSSDA903><CHILD/></EXPSSDA903>"
LEAVERS = "CHILD,DOB,IN_TOUCH,ACTIV,ACCOM\n2,02/03/2000,YES,F2,B1\n"
COMPLAINTS = "complaint,stage,received,responded\n1,1,01/05/2021,02/05/2021\n"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
LOCKED = OLD_OFFICE + "EncryptedPackage".encode("utf-16-le") + bytes(512)
YEARS = {"ssda903": "2017-18", "cin": "2021-22", "csww": "2022-23", "logs": "2021-22", "annex-a": "2021-22"}


def refused(of, *paths, year=""):
    with pytest.raises(DataFaults) as error:
        if of == "annex-a":
            annex_a.read(paths, ContractYear(year or YEARS[of]))
        else:
            readers.read(of, paths, ContractYear(year or YEARS[of]))
    return [(fault.file.rsplit("/", 1)[-1], fault.remedy) for fault in error.value.faults]


@pytest.fixture
def lists(tmp_path):
    """An Annex A workbook with a title above the header of its list of referrals."""
    book = openpyxl.Workbook()
    for line in (["Referrals"], ["Child Unique ID", "Date of Referral", "Referral NFA?"], ["1", "2021-05-01", "No"]):
        book.active.append(line)
    book.save(tmp_path / "lists.xlsx")
    return tmp_path / "lists.xlsx"


@pytest.mark.parametrize("year", ["", "2030-31"])  # one of which there is no layout, which matters less
@pytest.mark.parametrize(
    ("given", "name", "text", "is_of"),
    [
        ("csww", "a.xml", CIN.format(""), "cin"),
        ("csww", "a.xml", CIN.format("<Child><CINdetails>" + "<x/>" * (5 << 18) + "</CINdetails></Child>"), "cin"),
        ("cin", "a.xml", CSWW, "csww"),
        ("cin", "a.xml", SSDA903, "ssda903"),
        ("ssda903", "a.xml", CIN.format(""), "cin"),
        ("cin", "a.csv", LEAVERS, "ssda903"),
        ("ssda903", "a.csv", COMPLAINTS, "logs"),
        ("annex-a", "a.csv", LEAVERS, "ssda903"),
        ("annex-a", "a.xml", CIN.format(""), "cin"),
    ],
)
def test_another_return_is_named(tmp_path, given, name, text, is_of, year):
    (tmp_path / name).write_text(text, "utf-8")
    rule = f"is of the return {is_of}, not {given}; read it by: ncthelpers returns {is_of}"
    assert refused(given, tmp_path / name, year=year) == [(name, rule)]


def test_logs_given_another_return_are_refused(tmp_path):
    (tmp_path / "a.csv").write_text(LEAVERS, "utf-8")
    assert refused("logs", tmp_path) == [
        ("a.csv", "is of the return ssda903, not logs; read it by: ncthelpers returns ssda903")
    ]
    (tmp_path / "a.csv").write_text("A,B\n1,2\n", "utf-8")
    files = "referral_decisions.csv, complaints.csv, social_workers.csv, vacancies.csv"
    assert refused("logs", tmp_path) == [("a.csv", f"is none of the files of logs: {files}")]


@pytest.mark.parametrize("of", ["ssda903", "cin", "logs"])
def test_a_workbook_of_lists_is_named(lists, of):
    rule = f"is of the return annex-a, not {of}; read it by: ncthelpers returns annex-a"
    assert refused(of, lists) == [("lists.xlsx", rule)]


def test_a_workbook_of_another_return_is_named(tmp_path):
    book = openpyxl.Workbook()
    for line in LEAVERS.splitlines():
        book.active.append(line.split(","))
    book.save(tmp_path / "a.xlsx")
    rule = "is of the return ssda903, not annex-a; read it by: ncthelpers returns ssda903"
    assert refused("annex-a", tmp_path / "a.xlsx") == [("a.xlsx", rule)]


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("a.csv", b"%PDF-1.7\n", "is a PDF document; no return is read from one: give the file that it was made from"),
        ("a.pdf", b"%PDF-1.7\n", "is a PDF document; no return is read from one: give the file that it was made from"),
        ("a.xlsx", LOCKED, "is protected by a password; save it without one"),
        ("a.xls", LOCKED, "is protected by a password; save it without one"),
        ("a.xlsx", OLD_OFFICE, "is a workbook of an old kind (xls); save it as xlsx"),
        ("a.csv", b"\n<!DOCTYPE html><html></html>", "is a web page; download the file itself"),
        ("a.csv", b"<EXPSSDA903/>", "is XML; give it a name that ends in .xml"),
        ("a.csv", b"CHILD;SEX;DOB\n1;1;x\n", "has semicolons between its cells, not commas; save it as CSV UTF-8 (comma delimited)"),
        ("a.csv", b"CHILD\tSEX\tDOB\n1\t1\tx\n", "has tabs between its cells, not commas; save it as CSV UTF-8 (comma delimited)"),
    ],
)  # fmt: skip
def test_a_file_of_another_kind_is_named(tmp_path, name, content, rule):
    (tmp_path / name).write_bytes(content)
    assert refused("ssda903", tmp_path / name) == [(name, rule)]


@pytest.mark.parametrize("name", ["a.zip", "a.csv", "a.xlsx", "a.xml"])
def test_an_archive_is_named_whatever_it_is_called(tmp_path, name):
    with zipfile.ZipFile(tmp_path / name, "w") as packed:
        packed.writestr("episodes.csv", "CHILD\n")
    assert refused("ssda903", tmp_path / name) == [(name, "is a zip archive; unpack it and give the files in it")]


def test_a_broken_archive_is_refused_without_a_traceback(tmp_path):
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w") as packed:
        packed.writestr("episodes.csv", "CHILD\n")
    (tmp_path / "a.csv").write_bytes(whole.read_bytes().replace(b"PK\x01\x02", b"XXXX"))
    assert refused("ssda903", tmp_path / "a.csv") == [("a.csv", "is a zip archive; unpack it and give the files in it")]


def test_a_workbook_under_another_name_is_named(lists):
    shutil.move(lists, lists.with_suffix(".csv"))
    assert refused("annex-a", lists.with_suffix(".csv")) == [
        ("lists.csv", "is a workbook; give it a name that ends in .xlsx")
    ]


def test_what_lies_beside_a_return_with_a_fault_is_not_in_its_way(lists):
    (lists.parent / "episodes.csv").write_text("", "utf-8")
    assert refused("ssda903", lists.parent) == [
        ("episodes.csv", "is empty: episodes of ssda903-2017-18 was to be in it"),
        ("header.csv", "is missing: ssda903-2017-18 needs header"),
    ]


def test_of_two_files_of_xml_the_one_of_another_return_is_named(tmp_path):
    (tmp_path / "a.xml").write_text(CIN.format(""), "utf-8")
    (tmp_path / "b.xml").write_text(CSWW, "utf-8")
    (a, alone), (b, other) = refused("cin", tmp_path)
    assert (
        (a, b) == ("a.xml", "b.xml")
        and "name the one that is meant" in alone
        and other.startswith("is of the return csww")
    )
