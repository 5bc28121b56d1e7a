"""The local edition: where it may lie, what the private folder may hold, and that public and private come together row by row."""

import csv
import io
import os
import stat
import traceback
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers import access, cli, signoff
from ncthelpers.cells import Column
from ncthelpers.faults import DataFaults, Fault
from ncthelpers.load import load_year
from ncthelpers.publish import edition, html, notices, report
from ncthelpers.schemas import TableSchema
from ncthelpers.yaml_files import read_yaml

YEAR = "2031-32"
PLANTED = "98765.4321"
REVIEW = date(2033, 3, 31)
SCHEMA = TableSchema("gaps", "Gaps", "One row a council and year.", ("council", "year"), (
    Column("council", "id", "Council"), Column("year", "count", "Year"), Column("gap", "money", "Gap", required=False),
    Column("note", "text", "Note", required=False),
))  # fmt: skip
COLUMN = [access.Restriction("gaps", ("gap",), "", "terms", REVIEW)]
WHOLE = [access.Restriction("gaps", (), "", "terms", REVIEW)]
PUBLIC = b"council,year,gap,note\nEAST,1,,first\nWEST,02,,\n"
PRIVATE = b'year,council,gap\n2,WEST,"(98,765)"\n1,EAST,\n'


def merged(private, public=PUBLIC, restricted=COLUMN):
    return edition.with_private_cells(public, private, SCHEMA, restricted, "data/gaps.csv")


# Public and private cells together


def test_private_cells_come_to_their_rows_by_key_as_they_are_written_in_any_order():
    text, faults = merged(PRIVATE)
    assert faults == []
    assert text == 'council,year,gap,note\nEAST,1,,first\nWEST,02,"(98,765)",\n'


def test_a_whole_table_is_taken_as_it_is():
    whole = "council,year,gap,note\nEAST,1,5,\n"
    assert merged(whole.encode(), b"", WHOLE) == (whole, [])


@pytest.mark.parametrize(
    ("private", "said"),
    [
        (f"council,year,gap\nEAST,1,x{PLANTED}\nWEST,2,1\n", "is not an amount of money"),
        (f"council,year,gap\nEAST,1,{PLANTED}\nWEST,2,1\n{PLANTED},3,1\n", "is not in the public table: row 3 of this file"),
        (f"council,year,gap\nEAST,1,{PLANTED}\n", "has no row here"),
        (f"council,year,gap\nEAST,1,{PLANTED}\nEAST,1,{PLANTED}\nWEST,2,1\n", "is the key of more than one row"),
        (f"council,year,gap\nEAST,,{PLANTED}\nWEST,2,1\n", "is empty but required"),
        (f"council,year,gap,note\nEAST,1,1,{PLANTED}\nWEST,2,1,\n", "is not restricted: it stands in the public table"),
        (f"council,year\nEAST,1\n{PLANTED},2\n", "is a column the schema asks for and the file lacks"),
        (f"EAST,1,{PLANTED}\nWEST,2,1\n", "is a column the schema does not know"),
        (f"council,year,gap\nEAST,1,{PLANTED},{PLANTED}\n", "has 4 cells where the header has 3"),
        (f'council,year,gap\nEAST,1,"{PLANTED}\n', "cannot be read as CSV"),
        ("", "is empty"),
    ],
)  # fmt: skip
def test_each_fault_of_a_private_file_is_told_without_a_value(private, said):
    text, faults = merged(private.encode())
    assert any(said in fault.rule for fault in faults), faults
    assert not any(PLANTED in str(fault.as_record()) for fault in faults)


def test_a_key_is_told_only_where_it_is_public():
    *_, fault = merged(b"council,year,gap\nEAST,1,1\n")[1]
    assert fault.value == "WEST / 2"


CELL = st.decimals(-1000, 1000, places=2).map(str) | st.just("")


@given(st.dictionaries(st.tuples(st.sampled_from("ABC"), st.integers(0, 99)), CELL), st.randoms())
def test_taking_the_private_cells_out_again_gives_the_public_table(cells, random):
    rows = list(cells)
    public = "council,year,gap,note\n" + "".join(f"{council},{year},,\n" for council, year in rows)
    shuffled = random.sample(rows, len(rows))
    private = "council,year,gap\n" + "".join(f"{key[0]},{key[1]},{cells[key]}\n" for key in shuffled)
    text, faults = merged(private.encode(), public.encode())
    assert faults == []
    held = list(csv.DictReader(io.StringIO(text)))
    assert {(row["council"], int(row["year"])): row["gap"] for row in held} == cells
    assert (
        "council,year,gap,note\n" + "".join(f"{row['council']},{row['year']},,{row['note']}\n" for row in held)
        == public
    )


