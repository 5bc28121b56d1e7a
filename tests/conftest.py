"""What many tests need: the repository, its reviewed year, and copies of its data that a test may break."""

import shutil
from pathlib import Path

import pytest

from ncthelpers.load import YearData, load_year

REPOSITORY = Path(__file__).resolve().parents[1]
YEAR = "2021-22"


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of this repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def review() -> YearData:
    """The contract year that the book reviews, as checked; shared, so take tables by name (that copies them)."""
    return load_year(REPOSITORY, YEAR)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A fresh copy of ``data/`` and ``_toc.yml`` that a test may break."""
    folder = tmp_path / "root"
    shutil.copytree(REPOSITORY / "data", folder / "data")
    shutil.copy(REPOSITORY / "_toc.yml", folder)
    return folder


@pytest.fixture
def root_with_book(root: Path) -> Path:
    """The same with a copy of ``book/``."""
    shutil.copytree(REPOSITORY / "book", root / "book")
    return root
