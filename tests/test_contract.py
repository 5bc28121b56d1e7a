"""Each rule of contract.yml broken once, on an invented contract."""

from datetime import date

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from ncthelpers.contract import cited_in, contract_faults, entry_text, excused_tables, to_enter, with_entry
from ncthelpers.yaml_files import read_yaml
from ncthelpers.years import ContractYear

EAST = {"id": "EAST", "name": "East"}
SOUND = {
    "contract_year": "2031-32", "annual_report": {"at_hand": True}, "starts": date(2031, 4, 1), "ends": date(2032, 3, 31), "title": "Invented contract",
    "provider": {"name": "An invented trust", "short": "AIT"}, "councils": [{"id": "EAST", "name": "East"}],
    "terms": [{"term": "Fee", "value": 0, "unit": "£", "source": "report:1/1"}], "not_reported": {"grants": "not printed"},
}  # fmt: skip


def faults(**changed):
    found = contract_faults({**SOUND, **changed}, ContractYear("2031-32"), {"grants"}, "contract.yml")
    return [(fault.column, fault.value, fault.rule) for fault in found]


@pytest.mark.parametrize("area", ["east", None])
def test_a_council_may_give_the_area_that_its_figures_are_of(area):
    assert faults(councils=[{**EAST, "area": area}]) == []


def test_a_sound_contract_has_no_fault_and_a_term_may_be_nought():
    assert faults() == []


@pytest.mark.parametrize(
    ("changed", "column", "value", "said"),
    [
        ({"contract_year": "2030-31"}, "contract_year", "2030-31", "is not the folder's 2031-32"),
        ({"starts": "1 April"}, "starts", "1 April", "is not a date"),
        ({"ends": date(2033, 3, 31)}, "ends", "2033-03-31", "is outside the year"),
        ({"starts": date(2031, 9, 1), "ends": date(2031, 8, 1)}, "ends", "2031-08-01", "is before the start"),
        ({"provider": {"name": "T"}}, "provider", "{'name': 'T'}", "must give name and short"),
        ({"provider": {"name": "T", "short": 5}}, "provider", "{'name': 'T', 'short': 5}", "as text"),
        ({"councils": []}, "councils", "[]", "at least one entry"),
        ({"councils": [{"id": "EAST"}]}, "councils 1", "EAST", "lacks its name"),
        (
            {"councils": [{**EAST, "area": ["east", "west"]}]},
            "councils 1",
            "['east', 'west']",
            "is its area and must be text",
        ),
        ({"councils": [EAST, {**EAST, "area": 7}]}, "councils 2", "7", "is its area and must be text"),
        ({"councils": [{**EAST, "id": ["EAST"]}]}, "councils 1", "['EAST']", "is its id and must be text"),
        (
            {"councils": [{**EAST, "name": {"full": "East"}}]},
            "councils 1",
            "{'full': 'East'}",
            "is its name and must be text",
        ),
        ({"terms": ["Fee"]}, "terms 1", "Fee", "must give term, value, unit, source"),
        ({"terms": [{**SOUND["terms"][0], "value": 137.1}]}, "terms 1", "137.1", "must be in quotes"),
        ({"not_reported": "none"}, "not_reported", "none", "must give a reason for each table"),
        ({"not_reported": {"audits": "lost"}}, "not_reported", "audits", "is not a table of the schemas"),
        ({"not_reported": {"grants": " "}}, "not_reported", "grants", "is excused without a reason"),
        ({"targets": {}}, "targets", "", "is not a known entry"),
        ({"annual_report": None}, "annual_report", "", "must give at_hand: true, or at_hand: false and a reason"),
        ({"annual_report": "yes"}, "annual_report", "yes", "must give at_hand"),
        ({"annual_report": {}}, "annual_report", "", "must give at_hand"),
        ({"annual_report": {"reason": "lost"}}, "annual_report", "{'reason': 'lost'}", "must give at_hand"),
        ({"annual_report": {"at_hand": "no"}}, "annual_report", "{'at_hand': 'no'}", "must give at_hand"),
        (
            {"annual_report": {"at_hand": True, "page": "3"}},
            "annual_report",
            "{'at_hand': True, 'page': '3'}",
            "must give at_hand",
        ),
        ({"annual_report": {"at_hand": False}}, "annual_report", "false", "is not at hand, without a reason"),
        (
            {"annual_report": {"at_hand": False, "reason": " "}},
            "annual_report",
            "false",
            "is not at hand, without a reason",
        ),
    ],
)
def test_each_rule_broken_is_one_fault_that_names_its_entry(changed, column, value, said):
    [(where, found, rule)] = faults(**changed)
    assert (where, found) == (column, value) and said in rule


