"""What the book is tested for and how: the tests, the audit and the accessibility statement all take it from here."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

__all__ = ["Mode", "FIRST", "MODES", "STANDARD", "TAGS", "LIGHTHOUSE", "LIGHTHOUSE_TARGETS", "ALIKE", "most_different"]

STANDARD = "WCAG 2.2 AA"
# The rules of axe by its own names: every level of WCAG up to AA, and what axe calls good practice.
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
ALIKE = 10  # elements that are alike, whose contrast the tests measure: an audit measures it of all
LIGHTHOUSE = "12.8.2"  # the newest that runs on Node 20
LIGHTHOUSE_TARGETS: Mapping[str, int] = MappingProxyType({"accessibility": 100, "best-practices": 95})


@dataclass(frozen=True)
class Mode:
    """A way in which a reader sees a page.

    Parameters
    ----------
    colours : str
        ``light`` or ``dark``.
    width, height : int
        Of the window, in CSS pixels.

    Examples
    --------
    >>> str(Mode("dark", 320))
    'dark, 320 pixels wide'
    """

    colours: str
    width: int
    height: int = 900

    def __str__(self) -> str:
        return f"{self.colours}, {self.width} pixels wide"

    @property
    def reader(self) -> dict[str, Any]:
        """What Playwright opens a browser's context with."""
        return {"viewport": {"width": self.width, "height": self.height}, "color_scheme": self.colours}


# 320 pixels is a window of 1280 at a zoom of 400 per cent, at which WCAG asks that nothing but tables scrolls sideways.
MODES = tuple(Mode(colours, width) for width in (1280, 320) for colours in ("light", "dark"))
FIRST = MODES[0]


def most_different() -> Mode:
    """The mode that has both other colours and another width than the first.

    Examples
    --------
    >>> str(most_different())
    'dark, 320 pixels wide'
    """
    return next(mode for mode in MODES if mode.colours != FIRST.colours and mode.width != FIRST.width)
