"""What is computed once: for each year anew, never twice for one, and forgotten with it."""

import gc
import weakref

import pytest

from ncthelpers.once import once


class Year:
    """Anything that may be forgotten."""


@pytest.fixture
def counted():
    """A calculation, and what it was made of so far."""
    made = []
    return once(lambda year, *more: made.append((id(year), *more)) or [*more]), made


def test_it_is_made_once_for_each_year_and_each_thing_asked(counted):
    calculation, made = counted
    one, other = Year(), Year()
    for year in (one, other, one, other):
        assert calculation(year, "a") == ["a"] and calculation(year, "b") == ["b"]
    assert sorted(made) == sorted((id(year), name) for year in (one, other) for name in "ab")


def test_nothing_is_kept_of_a_year_that_is_no_longer_held(counted):
    calculation, _ = counted
    year = Year()
    gone, of_it = weakref.ref(year), weakref.ref(once(lambda of: Year())(year))
    calculation(year)
    del year
    gc.collect()
    assert gone() is None and of_it() is None


def test_what_fails_is_not_kept():
    answers = [LookupError("not yet"), 7]

    @once
    def calculation(year):
        answer = answers.pop(0)
        if isinstance(answer, LookupError):
            raise answer
        return answer

    year = Year()
    with pytest.raises(LookupError):
        calculation(year)
    assert calculation(year) == calculation(year) == 7
