"""Which file of a folder is which module, what is missing or unknown, and that nothing is passed over without a word."""

import shutil

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ncthelpers.faults import DataFaults
from ncthelpers.returns.readers import read
from ncthelpers.returns.ssda903 import tidy
from ncthelpers.years import ContractYear

YEAR = ContractYear("2017-18")
HEADER = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n"
EPISODES = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
A_CHILD = "1,1,02/03/2010,WBRI,,,\n"
AN_EPISODE = "1,01/05/2017,S,C2,N1,U1,PR1,,,,AB1 2CD,AB1 2CE,1234567\n"
OC3 = "CHILD,DOB,IN_TOUCH,ACTIV,ACCOM\n2,02/03/2000,YES,F2,B1\n"


AN_XML = (
    "<EXPSSDA903><CHILD><HEADER><CHILDID>1</CHILDID><SEX>1</SEX><DOB>02/03/2010</DOB></HEADER><EPISODE>"
    + "".join(f"<{tag}>{text}</{tag}>" for tag, text in zip(
        EPISODES.replace("PLACE,", "PL,").strip().split(",")[1:], AN_EPISODE.strip().split(",")[1:], strict=True))
    + "</EPISODE></CHILD></EXPSSDA903>"
)  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "header.csv").write_text(HEADER + A_CHILD)
    (tmp_path / "episodes.csv").write_text(EPISODES + AN_EPISODE)
    return tmp_path


def told(faults):
    return [(fault.file.rsplit("/", 1)[-1], fault.column, fault.remedy) for fault in faults]


def refused(paths, of="ssda903", year=YEAR, extra=()):
    with pytest.raises(DataFaults) as error:
        read(of, paths, year, extra)
    return told(error.value.faults)


def test_a_folder_is_read_by_the_names_of_its_files(folder):
    raw = read("ssda903", [folder], YEAR)
    assert {name: rows.height for name, rows in raw.tables.items()} == {"header": 1, "episodes": 1}
    assert [file.name for file in raw.files] == ["episodes.csv", "header.csv"] and not raw.warnings


def test_files_with_other_names_are_known_by_their_headers(folder):
    for name in ("header", "episodes"):
        (folder / f"{name}.csv").rename(folder / f"extract {name} final.csv")
    (folder / "leavers.csv").write_text(OC3)
    raw = read("ssda903", sorted(folder.iterdir()), YEAR)
    assert set(raw.tables) == {"header", "episodes", "oc3"}
    assert told(raw.warnings) == [
        ("extract episodes final.csv", "", "was read as episodes, by the names of its columns"),
        ("extract header final.csv", "", "was read as header, by the names of its columns"),
        ("leavers.csv", "", "was read as oc3, by the names of its columns"),
    ]
    assert raw.place("oc3").endswith("/leavers.csv")


def test_a_file_without_a_record_that_is_needed_is_one_fault(folder):
    for text, rule in (("", "is empty: episodes of ssda903-2017-18 was to be in it"),
                       ("\n", "is empty: episodes of ssda903-2017-18 was to be in it"),
                       (EPISODES, "holds no record: ssda903-2017-18 needs episodes")):  # fmt: skip
        (folder / "episodes.csv").write_text(text)
        assert refused([folder]) == [("episodes.csv", "", rule)]


def test_a_file_of_what_need_not_be_there_may_have_no_record(folder):
    (folder / "oc3.csv").write_text(OC3.splitlines()[0] + "\n")
    for name in ("other", "reviews"):
        (folder / f"{name}.csv").write_text("")
    raw = read("ssda903", [folder], YEAR)
    assert raw.tables["oc3"].is_empty() and told(raw.warnings) == [
        ("other.csv", "", "is empty: it is not used"),
        ("reviews.csv", "", "is not used: no figure is counted from reviews"),
    ]


def test_names_of_columns_may_differ_in_case_and_spaces(folder):
    text = (folder / "episodes.csv").read_text()
    (folder / "Episodes.CSV").write_text(text.replace("PLACE_PROVIDER", "Place provider").replace("DECOM", " decom "))
    (folder / "episodes.csv").unlink()
    assert read("ssda903", [folder], YEAR).tables["episodes"]["DECOM"].to_list() == ["01/05/2017"]


def test_every_missing_column_and_module_is_told_at_once(folder):
    (folder / "header.csv").unlink()
    (folder / "episodes.csv").write_text(EPISODES.replace("RNE,", "").replace("URN", "Ref"))
    assert refused([folder]) == [
        ("episodes.csv", "RNE", "is missing: episodes of ssda903-2017-18 has it"),
        ("episodes.csv", "URN", "is missing: episodes of ssda903-2017-18 has it"),
        ("header.csv", "", "is missing: ssda903-2017-18 needs header"),
    ]  # fmt: skip


