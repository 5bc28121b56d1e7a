"""Tables and HTML as blocks of the Markdown pages around the years."""

from collections.abc import Iterable
from dataclasses import replace

from ncthelpers import tables
from ncthelpers.anchors import anchor

__all__ = ["raw_html", "raw_tables"]


def raw_html(html: str) -> str:
    """Escaped HTML as a block of a Markdown page that nothing in it can end.

    Examples
    --------
    >>> print(raw_html("<p>a ```` b</p>"))
    ````{raw} html
    <p>a &#96;&#96;&#96;&#96; b</p>
    ````
    """
    return "````{raw} html\n" + html.replace("`", "&#96;") + "\n````"


def raw_tables(shown: Iterable[tables.Table]) -> str:
    """Tables as raw HTML blocks of a Markdown page; every cell is escaped already, and a table without an id gets one of its caption.

    Examples
    --------
    >>> print(raw_tables([tables.Table("Costs", (), ())]))
    ````{raw} html
    <p class="no-rows" id="table-costs"><strong>Costs.</strong> There are no rows.</p>
    ````
    """
    named = (table if table.anchor else replace(table, anchor=anchor("table", table.caption)) for table in shown)
    return "\n\n".join(raw_html(table._repr_html_()) for table in named)
