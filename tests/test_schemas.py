"""Table schemas: each rule of a table broken once, and a reader that nothing can make fall over."""

import csv
import io
import re
from datetime import date
from decimal import Decimal
from unittest import mock

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ncthelpers import schemas
from ncthelpers.cells import Column
from ncthelpers.schemas import TableSchema, read_schemas, read_table, schemas_from

COSTS = TableSchema(
    "costs", "Costs", "One row a service and year.", ("service", "year"),
    (
        Column("service", "text", "Service"),
        Column("year", "id", "Year"),
        Column("cost", "money", "Cost", dash="nil"),
        Column("staff", "count", "Staff", required=False, minimum=Decimal(1), maximum=Decimal(5000)),
        Column("share", "percent", "Share", required=False),
        Column("kind", "text", "Kind", values=("own", "bought")),
        Column("code", "id", "Code", required=False, unique=True),
        Column("opened", "date", "Opened", required=False),
    ),
)  # fmt: skip
HEADER = "service,year,cost,staff,share,kind,code,opened\n"
GOOD = 'Homes,a,"1,200",30,50,own,h,2031-06-01\n'


def found(text):
    """Faults as (row, column, value, rule), without those said twice."""
    frame, faults = read_table(text if isinstance(text, bytes) else text.encode(), COSTS, "costs.csv")
    assert frame.columns.tolist() == COSTS.names
    assert not faults or frame.empty
    assert {fault.file for fault in faults} <= {"costs.csv"}
    return {(fault.row, fault.column, fault.value, fault.rule) for fault in faults}


# reading


def test_a_good_table_is_read_to_typed_values_with_its_lines_as_index():
    frame, faults = read_table(f"{HEADER}{GOOD}\nHomes,b,-,,97%,bought,,\n".encode(), COSTS, "costs.csv")
    assert faults == []
    assert frame.index.tolist() == [2, 4]
    assert frame.loc[2].tolist() == ["Homes", "a", Decimal(1200), 30, Decimal(50), "own", "h", date(2031, 6, 1)]
    assert frame.loc[4].tolist() == ["Homes", "b", Decimal(0), None, Decimal(97), "bought", None, None]


@pytest.mark.parametrize(
    "written",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: text.rstrip("\n").encode(),
        lambda text: text.replace("\n", "\n\n").encode(),
        lambda text: (text + ",,,,,,,\n").encode(),
        lambda text: text.replace('"1,200"', "1200").replace(",", " , ").encode(),
        lambda text: "\n".join(",".join(reversed(next(csv.reader([line])))) for line in text.replace('"1,200"', "1200").splitlines()).encode(),
    ],
    ids=["byte order mark", "Windows line ends", "old Mac line ends", "no last line end", "blank rows", "row of empty cells",
         "spaces round cells", "columns in another order"],
)  # fmt: skip
def test_ways_of_writing_the_same_table_are_read_the_same(written):
    plain, none = read_table((HEADER + GOOD).encode(), COSTS, "costs.csv")
    frame, faults = read_table(written(HEADER + GOOD), COSTS, "costs.csv")
    assert (none, faults) == ([], [])
    assert frame.values.tolist() == plain.values.tolist()


def test_rows_with_one_key_are_told_once_each_and_not_all_are_listed():
    """A table of 900 such rows once took five seconds, each told for every column of the table."""
    content = HEADER + "Homes,a,1,,,own,,\n" * 14
    _, faults = read_table(content.encode(), COSTS, "costs.csv")
    assert [(fault.row, fault.column) for fault in faults] == [(row, "+".join(COSTS.key)) for row in range(2, 16)]
    assert {fault.suggestion for fault in faults} == {"rows 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 4 others have it"}