def test_a_file_with_another_name_that_lacks_columns_is_still_known_for_what_it_is(folder):
    (folder / "episodes.csv").unlink()
    (folder / "extract.csv").write_text(EPISODES.replace("RNE,", ""))
    assert refused([folder]) == [("extract.csv", "RNE", "is missing: episodes of ssda903-2017-18 has it")]


def test_an_unknown_column_is_a_warning(folder):
    (folder / "header.csv").write_text(HEADER.strip() + ",EXTRA\n" + A_CHILD.strip() + ",9\n")
    raw = read("ssda903", [folder], YEAR)
    assert told(raw.warnings) == [
        ("header.csv", "EXTRA", "is no column of header of ssda903-2017-18: it is not used")
    ]  # fmt: skip
    assert "EXTRA" not in raw.tables["header"].columns


def test_a_column_without_a_name_is_a_warning_only_where_something_is_in_it(folder):
    (folder / "header.csv").write_text(HEADER.strip() + ",\n" + A_CHILD.strip() + ",\n")
    assert not read("ssda903", [folder], YEAR).warnings
    (folder / "header.csv").write_text(HEADER.strip() + ",\n" + A_CHILD.strip() + ",9\n")
    assert [fault.column for fault in read("ssda903", [folder], YEAR).warnings] == ["column 8"]


def test_a_header_of_another_layout_is_named(folder, tmp_path_factory, repository):
    extra = tmp_path_factory.mktemp("layouts")
    shipped = (repository / "src/ncthelpers/returns/layouts/ssda903-2017-18.yml").read_text("utf-8")
    newer = shipped.replace('"2017-18"', '"2030-31"').replace("RNE: {", "WHY_NEW: {element: RNE, ")
    (extra / "ssda903-next.yml").write_text(newer, "utf-8")
    (folder / "episodes.csv").write_text(EPISODES.replace("RNE", "WHY_NEW") + AN_EPISODE)
    rule = "is missing: episodes of ssda903-2017-18 has it; this looks like the layout ssda903-next"
    assert refused([folder], extra=[extra]) == [("episodes.csv", "RNE", rule)]
    assert read("ssda903", [folder], ContractYear("2030-31"), [extra]).layout.name == "ssda903-next"


def test_a_file_that_is_not_read_is_named(folder):
    (folder / "other.csv").write_text("A,B\n1,2\n")
    (folder / "episodes (2).csv").write_text(EPISODES)
    (folder / "notes.txt").write_text("by hand")
    (folder / "reviews.csv").write_text("CHILD,DOB,REVIEW,REVIEW_CODE\n")
    assert sorted(told(read("ssda903", [folder], YEAR).warnings)) == [
        ("episodes (2).csv", "", "is not read: episodes is in another file"),
        ("notes.txt", "", "is not read: the folder's other files are the return; name it to read it"),
        ("other.csv", "", "is not used: its header is that of no module of ssda903-2017-18"),
        ("reviews.csv", "", "is not used: no figure is counted from reviews"),
    ]


def test_two_files_of_one_module_are_refused_where_no_name_decides(folder):
    (folder / "episodes.csv").rename(folder / "april.csv")
    shutil.copy(folder / "april.csv", folder / "may.csv")
    ((file, _, rule),) = refused([folder])
    assert (
        file == "may.csv"
        and rule.startswith("has the header of episodes, as ")
        and rule.endswith("april.csv has; give one of them")
    )


def test_two_columns_with_one_name_are_refused(folder):
    (folder / "header.csv").write_text(HEADER.replace("UPN", "sex") + A_CHILD)
    assert refused([folder]) == [("header.csv", "SEX", "is the name of two columns")]


def test_faults_of_all_files_are_told_at_once(folder):
    (folder / "header.csv").write_text(HEADER + "1,1\n")
    (folder / "episodes.csv").write_bytes(EPISODES.encode() + b"\x00\n")
    assert [(file, rule.split(";")[0]) for file, _, rule in refused([folder])] == [
        ("episodes.csv", "has a NUL character"),
        ("header.csv", "has 2 cells, and the header has 7"),
    ]


