"""Where pages are made: in processes of this machine, or on a Dask cluster that is already there."""

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager

from ncthelpers.publish import manifest, workers

__all__ = ["pool"]

_ANSWER_SECONDS = "5s"


@contextmanager
def pool(jobs: int, cold: bool = False, scheduler: str = "") -> Iterator[Executor]:
    """What the pages of a run are handed to, by the one interface of ``concurrent.futures``.

    Parameters
    ----------
    jobs : int
        Pages made at once on this machine: a thread for each, which waits for a process of its own.
    cold : bool
        Whether they are made by the stock kernel.
    scheduler : str
        Address of a Dask scheduler whose workers see the same folders by the same paths; this machine if empty.

    Raises
    ------
    ValueError
        If Dask is not installed, or no scheduler answers at that address.
    """
    if scheduler:
        with _cluster(scheduler) as made:
            yield made
        return
    if not cold:
        workers.warm_up(jobs, key=manifest.code_key())
    with ThreadPoolExecutor(jobs) as made:
        try:
            yield made
        finally:
            made.shutdown(wait=False, cancel_futures=True)  # first, or its threads would take the next page
            workers.close()


@contextmanager
def _cluster(scheduler: str) -> Iterator[Executor]:
    try:
        from distributed import Client
    except ImportError:
        raise ValueError("--scheduler needs Dask: install the extra 'cluster' of this package") from None
    try:
        client = Client(scheduler, timeout=_ANSWER_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ValueError(f"no Dask scheduler answers at {scheduler}: {error}") from None
    with client, client.get_executor() as made:
        try:
            yield made
        except BaseException:
            made.shutdown(wait=False)  # which gives up the pages that are not made yet
            raise