# Where it may lie


@pytest.mark.parametrize("inside", ["root/kept", "root", ".", "tree/kept", "tree"])
def test_a_folder_that_git_or_the_root_could_take_up_is_refused(tmp_path, inside):
    (tmp_path / "root" / "data").mkdir(parents=True)
    (tmp_path / inside / "data").mkdir(parents=True, exist_ok=True)
    if inside.startswith("tree"):
        (tmp_path / "tree" / ".git").touch()  # as a linked work tree has it
    with pytest.raises(ValueError, match="may lie neither inside the root|may not lie inside a Git work tree"):
        edition.place_of(tmp_path / "root", tmp_path / inside)


@pytest.mark.parametrize("linked", ["data", "edition"])
def test_a_folder_that_leads_into_the_root_by_a_link_is_refused(tmp_path, linked):
    (tmp_path / "root" / "data").mkdir(parents=True)
    (tmp_path / "kept").mkdir()
    if linked == "edition":
        (tmp_path / "kept" / "data").mkdir()
    (tmp_path / "kept" / linked).symlink_to(tmp_path / "root" / "data")
    with pytest.raises(ValueError, match="inside the root"):
        edition.place_of(tmp_path / "root", tmp_path / "kept")


def test_a_folder_elsewhere_is_taken_and_one_without_data_refused(tmp_path):
    (tmp_path / "root").mkdir()
    with pytest.raises(ValueError, match="holds no data/"):
        edition.place_of(tmp_path / "root", tmp_path / "kept")
    (tmp_path / "kept" / "data").mkdir(parents=True)
    assert edition.place_of(tmp_path / "root", tmp_path / "kept") == tmp_path / "kept"


# The edition as a root


@pytest.fixture
def put_together(private_book):
    """A function that puts the edition of the small book together."""
    book, private = private_book
    return lambda year=None: edition.put_together(book.root, private, year)


def test_the_edition_is_a_root_that_holds_all_and_says_so(private_book, put_together):
    book, private = private_book
    before = {path: path.read_bytes() for path in book.root.rglob("*") if path.is_file()}
    root = put_together()
    assert root == private / "edition"
    data = load_year(root, YEAR)
    assert data.marks == ("RESTRICTED",)
    assert [str(gap) for gap in data["budget_gaps"]["gap"]] == [PLANTED, "7.25", "None", "8.125"]
    assert data["pupil_forecasts"]["area"].tolist() == ["Zyxwvut"]
    assert "plantedsentence" in data.commentary["04_cost"]
    held = {path: entry["access"] for path, entry in data.package["resources"].items()}
    assert {path for path, access_ in held.items() if access_ == "restricted"} == {
        "budget_gaps.csv", "pupil_forecasts.csv", "commentary/04_cost.md",
    }  # fmt: skip
    assert load_year(root, "2032-33").marks == ("RESTRICTED",)
    assert {path: path.read_bytes() for path in book.root.rglob("*") if path.is_file()} == before


def test_what_the_private_folder_does_not_hold_stays_exempt(private_book, put_together):
    (private_book.private / "data" / YEAR / "pupil_forecasts.csv").unlink()
    (private_book.private / "data" / YEAR / "budget_gaps.csv").unlink()
    data = load_year(put_together(), YEAR)
    assert data.schemas["budget_gaps"]["gap"].missing == access.EXEMPT
    assert data.contract["not_reported"]["pupil_forecasts"].startswith(access.EXEMPT)
    assert "plantedsentence" in data.commentary["04_cost"]


def test_every_fault_of_the_private_folder_is_told_at_once_and_the_last_edition_stays(private_book, put_together):
    root, private = put_together(), private_book.private / "data" / YEAR
    before = (root / "data" / YEAR / "budget_gaps.csv").read_bytes()
    (private / "budget_gaps.csv").write_text(f"council,year,gap\nEAST,2032-33,x{PLANTED}\n", "utf-8")
    (private / "property.csv").write_text(f"council,buildings\nEAST,{PLANTED}\n", "utf-8")
    (private / "commentary" / "12_funding.md").write_text(PLANTED, "utf-8")
    (private / "commentary" / "04_cost.md").write_bytes(b"\xff" + PLANTED.encode())
    with pytest.raises(DataFaults) as caught:
        put_together()
    place = f"data/{YEAR}"
    assert {(fault.file, fault.rule) for fault in caught.value.faults} >= {
        (f"{place}/budget_gaps.csv", "is not an amount of money"),
        (f"{place}/property.csv", "is of a table of which nothing is restricted"),
        (f"{place}/commentary/12_funding.md", "is of commentary that is not restricted"),
        (f"{place}/commentary/04_cost.md", "is not UTF-8 text"),
    }
    assert PLANTED not in str(caught.value)
    assert (root / "data" / YEAR / "budget_gaps.csv").read_bytes() == before