def test_a_table_with_its_header_only_is_a_table_without_rows():
    frame, faults = read_table(HEADER.encode(), COSTS, "costs.csv")
    assert faults == [] and frame.empty and frame.columns.tolist() == COSTS.names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (None, "", "", "is empty")),
        ("\n \n,,\n", (None, "", "", "is empty")),
        (HEADER.encode() + b"Caf\xe9,a,1,,,own,,\n", (None, "", "", "not UTF-8")),
        (HEADER.replace(",staff", "") + "Homes,a,1,,own,,\n", (1, "staff", "", "lacks")),
        (HEADER.replace("\n", ",more\n") + "Homes,a,1,,,own,,,x\n", (1, "more", "", "does not know")),
        (HEADER.replace("\n", ",\n") + "Homes,a,1,,,own,,,x\n", (1, "(no name)", "", "does not know")),
        (HEADER.replace("\n", ",cost\n") + "Homes,a,1,,,own,,,2\n", (1, "cost", "", "twice")),
        (HEADER + GOOD + "Homes,b,1\n", (3, "", "", "has 3 cells where the header has 8")),
        (HEADER + GOOD + "Homes,b,1,,,own,,,,\n", (3, "", "", "has 10 cells where the header has 8")),
        (HEADER + GOOD + 'Homes,b,"1,,,own,,\n', (3, "", "", "cannot be read as CSV")),
        (HEADER + "Homes,a,12k,,,own,,\n", (2, "cost", "12k", "not an amount of money")),
        (HEADER + ",a,1,,,own,,\n", (2, "service", "", "is empty but required")),
        (HEADER + "Homes,a,1,-,,own,,\n", (2, "staff", "-", "is a dash")),
        (HEADER + "Homes,a,1,0,,own,,\n", (2, "staff", "0", "least allowed, 1")),
        (HEADER + "Homes,a,1,5001,,own,,\n", (2, "staff", "5001", "most allowed, 5000")),
        (HEADER + "Homes,a,1,,0.97,own,,\n", (2, "share", "0.97", "may be a share")),
        (HEADER + "Homes,a,1,,,lent,,\n", (2, "kind", "lent", "is not one of: own, bought")),
        (HEADER + "Homes,a,1,,,own,,07/09/2022\n", (2, "opened", "07/09/2022", "is not a date")),
        (HEADER + GOOD + "Homes,b,1,,,own,h,\n", (3, "code", "h", "must be unique")),
        (HEADER + GOOD + GOOD.replace(",h,", ",,"), (3, "service+year", "Homes / a", "key of more than one row")),
    ],
)  # fmt: skip
def test_each_rule_broken_is_a_fault_at_its_row_and_column(text, expected):
    row, column, value, rule = expected
    assert any(fault[:3] == (row, column, value) and rule in fault[3] for fault in found(text)), found(text)


def test_a_value_out_of_bounds_by_nothing_is_within_them():
    assert found(HEADER + "Homes,a,1,1,,own,,\nHomes,b,1,5000,,own,,\n") == set()


def test_empty_cells_of_a_unique_column_are_not_the_same_value():
    assert found(HEADER + "Homes,a,1,,,own,,\nHomes,b,1,,,own,,\n") == set()


def test_every_fault_of_a_file_is_listed_at_once_and_once():
    text = HEADER.replace(",opened", "") + "Homes,a,12k,-,0.5,lent,h\nHomes,a,1\nHomes,a,x,,,own,h\n"
    _, faults = read_table(text.encode(), COSTS, "costs.csv")
    assert {(fault.row, fault.column) for fault in faults} == {
        (1, "opened"), (2, "cost"), (2, "staff"), (2, "share"), (2, "kind"), (2, "code"), (2, "service+year"),
        (3, ""), (4, "cost"), (4, "code"), (4, "service+year"),
    }  # fmt: skip


def test_the_row_of_a_fault_is_its_line_of_the_file_whatever_stands_above():
    text = HEADER + '\n"Homes\nin two lines",a,1,,,own,,\n\nHomes,b,12k,,,own,,\n'
    assert {row for row, *_ in found(text)} == {6}


def test_numbers_that_are_the_same_are_the_same_key_however_they_are_written():
    points = TableSchema("points", "Points", "One row a point.", ("point",), (Column("point", "count", "Point"),))
    _, faults = read_table(b'point\n1000\n"1,000"\n', points, "points.csv")
    assert {fault.row for fault in faults} == {2, 3}


def test_control_characters_do_not_enter_a_text():
    assert {fault[:2] for fault in found(HEADER + "Ho\0mes,a,1,,,own,,\n")} >= {(2, "service")}


# laws


cells = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "-", "—", "(1,234)", "£5", "97%", "0.97", "1e5", "nan", "NA", "None", "own", "2022-02-30", "１２", "\0", '"', "\r"]),
    st.decimals().map(str),
)  # fmt: skip
rows_of_text = st.lists(st.lists(cells, max_size=9), max_size=6)


