"""What stands beside a page and below it: its figures for machines as JSON, and the colophon that says what made it."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ncthelpers.files import checksum
from ncthelpers.publish import staleness

__all__ = ["COLOPHON", "NOT_RECORDED", "ClashingFigures", "results_of", "figures_by_name", "newest_edition",
           "editions", "edition_of", "edition_on_record", "page_json", "with_colophon"]  # fmt: skip

COLOPHON = "colophon"
NOT_RECORDED = "not recorded"
_EDITION = re.compile(r"^## (\d{4}-\d{2}-\d{2})\s*$", flags=re.MULTILINE | re.ASCII)
_FIRST = 12


class ClashingFigures(ValueError):
    """Two figures of a page have one name and are not the same."""


def results_of(page: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the outputs of an executed page say that they show, in its order."""
    return [
        json.loads(json.dumps(result))
        for cell in page["cells"]
        for output in cell.get("outputs", [])
        for result in output.get("metadata", {}).get("results", [])
    ]


def figures_by_name(results: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The figures of a page by name, each as it is first shown.

    Raises
    ------
    ClashingFigures
        If two figures have one name and not one value and unit.

    Examples
    --------
    >>> one = {"name": "budget", "value": "2.2", "unit": "£m", "text": "£2.2m", "rows": ["2031-32/finance_lines.csv: 2"]}
    >>> figures_by_name([{"figures": [one, one]}])["budget"]["value"]
    '2.2'
    """
    found: dict[str, dict[str, Any]] = {}
    for result in results:
        for figure in result["figures"]:
            name, held = figure["name"], {key: figure[key] for key in ("value", "unit", "text", "rows")}
            other = found.setdefault(name, held)
            if (other["value"], other["unit"]) != (held["value"], held["unit"]):
                said = " and ".join(f"{one['value']} {one['unit']}".strip() for one in (other, held))
                raise ClashingFigures(f"two figures are named {name}: {said}")
    return found


def newest_edition(root: Path) -> str:
    """The newest edition that ``CHANGELOG.md`` names; ``not recorded`` where there is none."""
    return editions(root)[0]


def editions(root: Path) -> tuple[str, ...]:
    """The editions that ``CHANGELOG.md`` names, newest first, and that of a figure whose edition is ``not recorded``."""
    try:
        found = _EDITION.findall((root / "CHANGELOG.md").read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        found = []
    return (*found, NOT_RECORDED)


def edition_of(published: str, figures: Mapping[str, Mapping[str, Any]], newest: str) -> str:
    """The edition in which the figures of a page last changed.

    Parameters
    ----------
    published : str
        The page's JSON as it was published before; empty where there is none.
    figures : Mapping
        The figures of the page now, by name.
    newest : str
        The edition if any figure is new, gone or other than before.
    """
    try:
        before = json.loads(published)
        held = {name: (figure["value"], figure["unit"]) for name, figure in before["figures"].items()}
        edition = str(before["edition"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return newest
    same = held == {name: (figure["value"], figure["unit"]) for name, figure in figures.items()}
    return edition if same and edition != NOT_RECORDED else newest


def edition_on_record(
    page: str, years: Sequence[str], results: Sequence[Mapping[str, Any]], record: str, known: Iterable[str]
) -> str | None:
    """The edition of a page whose JSON was changed since it was published, if its figures are still those on record.

    Parameters
    ----------
    page, years, results
        As for :func:`page_json`.
    record : str
        The checksum of its JSON as it was published.
    known : iterable of str
        The editions that it can be.
    """
    found = (one for one in known if checksum(page_json(page, years, one, results).encode()) == record)
    return next(found, None)


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def page_json(page: str, years: Sequence[str], edition: str, results: Sequence[Mapping[str, Any]]) -> str:
    """The companion of a page: the same text for the same page, a line for each figure and each thing shown.

    Parameters
    ----------
    page : str
        Name of the page.
    years : sequence of str
        Its contract year, or the years that it compares.
    edition : str
        The edition in which its figures last changed.
    results : sequence of Mapping
        What its outputs show.
    """
    shown = [{key: result[key] for key in result if key != "figures"} for result in results]
    figures = sorted(figures_by_name(results).items())
    lists = {
        "figures": ("{", [f"  {_line(name)}: {_line(figure)}" for name, figure in figures], "}"),
        "shown": ("[", [f"  {_line(one)}" for one in shown], "]"),
    }
    label = {"contract_year": years[0]} if len(years) == 1 else {"contract_years": list(years)}
    parts = {key: _line(value) for key, value in {**label, "edition": edition, "page": page}.items()}
    for key, (opens, lines, closes) in lists.items():
        parts[key] = f"{opens}\n" + ",\n".join(lines) + f"\n {closes}" if lines else opens + closes
    return "{\n" + ",\n".join(f" {_line(key)}: {text}" for key, text in sorted(parts.items())) + "\n}\n"


def with_colophon(
    page: dict[str, Any], years: Sequence[str], parts: Mapping[str, str], companion: str, edition: str
) -> dict[str, Any]:
    """A page with a cell below it that says what it was made of, and the parts themselves in its metadata.

    Parameters
    ----------
    page : dict
        The page; it is changed.
    years : sequence of str
        Its contract year, or the years that it compares.
    parts : Mapping
        What it was made of.
    companion : str
        Its JSON, from the root.
    edition : str
        The edition in which its figures last changed.
    """
    data, code = staleness.data_parts(parts), staleness.code_parts(parts)
    lock = NOT_RECORDED if parts[staleness.LOCK] == staleness.ABSENT else parts[staleness.LOCK]
    lines = [
        f"- Contract year{'s' if len(years) > 1 else ''}: {' to '.join(dict.fromkeys((years[0], years[-1])))}",
        f"- Values last changed in edition {edition}",
        f"- Figures of this page as data: `{companion}`",
        f"- Checksum of the {len(data)} files of data that it reads: {staleness.key(data)[:_FIRST]}",
        f"- Checksum of the {len(code)} files of the package that it uses: {staleness.key(code)[:_FIRST]}",
        f"- Checksum of the locked environment: {lock}",
        "",
        f"Each checksum is the first {_FIRST} characters of a SHA-256; the metadata of the page's file names every part.",
    ]
    cell = {
        "cell_type": "markdown",
        "id": COLOPHON,
        "metadata": {},
        "source": "## Colophon\n\n" + "\n".join(lines),
    }
    page["cells"] = [*(one for one in page["cells"] if one.get("id") != COLOPHON), cell]
    page["metadata"][staleness.PARTS] = {"key": staleness.key(parts), "parts": dict(parts)}
    return page
