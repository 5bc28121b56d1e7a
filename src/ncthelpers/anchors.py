"""Stable addresses within a page: every table, chart and KPI has an id that a link can go on using next year."""

import re
from html import escape

__all__ = ["anchor", "attribute", "download"]


def anchor(*parts: object) -> str:
    """The id of something on a page, of what it is and what part of it is shown.

    Parameters
    ----------
    *parts : object
        Such as the name of a table and the values that its rows are chosen by; empty ones say nothing.

    Examples
    --------
    >>> anchor("events", "report:15"), anchor("kpis", "3a"), anchor("chart", "demand", "Children in care, 31 March", "")
    ('events-report-15', 'kpis-3a', 'chart-demand-children-in-care-31-march')
    """
    said = (re.sub(r"[^a-z0-9_]+", "-", str(part).lower()).strip("-") for part in parts)
    return "-".join(filter(None, said))


def attribute(name: str) -> str:
    """An id as it stands in a tag of HTML; nothing where there is none.

    Examples
    --------
    >>> attribute("kpis-3a"), attribute("")
    (' id="kpis-3a"', '')
    """
    return f' id="{escape(name)}"' if name else ""


def download(address: str, caption: str, what: str = "CSV") -> str:
    """The link below a table that gives it to a spreadsheet, or below a chart; nothing where there is no such file.

    Examples
    --------
    >>> print(download("../tables/2031-32/grants.csv", "Grants, £"))
    <p class="download"><a href="../tables/2031-32/grants.csv" download="2031-32_grants.csv">Download CSV<span class="visually-hidden">: Grants, £</span></a></p>
    """
    if not address:
        return ""
    hidden = f'<span class="visually-hidden">: {escape(caption)}</span>'
    name = "_".join(address.split("/")[-2:])  # whoever saves the same table of two years tells them apart
    return f'<p class="download"><a href="{escape(address)}" download="{escape(name)}">Download {what}{hidden}</a></p>'