def test_terms_that_are_no_list_are_a_fault_and_no_error():
    assert {column for column, *_ in faults(terms=5)} == {"terms"}


@pytest.mark.parametrize("said", [{"at_hand": True}, {"at_hand": False, "reason": "not found"}])
def test_an_annual_report_is_at_hand_or_there_is_a_reason(said):
    assert faults(annual_report=said) == []


def test_a_year_that_does_not_say_whether_its_annual_report_is_at_hand_lacks_it():
    lacking = {key: value for key, value in SOUND.items() if key != "annual_report"}
    [fault] = contract_faults(lacking, ContractYear("2031-32"), {"grants"}, "contract.yml")
    assert (fault.column, fault.rule) == ("annual_report", "is missing")


# Escalation, and whether the contract is invented


TRIGGERS = [
    {"state": "performance issue", "periods": 2, "basis": "published", "source": "report:2/1"},
    {"state": "performance failure", "periods": 3, "basis": "published", "source": "report:2/1"},
]
STAGES = [
    {"stage": "informal stage", "working_days": 10, "basis": "published", "source": "report:11/1"},
    {"stage": "formal stage", "working_days": 20, "basis": "published", "source": "report:11/1"},
    {"stage": "rectification plan", "basis": "not published", "source": "report:11/1"},
]

UNNAMED = {"stage": "informal stage", "basis": "not named in the source"}


def escalation(triggers=None, stages=None):
    """A sound escalation with its first trigger or stage changed."""
    return {
        "triggers": [TRIGGERS[0] | (triggers or {}), *TRIGGERS[1:]],
        "stages": [STAGES[0] | (stages or {}), *STAGES[1:]],
    }


def without(key, entry):
    return {name: value for name, value in entry.items() if name != key}


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"invented": True},
        {"escalation": escalation()},
        {"escalation": escalation(triggers={"basis": "assumed"}, stages={"basis": "assumed"}), "invented": True},
        {"escalation": {"triggers": [{**without("periods", entry), "basis": "not published"} for entry in TRIGGERS], "stages": STAGES}},
        {"escalation": {"triggers": TRIGGERS[::-1], "stages": STAGES[::-1]}},
        {"escalation": {"triggers": TRIGGERS, "stages": [UNNAMED, *STAGES[1:]]}},
        {"escalation": {"triggers": TRIGGERS, "stages": [{**UNNAMED, "source": "report:11/1"}, *STAGES[1:]]}},
    ],
)  # fmt: skip
def test_escalation_and_invented_may_be_given_or_left_out(changed):
    assert faults(**changed) == []


FIRST, STAGE = "escalation triggers 1", "escalation stages 1"
WHOLE = "must give periods: a whole number of one or more"


