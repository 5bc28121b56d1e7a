"""What a page has but does not show at once: it unfolds from a line that says what it is, with and without scripts."""

from dataclasses import dataclass
from html import escape
from typing import Any

__all__ = ["Fold"]


@dataclass(frozen=True)
class Fold:
    """A table or chart below a line that unfolds it.

    Parameters
    ----------
    line : str
        What it is, such as the name of a KPI with what its chart finds.
    inside : object
        The table or chart.

    Examples
    --------
    >>> from ncthelpers.tables import Table
    >>> Fold("Every month", Table("Months", (), ()))._repr_html_().splitlines()[0]
    '<details class="fold"><summary>Every month</summary>'
    """

    line: str
    inside: Any

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = self.inside._repr_mimebundle_()
        return {**data, "text/html": self._folded(data["text/html"])}, metadata

    def _repr_html_(self) -> str:
        return self._folded(self.inside._repr_html_())

    def _folded(self, html: str) -> str:
        return f'<details class="fold"><summary>{escape(self.line)}</summary>\n{html}\n</details>'

    def __repr__(self) -> str:
        return f"{self.line}\n{self.inside!r}"