@pytest.mark.parametrize(
    ("of", "year", "files", "rule"),
    [
        (
            "ssda903",
            "2017-18",
            [],
            "holds no file that this return is read from (CSV, xlsx or XML; a census is one XML file)",
        ),
        ("ssda903", "2017-18", ["a.pdf"], "is no CSV, xlsx or XML file; save it as one"),
        (
            "ssda903",
            "2017-18",
            ["a.xml", "b.csv"],
            "is XML, which is read alone; name the one that is meant, and those of years before by --earlier",
        ),
        (
            "ssda903",
            "2019-20",
            ["a.xml"],
            "is XML, and ssda903-2019-20 says nothing of XML; give it as CSV files or xlsx",
        ),
        ("cin", "2021-22", ["a.csv"], "is no XML: cin is read from XML"),
        ("cin", "2021-22", ["missing"], "is not there"),
    ],
)
def test_files_of_the_wrong_kind_are_refused(tmp_path, of, year, files, rule):
    for name in files:
        if name != "missing":
            (tmp_path / name).write_text("x")
    paths = [tmp_path / name for name in files] or [tmp_path]
    assert {told for _, _, told in refused(paths, of, ContractYear(year))} == {rule}


def test_a_folder_of_folders_names_them(tmp_path):
    for name in ("logs", "ssda903"):
        (tmp_path / name).mkdir()
    ((_, _, rule),) = refused([tmp_path])
    assert (
        rule
        == "holds no file that this return is read from (CSV, xlsx or XML; a census is one XML file); name the folder in it that is meant: logs, ssda903"
    )


def test_sheets_of_a_workbook_are_modules_by_their_headers(folder, tmp_path_factory):
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.append(["by hand"])
    for name, text in (("Children", HEADER + A_CHILD), ("Sheet3", EPISODES + AN_EPISODE)):
        sheet = book.create_sheet(name)
        for line in text.splitlines():
            sheet.append([cell or None for cell in line.split(",")])
    path = tmp_path_factory.mktemp("book") / "return.xlsx"
    book.save(path)
    raw = read("ssda903", [path.parent], YEAR)
    assert told(raw.warnings) == [
        ("return.xlsx!Children", "", "was read as header, by the names of its columns"),
        ("return.xlsx!Notes", "", "is not used: its header is that of no module of ssda903-2017-18"),
        ("return.xlsx!Sheet3", "", "was read as episodes, by the names of its columns"),
    ]
    assert raw.files == (path,)
    of_sheets, of_files = tidy(raw), tidy(read("ssda903", [folder], YEAR))
    assert of_sheets.tables.keys() == of_files.tables.keys()
    assert all(of_sheets[name].equals(of_files[name]) for name in of_files.tables)


_BREAKS = [
    b"\x00",
    b'"',
    b",",
    b"\n",
    b"\r",
    b"\xff",
    b"\x81",
    b"=1",
    b"#N/A",
    b"<",
    b"&",
    b"]]>",
    b"</CHILD>",
    b"<!DOCTYPE a>",
    b"",
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), st.sampled_from(["header.csv", "episodes.csv", "return.xml"]))
def test_a_broken_file_is_read_or_refused_and_never_fails_otherwise(tmp_path, data, name):
    content = {"header.csv": HEADER + A_CHILD * 3, "episodes.csv": EPISODES + AN_EPISODE * 3, "return.xml": AN_XML}
    for file, text in content.items():
        (tmp_path / file).write_text(text)
    whole = (tmp_path / name).read_bytes()
    at, to = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
    broken = whole[:at] + data.draw(st.sampled_from(_BREAKS)) + whole[data.draw(st.sampled_from([at, to])) :]
    (tmp_path / name).write_bytes(broken)
    try:
        raw = read(
            "ssda903",
            [tmp_path / name] if name.endswith("xml") else [tmp_path / "header.csv", tmp_path / "episodes.csv"],
            YEAR,
        )
    except DataFaults as error:
        assert error.faults
        return
    records = tidy(raw)
    left = records.left_out.filter(pl.col("reason").str.starts_with("left out: "), table="episodes")["records"].sum()
    assert records["episodes"].height + left == raw.tables["episodes"].height


def test_lists_of_providers_are_named_as_not_used(golden):
    with pytest.raises(DataFaults) as error:
        read("ssda903", [golden / "ssda903" / f"{name}.xlsx" for name in ("ch_fake", "scp_fake")], YEAR)
    unused = [fault.file.rsplit("!")[-1] for fault in error.value.faults if fault.rule.startswith("is not used")]
    assert unused == [
        "Provider information",
        "Registration Conditions",
        "Current providers",
        "Providers closed in 2022-23",
    ]
    raw = read("ssda903", [golden / "ssda903", golden / "ssda903" / "ch_fake.xlsx"], YEAR)
    assert sum("ch_fake" in fault.file for fault in raw.warnings) == 2
