"""Where the embedded site keeps its things. Standard library only: the launcher needs it before Django is loaded."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST_SOCKET_PATH = 100  # bytes; the systems' own limit lies a little above (104 on macOS, 108 on Linux)


def var_dir() -> Path:
    """The folder for everything that is made at run time; VAR_DIR moves it."""
    return Path(os.environ.get("VAR_DIR") or ROOT / "var").resolve()


def private_dir(path: Path) -> Path:
    """The folder, made with mode 0700 if need be. Raises PermissionError when somebody else owns it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.is_symlink() or path.stat().st_uid != os.getuid():
        raise PermissionError(f"{path} belongs to somebody else")
    path.chmod(0o700)
    return path


def socket_dir(var: Path) -> Path:
    """The folder of the private sockets: var/run, or one in the system's temp when that path is too long for them."""
    near = var / "run"
    if len(os.fsencode(near / "broker.sock")) <= LONGEST_SOCKET_PATH:
        return near
    mark = hashlib.sha256(os.fsencode(var)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"carousel-{os.getuid()}-{mark}"


def secret_key(var: Path) -> str:
    """The embedded site's own key: made once, readable by its owner only."""
    path = var / "secret-key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(50))
    return path.read_text().strip()