def as_csv(rows):
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue()


@settings(max_examples=150)
@given(content=st.one_of(st.binary(), st.binary().map(lambda tail: HEADER.encode() + tail)))
def test_no_bytes_make_the_reader_fall_over(content):
    found(content)


@settings(max_examples=150)
@given(
    header=st.sampled_from([HEADER, HEADER.replace("cost", "kind"), "year\n", ""]),
    rows=rows_of_text,
    tail=st.text(max_size=5),
)
def test_no_table_of_text_makes_the_reader_fall_over(header, rows, tail):
    found((header + as_csv(rows) + tail).encode("utf-8", "replace"))


@settings(max_examples=60)
@given(rows=st.lists(st.lists(cells, min_size=8, max_size=8), max_size=6))
def test_each_fault_of_a_cell_names_the_cell_as_it_stands_in_the_file(rows):
    rows = [[cell.replace("\r", "").replace("\n", "") for cell in row] for row in rows]
    text = HEADER + as_csv(rows)
    lines = list(csv.reader(io.StringIO(text)))
    for row, column, value, _ in found(text):
        if column and "+" not in column and row:
            assert lines[row - 1][COSTS.names.index(column)].strip() == value


few = st.tuples(*map(st.sampled_from, (
    ["Homes", "Care", ""], ["a", "b"], ["1", "1.0", "x"], ["", "30", "0"], [""], ["own"], ["", "h", "i"], ["", "2031-06-01"],
)))  # fmt: skip


@settings(max_examples=60)
@given(rows=st.lists(few, max_size=3))
def test_a_file_that_is_read_is_one_in_which_pandera_finds_no_fault(rows):
    text = (HEADER + as_csv(rows)).encode()
    frame, faults = read_table(text, COSTS, "costs.csv")
    with mock.patch.object(schemas, "_read", lambda *_: None):
        assert read_table(text, COSTS, "costs.csv")[1] == faults
    assert bool(faults) != (len(frame) == len(rows))


printable = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8).filter(
    lambda text: text not in "-–—_−"
)
money = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=3)
written_rows = st.lists(
    st.tuples(printable, money, st.one_of(st.none(), st.integers(1, 5000)), st.one_of(st.none(), st.dates())),
    max_size=6, unique_by=lambda row: row[0],
)  # fmt: skip


@settings(max_examples=60)
@given(rows=written_rows)
def test_what_is_written_plainly_is_read_back_as_it_was(rows):
    text = as_csv([[service, "a", f"{cost:f}", "" if staff is None else f"{staff:,}", "", "own", "", opened or ""]
                   for service, cost, staff, opened in rows])  # fmt: skip
    frame, faults = read_table((HEADER + text).encode(), COSTS, "costs.csv")
    assert faults == []
    assert frame[["service", "cost", "staff", "opened"]].values.tolist() == [list(row) for row in rows]


# schemas themselves


def schema_file(folder, **changed):
    given = {"table": "gaps", "title": "Gaps", "meaning": "One row a council.", "key": ["council"],
             "columns": {"council": {"type": "council", "title": "Council"}, "gap": {"type": "money", "title": "Gap"}}}  # fmt: skip
    (folder / "gaps.yml").write_text(yaml.safe_dump(given | changed, sort_keys=False))
    return folder


def test_a_schema_is_read_with_its_columns_in_order(tmp_path):
    schema = read_schemas(schema_file(tmp_path, show=["gap"]))["gaps"]
    assert (schema.names, schema.key, schema.shown, schema.access) == (
        ["council", "gap"],
        ("council",),
        ("gap",),
        "public",
    )
    assert schema["gap"].type == "money" and schema["gap"].required


@pytest.mark.parametrize(
    "column",
    [
        {"type": "amount", "title": "Gap"},
        {"title": "Gap"},
        {"type": "money"},
        {"type": "money", "title": "Gap", "minimum": 0},
        {"type": "money", "title": "Gap", "aliases": "Shortfall"},
    ],
    ids=["unknown type", "no type", "no title", "unknown key", "aliases that are no list"],
)
def test_a_column_that_a_schema_describes_wrongly_is_refused_by_name(tmp_path, column):
    with pytest.raises(ValueError, match="schema gaps, column gap"):
        read_schemas(schema_file(tmp_path, columns={"council": {"type": "council", "title": "Council"}, "gap": column}))