@pytest.mark.parametrize(
    ("changed", "column", "value", "said"),
    [
        ({"invented": False}, "invented", "False", "must be true, or be left out"),
        ({"invented": "yes"}, "invented", "yes", "must be true, or be left out"),
        ({"invented": 1}, "invented", "1", "must be true, or be left out"),
        ({"escalation": None}, "escalation", "None", "must give triggers and stages, and nothing else"),
        ({"escalation": []}, "escalation", "[]", "must give triggers and stages"),
        ({"escalation": {"triggers": TRIGGERS}}, "escalation", None, "must give triggers and stages"),
        ({"escalation": {**escalation(), "notes": []}}, "escalation", None, "and nothing else"),
        ({"escalation": {"triggers": [], "stages": STAGES}}, "escalation triggers", "[]", "at least one entry"),
        ({"escalation": {"triggers": TRIGGERS, "stages": "none"}}, "escalation stages", "none", "at least one entry"),
        ({"escalation": {"triggers": ["issue"], "stages": STAGES}}, FIRST, "issue", "must give state, basis"),
        ({"escalation": escalation({"source": " "})}, FIRST, "performance issue", "lacks its source"),
        ({"escalation": escalation({"basis": None})}, FIRST, "performance issue", "lacks its basis"),
        ({"escalation": escalation({"basis": "guessed"})}, FIRST, "performance issue", "one of: published, assumed, not published, not named in the source"),
        ({"escalation": escalation({"basis": "assumed"})}, FIRST, "performance issue", "is assumed, which only an invented contract may do"),
        ({"escalation": escalation(stages={"basis": "assumed"})}, STAGE, "informal stage", "is assumed"),
        ({"escalation": escalation({"basis": "not published"})}, FIRST, "performance issue", "gives periods, though its basis is not published"),
        ({"escalation": escalation(stages={"basis": "not named in the source"})}, STAGE, "informal stage", "gives working_days, though its basis is not named in the source"),
        ({"escalation": escalation(stages={"source": None})}, STAGE, "informal stage", "lacks its source"),
        ({"escalation": escalation({"periods": 0})}, FIRST, "performance issue", WHOLE),
        ({"escalation": escalation({"periods": 1.5})}, FIRST, "performance issue", WHOLE),
        ({"escalation": escalation({"periods": True})}, FIRST, "performance issue", WHOLE),
        ({"escalation": escalation({"periods": None})}, FIRST, "performance issue", WHOLE),
        ({"escalation": escalation(stages={"working_days": "ten"})}, STAGE, "informal stage", "must give working_days"),
        ({"escalation": escalation({"working_days": 3})}, FIRST, "performance issue", "has an entry that is not known: working_days"),
        ({"escalation": escalation({"state": "closed"})}, "escalation triggers", "closed, performance failure", "must be, each once: performance issue, performance failure"),
        ({"escalation": {"triggers": TRIGGERS, "stages": STAGES[:2]}}, "escalation stages", "informal stage, formal stage", "must be, each once"),
        ({"escalation": {"triggers": [*TRIGGERS, TRIGGERS[0]], "stages": STAGES}}, "escalation triggers", None, "must be, each once"),
        ({"escalation": escalation({"periods": 3})}, "escalation triggers", "3", "is not more periods than the 3 of a performance issue"),
    ],
)  # fmt: skip
def test_each_rule_of_escalation_broken_is_one_fault(changed, column, value, said):
    [(where, found, rule)] = faults(**changed)
    assert where == column and said in rule and value in (found, None)


def test_what_a_contract_cites_is_told_with_its_place():
    found = cited_in({**SOUND, "escalation": {"triggers": TRIGGERS[:1], "stages": STAGES[:1]}})
    assert found == [("terms 1", "report:1/1"), (FIRST, "report:2/1"), (STAGE, "report:11/1")]
    assert cited_in({"escalation": {"triggers": [], "stages": [UNNAMED]}}) == [], "what no source names cites none"
    assert cited_in({}) == []
    assert cited_in({"timetable": [{"step": "draft", "source": "cover:5.4/1"}]}) == [("timetable 1", "cover:5.4/1")]


# Tables that a year does not report


GONE = {"at_hand": False, "reason": "the report was not found"}


def test_a_report_at_hand_excuses_no_table_but_those_named():
    given = {"annual_report": {"at_hand": True}, "not_reported": {"grants": "not printed"}}
    assert excused_tables(given, ["risks", "grants"]) == {"grants": "not printed"}


def test_a_report_not_at_hand_excuses_every_absent_table_and_no_other():
    given = {"annual_report": GONE, "not_reported": {}}
    assert excused_tables(given, ["risks", "audits"]) == dict.fromkeys(["risks", "audits"], "the report was not found")
    assert excused_tables(given, []) == {}, "a table that the folder holds is not excused"


def test_a_reason_of_its_own_goes_before_that_of_the_report():
    given = {"annual_report": GONE, "not_reported": {"grants": "not printed"}}
    assert excused_tables(given, ["risks", "grants"]) == {"risks": "the report was not found", "grants": "not printed"}


@pytest.mark.parametrize(
    "given", [{}, {"annual_report": "no", "not_reported": "none"}, {"annual_report": {"at_hand": "no"}}]
)
def test_a_contract_that_cannot_be_understood_excuses_nothing(given):
    assert excused_tables(given, ["risks"]) == {}


# Tables that nobody has entered yet


