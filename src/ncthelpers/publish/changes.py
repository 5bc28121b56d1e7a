"""What changed: from one contract year to the next as both print it, and from one edition of the book to the next."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from ncthelpers import results, tables
from ncthelpers.cells import Column
from ncthelpers.files import checksum, write_atomically
from ncthelpers.narrative import plain
from ncthelpers.publish import manifest
from ncthelpers.publish.companion import newest_edition
from ncthelpers.publish.markdown import raw_tables
from ncthelpers.yeardata import YearData
from ncthelpers.years import ContractYear

__all__ = [
    "REVISIONS", "Revision", "figures_of", "revised", "merged", "reason_given", "record",
    "since_last_year", "revisions_page",
]  # fmt: skip

REVISIONS = "revisions.json"

_ABOUT = Path(__file__).with_name("about")
# Columns that look back at the year before, which stands here in a column of its own.
_LOOKS_BACK = {"before", "change", "change_pct"}
_OTHERS = {"country", "region"}  # what they did stands on the pages of measures
_OWN_YEAR = "its year"
_ENTRY = re.compile(r"^## (\S+)\s*$", flags=re.MULTILINE)
_BULLET = re.compile(r"^- ", flags=re.MULTILINE)
_CHANGED = tuple(Column(name, "text", title) for name, title in (
    ("figure", "Figure"), ("unit", "Unit"), ("last", "Last year"), ("this", "This year"),
))  # fmt: skip
_REVISED = tuple(Column(name, "text", title) for name, title in (
    ("edition", "Edition"), ("page", "Page"), ("figure", "Figure"), ("old", "Before"), ("new", "Since then"), ("unit", "Unit"),
    ("reason", "Reason"),
))  # fmt: skip


# The figures of a folder of the book


def figures_of(folder: Path, record: Mapping[str, str] = MappingProxyType({})) -> dict[str, dict[str, dict[str, Any]]]:
    """The figures of each page of a folder of the book, by page and name; none where there is no such folder.

    Parameters
    ----------
    folder : Path
        Such as ``book/1999-00``, with a JSON beside each page.
    record : Mapping of str to str
        Checksums by file name: a JSON that has another is left out, for it is not what was published.

    Raises
    ------
    ValueError
        If a JSON cannot be read.
    """
    found = {}
    for path in sorted(folder.glob("[0-9][0-9]_*.json")):
        content = path.read_bytes()
        if record.get(path.name, checksum(content)) != checksum(content):
            continue
        try:
            found[path.stem] = dict(json.loads(content)["figures"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ValueError(f"{path.parent.name}/{path.name} cannot be read: {error!r}") from None
    return found


def _titled(name: str, data: YearData | None) -> str:
    """A figure's name for readers: the table, the row and the column by their titles."""
    table, _, rest = name.partition("/")
    key, _, column = rest.rpartition("/")
    if data is None or not rest or ":" in table:
        return name
    try:
        schema = results.table_schema(data, table)
        heading = schema[column].title
    except LookupError:
        return name
    if len(schema.key) == 1:
        key = _row_title(schema.key[0], key, data)
    elif key.count("/") == len(schema.key) - 1:
        key = ", ".join(_row_title(part, value, data) for part, value in zip(schema.key, key.split("/"), strict=True))
    return f"{schema.title}: {key}: {heading}"


def _row_title(part: str, value: str, data: YearData) -> str:
    """A part of a row's key for readers: the title of a measure, the name of an area, anything else as it is."""
    titles = {"measure": ("measures", "measure", "title"), "area": ("areas", "area", "name")}
    return data.reference.names(*titles[part]).get(value, value) if part in titles else value


# From one year to the next


class _Compared(NamedTuple):
    rows: dict[str, list[tuple[str, ...]]]  # the cells, by page
    same: int


def _without_year(name: str, year: ContractYear) -> str:
    """A figure's name with its own year taken out of the row's key.

    Examples
    --------
    >>> _without_year("grants/1999-00/amount", ContractYear("1999-00"))
    'grants/its year/amount'
    """
    return "/".join(_OWN_YEAR if part == str(year) else part for part in name.split("/"))


def _is_compared(name: str, figure: Mapping[str, str], data: YearData) -> bool:
    """Whether a figure is a number or date of the contract's own areas, and not itself taken from the year before."""
    table, column = name.partition("/")[0], name.rpartition("/")[2]
    if "/" not in name or ":" in table or figure["unit"] in {"yes or no", "status"} or column in _LOOKS_BACK | _OTHERS:
        return False
    try:
        return "area" not in results.table_schema(data, table).key
    except LookupError:  # a table of an earlier edition
        return False


