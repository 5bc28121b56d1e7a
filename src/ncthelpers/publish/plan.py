"""Which pages of a folder of the book are out of date, and why."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ncthelpers import access, claims, narrative, results, wording
from ncthelpers.files import checksum
from ncthelpers.publish import manifest, notices, pages, staleness
from ncthelpers.publish.toc import COMPARISON
from ncthelpers.yeardata import Comparison, YearData

__all__ = ["CLAIMS", "Planned", "Folder", "of_year", "of_comparison", "beside"]

CLAIMS = "claims.json"


@dataclass(frozen=True)
class Planned:
    """A page of a folder: what it is made of, and why it would be made again.

    Parameters
    ----------
    name : str
        Name of the page.
    template : Mapping
        Its template, the words filled in.
    fixed : Mapping
        Its parts but for the files of data.
    parts : Mapping
        All its parts as they are now, of the files that it read when it was made; empty for a page never made.
    reasons : tuple of str
        Why it is out of date, in words; none if it is not.
    words_only : bool
        Whether only its words and notices are, so that nothing has to be run.
    """

    name: str
    template: Mapping[str, Any]
    fixed: Mapping[str, str]
    parts: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    words_only: bool = False


@dataclass(frozen=True)
class Folder:
    """A folder of the book as it is to be.

    Parameters
    ----------
    name : str
        A contract year, or ``comparison``.
    years : tuple of str
        The years that go into it.
    parameters : Mapping
        What its pages are run with.
    pages : tuple of Planned
        Its pages, in order.
    gone : tuple of str
        Pages that are published and no longer made.
    """

    name: str
    years: tuple[str, ...]
    parameters: Mapping[str, object]
    pages: tuple[Planned, ...]
    gone: tuple[str, ...]

    @property
    def stale(self) -> tuple[Planned, ...]:
        """The pages that are out of date."""
        return tuple(page for page in self.pages if page.reasons)


def of_year(
    root: Path, templates: Path, data: YearData, part: Callable[[str], str], lock: Path | None = None
) -> Folder:
    """The pages of a contract year: one for each template that the year has data for, or whose data is exempt from publication.

    Parameters
    ----------
    root : Path
        Holds ``data/`` and ``book/``.
    templates : Path
        Folder of the templates.
    data : YearData
        The year.
    part : callable
        Gives the checksum of a file of data by its path from the root.
    lock : Path, optional
        The locked environment.

    Raises
    ------
    TemplateError
        If a template is not one that a year can be run with, or the year has data for none.
    """
    found = _templates(templates, pages.PARAMETERS)
    made = [template for template in found if _has_page(data, pages.subject(template))]
    if not made:
        raise pages.TemplateError(f"{data.year} has data for none of the templates")
    said = {"contract_year": str(data.year), "public_title": narrative.plain(narrative.public_title(data))}
    parameters, said_of_all = {"contract_year": str(data.year)}, notices.of_pages([data])
    words = said | wording.of_councils(len(data.contract["councils"]))
    filled = [_filled(template, words, said, data.marks, said_of_all) for template in made]
    return _folder(root, str(data.year), (str(data.year),), parameters, filled, said_of_all, part, lock)


def _has_page(data: YearData, subject: str) -> bool:
    return results.is_reported(data, subject) or results.reason_not_reported(data, subject).startswith(access.EXEMPT)


def of_comparison(
    root: Path, templates: Path, data: Comparison, part: Callable[[str], str], lock: Path | None = None
) -> Folder:
    """The pages that compare several years, as :func:`of_year`."""
    years = tuple(str(one.year) for one in data.years)
    words = {"first_year": years[0], "last_year": years[-1]}
    words |= wording.of_councils(len(data.newest.contract["councils"]))
    found, said_of_all = _templates(templates / COMPARISON, pages.COMPARISON_PARAMETERS), notices.of_pages(data.years)
    filled = [_filled(template, words, ("last_year",), data.marks, said_of_all) for template in found]
    return _folder(root, COMPARISON, years, {"contract_years": list(years)}, filled, said_of_all, part, lock)


def _filled(
    template: Path, words: Mapping[str, str], marked: Collection[str], marks: Sequence[str], said_of_all: Mapping[str, str]
) -> tuple[str, dict[str, Any], dict[str, Any]]:  # fmt: skip
    """The name of a template; it with its words; and with what is said of all that is made of the year, in words and notices."""
    page = pages.read(template)
    of_all = {name: wording.captioned(text, marks) if name in marked else text for name, text in words.items()}
    return template.stem, pages.filled(page, words), pages.with_notices(pages.filled(page, of_all), said_of_all)


def _templates(folder: Path, parameters: tuple[str, ...]) -> list[Path]:
    found = pages.templates(folder)
    if not found:
        raise pages.TemplateError(f"{folder} holds no template")
    for template in found:
        pages.check_parameters(template, parameters)
    return found


def _folder(
    root: Path, name: str, years: tuple[str, ...], parameters: Mapping[str, Any], templates: Sequence[tuple[str, Mapping[str, Any], Mapping[str, Any]]],
    said_of_all: Mapping[str, str], part: Callable[[str], str], lock: Path | None,
) -> Folder:  # fmt: skip
    place = root / "book" / name
    recorded = manifest.published(place).get("files", {})
    planned = tuple(
        _planned(
            place, recorded, page, marked, staleness.fixed_parts(template["cells"], parameters, lock, notices=said_of_all), part
        )
        for page, template, marked in templates
    )  # fmt: skip
    gone = {path.stem for path in place.glob("[0-9][0-9]_*.ipynb")} - {page.name for page in planned}
    return Folder(name, years, parameters, planned, tuple(sorted(gone)))


def _planned(
    place: Path, recorded: Mapping[str, str], name: str, template: Mapping[str, Any], fixed: Mapping[str, str],
    part: Callable[[str], str],
) -> Planned:  # fmt: skip
    files = [place / f"{name}.ipynb", place / f"{name}.json"]
    if not all(path.is_file() for path in files):
        return Planned(name, template, fixed, reasons=("it has not been made",))
    held = {path.name: path.read_bytes() for path in files}
    edited = [file for file, content in held.items() if recorded.get(file, checksum(content)) != checksum(content)]
    try:
        was = staleness.parts_of(json.loads(held[files[0].name])) if set(held) <= set(recorded) else {}
    except (ValueError, AttributeError):
        was = {}
    if edited:
        what = " and ".join(f"book/{place.name}/{file}" for file in edited)
        return Planned(name, template, fixed, reasons=(f"{what} changed after it was made",))
    if not was:
        return Planned(name, template, fixed, reasons=("nothing says what it was made of",))
    now = {**fixed, **{file: part(file) for file in staleness.data_parts(was)}}
    found = staleness.changes(was, now)
    words_only = bool(found) and set(found) <= {staleness.WORDS, staleness.NOTICES}
    return Planned(name, template, fixed, now, tuple(found.values()), words_only)


def beside(data: YearData) -> dict[str, str]:
    """The text of the files that stand beside a year's pages, by name."""
    return {CLAIMS: claims.as_json(data)} if results.is_reported(data, "claims") else {}
