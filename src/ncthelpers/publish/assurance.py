"""The pages that say how far the book can be relied on: assumptions, data log, quality-assurance plan, checklist."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ncthelpers import tables, wording
from ncthelpers.cells import Column
from ncthelpers.narrative import plain
from ncthelpers.publish.markdown import raw_tables
from ncthelpers.rows import records_of
from ncthelpers.yeardata import Reference

__all__ = ["assurance_pages"]

_ABOUT = Path(__file__).with_name("about")
_PAGE = re.compile(r"about/(\w+)", flags=re.ASCII)
_PATH = re.compile(r"[\w./-]+", flags=re.ASCII)
_MOST_TITLES = 3  # in a cell; the page of original documents lists them all
_STATES = {"met": "Met", "partly": "Partly met", "unmet": "Unmet"}


def _intro(page: str) -> str:
    return (_ABOUT / f"{page}.md").read_text("utf-8").strip()


def _text(value: object, column: Column, titles: Mapping[str, str]) -> str:
    """A cell as it is read; many publications are given by their number."""
    cited = str(value).split() if column.type == "source" and value else []
    return f"{len(cited)} publications" if len(cited) > _MOST_TITLES else wording.cell_text(value, column, titles)


def _log(reference: Reference, name: str, column: str, caption: str) -> str:
    """A table in one section for each value of a column that has rows, in the order of the schema's values."""
    schema, frame = reference.schemas[name], reference.tables[name]
    held = tuple(schema[shown] for shown in schema.shown)
    titles = reference.titles
    sections = []
    for value in schema[column].values:
        records = records_of(frame[frame[column] == value])
        rows = tuple(tuple(_text(record[of.name], of, titles) for of in held) for record in records)
        if rows:
            shown = tables.Table(caption.format(value), held, rows, download=f"../data/reference/{name}.csv")
            sections.append(f"## {caption.format(value)}\n\n{raw_tables([shown])}")
    return "\n\n".join(sections)


def _proof(proof: str) -> str:
    """A page of the book as a link, a path of the repository as code."""
    page = _PAGE.fullmatch(proof)
    if page:
        return f"[{plain(page[1].replace('_', ' ').capitalize())}]({page[1]}.md)"
    return f"`{proof}`" if _PATH.fullmatch(proof) else plain(proof)


def _point(record: Mapping[str, Any]) -> str:
    """One point of the checklist: its state first, then what is missing and the proof."""
    sentences = [f"**{_STATES[record['state']]}:** {plain(record['point'])}"]
    if record["why"]:
        sentences.append(("" if record["state"] == "met" else "Why: ") + plain(record["why"]))
    if record["proof"]:
        sentences.append("Proof: " + ", ".join(map(_proof, record["proof"].split())) + ".")
    return "- " + " ".join(sentences)


def _checklist(reference: Reference) -> str:
    """How many points of each framework are in each state, then every point."""
    schema, records = reference.schemas["rap_points"], records_of(reference.tables["rap_points"])
    counts = Counter((record["framework"], record["state"]) for record in records)
    frameworks = [name for name in schema["framework"].values if any(counts[name, state] for state in _STATES)]
    held = (schema["framework"], *(Column(state, "count", title) for state, title in _STATES.items()))
    rows = tuple((name, *(str(counts[name, state]) for state in _STATES)) for name in frameworks)
    parts = [raw_tables([tables.Table("Points of each framework by state", held, rows)])]
    for name in frameworks:
        points = "\n".join(_point(record) for record in records if record["framework"] == name)
        parts.append(f"## {plain(name[:1].upper() + name[1:])}\n\n{points}")
    return "\n\n".join(parts)


def assurance_pages(reference: Reference) -> dict[str, str]:
    """The assumptions log, the data log, the quality-assurance plan and the checklist, as Markdown pages.

    Parameters
    ----------
    reference : Reference
        Tables used: ``assumptions`` and ``data_log`` (by ``impact``), ``assurance_roles`` (by ``role``) and
        ``rap_points`` (``framework, point, state, why, proof``).

    Returns
    -------
    dict of str to str
        Markdown by path in ``book/``; a page whose table the reference does not have is left out. Text of the data is
        escaped. A proof that is a page, such as ``about/method``, is a link; any other is shown as a path.

    Examples
    --------
    >>> from ncthelpers.yeardata import NO_REFERENCE
    >>> assurance_pages(NO_REFERENCE)
    {}
    """
    written: dict[str, tuple[str, Callable[[], str]]] = {
        "assumptions": ("assumptions", lambda: _log(reference, "assumptions", "impact", "Assumptions of {} impact")),
        "data_log": ("data_log", lambda: _log(reference, "data_log", "impact", "Sources of {} impact")),
        "assurance_roles": ("quality_plan", lambda: _log(reference, "assurance_roles", "role", "Parts of the {}")),
        "rap_points": ("checklist", lambda: _checklist(reference)),
    }
    return {
        f"about/{page}.md": f"{_intro(page)}\n\n{text()}\n"
        for table, (page, text) in written.items()
        if table in reference.tables
    }