def _compared(before: Mapping[str, Any], now: Mapping[str, Any], last: ContractYear, data: YearData) -> _Compared:
    """Figures that two years' pages print under one name: those that differ, and how many are the same."""
    rows: dict[str, list[tuple[str, ...]]] = {}
    same, seen = 0, set()
    for page, figures in now.items():
        held = {_without_year(name, last): figure for name, figure in before.get(page, {}).items()}
        for name, figure in figures.items():
            common = _without_year(name, data.year)
            other = held.get(common)
            if other is None or common in seen or not _is_compared(name, figure, data):
                continue
            seen.add(common)
            if (other["value"], other["unit"]) == (figure["value"], figure["unit"]):
                same += 1
                continue
            unit = figure["unit"] if figure["unit"] == other["unit"] else f"{figure['unit']}, before {other['unit']}"
            rows.setdefault(page, []).append((_titled(name, data), unit or "none", other["text"], figure["text"]))
    return _Compared(rows, same)


def _page_title(path: Path) -> str:
    """The heading of a page, or its file's name where it cannot be read."""
    try:
        first = "".join(json.loads(path.read_text("utf-8"))["cells"][0]["source"])
    except (OSError, ValueError, LookupError):
        return path.stem
    return first.partition("\n")[0].removeprefix("# ").strip()


def _year_section(root: Path, data: YearData, last: ContractYear, listed: Collection[str]) -> str:
    folder = root / "book" / str(data.year)
    found = _compared(figures_of(root / "book" / str(last)), figures_of(folder), last, data)
    head = f"## {data.year} beside {last}\n\n"
    count = sum(map(len, found.rows.values()))
    if not count and not found.same:
        return f"{head}No figure of the contract's areas stands under one name on the pages of both years."
    parts = [
        f"{head}Of the figures that stand under one name on the pages of both years {count} differ and {found.same} are the same."
    ]
    for page, rows in found.rows.items():
        title = _page_title(folder / f"{page}.ipynb")
        shown = tables.Table(f"{title}: beside {last}", _CHANGED, tuple(rows))
        place = f"{data.year}/{page}"
        heading = f"[{plain(title)}](../{place}.ipynb)" if place in listed else plain(title)
        parts.append(f"### {heading}\n\n{raw_tables([shown])}")
    return "\n\n".join(parts)


def since_last_year(root: Path, years: Sequence[YearData], listed: Collection[str]) -> str:
    """The page on what differs from one public year to the next: figures that both print under one name.

    Parameters
    ----------
    root : Path
        Holds ``book/`` with a JSON beside each page.
    years : sequence of YearData
        The public years, newest first.
    listed : collection of str
        The pages that the book has, such as ``1999-00/04_cost``: a page that is not listed has no link.

    Returns
    -------
    str
        Markdown: for each year with a year before it a table of the figures that differ, as printed in each; no change
        is computed.
    """
    public = {data.year for data in years}
    parts = ["# What changed since last year\n\n" + (_ABOUT / "what_changed.md").read_text("utf-8").strip()]
    for data in years:
        last = data.year.before
        if last in public:
            parts.append(_year_section(root, data, last, listed))
    if len(parts) == 1:
        parts.append("No public year has another before it.")
    return "\n\n".join(parts) + "\n"


# From one edition to the next


@dataclass(frozen=True)
class Revision:
    """A figure that an edition of the book gives otherwise than the edition before it.

    Parameters
    ----------
    folder, page, name : str
        Where it stands: folder of the book, page, name in the page's JSON.
    old, new : str
        Its unrounded values, each with its unit where the units differ.
    unit : str
        Its unit in the new edition.
    edition : str
        The edition that revised it.
    reason : str
        What the changes of that edition say on it.
    """

    folder: str
    page: str
    name: str
    old: str
    new: str
    unit: str
    edition: str
    reason: str

    @property
    def figure(self) -> tuple[str, str, str]:
        """Which figure it is."""
        return self.folder, self.page, self.name


def _bullets(changelog: str, edition: str) -> list[str]:
    """The points of one edition's entry, each on one line."""
    parts = _ENTRY.split(changelog)
    entry = dict(zip(parts[1::2], parts[2::2], strict=True)).get(edition, "")
    return [" ".join(point.split()) for point in _BULLET.split(entry)[1:]]


def reason_given(changelog: str, edition: str, page: str, name: str) -> str:
    """What an edition's changes say on a figure: the points that name its page or table; without one, that none is given.

    Parameters
    ----------
    changelog : str
        Text of ``CHANGELOG.md``.
    edition : str
        Date of the entry.
    page, name : str
        The page and the figure's name in its JSON.

    Examples
    --------
    >>> reason_given("## 1999-12-31\\n\\n- New.\\n- Page 4: a\\n  printed cost.\\n", "1999-12-31", "04_cost", "costs/a/amount")
    '1999-12-31: Page 4: a printed cost.'
    """
    points = _bullets(changelog, edition)
    number, _, words = page.partition("_")
    table = name.partition("/")[0].rpartition(":")[2]
    wanted = [re.escape(page), re.escape(words.replace("_", " ")), re.escape(table), re.escape(table.replace("_", " "))]
    if number.isdigit():
        wanted.append(f"page {int(number)}")
    naming = re.compile("|".join(rf"\b{one}\b" for one in wanted if one), flags=re.IGNORECASE)
    said = [point for point in points if naming.search(point)] or ["no reason is given in the list of changes"]
    return f"{edition}: {' '.join(said)}"


