"""Stock kernels that are spoken to through files."""

import os
from pathlib import Path

import nbval.kernel
import pytest

from ncthelpers.publish import kernels


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such sockets: ports are used there")
def test_a_kernel_answers_without_a_port_and_leaves_nothing():
    manager = kernels.KernelManager()
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        sockets = Path(manager.ip)
        assert manager.transport == "ipc" and list(sockets.parent.glob(f"{sockets.name}*"))
        assert kernels.KernelManager().ip != manager.ip
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert list(sockets.parent.glob(f"{sockets.name}*")) == []


def test_nbval_uses_such_kernels_where_it_is_told_to(monkeypatch):
    monkeypatch.setattr(nbval.kernel, "KernelManager", nbval.kernel.KernelManager)
    kernels.pytest_configure(None)
    assert nbval.kernel.KernelManager is kernels.KernelManager
