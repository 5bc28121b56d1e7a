"""What is asked in a process of its own: its answer, its refusal in words, and that nothing it does harms who asks."""

import os
import time

import pytest

from ncthelpers import apart
from ncthelpers.exchange import old_excel
from ncthelpers.returns import delimited

FAT_OF_ITSELF = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 22 + b"\x09\0\x06\0" + b"\0" * 10


def test_what_is_made_of_a_file_comes_back():
    assert apart.apart(len, b"four") == 4


@pytest.mark.parametrize("made_of", [delimited.texts_of_sheets, old_excel.old_sheets])
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", FAT_OF_ITSELF + b"\0" * 600, b"\0" * 600])
def test_what_cannot_be_read_is_refused_in_words(made_of, content):
    with pytest.raises(ValueError, match=r"\w+"):
        apart.apart(made_of, content)


def test_one_that_does_not_end_is_ended(monkeypatch):
    monkeypatch.setattr(apart, "_MOST_SECONDS", 0.05)
    monkeypatch.setattr(apart, "_CHILD", "import time; time.sleep(60)")
    began = time.monotonic()
    with pytest.raises(ValueError, match="more time or memory"):
        apart.apart(len, b"")
    assert time.monotonic() - began < 30


def test_one_that_crashes_is_refused(monkeypatch):
    monkeypatch.setattr(apart, "_CHILD", "import os; os.abort()")
    with pytest.raises(ValueError, match="makes its reader crash"):
        apart.apart(len, b"")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such bound")
def test_memory_is_bounded(monkeypatch):
    child = "from ncthelpers import apart; apart.len_of = lambda content: len(bytearray(1 << 30)); apart.answer()"
    monkeypatch.setattr(apart, "_CHILD", child)

    def len_of(content):
        raise AssertionError("it is asked elsewhere")

    len_of.__module__, len_of.__qualname__ = "ncthelpers.apart", "len_of"
    with pytest.raises(ValueError, match="MemoryError"):
        apart.apart(len_of, b"")
