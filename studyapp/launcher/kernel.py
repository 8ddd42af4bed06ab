"""The two requests to the kernel that Python has no function for. Elsewhere than on Linux both do nothing."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

SET_DEATH_SIGNAL = 1
SET_NAME = 15


def die_with_parent(number: int = signal.SIGKILL) -> None:
    """Get this signal when the parent dies, however it dies."""
    _control(SET_DEATH_SIGNAL, int(number))


def show_name(name: str) -> None:
    """Be listed under this name by ps and top (15 letters at most)."""
    _control(SET_NAME, name.encode()[:15])


def _control(what: int, value: int | bytes) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(what, value, 0, 0, 0)


def is_orphan(parent: int) -> bool:
    """Whether the parent was gone before `die_with_parent` could take effect."""
    return os.getppid() != parent
