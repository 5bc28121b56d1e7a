"""Stock kernels that are spoken to through files: two that start at once cannot take each other's port.

Jupyter chooses free ports, lets go of them and has the kernel take them; with several workers another kernel may be there
first. As a pytest plugin (``-p ncthelpers.publish.kernels``) this makes nbval use such kernels.
"""

import os
import tempfile
from pathlib import Path
from uuid import uuid4

from jupyter_client import manager
from jupyter_client.connect import ConnectionFileMixin
from traitlets import default

__all__ = ["AsyncKernelManager", "KernelManager", "pytest_configure"]


class _ThroughFiles(ConnectionFileMixin):
    """Of a kernel's manager: where the system has such sockets, they have a name of their own."""

    @default("transport")
    def _no_ports(self) -> str:
        return "tcp" if os.name == "nt" else "ipc"

    @default("ip")
    def _own_name(self) -> str:
        return "127.0.0.1" if self.transport == "tcp" else str(Path(tempfile.gettempdir(), f"kernel-{uuid4().hex}"))


class KernelManager(_ThroughFiles, manager.KernelManager):
    """For programs that wait for a kernel, such as nbval."""


class AsyncKernelManager(_ThroughFiles, manager.AsyncKernelManager):
    """For programs that do not, such as papermill's own engine."""


def pytest_configure(config: object) -> None:
    """Have nbval start kernels with :class:`KernelManager`."""
    import nbval.kernel

    nbval.kernel.KernelManager = KernelManager
