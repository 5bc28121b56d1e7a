"""Sign-off: a role, a day and the checksum of the data; it lapses when a figure changes, and refuses what is not finished."""

import json
from datetime import date
from types import SimpleNamespace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers import signoff
from ncthelpers.load import open_year, seal_year
from ncthelpers.signoff import CURRENT, LAPSED, NOT_YET
from ncthelpers.years import ContractYear

SMALL_YEAR = "2031-32"
DAY, DAY_AFTER = date(2032, 8, 14), date(2032, 8, 20)
PACKAGE = {"resources": [{"path": "a.csv", "sha256": "1"}, {"path": "b.csv", "sha256": "2"}]}


def _year(package, **contract):
    return SimpleNamespace(contract=contract, package=package)


def test_a_year_is_signed_off_by_every_role_that_its_contract_names():
    one = signoff.signed(PACKAGE, "Director", DAY)
    both = signoff.signed(one, "Treasurer", DAY)
    roles = ["Director", "Treasurer"]
    assert [signoff.is_signed_off(_year(package, sign_off=roles)) for package in (PACKAGE, one, both)] == [
        False,
        False,
        True,
    ]
    assert [found.state for found in signoff.signatures({"sign_off": roles}, one)] == [CURRENT, NOT_YET]


def test_a_year_whose_contract_names_no_role_is_signed_off_by_one():
    assert not signoff.is_signed_off(_year(PACKAGE))
    assert signoff.is_signed_off(_year(signoff.signed(PACKAGE, "Director", DAY)))
    assert not signoff.is_signed_off(_year(signoff.signed(PACKAGE, "Clerk", DAY), sign_off=["Director"]))


def test_a_sign_off_lapses_when_a_file_changes_comes_or_goes_and_can_be_given_again():
    signed = signoff.signed(PACKAGE, "Director", DAY)
    changed = {**signed, "resources": [{"path": "a.csv", "sha256": "9"}, PACKAGE["resources"][1]]}
    more = {**signed, "resources": [*PACKAGE["resources"], {"path": "c.csv", "sha256": "3"}]}
    fewer = {**signed, "resources": PACKAGE["resources"][:1]}
    for package in (changed, more, fewer):
        [found] = signoff.signatures({}, package)
        assert (found.state, found.on) == (LAPSED, DAY) and not signoff.is_signed_off(_year(package))
        again = signoff.signed(package, "Director", DAY)
        assert len(again["sign_off"]) == 1 and signoff.is_signed_off(_year(again))


def test_a_sign_off_lapses_when_the_day_of_a_document_changes_by_which_its_claims_are_judged():
    documents = [{"id": "report", "title": "Report", "date": "2032-07-14"}, {"id": "cover", "title": "Cover"}]
    signed = signoff.signed({**PACKAGE, "documents": documents}, "Director", DAY)
    assert signoff.is_signed_off(
        _year({**signed, "documents": [{**documents[0], "title": "The report"}, documents[1]]})
    )
    assert not signoff.is_signed_off(
        _year({**signed, "documents": [{**documents[0], "date": "2032-07"}, documents[1]]})
    )


def test_the_checksum_is_the_same_for_files_as_a_list_and_by_path_and_in_any_order():
    by_path = {"resources": {entry["path"]: entry for entry in reversed(PACKAGE["resources"])}}
    assert signoff.data_checksum(by_path) == signoff.data_checksum(PACKAGE)


@given(st.dictionaries(st.text("abc/", min_size=1, max_size=3), st.text("01", min_size=2, max_size=2), min_size=1, max_size=3),
       st.dictionaries(st.text("abc/", min_size=1, max_size=3), st.text("01", min_size=2, max_size=2), max_size=3))  # fmt: skip
def test_the_checksum_tells_any_two_sets_of_files_apart(one, other):
    first, second = (
        signoff.data_checksum({"resources": [{"path": path, "sha256": sha} for path, sha in files.items()]})
        for files in (one, other)
    )
    assert (first == second) == (one == other)


@pytest.mark.parametrize(
    "name", ["a.nother@example.org", "Mr Nother", "Ms. Nother", "mrs nother", "Dr A. Nother", "Cllr N", ""]
)
def test_a_persons_name_is_no_role(name):
    assert signoff.role_fault(name)
    with pytest.raises(ValueError, match="role"):
        signoff.signed(PACKAGE, name, DAY)


@pytest.mark.parametrize(
    "role", ["Director of Children's Services", "Section 151 officer", "Chair of the Strategic Group"]
)
def test_a_role_is_one(role):
    assert signoff.role_fault(role) == ""


GOOD = {"role": "Director", "on": DAY, "sha256": "a" * 64}


@pytest.mark.parametrize(
    ("entries", "rule"),
    [
        ("Director", "must be a list"),
        ([{"role": "Director"}], "must be a list"),
        ([{**GOOD, "name": "A"}], "must be a list"),
        ([{**GOOD, "role": "Dr A"}], "never a person's name"),
        ([{**GOOD, "role": None}], "must be a role"),
        ([{**GOOD, "on": "14 August"}], "must give on as a date"),
        ([{**GOOD, "sha256": "1"}], "sha256"),
        ([GOOD, GOOD], "stands more than once"),
    ],
)
def test_each_rule_of_the_form_broken_once(entries, rule):
    faults = signoff.sign_off_faults({"sign_off": entries}, "datapackage.yml")
    assert faults and all(rule in fault.rule for fault in faults)
    assert signoff.sign_off_faults({"sign_off": [GOOD]}, "") == [] == signoff.sign_off_faults({}, "")


