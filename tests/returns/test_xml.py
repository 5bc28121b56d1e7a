"""XML returns: read a record at a time, refused where they are unsafe or not what they should be."""

import pytest

from ncthelpers.faults import DataFaults
from ncthelpers.returns import xml
from ncthelpers.returns.readers import read
from ncthelpers.years import ContractYear

YEAR = ContractYear("2022-23")
HEADER = (
    "<Header><CollectionDetails><Year>2022</Year><ReferenceDate>2022-09-30</ReferenceDate></CollectionDetails></Header>"
)
VACANCIES = "<LALevelVacancies><NumberOfVacancies>7.5</NumberOfVacancies></LALevelVacancies>"
WORKER = "<CSWWWorker><AgencyWorker>0</AgencyWorker><SWENo>AB1</SWENo><FTE>1</FTE></CSWWWorker>"
GOOD = f"<Message>{HEADER}{VACANCIES}{WORKER}</Message>"


@pytest.fixture
def made(tmp_path):
    def write(text, name="return.xml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def refused(path, year=YEAR):
    with pytest.raises(DataFaults) as error:
        read("csww", [path], year)
    return [str(fault).split(": ", 1)[1] for fault in error.value.faults]


def test_records_are_read_by_the_paths_of_the_layout(made):
    raw = read("csww", [made(GOOD)], YEAR)
    assert raw.tables["vacancies"]["NumberOfVacancies"].to_list() == ["7.5"]
    assert raw.tables["workers"].select("SWENo", "FTE", "Cases30").rows() == [("AB1", "1", None)]
    assert raw.header == {"Year": "2022", "ReferenceDate": "2022-09-30"} and not raw.warnings


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (
            '<!DOCTYPE Message [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + GOOD.replace("AB1", "&b;"),
            "has a document type (DOCTYPE), which a return never has: it is not read",
        ),
        (
            '<!DOCTYPE Message SYSTEM "http://127.0.0.1:9/x.dtd">' + GOOD,
            "has a document type (DOCTYPE), which a return never has: it is not read",
        ),
        (
            ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE Message>' + GOOD).encode("utf-16"),
            "has a document type (DOCTYPE), which a return never has: it is not read",
        ),
        (
            "<!DOCTYPE Message [<!--" + "x" * 70_000 + "-->]>" + GOOD,
            "has a document type (DOCTYPE), which a return never has: it is not read",
        ),
        ("", "is not XML: it has no element"),
        ("CHILD,DOB\n", "is not XML: it has no element"),
        ("<!--" + "x" * 70_000 + "--><!DOCTYPE Message>" + GOOD, "is not XML: it has no element"),
        (GOOD.replace("Message", "EXPSSDA903"), "is no csww return: its root element is EXPSSDA903, not Message"),
        (GOOD.replace(VACANCIES, ""), "has no LALevelVacancies: csww-2022-23 needs vacancies"),
        (GOOD.replace("<FTE>1</FTE>", ""), "is in no record of workers: csww-2022-23 has it"),
        (GOOD.replace("<FTE>", "<FTE>2</FTE><FTE>"), "stands more than once in one record of workers"),
        (GOOD.replace("2022<", "2023<"), "'2023' is not 2022, the year asked for being 2022-23; it looks like the return of 2023-24"),
        (GOOD.replace(">2022<", ">soon<"), "'soon' is not 2022, the year asked for being 2022-23"),
    ],
)  # fmt: skip
def test_what_is_unsafe_or_another_file_is_refused(made, text, rule):
    assert rule in refused(made(text))


@pytest.mark.parametrize("text", [GOOD[:-5], GOOD.replace("</FTE>", "</FTF>"), GOOD.replace("AB1", "&b;"), GOOD + "x"])
def test_what_is_not_well_formed_is_refused(made, text):
    with pytest.raises(DataFaults, match="is not well-formed XML: ") as error:
        read("csww", [made(text)], YEAR)
    assert len(error.value.faults) == 1


def test_elements_too_deep_are_refused(made):
    (rule,) = refused(made(GOOD.replace("<FTE>", "<A>" * 300 + "</A>" * 300 + "<FTE>")))
    assert "is not well-formed XML: Excessive depth" in rule


def test_a_record_without_an_end_is_refused_before_the_file_is_read_to_its_own(made):
    path = made(GOOD.replace("<FTE>", "<QualInst>x</QualInst>" * 500_000))
    assert path.stat().st_size > 2 * xml.LARGEST_RECORD
    assert refused(path) == ["has more than 4 MB in which no record ends: no record of a return is so long"]


def test_what_has_been_read_is_let_go(made):
    workers = 200
    path = made(GOOD.replace(WORKER, WORKER.replace("<FTE>", "<QualInst>" + "x" * 900 + "</QualInst><FTE>") * workers))
    held = [len(element.getparent()) for element in xml._elements(path, ["CSWWWorker"])]
    # all the elements of one chunk are there at once, those of the chunks before are not
    assert len(held) == workers and max(held) < xml._CHUNK / 900 + 2 < workers


def test_rows_are_put_together_in_order_however_they_are_gathered(made, monkeypatch):
    text = GOOD.replace(WORKER, "\n".join(WORKER.replace("AB1", f"AB{n}") for n in range(10)))
    whole = read("csww", [made(text)], YEAR).tables["workers"]
    monkeypatch.setattr(xml, "_ROWS", 3)
    monkeypatch.setattr(xml, "_CHUNK", 7)
    with pytest.raises(DataFaults):  # so few bytes hold no element to begin with
        read("csww", [made(text)], YEAR)
    monkeypatch.setattr(xml, "_CHUNK", 100)
    assert read("csww", [made(text)], YEAR).tables["workers"].equals(whole)
    assert whole["SWENo"].to_list() == [f"AB{n}" for n in range(10)]


def test_unknown_elements_and_stray_text_are_told(made):
    text = GOOD.replace("<FTE>", "<Shoes>9</Shoes><FTE>").replace("</SWENo>", "</SWENo>SWENo")
    warnings = read("csww", [made(text)], YEAR).warnings
    assert [(fault.column, fault.rule) for fault in warnings] == [
        ("Shoes", "is no element of csww-2022-23: it is not used"),
        ("", "has text between elements, in 1 places: it is not used"),
    ]


def test_comments_and_instructions_change_no_value(made):
    text = GOOD.replace(">AB1<", "><!-- a -->AB<?go on?>1<").replace("<FTE>", "<!-- b --><FTE>")
    raw = read("csww", [made(text)], YEAR)
    assert raw.tables["workers"]["SWENo"].to_list() == ["AB1"] and not raw.warnings


def test_a_renamed_element_of_another_layout_is_named(made, tmp_path_factory, repository):
    extra = tmp_path_factory.mktemp("layouts")
    shipped = (repository / "src/ncthelpers/returns/layouts/csww-2022-23.yml").read_text("utf-8")
    newer = shipped.replace('"2022-23"', '"2030-31"').replace("      FTE: {", "      FTENow: {")
    (extra / "csww-next.yml").write_text(newer, "utf-8")
    with pytest.raises(DataFaults) as error:
        read("csww", [made(GOOD.replace("FTE>", "FTENow>"))], YEAR, [extra])
    (fault,) = error.value.faults
    assert (fault.column, fault.suggestion) == ("FTE", "this looks like the layout csww-next")
