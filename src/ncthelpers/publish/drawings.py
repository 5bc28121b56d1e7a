"""Charts of the HTML as files of their own: a page weighs a third without them, and a reader can take one away."""

import re
from base64 import b64decode
from html import unescape

from ncthelpers.anchors import download

__all__ = ["apart"]

_CHART = re.compile(
    r'<figure class="chart" id="(?P<id>[^"]+)">\s*<figcaption>(?P<caption>.*?)</figcaption>'
    r'(?:(?!</figure>).)*? src="(?P<held>data:image/svg\+xml;base64,(?P<drawing>[^"]*))"(?:(?!</figure>).)*?</figure>',
    re.DOTALL,
)


def apart(page: str, html: str) -> tuple[str, dict[str, bytes]]:
    """A page that refers to its charts where it held them, with a link to each, and the charts by their address in the book.

    Parameters
    ----------
    page : str
        The page, such as ``2031-32/06_demand``; a chart's address is made of it and of the chart's id, the same next year.
    html : str
        The page as it was made.

    Examples
    --------
    >>> chart = '<figure class="chart" id="chart-a"><figcaption><span class="chart-caption">A</span></figcaption><img src="data:image/svg+xml;base64,PHN2Zy8+"></figure>'
    >>> html, drawings = apart("2031-32/06_demand", chart)
    >>> html.partition("</figure>")[0]
    '<figure class="chart" id="chart-a"><figcaption><span class="chart-caption">A</span></figcaption><img src="../charts/2031-32/06_demand/chart-a.svg">'
    >>> drawings
    {'charts/2031-32/06_demand/chart-a.svg': b'<svg/>'}
    """
    drawings: dict[str, bytes] = {}

    def referred(chart: re.Match[str]) -> str:
        place = f"charts/{page}/{chart['id']}.svg"
        drawings[place] = b64decode(chart["drawing"])
        address = "../" * page.count("/") + place
        said = unescape(re.sub("<[^>]*>", "", chart["caption"].replace("</strong>\n", ". ")))
        link = download(address, " ".join(said.split()), "chart (SVG)")
        return chart[0].replace(chart["held"], address) + link

    return _CHART.sub(referred, html), drawings
