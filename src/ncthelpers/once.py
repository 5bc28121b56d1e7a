"""What is computed once for a year however often it is taken; kept as long as the year is held, and no longer."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

__all__ = ["once"]

_Calculation = TypeVar("_Calculation", bound=Callable[..., Any])


def once(calculation: _Calculation) -> _Calculation:
    """A calculation that is made once for each thing it is made of, such as a year, and again for another one.

    Parameters
    ----------
    calculation : callable
        Takes the thing, which cannot be changed, and anything hashable after it. What it gives is handed out again: it
        must not be changed either, and must not refer to the thing, which it would keep alive.

    Examples
    --------
    >>> class Year: ...
    >>> made, year = [], Year()
    >>> table = once(lambda of, name: made.append(name) or name.upper())
    >>> table(year, "grants"), table(year, "grants"), table(Year(), "grants"), made
    ('GRANTS', 'GRANTS', 'GRANTS', ['grants', 'grants'])
    """
    held: WeakKeyDictionary[object, dict[tuple[object, ...], Any]] = WeakKeyDictionary()

    @wraps(calculation)
    def made(of: object, *more: object) -> Any:
        known = held.setdefault(of, {})
        if more not in known:
            known[more] = calculation(of, *more)
        return known[more]

    return cast("_Calculation", made)
