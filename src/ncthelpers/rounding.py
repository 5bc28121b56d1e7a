"""Rounding as the field prints it: half up, in decimal, and only for display."""

from decimal import ROUND_HALF_UP, Decimal

__all__ = ["decimal_places", "half_up"]


def half_up(value: Decimal | int, decimals: int = 0) -> Decimal:
    """Round a value half up (away from zero), as DfE publishes its rates.

    Parameters
    ----------
    value : Decimal or int
        The unrounded value. A float is refused: it may already be off the edge.
    decimals : int
        Decimal places to keep; negative rounds to tens, hundreds and so on.

    Returns
    -------
    Decimal
        The rounded value.

    Raises
    ------
    TypeError
        If the value is a float.

    Notes
    -----
    Rule: DfE children's services dashboard code (``true_round``); Python's own ``round`` goes half to even.

    Examples
    --------
    >>> half_up(Decimal("0.125"), 2), half_up(Decimal("-2.5")), round(-2.5)
    (Decimal('0.13'), Decimal('-3'), -2)
    """
    if isinstance(value, float):
        raise TypeError(f"round a Decimal, not the float {value!r}")
    return Decimal(value).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def decimal_places(value: Decimal) -> int:
    """How many places after the point a figure is written with.

    Parameters
    ----------
    value : Decimal
        A number; none that is infinite or not a number has places.

    Examples
    --------
    >>> decimal_places(Decimal("1.50")), decimal_places(Decimal(12)), decimal_places(Decimal("1E+3"))
    (2, 0, 0)
    """
    exponent = value.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0
