"""python -m studyapp.launcher: the whole site, from a locked folder to an open port, until Ctrl-C."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import http.client
import json
import os
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import IO

from studyapp import places
from studyapp.launcher.supervisor import Failed, Part, Stopped, Supervisor, how_it_ended, share_memory

READY_WITHIN_S = 60.0
SET_UP_WITHIN_S = 600.0
LARGEST_LOG = 5_000_000


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studyapp.settings")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small matrices: threads would only cost memory
    supervisor = Supervisor(say)
    try:
        run(supervisor)
    except Stopped:
        say("Ending …")
        return 0
    except Failed as fault:
        print(fault, file=sys.stderr, flush=True)
        return 1
    finally:
        supervisor.stop()
        tidy_sockets(places.var_dir())
    return 0


def say(line: str) -> None:
    print(line, flush=True)


def run(supervisor: Supervisor) -> None:
    """Every step of a start, in order; then watch for ever."""
    var = made_folder(places.var_dir())
    host, port = wanted_address()
    lock = only_one(var / "running.lock")
    listener = bound_socket(host, port)
    host, port = listener.getsockname()[:2]
    address = f"http://{shown(host)}:{port}"
    print(f"{address}/", file=lock, flush=True)
    first = start_all(supervisor, var, listener)
    wait_for_page(supervisor, host, port)
    say(f"Carousel is ready: {address}/")
    if first:
        say(f"The instructor's sign-in, this once (choose a password there): {address}{first}")
    say("Ctrl-C ends it.")
    while not lock.closed:
        supervisor.wait(3600.0)


def start_all(supervisor: Supervisor, var: Path, listener: socket.socket) -> str | None:
    """Broker, set-up, worker, beat, relay; when they are well, the web. The first instructor's link, if new."""
    if not os.environ.get("REDIS_URL"):
        supervisor.start(Part("broker", lambda: broker_module().become_broker(var), log_of(var, "broker"), True))
    load_django()
    from studyapp.launcher import parts

    first = set_up(supervisor, var, meanwhile=parts.warm_up)
    share_memory()
    for name, work in (("worker", parts.worker), ("beat", parts.beat), ("relay", parts.relay)):
        supervisor.start(Part(name, work, log_of(var, name)))
    wait_for_parts(supervisor, var, parts.wait_until_ready)
    listener.listen(2048)
    supervisor.start(Part("web", lambda: parts.web(listener.fileno()), log_of(var, "web")))
    return first


def broker_module():  # type: ignore[no-untyped-def]
    from studyapp.launcher import broker

    return broker


# --- the folder, the address, the lock ---


def made_folder(var: Path) -> Path:
    try:
        for folder in (places.private_dir(var), var / "log", var / "media"):
            folder.mkdir(exist_ok=True)
        places.private_dir(places.socket_dir(var))
    except OSError as error:
        raise Failed(f"The folder for the site's data can't be made: {error}.") from None
    return var


def tidy_sockets(var: Path) -> None:
    """Where the sockets had to go into the system's temp, leave nothing behind there."""
    folder = places.socket_dir(var)
    if folder.parent != var and not list(folder.glob("*.sock")):
        with contextlib.suppress(OSError):
            folder.rmdir()


def wanted_address() -> tuple[str, int]:
    port = os.environ.get("PORT") or "8000"
    if not port.isdigit() or int(port) > 65535:
        raise Failed(f"PORT={port} is not a port: give a number up to 65535.")
    return os.environ.get("HOST") or "127.0.0.1", int(port)


def only_one(path: Path) -> IO[str]:
    """Hold the folder's lock. Parts inherit it, so that it is free only when the last of them is gone.

    A second start reads in it where the first one is to be found.
    """
    file = open(path, "a+")  # noqa: SIM115 (it stays open as long as we run)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        raise Failed(f"Carousel already runs in this folder: {file.read().strip() or 'it is just starting'}") from None
    file.truncate(0)
    return file


def bound_socket(host: str, port: int) -> socket.socket:
    """The port is ours from now on, but nobody can connect before it listens."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        raise Failed(why_not_bound(error, host, port)) from None
    return listener


def why_not_bound(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken: choose another one, like PORT={port + 1 if port < 65535 else 8000} make run."
    if error.errno == errno.EACCES:
        return f"Port {port} may not be opened by this user: choose one above 1023, like PORT=8000 make run."
    return f"HOST={host} is not an address of this machine."


def shown(host: str) -> str:
    """The address to type into a browser."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104
        return "127.0.0.1" if host == "0.0.0.0" else "[::1]"  # noqa: S104
    return f"[{host}]" if ":" in host else host


def log_of(var: Path, name: str) -> Path:
    path = var / "log" / f"{name}.log"
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.replace(path.with_suffix(".log.old"))
    return path


# --- the steps ---


def load_django() -> None:
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise Failed(str(error)) from None


def set_up(supervisor: Supervisor, var: Path, meanwhile: Callable[[], object]) -> str | None:
    """In children, so that what they need (and the database connection) is gone afterwards; files beside rows."""
    from studyapp.launcher import setting_up

    say("Setting up database, course and static files …")
    reading, writing = os.pipe()
    rows = Part("set-up", lambda: tell(writing, setting_up.set_up_rows), log_of(var, "set-up"))
    files = Part("set-up of static files", setting_up.set_up_files, log_of(var, "static"))
    for part in (rows, files):
        supervisor.begin(part)
    os.close(writing)
    meanwhile()
    codes = {part.name: supervisor.finish(part, SET_UP_WITHIN_S) for part in (rows, files)}
    with open(reading) as pipe:
        told = json.loads(pipe.read() or "{}")
    if "fault" in told:
        raise Failed(told["fault"])
    for name, code in codes.items():
        if code:
            raise Failed(f"The {name} failed ({how_it_ended(code)}); see {var / 'log'}.")
    return told.get("first") or None


def tell(writing: int, work: Callable[[], str | None]) -> None:
    """Do the work and write down what came of it for the launcher."""
    from django.core.management import CommandError

    try:
        told = {"first": work()}
    except CommandError as error:  # a failed check or a faulty course says itself what to change
        traceback.print_exc()
        told = {"fault": " ".join(str(error).split())}
    os.write(writing, json.dumps(told).encode())


def wait_for_parts(supervisor: Supervisor, var: Path, wait: Callable[[float], None]) -> None:
    """Asked by a child as well: the launcher itself never opens a database connection."""
    part = Part("readiness check", lambda: wait(READY_WITHIN_S), log_of(var, "readiness"))
    supervisor.begin(part)
    if supervisor.finish(part, READY_WITHIN_S + 10):
        raise Failed(f"Not all parts came up within {READY_WITHIN_S:.0f} seconds; see {var / 'log'}.")


def wait_for_page(supervisor: Supervisor, host: str, port: int) -> None:
    """Ask for /readyz as any visitor would."""
    for _ in range(int(READY_WITHIN_S / 0.05)):
        if status_of_readyz(host, port) == 200:
            return
        supervisor.wait(0.05)
    raise Failed(f"The pages did not come up within {READY_WITHIN_S:.0f} seconds.")


def status_of_readyz(host: str, port: int) -> int:
    connection = http.client.HTTPConnection(shown(host).strip("[]"), port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
