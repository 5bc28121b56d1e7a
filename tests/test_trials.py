"""What trials found is kept, printed and published as it was found."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from ncthelpers import cli, trials
from ncthelpers.publish.site import _trials
from ncthelpers.trials import Tried

ROWS = (Tried("A run killed at a random moment", 120, 120, 341.26), Tried("A byte of a page changed", 30, 29, 61.5))


@pytest.fixture
def done(repository):
    return trials.trial(
        repository, "torture", "Faults while the book is made", ROWS, "make torture", ["no second machine"]
    )


def test_a_trial_is_recorded_and_read_again_as_it_was(tmp_path, done):
    other = trials.trial(tmp_path, "audit", "Accessibility", ROWS[:1], "make audit")
    for one in (done, other):
        trials.record(tmp_path, one)
    assert trials.recorded(tmp_path) == (other, done)
    assert other.commit == "not known" and len(done.commit.rstrip("+")) == 10


def test_nothing_is_recorded_where_nothing_was_tried(tmp_path):
    assert trials.recorded(tmp_path) == ()


@pytest.mark.parametrize(
    "text", ["{", "[" * 100_000, "[]", "{}", '{"rows": [{"what": "x"}]}', '{"rows": 1, "left_out": []}']
)
def test_what_cannot_be_read_is_named(tmp_path, text):
    (tmp_path / trials.RESULTS).mkdir(parents=True)
    (tmp_path / trials.RESULTS / "fuzz.json").write_text(text)
    with pytest.raises(ValueError, match="trials/results/fuzz.json cannot be read"):
        trials.recorded(tmp_path)


def test_a_trial_holds_only_if_every_row_does_and_something_was_tried(done):
    assert not done.met
    assert replace(done, rows=ROWS[:1]).met and not replace(done, rows=()).met


def test_the_page_shows_every_row_and_what_was_left_out(done):
    said = _trials([done])
    for words in (
        "make torture",
        done.commit,
        "A byte of a page changed",
        ">29</td>",
        "did not hold",
        "Not tried here: no second machine",
    ):
        assert words in said
    assert _trials([]) == ""


def test_text_of_a_record_is_escaped(tmp_path, done):
    place = trials.record(tmp_path, done)
    held = json.loads(place.read_text("utf-8"))
    held["title"] = held["command"] = held["machine"] = held["left_out"][0] = held["rows"][0]["what"] = (
        "<script>alert(1)</script>"
    )
    place.write_text(json.dumps(held))
    assert "<script>" not in _trials(trials.recorded(tmp_path))


def test_the_command_lists_what_was_recorded_and_names_what_there_is(tmp_path, done, capfd, monkeypatch):
    trials.record(tmp_path, done)
    monkeypatch.setattr("sys.argv", ["ncthelpers", "--root", str(tmp_path), "trial"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0 and "A byte of a page changed" in capfd.readouterr().out
    monkeypatch.setattr("sys.argv", ["ncthelpers", "trial", "../torture"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2 and "there is no trial ../torture" in capfd.readouterr().err


@pytest.mark.slow
def test_the_load_is_tried_on_a_few_pages_and_nothing_is_recorded(repository):
    pytest.importorskip("distributed", reason="the extra 'cluster' is not installed: no load is tried")
    kept = {path: path.read_bytes() for path in (repository / trials.RESULTS).glob("*.json")}
    done = subprocess.run(
        [sys.executable, "-I", str(repository / "trials" / "load.py"), "--quick"], capture_output=True, text=True, timeout=300
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("held") == 5 and "4 pages on a cluster that lost a worker" in done.stdout
    assert {path: path.read_bytes() for path in (repository / trials.RESULTS).glob("*.json")} == kept
