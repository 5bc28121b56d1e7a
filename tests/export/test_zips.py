"""Archives that are the same each time."""

import zipfile
from io import BytesIO

import pytest

from ncthelpers.export.zips import entry, packed


def archive(**entries):
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, text in entries.items():
            file.writestr(name, text)
    return made.getvalue()


def test_entries_are_replaced_or_added_and_all_have_one_date():
    made = packed(archive(a="1", b="2"), {"b": b"3", "c": b"4"})
    with zipfile.ZipFile(BytesIO(made)) as file:
        assert {name: file.read(name) for name in file.namelist()} == {"a": b"1", "b": b"3", "c": b"4"}
        assert {one.date_time for one in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert made == packed(made, {}) and entry(made, "c") == b"4"


def test_an_entry_that_is_not_there():
    with pytest.raises(KeyError):
        entry(archive(a="1"), "b")
