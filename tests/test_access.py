"""What may not be published: each rule broken once, what readers are told, and that no value of it is ever repeated."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers import access, results, tables
from ncthelpers.cells import Column
from ncthelpers.contract import contract_faults
from ncthelpers.faults import DataFaults
from ncthelpers.load import load_year, open_year, seal_year
from ncthelpers.narrative import words
from ncthelpers.schemas import TableSchema
from ncthelpers.years import ContractYear

YEAR, FILE = "2031-32", "contract.yml"
REVIEW = date(2033, 3, 31)
ENTRY = {"table": "kpis", "columns": ["target"], "reason": "terms.", "review": REVIEW}
WHOLE = {"table": "risks", "reason": "names", "review": REVIEW}
PAGE = {"commentary": "13_risk", "reason": "talks", "review": REVIEW}
KPIS = TableSchema("kpis", "KPIs", "One row a KPI.", ("kpi",), (
    Column("kpi", "id", "KPI"), Column("target", "number", "Target", required=False, missing="not published"),
    Column("name", "text", "Name"),
))  # fmt: skip
RISKS = TableSchema(
    "risks", "Risks", "One row a risk.", ("risk",), (Column("risk", "id", "Risk"), Column("score", "count", "Score"))
)
SCHEMAS = {"kpis": KPIS, "risks": RISKS}


def of(*entries, **others):
    return {"restricted": list(entries), **others}


def faults(*entries, **others):
    return [
        (fault.column, fault.value, fault.rule) for fault in access.access_faults(of(*entries, **others), SCHEMAS, FILE)
    ]


# What contract.yml says


def test_sound_entries_have_no_fault_and_say_why_and_until_when():
    contract = of(ENTRY, WHOLE, PAGE)
    assert faults(ENTRY, WHOLE, PAGE) == [] == access.column_faults(contract, SCHEMAS, {"13_risk"}, FILE)
    kpis, risks, page = access.restrictions(contract)
    assert str(kpis) == "exempt from publication: terms (to be reviewed on 31 March 2033)"
    assert [one.file for one in (kpis, risks, page)] == ["kpis.csv", "risks.csv", "commentary/13_risk.md"]
    assert access.excuses([kpis, risks, page]) == {"risks": str(risks)}
    assert access.withheld_commentary(contract) == {"13_risk": page}


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("kpis", "must give table or commentary, reason and review"),
        ({**ENTRY, "until": 1}, "has an entry that is not known: until"),
        ({**ENTRY, "commentary": "13_risk"}, "must name either a table or a commentary"),
        ({"reason": "terms", "review": REVIEW}, "must name either a table or a commentary"),
        ({**WHOLE, "table": ["risks"]}, "must be named as text"),
        ({**ENTRY, "columns": []}, "must give columns as a list"),
        ({**ENTRY, "columns": "target"}, "must give columns as a list"),
        ({**PAGE, "columns": ["target"]}, "gives columns, which only a table has"),
        ({**ENTRY, "reason": " "}, "lacks its reason"),
        ({**ENTRY, "review": "soon"}, "must give review"),
        ({key: ENTRY[key] for key in ENTRY if key != "review"}, "must give review"),
        ({**ENTRY, "held": "yes"}, "says held, which only an edition does"),
        ({**ENTRY, "held": True}, "says held, which only an edition does"),
        ({**ENTRY, "table": "kpi"}, "is not a table of the schemas"),
        ({**PAGE, "commentary": "risk"}, "is not the name of a page's commentary"),
    ],
)
def test_a_broken_entry_is_refused(entry, said):
    assert any(said in rule for _, _, rule in faults(entry)), faults(entry)


@pytest.mark.parametrize(
    ("entries", "others", "said"),
    [
        ((ENTRY, ENTRY), {}, "is restricted by more than one entry"),
        ((ENTRY, {**WHOLE, "table": "kpis"}), {}, "is restricted by more than one entry"),
        ((WHOLE, {**ENTRY, "table": "risks"}), {}, "is restricted by more than one entry"),
        ((WHOLE,), {"not_reported": {"risks": "lost"}}, "it can be only one of them"),
        ((WHOLE,), {"edition": "public"}, "must be restricted, or be left out"),
    ],
)
def test_entries_that_contradict_each_other_are_refused(entries, others, said):
    assert any(said in rule for _, _, rule in faults(*entries, **others))


def test_two_entries_may_restrict_different_columns_for_different_reasons():
    assert faults(ENTRY, {**ENTRY, "columns": ["name"]}) == []


@pytest.mark.parametrize("listed", [[], None, "kpis", {}])
def test_a_list_without_an_entry_is_refused(listed):
    assert [rule for *_, rule in faults()] == ["must be a list with at least one entry"]
    [fault] = access.access_faults({"restricted": listed}, SCHEMAS, FILE)
    assert fault.column == "restricted"


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (["tolerance"], "is not a column of kpis"), (["kpi"], "is part of the key of kpis"),
        (["name"], "is a column of kpis that every row must give: restrict the table"),
    ],
)  # fmt: skip
def test_a_column_that_cannot_be_restricted_by_itself_is_refused(columns, said):
    [fault] = access.column_faults(of({**ENTRY, "columns": columns}), SCHEMAS, (), FILE)
    assert said in fault.rule and fault.value == columns[0]


def test_commentary_of_no_page_is_refused_where_the_root_has_any():
    assert access.column_faults(of(PAGE), SCHEMAS, (), FILE) == []
    [fault] = access.column_faults(of(PAGE), SCHEMAS, {"13_riks"}, FILE)
    assert (fault.value, fault.rule) == ("13_risk", "is not the name of a page of this root")


def test_the_contract_file_is_held_to_these_rules():
    rules = {fault.rule for fault in contract_faults(of({**ENTRY, "reason": ""}), ContractYear(YEAR), {"kpis"}, FILE)}
    assert "lacks its reason" in rules


@given(st.recursive(st.none() | st.booleans() | st.text(max_size=5) | st.dates(), lambda one: st.lists(one, max_size=3) | st.dictionaries(st.sampled_from(["table", "columns", "commentary", "reason", "review", "held"]), one, max_size=4), max_leaves=8))  # fmt: skip
def test_whatever_stands_there_is_refused_or_read_and_never_falls_over(listed):
    contract = {"restricted": listed}
    found = access.access_faults(contract, SCHEMAS, FILE)
    assert found or access.restrictions(contract)
    access.adapted(KPIS, contract)
    access.column_faults(contract, SCHEMAS, (), FILE)


# What it does to a schema


def test_a_restricted_column_says_that_it_is_exempt_and_why_and_the_others_stay():
    schema = access.adapted(KPIS, of(ENTRY))
    assert (schema["target"].access, schema["target"].missing) == ("restricted", "exempt from publication")
    assert (schema["target"].reason, schema["target"].review) == ("terms", REVIEW)
    assert schema["name"] == KPIS["name"] and schema.access == "public"
    assert access.adapted(RISKS, of(ENTRY)) is RISKS


def test_a_restricted_table_is_restricted_in_every_column():
    schema = access.adapted(RISKS, of(WHOLE))
    assert {schema.access, *(column.access for column in schema.columns)} == {"restricted"}
    assert (schema.reason, schema.review) == ("names", REVIEW)


def test_in_an_edition_what_is_held_keeps_its_own_words_for_a_missing_value():
    schema = access.adapted(KPIS, of({**ENTRY, "held": True}, edition="restricted"))
    assert (schema["target"].access, schema["target"].missing) == ("restricted", "not published")


def test_a_schema_may_restrict_a_column_in_every_year_and_the_contract_has_the_last_word():
    always = TableSchema("kpis", "KPIs", "One.", ("kpi",), (
        KPIS["kpi"], Column("target", "number", "Target", required=False, access="restricted", reason="law", review=REVIEW),
    ))  # fmt: skip
    assert access.adapted(always, {})["target"].missing == access.EXEMPT
    assert [one.reason for one in access.of_year({}, [always])] == ["law"]
    assert [one.reason for one in access.of_year(of(ENTRY), [always])] == ["terms"]


def test_a_computed_column_of_an_exempt_one_says_so_too():
    made = TableSchema(
        "scores",
        "Scores",
        "One.",
        (),
        (Column("target", "number", "Target", missing="none"), Column("n", "count", "N", missing="none")),
    )
    echoed = access.echoing(made, [access.adapted(KPIS, of(ENTRY))])
    assert [column.missing for column in echoed.columns] == [access.EXEMPT, "none"]
    assert access.echoing(made, [KPIS]) is made


def test_a_value_that_stands_where_it_may_not_is_a_fault_without_the_value_and_is_emptied():
    schema = access.adapted(KPIS, of(ENTRY))
    frame = pd.DataFrame({"kpi": ["A", "B"], "target": [98765, None], "name": ["x", "y"]}, index=[2, 3], dtype=object)
    [fault] = access.published_faults(frame, schema, "kpis.csv")
    assert (fault.row, fault.column, fault.value, fault.rule) == (2, "target", "", access.MAY_NOT_ENTER)
    assert access.emptied(frame, schema)["target"].tolist() == [None, None]
    assert access.emptied(frame, KPIS) is frame


def test_what_the_private_file_of_a_table_holds():
    assert access.overlaid(KPIS, access.restrictions(of(ENTRY))).names == ["kpi", "target"]
    assert access.overlaid(RISKS, access.restrictions(of(WHOLE))) is RISKS
    assert access.overlaid(RISKS, access.restrictions(of(ENTRY))) is None


# A year


SAID = """restricted:
  - {table: budget_gaps, columns: [gap], reason: commercial terms, review: 2033-03-31}
  - {table: pupil_forecasts, reason: names a small school, review: 2033-06-30}
  - {commentary: 04_cost, reason: open negotiations, review: 2033-09-30}
