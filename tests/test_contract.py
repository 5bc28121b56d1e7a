"""Each rule of contract.yml broken once, on an invented contract."""

from datetime import date

import pytest

from ncthelpers.contract import contract_faults
from ncthelpers.years import ContractYear

SOUND = {
    "contract_year": "2031-32", "starts": date(2031, 4, 1), "ends": date(2032, 3, 31), "title": "Invented contract",
    "provider": {"name": "An invented trust", "short": "AIT"}, "councils": [{"id": "EAST", "name": "East"}],
    "terms": [{"term": "Fee", "value": 0, "unit": "£", "source": "report:1/1"}], "not_reported": {"grants": "not printed"},
}  # fmt: skip


def faults(**changed):
    found = contract_faults({**SOUND, **changed}, ContractYear("2031-32"), {"grants"}, "contract.yml")
    return [(fault.column, fault.value, fault.rule) for fault in found]


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
        ({"councils": []}, "councils", "[]", "at least one entry"),
        ({"councils": [{"id": "EAST"}]}, "councils 1", "EAST", "lacks its name"),
        ({"terms": ["Fee"]}, "terms 1", "Fee", "must give term, value, unit, source"),
        ({"terms": [{**SOUND["terms"][0], "value": 137.1}]}, "terms 1", "137.1", "must be in quotes"),
        ({"not_reported": "none"}, "not_reported", "none", "must give a reason for each table"),
        ({"not_reported": {"audits": "lost"}}, "not_reported", "audits", "is not a table of the schemas"),
        ({"not_reported": {"grants": " "}}, "not_reported", "grants", "is excused without a reason"),
        ({"targets": {}}, "targets", "", "is not a known entry"),
    ],
)
def test_each_rule_broken_is_one_fault_that_names_its_entry(changed, column, value, said):
    [(where, found, rule)] = faults(**changed)
    assert (where, found) == (column, value) and said in rule