def revised(book_folder: Path, staged: Path, edition: str, changelog_text: str) -> list[Revision]:
    """The figures that pages about to be published give otherwise than those that are published.

    Parameters
    ----------
    book_folder : Path
        The published folder, such as ``book/1999-00``.
    staged : Path
        The folder that is to take its place.
    edition : str
        The newest edition of the book.
    changelog_text : str
        Text of ``CHANGELOG.md``, for the reasons.

    Returns
    -------
    list of Revision
        By page and name; a figure that only one of the two has is not among them.
    """
    before, now = figures_of(book_folder, manifest.published(book_folder).get("files", {})), figures_of(staged)
    return [
        Revision(book_folder.name, page, name, *_values(before[page][name], figure), figure["unit"], edition,
                 reason_given(changelog_text, edition, page, name))
        for page, figures in now.items()
        for name, figure in figures.items()
        if name in before.get(page, {}) and _said(before[page][name]) != _said(figure)
    ]  # fmt: skip


def _said(figure: Mapping[str, str]) -> tuple[str, str]:
    return figure["value"], figure["unit"]


def _values(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, str]:
    if before["unit"] == now["unit"]:
        return before["value"], now["value"]
    return f"{before['value']} {before['unit']}".strip(), f"{now['value']} {now['unit']}".strip()


def merged(
    held: Iterable[Revision],
    found: Iterable[Revision],
    folder: str,
    edition: str,
    now: Mapping[str, Mapping[str, Mapping[str, Any]]],
) -> list[Revision]:
    """The revisions on record with those just found; within one edition only the first old and the last new value count.

    Parameters
    ----------
    held, found : iterable of Revision
        Those on record, those just found.
    folder, edition : str
        The folder of the book that is published, in which edition.
    now : Mapping
        The figures to be published, by page and name: a revision of this edition whose figure is back at its old value,
        or gone, is taken off the record.

    Returns
    -------
    list of Revision
        Newest edition first, then by folder, page and name.
    """
    kept = {(one.edition, *one.figure): one for one in held}
    for one in found:
        before = kept.get((edition, *one.figure))
        kept[edition, *one.figure] = one if before is None else Revision(**{**asdict(one), "old": before.old})
    for key, one in list(kept.items()):
        if one.edition == edition and one.folder == folder:
            figure = now.get(one.page, {}).get(one.name)
            if figure is None or one.old in (figure["value"], f"{figure['value']} {figure['unit']}".strip()):
                del kept[key]
    ordered = sorted(kept.values(), key=lambda one: one.figure)
    return sorted(ordered, key=lambda one: one.edition, reverse=True)


def _on_record(book: Path) -> list[Revision]:
    path = book / REVISIONS
    if not path.is_file():
        return []
    try:
        return [Revision(**one) for one in json.loads(path.read_text("utf-8"))]
    except (ValueError, TypeError, RecursionError) as error:
        raise ValueError(f"book/{REVISIONS} cannot be read: {error}") from None


def _as_text(revisions: Iterable[Revision]) -> str:
    lines = [" " + json.dumps(asdict(one), ensure_ascii=False, sort_keys=True) for one in revisions]
    return "[\n" + ",\n".join(lines) + "\n]\n" if lines else "[]\n"


def record(book_folder: Path, staged: Path) -> None:
    """Put on record, in ``book/revisions.json``, what a folder about to be published revises; called before the swap.

    Parameters
    ----------
    book_folder : Path
        The published folder, such as ``book/1999-00``; ``CHANGELOG.md`` stands in the root above ``book/``.
    staged : Path
        The folder that is to take its place.
    """
    book, root = book_folder.parent, book_folder.parents[1]
    edition = newest_edition(root)
    changelog = (root / "CHANGELOG.md").read_text("utf-8") if (root / "CHANGELOG.md").is_file() else ""
    held = _on_record(book)
    kept = merged(held, revised(book_folder, staged, edition, changelog), book_folder.name, edition, figures_of(staged))
    if kept != held or (held and not kept):
        write_atomically(book / REVISIONS, _as_text(kept))


def revisions_page(root: Path, years: Sequence[YearData]) -> str:
    """The page of the figures that an edition of the book gives otherwise than the one before, newest first.

    Parameters
    ----------
    root : Path
        Holds ``book/revisions.json``; where it is missing nothing has been revised.
    years : sequence of YearData
        The public years, for the titles of figures.
    """
    parts = ["# Revisions of published figures\n\n" + (_ABOUT / "revisions.md").read_text("utf-8").strip()]
    by_year = {str(data.year): data for data in years}
    revisions = _on_record(root / "book")
    for edition in dict.fromkeys(one.edition for one in revisions):
        of_edition = [one for one in revisions if one.edition == edition]
        rows = tuple(
            (edition, f"{one.folder}, {one.page}", _titled(one.name, by_year.get(one.folder)), one.old, one.new,
             one.unit or "none", one.reason)
            for one in of_edition
        )  # fmt: skip
        parts.append(raw_tables([tables.Table(f"Figures revised in the edition of {edition}", _REVISED, rows)]))
    if not revisions:
        parts.append("No published figure has been revised.")
    return "\n\n".join(parts) + "\n"
