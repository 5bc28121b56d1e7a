"""Tables and HTML as blocks of the Markdown pages around the years."""

from collections.abc import Iterable

from ncthelpers import tables

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
    """Tables as raw HTML blocks of a Markdown page; every cell is escaped already.

    Examples
    --------
    >>> print(raw_tables([tables.Table("Costs", (), ())]))
    ````{raw} html
    <p class="no-rows"><strong>Costs.</strong> There are no rows.</p>
    ````
    """
    return "\n\n".join(raw_html(table._repr_html_()) for table in shown)