"""


@pytest.fixture
def restricted_root(small_root):
    """The invented root with a column, a table and a commentary kept back."""
    data = small_root / "data" / YEAR
    gaps = data / "budget_gaps.csv"
    for gap in ("10.5", "7.25", "8.125"):
        gaps.write_text(gaps.read_text("utf-8").replace(f",{gap},", ",,"), "utf-8")
    (data / "pupil_forecasts.csv").unlink()
    (data / "commentary" / "04_cost.md").unlink()
    with (data / "contract.yml").open("a", encoding="utf-8") as contract:
        contract.write(SAID)
    seal_year(small_root, ContractYear(YEAR))
    return small_root


def found_in(root):
    with pytest.raises(DataFaults) as caught:
        load_year(root, YEAR)
    return [fault for fault in caught.value.faults if "sealed" not in fault.rule and "not listed" not in fault.rule]


@pytest.mark.parametrize("read", [load_year, open_year])
def test_readers_are_told_what_is_exempt_and_why(restricted_root, read):
    data = read(restricted_root, YEAR)
    assert "exempt from publication" in repr(tables.show(data, "budget_gaps"))
    assert "N/A as printed" not in {row[2] for row in tables.show(data, "budget_gaps").rows}
    said = "Exempt from publication: names a small school (to be reviewed on 30 June 2033)."
    assert said in repr(tables.show(data, "pupil_forecasts")) and said in repr(tables.show(data, "implied_pupils"))
    assert not results.is_reported(data, "pupil_forecasts")
    told = "The commentary on this page is exempt from publication: open negotiations (to be reviewed on 30 September 2033)."
    assert repr(words(data, "04_cost")).replace("\\", "") == told
    assert data.marks == ()


def test_what_has_to_be_reviewed_is_told_from_its_day_on(restricted_root):
    data = load_year(restricted_root, YEAR)
    due = {
        day: [one.file for one in access.reviews_due(data, day)]
        for day in (date(2033, 3, 30), date(2033, 3, 31), date(2034, 1, 1))
    }
    assert list(due.values()) == [
        [],
        ["budget_gaps.csv"],
        ["budget_gaps.csv", "pupil_forecasts.csv", "commentary/04_cost.md"],
    ]


PLANTED = "98765.4321"


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("budget_gaps.csv", "EAST,2032-33,,", f"EAST,2032-33,{PLANTED},"),
        ("budget_gaps.csv", "EAST,2032-33,,", f"EAST,2032-33,x{PLANTED},"),
        ("budget_gaps.csv", "EAST,2032-33,,estimate", f"EAST,2032-33,{PLANTED},wrong"),
        ("pupil_forecasts.csv", "", f"area,area_note\n{PLANTED},{PLANTED}\n"),
        ("commentary/04_cost.md", "", f"## overview\n{PLANTED} and a stray brace }}\n"),
    ],
)
def test_a_restricted_value_in_the_public_data_is_refused_and_not_repeated(restricted_root, file, old, new, command):
    path = restricted_root / "data" / YEAR / file
    text = path.read_text("utf-8") if path.is_file() else ""
    path.parent.mkdir(exist_ok=True)
    path.write_text(text.replace(old, new) if old else new, "utf-8")
    found = found_in(restricted_root)
    assert any(fault.file.endswith(file) for fault in found)
    assert not any(PLANTED in str(fault.as_record()) for fault in found)
    out = restricted_root.parent / "year.xlsx"
    refused = [
        ["workbook", YEAR, "--out", str(out)],
        ["import", YEAR, str(restricted_root / "data" / YEAR / "budget_gaps.csv")],
    ]
    for arguments in (["check", YEAR], ["check", YEAR, "--json"], ["seal", YEAR], *refused):
        done = command(restricted_root, *arguments)
        assert done.code == 2 and PLANTED not in done.out + done.err
    assert not out.exists()


def test_no_office_file_of_an_edition_is_written_where_git_could_take_it_up(restricted_root, command):
    path = restricted_root / "data" / YEAR / "contract.yml"
    path.write_text(path.read_text("utf-8") + "edition: restricted\n", "utf-8")
    seal_year(restricted_root, ContractYear(YEAR))
    (restricted_root / "data" / YEAR / "commentary").mkdir(exist_ok=True)
    (restricted_root / "data" / YEAR / "commentary" / "01_purpose.md").write_text("## overview\n\nWords.\n", "utf-8")
    tree = restricted_root.parent / "tree"
    (tree / ".git").mkdir(parents=True)
    for verb, name in (("workbook", "a.xlsx"), ("commentary", "a.docx")):
        done = command(restricted_root, verb, YEAR, "--out", str(tree / name))
        assert done.code == 2 and "is a Git work tree" in done.err.replace("\n", " ")
        assert command(restricted_root, verb, YEAR, "--out", str(restricted_root.parent / name)).code == 0
    assert sorted(held.name for held in tree.iterdir()) == [".git"]


def test_an_edition_inside_a_work_tree_is_refused_by_every_reader(restricted_root):
    path = restricted_root / "data" / YEAR / "contract.yml"
    path.write_text(path.read_text("utf-8") + "edition: restricted\n", "utf-8")
    seal_year(restricted_root, ContractYear(YEAR))
    assert load_year(restricted_root, YEAR).marks == open_year(restricted_root, YEAR).marks == ("RESTRICTED",)
    (restricted_root.parent / ".git").mkdir()
    assert [fault.rule for fault in found_in(restricted_root)] == ["may not stand inside a Git work tree"]
    with pytest.raises(DataFaults, match="may not stand inside a Git work tree"):
        open_year(restricted_root, YEAR)