@pytest.mark.parametrize(
    ("listed", "value", "rule"),
    [
        ("risks", "risks", "must be a list of tables, which may be empty"),
        (None, "", "must be a list of tables, which may be empty"),
        (["fees"], "fees", "is not a table of the schemas"),
        ([7], "7", "is not a table of the schemas"),
        (["risks", "risks"], "risks", "is named twice"),
        (["grants"], "grants", "is named under not_reported too"),
    ],
)
def test_a_table_to_enter_is_one_of_the_schemas_once_and_not_excused(listed, value, rule):
    found = contract_faults({**SOUND, "to_enter": listed}, ContractYear("2031-32"), {"grants", "risks"}, "contract.yml")
    assert [(fault.column, fault.value, fault.rule) for fault in found] == [("to_enter", value, rule)]


@pytest.mark.parametrize("listed", [[], ["risks"]])
def test_tables_to_enter_are_named_or_there_are_none(listed):
    said = {**SOUND, "to_enter": listed}
    assert contract_faults(said, ContractYear("2031-32"), {"grants", "risks"}, "contract.yml") == []
    assert to_enter(said) == tuple(listed)


@pytest.mark.parametrize("said", [{}, {"to_enter": "risks"}, {"to_enter": None}, {"to_enter": [7]}])
def test_what_is_no_list_of_tables_names_none(said):
    assert to_enter(said) == ()


# One entry written anew

WRITTEN = """# The contract.
title: An invented contract
# Why these.
to_enter: [risks,
  aims]  # all that is left

# The end: nothing is excused.
not_reported:
  # inside
  grants: "not printed"
# Done.
"""


def test_an_entry_is_written_anew_and_every_other_line_stays():
    assert with_entry(WRITTEN, "to_enter", ["aims"]) == WRITTEN.replace(
        "[risks,\n  aims]  # all that is left", "[aims]"
    )
    assert with_entry(WRITTEN, "title", "Another") == WRITTEN.replace("An invented contract", "Another")


def test_the_last_entry_keeps_what_stands_below_it():
    old = '  # inside\n  grants: "not printed"\n'
    assert with_entry(WRITTEN, "not_reported", {"homes": "none"}) == WRITTEN.replace(
        f"not_reported:\n{old}", "not_reported: {homes: none}\n"
    )


@pytest.mark.parametrize("text", ["a: 1", "a: 1\n", "a: 1\n# end"])
def test_an_entry_that_is_not_there_is_appended(text):
    assert with_entry(text, "to_enter", []) == text + ("" if text.endswith("\n") else "\n") + "to_enter: []\n"


def test_a_list_at_the_margin_is_all_of_its_entry():
    assert with_entry("terms:\n- {term: Fee}\n- {term: Rent}\nends: x\n", "terms", []) == "terms: []\nends: x\n"


@pytest.mark.parametrize("text", ["", "[a]", "{a: 1}", "a: [", "a: &it [x]\nb: *it\n"])
def test_what_cannot_be_written_by_a_program_is_refused(text):
    with pytest.raises(ValueError, match=r"contract\.yml"):
        with_entry(text, "a", ["y"])


NAMES, COMMENTS = (
    st.sampled_from(["terms", "title", "to_enter", "ends"]),
    st.sampled_from(["", "# why\n", "\n", "\n# a: b\n\n"]),
)
VALUES = st.one_of(
    st.text(max_size=20).filter(str.isprintable), st.integers(), st.dates(), st.none(),
    st.lists(st.text("abc: -#é", max_size=5), max_size=4),
    st.lists(st.dictionaries(st.text("ab", min_size=1), st.one_of(st.integers(), st.text("a:#'\"{}", max_size=5))), max_size=3),
    st.dictionaries(st.text("ab", min_size=1), st.text("a:#", max_size=5), max_size=3),
)  # fmt: skip


@given_any(st.dictionaries(NAMES, st.tuples(COMMENTS, VALUES), min_size=1), COMMENTS, NAMES, VALUES)
def test_law_what_is_written_is_read_again_and_nothing_else_changes(held, below, key, value):
    parts = {name: above + entry_text(name, old) for name, (above, old) in held.items()}
    text = "".join(parts.values()) + below
    written = with_entry(text, key, value)
    assert read_yaml(written) == {**{name: old for name, (_, old) in held.items()}, key: value}
    others = [part for name, part in parts.items() if name != key]
    assert all(part in written for part in others)
    assert with_entry(written, key, value) == written
