"""Zip archives that are the same bytes each time: fixed dates, entries in their order."""

import zipfile
from collections.abc import Mapping
from io import BytesIO

__all__ = ["entry", "packed"]

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)


def entry(archive: bytes, name: str) -> bytes:
    """One entry of an archive.

    Raises
    ------
    KeyError
        If it has none of that name.
    """
    with zipfile.ZipFile(BytesIO(archive)) as held:
        return held.read(name)


def packed(archive: bytes, replaced: Mapping[str, bytes]) -> bytes:
    """An archive with some of its entries replaced or added, every one with the same date.

    Parameters
    ----------
    archive : bytes
        A zip archive, such as a Word document.
    replaced : Mapping of str to bytes
        Entries by name; what the archive does not have comes at its end.
    """
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(archive)) as old, zipfile.ZipFile(made, "w") as new:
        held = {name: old.read(name) for name in old.namelist()} | dict(replaced)
        for name, content in held.items():
            entry = zipfile.ZipInfo(name, _FIRST_DAY)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            new.writestr(entry, content)
    return made.getvalue()
