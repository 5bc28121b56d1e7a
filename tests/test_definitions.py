"""Definitions of measures: what differs between two, and that only the same, stated in full, are compared."""

import pytest

from ncthelpers.definitions import Fingerprint, NotComparable, comparable, differences

GROSS = Fingerprint("vacant posts", "posts", "none", "30 September", "gross", "none")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"gross_or_net": "net"}, "gross or net: gross against net"),
        ({"gross_or_net": "not stated"}, "gross or net: gross against not stated"),
        ({"ages": "19 to 21"}, "ages: none against 19 to 21"),
        ({"timing": "June"}, "period or day: 30 September against June"),
        ({"boundary": "the county", "numerator": "x"}, "numerator: vacant posts against x; boundary: none against the county"),
    ],
)  # fmt: skip
def test_figures_of_different_definitions_are_not_compared(changed, reason):
    other = Fingerprint(**{**GROSS.__dict__, **changed})
    with pytest.raises(NotComparable, match="^the definitions differ: ") as refused:
        comparable(GROSS, other)
    assert str(refused.value) == f"the definitions differ: {reason}"
    assert "; ".join(differences(GROSS, other)) == reason


def test_ages_19_to_21_are_not_compared_with_17_to_21():
    older, all_ages = ({**GROSS.__dict__, "title": "Leavers", "ages": ages} for ages in ("19 to 21", "17 to 21"))
    found = differences(Fingerprint.of(all_ages), Fingerprint.of(older))
    assert found == ("ages: 17 to 21 against 19 to 21",)


def test_a_part_that_neither_states_is_a_difference_and_the_same_definition_is_none():
    unstated = Fingerprint(**{**GROSS.__dict__, "ages": "not stated"})
    assert differences(unstated, unstated) == ("ages: not stated for either",)
    assert comparable(GROSS, GROSS) is None


def test_a_definition_that_is_not_stated_in_full_is_not_comparable_even_with_itself():
    for part in Fingerprint.__dataclass_fields__:
        unstated = Fingerprint(**{**GROSS.__dict__, part: "not stated"})
        with pytest.raises(NotComparable, match="^the definition is not stated in full$"):
            comparable(unstated, unstated)
        with pytest.raises(NotComparable, match="^the definitions differ: "):
            comparable(unstated, GROSS)
