"""Children of one warm process: forked, watched, started again, ended.

Nothing here knows what a child does. Signals only leave a mark and wake the loop, so that no child is ever forked
and forgotten; every wait of the launcher goes through `Supervisor.wait`.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from studyapp.launcher import kernel

SHORT_LIFE_S = 10.0  # who dies sooner than this is not well
MOST_SHORT_LIVES = 5
GRACE_S = 7.0  # for ending politely; all of it must be over within ten seconds


class Stopped(Exception):
    """Somebody asked the site to end (Ctrl-C, SIGTERM)."""


class Failed(Exception):
    """What went wrong, as one sentence for the person at the terminal."""


@dataclass
class Part:
    """Something the site consists of. `work` runs in the forked child, and its return is the child's end."""

    name: str
    work: Callable[[], object]
    log: Path
    is_last_to_end: bool = False  # the broker: the others still talk to it while they end
    pid: int = 0
    started_at: float = 0.0
    short_lives: int = 0
    start_again_at: float = field(default=0.0, repr=False)


class Supervisor:
    def __init__(self, say: Callable[[str], None]) -> None:
        self.parts: list[Part] = []
        self.is_stopping = False
        self._say = say
        self._waker, self._wakened = socket.socketpair()
        self._waker.setblocking(False)
        self._wakened.setblocking(False)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only to wake the loop

    def _ask_to_stop(self, *_: object) -> None:
        self.is_stopping = True

    # --- starting ---

    def start(self, part: Part) -> None:
        """Fork the part and watch it from now on."""
        if part not in self.parts:
            self.parts.append(part)
        part.started_at, part.start_again_at = time.monotonic(), 0.0
        part.pid = self._fork(part)

    def _fork(self, part: Part) -> int:
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        if pid := os.fork():
            return pid
        code = 1
        try:
            self._become_child(part, parent)
            part.work()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _become_child(self, part: Part, parent: int) -> None:
        """A group of its own (Ctrl-C reaches only the launcher), the usual signals, a log, and no life without us."""
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        os.setpgid(0, 0)
        kernel.die_with_parent(signal.SIGTERM)
        kernel.show_name(f"study-{part.name}")
        if kernel.is_orphan(parent):
            os._exit(1)
        self._waker.close()
        self._wakened.close()
        redirect(part.log)

    # --- watching ---

    def wait(self, seconds: float) -> None:
        """Sleep, but look after the parts meanwhile. Raises Stopped, or Failed when a part dies again and again."""
        until = time.monotonic() + seconds
        while True:
            self._reap()
            self._start_dead_ones()
            if self.is_stopping:
                raise Stopped
            left = until - time.monotonic()
            if left <= 0:
                return
            self._sleep(min([left, *self._until_next_start()]))

    def _sleep(self, seconds: float) -> None:
        if select.select([self._wakened], [], [], max(seconds, 0))[0]:
            self._wakened.recv(4096)

    def _until_next_start(self) -> list[float]:
        return [part.start_again_at - time.monotonic() for part in self.parts if part.start_again_at]

    def _reap(self) -> None:
        for part in self.parts:
            if part.pid and (status := ended(part.pid)) is not None:
                kill_group(part.pid)
                part.pid = 0
                if not self.is_stopping:
                    self._note_death(part, status)

    def _note_death(self, part: Part, status: int) -> None:
        is_short = time.monotonic() - part.started_at < SHORT_LIFE_S
        part.short_lives = part.short_lives + 1 if is_short else 1
        how = how_it_ended(os.waitstatus_to_exitcode(status))
        if part.short_lives >= MOST_SHORT_LIVES:
            raise Failed(f"The {part.name} died {part.short_lives} times in a row ({how}); see {part.log}.")
        self._say(f"The {part.name} ended unexpectedly ({how}) and is started again.")
        part.start_again_at = time.monotonic() + 0.1 * 2 ** (part.short_lives - 1)

    def _start_dead_ones(self) -> None:
        for part in self.parts:
            if part.start_again_at and time.monotonic() >= part.start_again_at and not self.is_stopping:
                self.start(part)

    def begin(self, part: Part) -> None:
        """Start something that has an end; `finish` waits for it. It is not started again."""
        part.pid = self._fork(part)

    def finish(self, part: Part, seconds: float) -> int:
        """Wait for the end of what `begin` started; its exit code."""
        until = time.monotonic() + seconds
        try:
            while (status := ended(part.pid)) is None:
                if time.monotonic() > until:
                    raise Failed(f"The {part.name} did not end within {seconds:.0f} seconds; see {part.log}.")
                self.wait(0)
                self._sleep(0.5)
        except BaseException:
            kill_group(part.pid)
            raise
        return os.waitstatus_to_exitcode(status)

    # --- ending ---

    def stop(self) -> None:
        """End every part politely, the last ones last; what has not ended in time is killed with all it started."""
        self.is_stopping = True
        deadline = time.monotonic() + GRACE_S
        for is_last in (False, True):
            batch = [part for part in self.parts if part.pid and part.is_last_to_end == is_last]
            for part in batch:
                send(part.pid, signal.SIGTERM)
            while any(part.pid for part in batch) and time.monotonic() < deadline:
                self._sleep(0.1)
                self._reap()
            for part in batch:
                if part.pid:
                    kill_group(part.pid)
                    os.waitpid(part.pid, 0)
                    part.pid = 0
            deadline += 1.0


def share_memory() -> None:
    """Before the first fork: objects alive now are left alone by the collector, so that their pages stay shared."""
    gc.collect()
    gc.freeze()


def redirect(log: Path) -> None:
    with open(os.devnull, "rb") as nothing, open(log, "ab") as file:
        os.dup2(nothing.fileno(), 0)
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)


def ended(pid: int) -> int | None:
    """The status of a child that has ended, else None."""
    done, status = os.waitpid(pid, os.WNOHANG)
    return status if done else None


def how_it_ended(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"


def send(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def kill_group(pid: int) -> None:
    """Kill whatever is left of the child's process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
