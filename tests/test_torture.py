"""Faults while a small book is made, once of each kind that tells most; ``make torture`` does hundreds of them."""

import shutil
import sys
from pathlib import Path

import pytest

TRIALS = Path(__file__).resolve().parents[1] / "trials"
ONCE = (
    "run-killed", "worker-killed", "disk-full", "page-corrupted", "two-at-once", "template-broken", "waiting",
)  # fmt: skip

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked for in /proc")


@pytest.fixture(scope="module")
def torture():
    """The script in trials/, which is no package."""
    sys.path.insert(0, str(TRIALS))
    try:
        import torture

        yield torture
    finally:
        sys.path.remove(str(TRIALS))


@pytest.fixture(scope="module")
def warm(torture, tmp_path_factory):
    """A small book in both of its editions, without HTML."""
    return torture.Warm.made(tmp_path_factory.mktemp("torture") / "warm", html=False)


def _kind(torture, name):
    (kind,) = (kind for kind in torture.KINDS if kind.name == name)
    return kind


@pytest.mark.slow
@pytest.mark.parametrize("name", ONCE)
def test_the_book_is_whole_after_a_fault_and_the_next_run_makes_it_as_it_must_be(torture, warm, name):
    kind = _kind(torture, name)
    if kind.reason():
        pytest.skip(kind.reason())
    assert torture.tried(kind, 1, warm) == []


def test_a_kind_is_tried_by_one_name_and_as_often_as_is_asked(torture):
    names = [kind.name for kind in torture.KINDS]
    assert len(set(names)) == len(names) and set(ONCE) <= set(names)
    assert sum(kind.times for kind in torture.KINDS) >= 300


@pytest.mark.slow
def test_a_book_that_is_no_whole_edition_is_seen(torture, warm):
    scene = warm.copied(after=True)
    assert torture.broken(scene, warm, ()) == [] and torture.unlike(warm.new, scene.published()) == []
    shutil.copy(warm.before / "root" / "book" / "2021-22" / "16_appendices.ipynb", scene.root / "book" / "2021-22")
    (scene.root / "book" / "2020-21" / ".14_inspections.ipynb.0badcafe").touch()
    assert torture.broken(scene, warm, ()) == ["book/2021-22 is neither the old edition nor the new one"]
    assert torture.broken(scene, warm, ("book/2021-22",)) == []
    (said,) = torture.unlike(warm.new, scene.published())
    assert "16_appendices.ipynb" in said and torture.manifest_faults(scene.root) == [
        "2021-22 is not what its manifest says"
    ]
    assert scene.left() - warm.left == {"root/book/2020-21/.14_inspections.ipynb.0badcafe"}


def test_how_a_command_ended_is_held_against_what_it_may_say(torture):
    from faults import kinds
    from faults.scene import Ended

    assert kinds._faults_of(Ended(2, "a.csv: No space left on device"), (0, 2), "No space") == []
    assert len(kinds._faults_of(Ended(2, "something went wrong"), (0, 2), "No space")) == 1
    assert len(kinds._faults_of(Ended(1, "Traceback ...: No space"), (0, 2), "No space")) == 2
