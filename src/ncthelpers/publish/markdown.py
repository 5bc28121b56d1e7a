"""Tables and HTML as blocks of the Markdown pages around the years."""

from collections.abc import Iterable

from ncthelpers import tables

__all__ = ["INVENTED", "raw_html", "raw_tables"]

# What stands below the title of every page of an invented trust.
INVENTED = """```{admonition} Invented
:class: warning
Everything here is invented: the trust, its councils, and every figure but the dates of bank holidays. It shows how a review is
made, and says nothing of any real place.
```"""


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
