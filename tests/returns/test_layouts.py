"""Layouts: which years have one, what a file of a root must say, and what is told where a file fits another layout."""

import pytest

from ncthelpers.faults import DataFaults
from ncthelpers.returns.layout_files import read_layout
from ncthelpers.returns.layouts import layout_for, layouts, looks_like, plain
from ncthelpers.years import ContractYear

SHIPPED = {
    "ssda903": {"2017-18": "ssda903-2017-18", "2019-20": "ssda903-2019-20"},
    "cin": {"2020-21": "cin-2020-21", "2021-22": "cin-2020-21"},
    "csww": {"2022-23": "csww-2022-23"},
}
OWN = """
return: csww
years: ["2030-31"]
source: "an invented schema"
xml: {root: Message, header: Header, records: [LALevelVacancies, CSWWWorker], year_is: start}
modules:
  vacancies: {element: LALevelVacancies, columns: {Posts: {to: fte, type: number, required: true}}}
  workers:
    element: CSWWWorker
    columns:
      SWENo: {to: worker, type: text}
      AgencyWorker: {to: agency, type: yes, codes: {yes: [A], no: [E]}}
      FTE: {to: fte, type: number}
      RoleEndDate: {to: left, type: day}
      Cases30: {to: cases, type: whole}
"""


def own(tmp_path, text=OWN, name="csww-next"):
    (tmp_path / f"{name}.yml").write_text(text, "utf-8")
    return [tmp_path]


@pytest.mark.parametrize("of", SHIPPED)
def test_a_layout_is_shipped_for_the_years_that_a_specification_is_at_hand_for_and_no_other(of):
    found = {year: layout.name for layout in layouts(of) for year in layout.years}
    assert found == SHIPPED[of]
    assert all(layout.source for layout in layouts(of))


def test_a_year_without_a_layout_is_refused_and_what_there_is_named():
    with pytest.raises(DataFaults) as refused:
        layout_for("ssda903", ContractYear("2018-19"))
    (fault,) = refused.value.faults
    assert fault.rule == (
        "no layout for ssda903 of 2018-19: layouts there are: ssda903-2017-18 (2017-18), ssda903-2019-20 (2019-20); "
        "to add one write a file like ncthelpers/returns/layouts/ssda903-2019-20.yml"
    )


def test_a_root_adds_a_layout_by_a_file_of_its_own(tmp_path):
    folder = own(tmp_path)
    layout = layout_for("csww", ContractYear("2030-31"), folder)
    assert (layout.name, layout["vacancies"].required_columns) == ("csww-next", ("Posts",))
    assert layout["workers"].columns[1].codes == {"A": "yes", "E": "no"}
    assert [each.name for each in layouts("cin", folder)] == ["cin-2020-21"]


def test_a_file_for_another_return_is_not_looked_into(tmp_path):
    own(tmp_path, "return: annex-a\nlists: [1, 2]\n", "annex")
    assert [layout.name for layout in layouts("csww", [tmp_path])] == ["csww-2022-23"]


def test_a_layout_of_a_root_goes_before_a_shipped_one(tmp_path):
    folder = own(tmp_path, OWN.replace("2030-31", "2022-23"))
    assert layout_for("csww", ContractYear("2022-23"), folder).name == "csww-next"


@pytest.mark.parametrize(
    ("change", "to", "rule"),
    [
        ("years:", "year:", "the layout has no key 'year': it has return, years, source, note, xml, modules"),
        ('["2030-31"]', "2030-31", "years of the layout is not a list"),
        ('"2030-31"', '"2030-33"', "'2030-33' is not a contract year: write it like 1999-00"),
        ("year_is: start", "year_is: middle", "year_is is none of start, end"),
        ("type: day", "type: date", "type of column RoleEndDate of module workers is none of text, day, code"),
        ("{to: left,", "{", "column RoleEndDate of module workers lacks to"),
        ("to: left,", "to: gone,", "goes to 'gone', which is no field"),
        ("      RoleEndDate: {to: left, type: day}\n", "", "module workers does not say which column goes to left"),
        ("{to: left, type: day}", "{to: left, type: text}", "column RoleEndDate of module workers is not of the type day"),
        ("codes: {yes: [A], no: [E]}", "codes: [A, E]", "do not say what is yes and what is no"),
        ("type: whole", "type: whole, codes: [1]", "has codes where it is of the type code"),
        ("element: LALevelVacancies, ", "", "module vacancies has neither a file nor an element"),
        ("  vacancies:", "  posts:", "lacks the module vacancies"),
        ("return: csww", "return: [", "is not YAML"),
        ("modules:", "- modules:", "is not YAML"),
    ],
)  # fmt: skip
def test_a_fault_of_a_layout_file_is_said_in_words(tmp_path, change, to, rule):
    assert change in OWN
    with pytest.raises(DataFaults) as refused:
        layouts("csww", own(tmp_path, OWN.replace(change, to)))
    assert any(rule in fault.rule for fault in refused.value.faults), refused.value
    assert {fault.file for fault in refused.value.faults} == {(tmp_path / "csww-next.yml").as_posix()}


def test_every_fault_of_every_layout_file_is_told_at_once(tmp_path):
    own(tmp_path, OWN.replace("type: day", "type: date").replace("type: whole", "type: integer"), "one")
    own(tmp_path, "[]", "two")
    with pytest.raises(DataFaults) as refused:
        layouts("csww", [tmp_path])
    assert sorted(fault.file[-7:] for fault in refused.value.faults) == ["one.yml", "one.yml", "two.yml"]


def test_columns_that_fit_another_layout_are_said_to_look_like_it():
    older, newer = (
        read_layout(name, name, OWN.replace("FTE", column)) for name, column in (("old", "FTE"), ("new", "Fte2"))
    )
    required = read_layout("new", "new", OWN.replace("FTE: {", "Fte2: {required: true, "))
    assert looks_like(["SWENo", "fte2"], "workers", older, [older, required]) == "new"
    assert looks_like(["SWENo", "FTE"], "workers", older, [older, required]) == ""
    assert newer["workers"].known >= {"Fte2"}


def test_a_name_is_the_same_whatever_an_export_does_to_it():
    assert plain("PL_Post ") == plain("pl post") == "plpost"
