"""What tests of publishing need."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest


@pytest.fixture
def contents() -> Callable[[Path], Mapping[str, bytes]]:
    """A function that gives every file below a folder with its bytes."""
    return lambda folder: {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