def _package(root):
    return root / "data" / SMALL_YEAR / "datapackage.yml"


def _edited(root, file, old, new):
    path = root / "data" / SMALL_YEAR / file
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


@pytest.fixture
def today(monkeypatch):
    """The command is given on a day after the invented year has ended."""

    class Calendar(date):
        @classmethod
        def today(cls):
            return DAY_AFTER

    monkeypatch.setattr("ncthelpers.cli.sign_off.date", Calendar)


def test_the_command_records_role_day_and_checksum_and_the_year_stays_without_fault(small_root, command, today):
    before = yaml.safe_load(_package(small_root).read_text("utf-8"))
    assert command(small_root, "sign-off", SMALL_YEAR, "--role", "Director", "--on", "2032-08-14")[0] == 0
    assert command(small_root, "sign-off", SMALL_YEAR, "--role", "Treasurer")[0] == 0
    after = yaml.safe_load(_package(small_root).read_text("utf-8"))
    assert {key: value for key, value in after.items() if key != "sign_off"} == before
    assert [(entry["role"], entry["on"]) for entry in after["sign_off"]] == [
        ("Director", DAY),
        ("Treasurer", DAY_AFTER),
    ]
    assert {entry["sha256"] for entry in after["sign_off"]} == {signoff.data_checksum(before)}
    assert command(small_root, "check", SMALL_YEAR)[0] == 0
    assert signoff.is_signed_off(open_year(small_root, SMALL_YEAR))


def test_it_lapses_when_a_figure_is_changed_and_sealed_and_seal_keeps_it(small_root, command, today):
    command(small_root, "sign-off", SMALL_YEAR, "--role", "Director")
    _edited(small_root, "property.csv", "EAST,4,", "EAST,5,")
    _edited(small_root, "claims.csv", "nine buildings.,9,9", "ten buildings.,10,10")
    seal_year(small_root, ContractYear(SMALL_YEAR))
    data = open_year(small_root, SMALL_YEAR)
    assert [one.state for one in signoff.signatures(data.contract, data.package)] == [LAPSED]
    assert not signoff.is_signed_off(data)
    code, out, _ = command(small_root, "status", SMALL_YEAR, "--json")
    assert code == 0 and json.loads(out)["signatures"][0]["state"] == LAPSED


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--role", "Dr Nother"), "never a person's name"),
        (("--role", "Director", "--on", "14/08/2032"), "is not a day"),
        (("--role", "Director", "--on", "2032-03-31"), "after that day"),
        (("--role", "Director", "--on", "2032-08-21"), "by today"),
    ],
)
def test_bad_input_is_refused_and_nothing_is_written(small_root, command, today, arguments, said):
    before = _package(small_root).read_bytes()
    code, _, err = command(small_root, "sign-off", SMALL_YEAR, *arguments)
    assert code == 2 and said in err and "Traceback" not in err
    assert _package(small_root).read_bytes() == before


def test_only_the_roles_that_the_contract_names_may_sign(small_root, command, today):
    contract = small_root / "data" / SMALL_YEAR / "contract.yml"
    contract.write_text(contract.read_text("utf-8") + "sign_off: [Director]\n", "utf-8")
    seal_year(small_root, ContractYear(SMALL_YEAR))
    code, _, err = command(small_root, "sign-off", SMALL_YEAR, "--role", "Clerk")
    assert code == 2 and "Director" in err
    assert command(small_root, "sign-off", SMALL_YEAR, "--role", "Director")[0] == 0


def test_everything_that_stands_in_the_way_is_listed_at_once(small_root, command, today):
    contract = small_root / "data" / SMALL_YEAR / "contract.yml"
    text = contract.read_text("utf-8")
    text = text.replace("report:1/1", "carried:contract/1", 1) + "to_enter: [budget_gaps]\n"
    contract.write_text(text, "utf-8")
    gaps = contract.parent / "budget_gaps.csv"
    gaps.write_text(gaps.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    before = _package(small_root).read_bytes()
    code, _, err = command(small_root, "sign-off", SMALL_YEAR, "--role", "Director")
    assert code == 2
    for said in (
        "has changed since it was sealed",
        "carried over from an earlier year and not confirmed",
        "has nothing entered yet",
    ):
        assert said in err
    assert _package(small_root).read_bytes() == before


@pytest.mark.parametrize(
    ("roles", "rule"),
    [("Director", "must be a list"), ("[Director, Director]", "more than once"), ("[Dr A]", "never a person's name")],
)
def test_the_roles_of_a_contract_are_roles_each_once(small_root, command, roles, rule):
    contract = small_root / "data" / SMALL_YEAR / "contract.yml"
    contract.write_text(f"{contract.read_text('utf-8')}sign_off: {roles}\n", "utf-8")
    code, _, err = command(small_root, "check", SMALL_YEAR)
    assert code == 2 and rule in err
