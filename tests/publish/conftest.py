"""Folders of a few templates, so that a test of a run need not run all of them."""

import shutil

import pytest


@pytest.fixture
def some_templates(repository, tmp_path):
    """A function that copies the templates of the given names into a folder of their own."""

    def copied(*names):
        folder = tmp_path / "templates"
        folder.mkdir(exist_ok=True)
        for name in names:
            shutil.copy(repository / "notebooks" / f"{name}.ipynb", folder)
        return folder

    return copied


@pytest.fixture
def contents():
    """A function that gives every file below a folder with its bytes."""
    return lambda folder: {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
