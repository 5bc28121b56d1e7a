"""What pages are handed to: threads that wait for processes of this machine, or a cluster that is there."""

import subprocess
import sys
import threading

import pytest

from ncthelpers.publish import executors, manifest


@pytest.fixture
def warmed(monkeypatch):
    """What was asked of the workers."""
    asked = []
    monkeypatch.setattr(executors.workers, "warm_up", lambda n, key: asked.append((n, key)))
    monkeypatch.setattr(executors.workers, "close", lambda: asked.append("closed"))
    return asked


def test_a_worker_warms_up_for_the_code_of_today_and_all_are_ended(warmed):
    with executors.pool(3) as pool:
        assert warmed == [(3, manifest.code_key())]
        assert pool.submit(sum, [1, 2]).result() == 3
    assert warmed[1:] == ["closed"]


def test_as_many_pages_are_made_at_once_as_there_are_jobs(warmed):
    together, alone = threading.Barrier(2), threading.Barrier(2)
    with executors.pool(2) as pool:
        assert sorted(pool.map(lambda _: together.wait(10), range(2))) == [0, 1]
    with executors.pool(1) as pool, pytest.raises(threading.BrokenBarrierError):
        list(pool.map(lambda _: alone.wait(0.2), range(2)))


def test_nothing_warms_up_for_cold_pages(warmed):
    with executors.pool(2, cold=True):
        pass
    assert warmed == ["closed"]


def test_workers_are_ended_where_a_run_fails(warmed):
    with pytest.raises(KeyError), executors.pool(1):
        raise KeyError
    assert warmed[-1] == "closed"


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch, warmed):
    pytest.importorskip("distributed")
    monkeypatch.setattr(executors, "_ANSWER_SECONDS", "1s")
    with pytest.raises(ValueError, match=r"^no Dask scheduler answers at tcp://127\.0\.0\.1:9: "), executors.pool(
        2, scheduler="tcp://127.0.0.1:9"
    ):  # fmt: skip
        pass
    assert warmed == []


@pytest.mark.parametrize("address", ["nonsense://x", "tcp://", "http//x:1"])
def test_what_is_no_address_of_a_scheduler_is_refused(monkeypatch, address):
    pytest.importorskip("distributed")
    monkeypatch.setattr(executors, "_ANSWER_SECONDS", "1s")
    with pytest.raises(ValueError, match="no Dask scheduler answers at "), executors.pool(1, scheduler=address):
        pass


def test_without_dask_the_option_says_what_it_needs(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ValueError, match="needs Dask: install the extra"), executors.pool(1, scheduler="tcp://x:1"):
        pass


def test_dask_is_not_imported_for_pages_made_here():
    program = "import sys; from ncthelpers.publish import executors\nwith executors.pool(1, cold=True): pass\nprint('distributed' in sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
