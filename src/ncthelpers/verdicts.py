"""The words of a verdict, and the one place that judges a printed figure against a recomputed one.

A printed figure that its parts do not give is neither corrected nor refused: it stands as printed, the recomputed figure
stands beside it, and the difference is judged against what rounding alone could do.
"""

from decimal import Decimal

from ncthelpers.rounding import half_up

__all__ = [
    "AGREES", "ROUNDING", "DISAGREES", "BY_DEFINITION", "CANNOT", "VERDICTS", "printed_to", "judged",
]  # fmt: skip

AGREES, ROUNDING, DISAGREES = "agrees", "rounding", "disagrees"
BY_DEFINITION, CANNOT = "differs by definition", "cannot be reproduced"
VERDICTS = (AGREES, ROUNDING, DISAGREES, BY_DEFINITION, CANNOT)


def printed_to(value: Decimal, place: Decimal) -> Decimal:
    """A figure at the place to which a document prints it, rounded half up.

    Examples
    --------
    >>> printed_to(Decimal("57.3065"), Decimal("0.001")), printed_to(Decimal(1183), Decimal(50))
    (Decimal('57.307'), Decimal('1200'))
    """
    return half_up(value / place) * place


def judged(printed: Decimal | None, recomputed: Decimal | None, allowance: Decimal, place: Decimal) -> str:
    """How a printed figure stands to the recomputed one, given what rounding alone could do.

    Parameters
    ----------
    printed, recomputed : Decimal or None
        Both in one unit; none where the document prints nothing, or a part is not at hand.
    allowance : Decimal
        How far rounding of the parts alone can move the recomputed figure.
    place : Decimal
        Unit of the last place to which the figure is printed.

    Returns
    -------
    str
        ``agrees`` where the recomputed figure rounds to the printed one, ``rounding`` where it is off by no more than the
        allowance, ``disagrees`` beyond that; ``cannot be reproduced`` where either is missing.

    Examples
    --------
    >>> judged(Decimal(3701), Decimal(3702), Decimal(3), Decimal(1)), judged(None, Decimal(1), Decimal(0), Decimal(1))
    ('rounding', 'cannot be reproduced')
    >>> judged(Decimal("78.3"), Decimal(29) / Decimal(37) * 100, Decimal(0), Decimal("0.1"))
    'disagrees'
    """
    if printed is None or recomputed is None:
        return CANNOT
    if printed_to(recomputed, place) == printed:
        return AGREES
    return ROUNDING if abs(printed - recomputed) <= allowance else DISAGREES
