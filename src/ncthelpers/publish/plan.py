"""Which pages of a folder of the book are out of date, and why."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ncthelpers import claims, narrative, results, wording
from ncthelpers.files import checksum
from ncthelpers.load import Comparison, YearData
from ncthelpers.publish import manifest, pages, staleness
from ncthelpers.publish.markdown import INVENTED
from ncthelpers.publish.toc import COMPARISON

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
        Whether only its words are, so that nothing has to be run.
    """

    name: str
    template: Mapping
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
    """The pages of a contract year: one for each template that the year has data for.

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
    made = [template for template in found if results.is_reported(data, pages.subject(template))]
    if not made:
        raise pages.TemplateError(f"{data.year} has data for none of the templates")
    said = {"contract_year": str(data.year), "public_title": narrative.plain(narrative.public_title(data))}
    words = {name: wording.captioned(text, data.is_invented) for name, text in said.items()}
    parameters = {"contract_year": str(data.year)}
    filled = [_filled(template, words, data.is_invented) for template in made]
    return _folder(root, str(data.year), (str(data.year),), parameters, filled, part, lock)


def of_comparison(
    root: Path, templates: Path, data: Comparison, part: Callable[[str], str], lock: Path | None = None
) -> Folder:
    """The pages that compare several years, as :func:`of_year`."""
    years = tuple(str(one.year) for one in data.years)
    words = {"first_year": years[0], "last_year": wording.captioned(years[-1], data.is_invented)}
    found = _templates(templates / COMPARISON, pages.COMPARISON_PARAMETERS)
    filled = [_filled(template, words, data.is_invented) for template in found]
    return _folder(root, COMPARISON, years, {"contract_years": list(years)}, filled, part, lock)


def _filled(template: Path, words: Mapping[str, str], invented: bool) -> tuple[str, dict]:
    """A template with its words, and its name."""
    page = pages.filled(pages.read(template), words)
    return template.stem, pages.with_notice(page, INVENTED) if invented else page


def _templates(folder: Path, parameters: tuple[str, ...]) -> list[Path]:
    found = pages.templates(folder)
    if not found:
        raise pages.TemplateError(f"{folder} holds no template")
    for template in found:
        pages.check_parameters(template, parameters)
    return found


def _folder(
    root: Path, name: str, years: tuple[str, ...], parameters: Mapping, templates: Sequence[tuple[str, Mapping]],
    part: Callable[[str], str], lock: Path | None,
) -> Folder:  # fmt: skip
    place = root / "book" / name
    recorded = manifest.published(place).get("files", {})
    planned = tuple(_planned(place, recorded, page, template, parameters, part, lock) for page, template in templates)
    gone = {path.stem for path in place.glob("[0-9][0-9]_*.ipynb")} - {page.name for page in planned}
    return Folder(name, years, parameters, planned, tuple(sorted(gone)))


def _planned(
    place: Path, recorded: Mapping[str, str], name: str, template: Mapping, parameters: Mapping,
    part: Callable[[str], str], lock: Path | None,
) -> Planned:  # fmt: skip
    fixed = staleness.fixed_parts(template["cells"], parameters, lock)
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
    return Planned(name, template, fixed, now, tuple(found.values()), set(found) == {staleness.WORDS})


def beside(data: YearData) -> dict[str, str]:
    """The text of the files that stand beside a year's pages, by name."""
    return {CLAIMS: claims.as_json(data)} if results.is_reported(data, "claims") else {}