def test_a_schema_that_describes_another_table_than_its_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match="gaps.yml describes the table grants"):
        read_schemas(schema_file(tmp_path, table="grants"))


def test_a_restricted_table_has_restricted_columns(tmp_path):
    schema = read_schemas(schema_file(tmp_path, access="restricted", reason="terms", review=date(2033, 3, 31)))["gaps"]
    assert {(column.access, column.reason, column.review) for column in schema.columns} == {
        ("restricted", "terms", date(2033, 3, 31))
    }


def test_computed_tables_are_described_by_a_list_in_one_file(tmp_path):
    (tmp_path / "results.yml").write_text(
        "- {table: sums, title: Sums, meaning: One row a sum., columns: {sum: {type: money, title: Sum}}}\n"
    )
    assert schemas_from(tmp_path / "results.yml")["sums"].names == ["sum"]


def test_every_schema_of_the_repository_says_what_it_holds(repository):
    of_years = read_schemas(repository / "data" / "schemas")
    reference = read_schemas(repository / "data" / "schemas" / "reference")
    assert len(of_years) > 40 and len(reference) > 8
    assert not set(of_years) & set(reference)  # one name, one table
    schemas = {**of_years, **reference}
    for schema in schemas.values():
        assert schema.title and schema.meaning and schema.access in {"public", "restricted"}, schema.table
        assert set(schema.key) <= set(schema.names) and set(schema.shown) <= set(schema.names), schema.table
        assert schema.key, f"{schema.table} has no key, so nothing keeps a row from standing there twice"
        for column in schema.columns:
            assert column.meaning, f"{schema.table}.{column.name} does not say what it means"
            if column.type == "money" and "unit" not in schema.names:
                assert re.fullmatch("£|£m|£000", column.unit), f"{schema.table}.{column.name} is money without a unit"
            if column.refers_to:
                table, _, target = column.refers_to.partition(".")
                assert target in schemas[table].names, f"{schema.table}.{column.name} refers to nothing"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"key": ["grnt"]}, "names no column: grnt"),
        ({"show": ["grant", "amuont"]}, "names no column: amuont"),
        ({"access": "resticted"}, "neither public nor restricted"),
        (
            {"columns": {"grant": {"type": "text", "title": "Grant", "access": "secret"}}},
            "neither public nor restricted",
        ),
        ({"access": "restricted"}, "gives its reason and its review"),
        ({"access": "restricted", "reason": "terms", "review": "soon"}, "gives its reason and its review"),
        ({"reason": "terms", "review": date(2033, 3, 31)}, "gives its reason and its review"),
        ({"review": date(2033, 3, 31)}, "gives its reason and its review"),
        (
            {"columns": {"grant": {"type": "text", "title": "Grant", "access": "restricted", "reason": "terms", "review": date(2033, 3, 31)}}},
            "every row must give grant: restrict the table",
        ),
    ],
)  # fmt: skip
def test_a_misspelt_rule_of_a_schema_is_refused(tmp_path, change, said):
    schema = {"table": "grants", "title": "Grants", "meaning": "One row a grant.", "key": ["grant"],
              "columns": {"grant": {"type": "text", "title": "Grant"}}}  # fmt: skip
    (tmp_path / "grants.yml").write_text(yaml.safe_dump({**schema, **change}), "utf-8")
    with pytest.raises(ValueError, match=said):
        read_schemas(tmp_path)


@pytest.mark.parametrize(
    "words", ["{positive: over}", "{positive: over, negative: under, nought: level}", "{over: under}"]
)
def test_the_words_of_an_amount_are_for_above_and_below_nought(tmp_path, words):
    held = "table: gaps\ntitle: Gaps\nmeaning: One row a gap.\nkey: [a]\ncolumns:\n  a: {type: text, title: A}\n  b: {type: %s, title: B, words: %s}\n"
    path = tmp_path / "gaps.yml"
    path.write_text(held % ("money", "{positive: over, negative: under}"), "utf-8")
    assert schemas._read_schema(path)["b"].words == ("over", "under")
    for kind, said in (("money", words), ("text", "{positive: over, negative: under}")):
        path.write_text(held % (kind, said), "utf-8")
        with pytest.raises(
            ValueError, match="schema gaps, column b: words are of a number, one positive and one negative"
        ):
            schemas._read_schema(path)