def test_a_rule_that_only_both_together_break_is_told_in_full_in_the_edition_alone(private_book, put_together):
    path = private_book.private / "data" / YEAR / "commentary" / "04_cost.md"
    path.write_text("## overview\nplantedsentence 98765 by hand.\nsource: report:1/1\n", "utf-8")
    with pytest.raises(DataFaults) as caught:
        put_together()
    assert "98765" not in str(caught.value) and f"data/{YEAR}/commentary/04_cost.md" in str(caught.value)
    told = private_book.private / "edition" / "_build" / "failure.txt"
    assert str(told) in str(caught.value) and "98765" in told.read_text("utf-8")
    assert not (private_book.private / "edition" / "data").exists()


def test_a_year_that_is_not_there_or_not_listed_is_refused(private_book, put_together):
    from ncthelpers.years import ContractYear

    with pytest.raises(ValueError, match="holds no data/2032-33"):
        put_together(ContractYear("2032-33"))
    (private_book.private / "data" / "2040-41").mkdir()
    with pytest.raises(ValueError, match="data/2040-41, of which _toc.yml lists no page"):
        put_together()
    assert put_together(ContractYear(YEAR)).is_dir()


def test_a_sign_off_of_the_public_figures_is_none_of_these_and_the_edition_keeps_its_own(private_book, put_together):
    import yaml

    def signed(root):
        path = root / "data" / YEAR / "datapackage.yml"
        package = signoff.signed(read_yaml(path.read_text("utf-8")), "Director", date(2032, 8, 10))
        path.write_text(yaml.safe_dump(package, sort_keys=False, allow_unicode=True, width=110), "utf-8")

    signed(private_book.book.root)
    assert signoff.is_signed_off(load_year(private_book.book.root, YEAR))
    root = put_together()
    assert not signoff.is_signed_off(load_year(root, YEAR))
    signed(root)
    assert signoff.is_signed_off(load_year(put_together(), YEAR))


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no such permissions")
def test_files_of_the_edition_are_for_nobody_else(private_book, put_together):
    with edition.private_files():
        root = put_together()
    others = [path for path in (root, *root.rglob("*")) if stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert others == []


# Nothing gets out by a failure


@pytest.mark.parametrize(
    ("failure", "becomes"),
    [
        (DataFaults([Fault("a.csv", 2, "gap", PLANTED, f"is above {PLANTED}")]), DataFaults),
        (report.PagesFailed([report.PageRun("y/04_cost", (), failure=PLANTED)]), report.PagesFailed),
        (html.BuildFailed(PLANTED), html.BuildFailed), (TypeError(PLANTED), html.BuildFailed), (KeyError(PLANTED), html.BuildFailed),
    ],
)  # fmt: skip
def test_what_fails_is_told_below_the_edition_and_elsewhere_only_where_that_is(tmp_path, failure, becomes):
    with pytest.raises(becomes) as caught, edition.kept_private(tmp_path):
        raise failure
    told = tmp_path / "_build" / "failure.txt"
    assert PLANTED in told.read_text("utf-8")
    assert PLANTED not in str(caught.value) and str(told) in str(caught.value)
    shown = "".join(traceback.format_exception(caught.value))
    assert PLANTED not in shown, "what came before is not shown even by a traceback"
    with edition.kept_private(tmp_path):
        pass
    assert not told.exists()


# Notices


def test_every_page_of_the_edition_says_that_it_is_restricted_and_why(put_together):
    data = load_year(put_together(), YEAR)
    said = notices.of_all([data])
    assert list(said) == ["restricted"] and list(notices.of_pages([data])) == ["restricted", "draft"]
    assert said["restricted"].startswith("```{admonition} RESTRICTED\n:class: danger\n")
    title = data.schemas["budget_gaps"].title
    line = f"- {YEAR}: {title} (Gap, £m): commercial terms, to be reviewed on 31 March 2033"
    assert line in said["restricted"].replace("\\", "").splitlines()


def test_the_command_without_a_folder_or_with_a_bad_one_says_so(private_book, command, monkeypatch, tmp_path):
    monkeypatch.setattr(cli, "REPOSITORY", private_book.book.repository)
    assert command(private_book.book.root, "restricted").code == 2
    done = command(private_book.book.root, "restricted", "--private", str(tmp_path / "nowhere"))
    assert done.code == 2 and "holds no data/" in done.err
    done = command(private_book.book.root, "restricted", "2040-41", "--private", str(private_book.private))
    assert done.code == 2 and "holds no data/2040-41" in done.err and not (private_book.private / "edition").exists()
