"""What ``_toc.yml`` lists: the years and pages that are public."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from ncthelpers.reading import text_in
from ncthelpers.yaml_files import read_yaml
from ncthelpers.years import ContractYear

__all__ = ["ABOUT", "COMPARISON", "pages_listed", "public_years", "folders"]

_PAGE = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)*")  # from book/, and never out of it
ABOUT = "about"
COMPARISON = "comparison"


def pages_listed(root: Path) -> list[str]:
    """The pages that ``_toc.yml`` lists, in its order, such as ``1999-00/04_cost``.

    Raises
    ------
    ValueError
        If ``_toc.yml`` is missing or cannot be read.
    """
    try:
        listed = read_yaml(text_in(root / "_toc.yml", root))
    except FileNotFoundError:
        raise ValueError("_toc.yml is missing from the root: it lists the years that are public") from None
    except (ValueError, yaml.YAMLError) as error:
        raise ValueError(f"_toc.yml cannot be read: {error}") from None
    pages = list(_files_listed(listed))
    for page in pages:
        if not _PAGE.fullmatch(page):
            raise ValueError(f"_toc.yml lists {page!r}, which is not the name of a page such as 1999-00/00_summary")
    return pages


def public_years(root: Path) -> list[ContractYear]:
    """The contract years that ``_toc.yml`` lists, in its order.

    Raises
    ------
    ValueError
        If ``_toc.yml`` is missing or lists a folder that is not a contract year.
    """
    folders = dict.fromkeys(file.partition("/")[0] for file in pages_listed(root) if "/" in file)
    try:
        years = [ContractYear(folder) for folder in folders if folder not in {ABOUT, COMPARISON}]
    except ValueError as error:
        raise ValueError(f"_toc.yml lists a page of another folder: {error}") from None
    if not years:
        raise ValueError("_toc.yml lists no page of a contract year, such as 1999-00/00_summary")
    return years


def folders(root: Path, years: Sequence[ContractYear]) -> dict[str, tuple[str, ...]]:
    """The folders of the book that some years are part of, each with the years whose data goes into it.

    Parameters
    ----------
    root : Path
        Holds ``_toc.yml``.
    years : sequence of ContractYear
        The years asked for, public or not.
    """
    public = tuple(str(year) for year in public_years(root))
    found: dict[str, tuple[str, ...]] = {str(year): (str(year),) for year in years}
    if any(page.startswith(f"{COMPARISON}/") for page in pages_listed(root)):
        found[COMPARISON] = public
    return {**found, ABOUT: public}


def _files_listed(entry: object) -> Iterator[str]:
    """Every page below an entry of the table of contents, in order."""
    if isinstance(entry, dict):
        if "file" in entry:
            yield str(entry["file"])
        for value in entry.values():
            yield from _files_listed(value)
    elif isinstance(entry, list):
        for value in entry:
            yield from _files_listed(value)
