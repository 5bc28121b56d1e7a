"""What a figure is defined as, and whether two figures may be compared in words: only where their definitions are the same."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

__all__ = ["Fingerprint", "NotComparable", "comparable", "differences"]

_NOT_STATED = "not stated"
_NOT_IN_FULL = "the definition is not stated in full"


class NotComparable(ValueError):
    """Figures that may not be added or compared; the message is the reason, as a clause."""


@dataclass(frozen=True)
class Fingerprint:
    """The six parts of a measure's definition that two figures must share to be compared in words."""

    numerator: str
    denominator: str
    ages: str
    timing: str
    gross_or_net: str
    boundary: str

    @classmethod
    def of(cls, measure: Mapping[str, Any]) -> "Fingerprint":
        """The fingerprint of a row of the measures."""
        return cls(*(measure[part] for part in cls.__dataclass_fields__))


_PART_NAMES = ("numerator", "denominator", "ages", "period or day", "gross or net", "boundary")


def differences(one: Fingerprint, other: Fingerprint) -> tuple[str, ...]:
    """In what two definitions differ, in readers' words; a part that is not stated counts as a difference.

    Examples
    --------
    >>> young = Fingerprint("leavers in work", "leavers", "19 to 21", "birthday", "not applicable", "none")
    >>> differences(Fingerprint("leavers in work", "leavers", "17 to 21", "birthday", "not stated", "none"), young)
    ('ages: 17 to 21 against 19 to 21', 'gross or net: not stated against not applicable')
    >>> differences(young, young)
    ()
    """
    found = []
    for name, ours, theirs in zip(_PART_NAMES, astuple(one), astuple(other), strict=True):
        if ours == theirs == _NOT_STATED:
            found.append(f"{name}: not stated for either")
        elif ours != theirs:
            found.append(f"{name}: {ours} against {theirs}")
    return tuple(found)


def comparable(one: Fingerprint, other: Fingerprint) -> None:
    """Nothing where two definitions are the same and stated in full.

    Raises
    ------
    NotComparable
        With every difference, where they are not the same. Of a definition and itself, as where two figures are of one
        measure, that it is not stated in full, where any part of it is not stated.

    Examples
    --------
    >>> gross = Fingerprint("vacant posts", "posts", "none", "30 September", "gross", "none")
    >>> comparable(gross, Fingerprint("vacant posts", "posts", "none", "30 September", "net", "none"))
    Traceback (most recent call last):
        ...
    ncthelpers.definitions.NotComparable: the definitions differ: gross or net: gross against net
    >>> comparable(*[Fingerprint("vacant posts", "not stated", "none", "30 September", "gross", "none")] * 2)
    Traceback (most recent call last):
        ...
    ncthelpers.definitions.NotComparable: the definition is not stated in full
    """
    found = differences(one, other)
    if found:
        raise NotComparable(_NOT_IN_FULL if one == other else "the definitions differ: " + "; ".join(found))
