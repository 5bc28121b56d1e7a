"""The page that lists the published tables of every year as files to take away."""

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from ncthelpers import comparison, results, tables
from ncthelpers.cells import Column
from ncthelpers.export.folders import linked
from ncthelpers.export.symbols import SYMBOLS
from ncthelpers.publish.markdown import raw_html, raw_tables
from ncthelpers.publish.toc import COMPARISON
from ncthelpers.yeardata import Comparison, YearData

__all__ = ["page"]

_INTRODUCTION = Path(__file__).with_name("about") / "open_data.md"
_SYMBOLS = (Column("symbol", "text", "Symbol"), Column("meaning", "text", "Meaning"))


def page(root: Path, years: Sequence[YearData], around: Iterable[str]) -> str:
    """The page as Markdown: what the files are, the symbols in them, and the tables of each year with links.

    Parameters
    ----------
    root : Path
        Holds ``book/``, whose pages say which tables are published.
    years : sequence of YearData
        The public years, newest first.
    around : iterable of str
        The pages around the years, which link to tables too.
    """
    around = list(around)
    symbols = tables.Table("Symbols in the place of a figure", _SYMBOLS, tuple(SYMBOLS.items()))
    parts = ["# Open data", _INTRODUCTION.read_text("utf-8").strip(), raw_tables([symbols])]
    held: tuple[YearData | Comparison, ...] = (*years, Comparison(tuple(reversed(years))))
    for data in held:
        folder, of = (COMPARISON, comparison) if isinstance(data, Comparison) else (str(data.year), results)
        names = linked(root, folder, around)
        titles = {name: of.table_schema(data, name).title for name in names}
        if names:
            heading = "The years compared" if folder == COMPARISON else f"Contract year {folder}"
            parts += [f"## {heading}", raw_html(_listed(folder, titles))]
    return "\n\n".join(parts) + "\n"


def _listed(folder: str, titles: dict[str, str]) -> str:
    """The tables of a folder, by title, each with its file and its description; first the file that packs them."""
    place = f"../tables/{folder}"
    items = "\n".join(
        f'<li>{escape(title)}: <a href="{place}/{name}.csv" download="{folder}_{name}.csv">{name}.csv</a>, '
        f'<a href="{place}/{name}.csv-metadata.json">its columns<span class="visually-hidden">: {escape(title)}</span></a></li>'
        for name, title in sorted(titles.items(), key=lambda one: one[1])
    )
    packed = f'<p><a href="{place}.zip" download>All tables in one file ({folder}.zip)</a></p>'
    return f'{packed}\n<ul class="downloads">\n{items}\n</ul>'
