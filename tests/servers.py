"""Real servers for tests: Redis, PostgreSQL, Chromium, and the whole site as `make run` starts it.

`python -m tests.servers postgresql COMMAND…` runs a command with DATABASE_URL naming a cluster made for it alone.
"""

import contextlib
import getpass
import http.client
import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READY_WITHIN_S = 300  # on a busy machine; a fresh clone fetches its packages first


# --- what this machine has ---


def chromium():
    """The path of a Chromium browser, or None."""
    names = [os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
    return next((found for name in names if name and (found := shutil.which(name))), None)


def redis_program():
    from studyapp.launcher.broker import program

    try:
        return program()
    except Exception:
        return None


def postgresql_programs():
    """The folder of initdb and postgres, or None. Debian keeps them off the path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    if on_path := shutil.which("initdb"):
        folders.append(Path(on_path).resolve().parent)
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()), None)


HERE = {"Chromium": chromium, "Redis": redis_program, "PostgreSQL": postgresql_programs}


# --- Redis ---


@contextlib.contextmanager
def redis_server(**options):
    """A Redis or Valkey of our own on a Unix socket; gives its URL. Options go to the server: appendonly="no"."""
    with tempfile.TemporaryDirectory(prefix="study-redis-") as folder:
        path = Path(folder) / "redis.sock"
        settings = {"port": "0", "unixsocket": str(path), "dir": folder, "save": "", **options}
        words = [word for name, value in settings.items() for word in (f"--{name.replace('_', '-')}", value)]
        server = subprocess.Popen([redis_program(), *words], stdout=subprocess.DEVNULL)
        try:
            wait_for(lambda: can_connect(path), "Redis")
            yield f"unix://{path}?db=0"
        finally:
            server.kill()
            server.wait()


def can_connect(path):
    with socket.socket(socket.AF_UNIX) as client, contextlib.suppress(OSError):
        client.connect(str(path))
        return True
    return False


# --- PostgreSQL ---


@contextlib.contextmanager
def postgresql_server():
    """A cluster in a temporary folder, reached by a Unix socket; gives its DATABASE_URL. It refuses to run as root.

    It runs with the settings that a site insists on, `fsync` among them; only its making waits for no disk.
    """
    programs, user = postgresql_programs(), unprivileged_user()
    with tempfile.TemporaryDirectory(prefix="study-pg-", ignore_cleanup_errors=True) as folder:
        if os.getuid() == 0:
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        as_user = {"user": user, "cwd": folder} if os.getuid() == 0 else {"cwd": folder}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        data = f"{folder}/data"
        words = ["-U", "study", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
        initdb = [str(programs / "initdb"), "-D", data, *words]
        subprocess.run(initdb, check=True, **as_user, **quiet)
        server = subprocess.Popen(
            [str(programs / "postgres"), "-D", data, "-k", folder, "-c", "listen_addresses="], **as_user, **quiet
        )
        try:
            wait_for(lambda: takes_queries(folder), "PostgreSQL")
            yield f"postgres://study@{folder.replace('/', '%2F')}/postgres"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()


def takes_queries(folder):
    """A cluster listens before it is ready: until then it sends every client away."""
    import psycopg

    with contextlib.suppress(psycopg.OperationalError):
        psycopg.connect(host=folder, user="study", dbname="postgres").close()
        return True
    return False


def unprivileged_user():
    if os.getuid() != 0:
        return getpass.getuser()
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


# --- the whole site ---


class Site:
    """The site as `make run` starts it, with its own data and port: Site(var).start() … .stop()."""

    def __init__(self, var, *, folder=ROOT, command=None, **env):
        self.var, self.folder = Path(var), Path(folder)
        self.command = command or [sys.executable, "-m", "studyapp.launcher"]
        given = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}}
        settings = {"DJANGO_SETTINGS_MODULE": "studyapp.settings", "PORT": "0", "HOST": "127.0.0.1"}
        self.env = {**given, "VAR_DIR": str(self.var), **settings, **env}
        self.output = ""

    def start(self):
        self.log = tempfile.NamedTemporaryFile("a")
        self.process = subprocess.Popen(
            self.command,
            cwd=self.folder,
            env=self.env,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        wait_for(lambda: self.is_ready() or self.process.poll() is not None, "the site", READY_WITHIN_S)
        if not self.is_ready():
            raise RuntimeError(f"the site did not start: {self.read()}")
        self.url = re.search(r"ready: (http://\S+?)/\s", self.read())[1]
        return self

    def is_ready(self):
        """Whether the last line of a start is there; the address and the first sign-in stand above it."""
        return "Ctrl-C ends it." in self.read()

    def read(self):
        """What it has said. Opened anew: to go back in the file that it writes would move its pen too."""
        return Path(self.log.name).read_text()

    def readyz(self):
        """(status, parts by name)"""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=60) as reply:
                return reply.status, json.load(reply)["parts"]
        except urllib.error.HTTPError as reply:
            return reply.code, json.load(reply)["parts"]

    def is_well(self):
        """Whether every part is. A web that is just dying or coming up answers nothing, and that is no."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.readyz()[0] == 200
        return False

    def launcher(self):
        """The process whose children are the parts: ours, or one that `make` has started."""
        listed = table()
        return next((pid for pid in family(self.process.pid, listed) if has_parts(pid, listed)), None)

    def pid_of(self, part):
        """The process of a part: worker, beat, relay, web or broker; None while there is none."""
        names = {"broker": ("redis-server", "valkey-server", "study-broker")}.get(part, (f"study-{part}",))
        listed, launcher = table(), self.launcher()
        return next((pid for pid in children(launcher, listed) if listed[pid][1] in names), None)

    def processes(self):
        return family(self.process.pid, table())

    def stop(self, number=signal.SIGTERM):
        """Ask it to end; gives the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            code = self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        self.output = self.read()
        self.log.close()
        return code


def table():
    """pid → (parent's pid, name) of every process."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat=,comm="], capture_output=True, text=True).stdout
    rows = (line.split(None, 3) for line in listed.splitlines())
    return {int(row[0]): (int(row[1]), row[3]) for row in rows if len(row) == 4 and not row[2].startswith("Z")}


def children(parent, listed):
    return [pid for pid, (ppid, _) in listed.items() if ppid == parent]


def family(parent, listed):
    """A process with all that it started, oldest first."""
    return [parent, *(pid for child in children(parent, listed) for pid in family(child, listed))]


def has_parts(pid, listed):
    return any(listed[child][1].startswith("study-") for child in children(pid, listed))


def wait_until_gone(pids):
    """Until those that were told to end, or killed, have ended: the system takes a moment."""
    wait_for(lambda: not set(pids) & set(table()), f"the end of the processes {sorted(pids)}")


@contextlib.contextmanager
def listening():
    """A socket that listens on a port of its own from now on, for a server that takes it over: no port is lost."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        yield listener


def wait_for(condition, what, seconds=90):
    """Return as soon as the condition holds; time only decides when to give up."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"{what} did not come within {seconds} seconds")
        time.sleep(0.05)


if __name__ == "__main__":
    assert sys.argv[1] == "postgresql"
    with postgresql_server() as url:
        sys.exit(subprocess.run(sys.argv[2:], env={**os.environ, "DATABASE_URL": url}).returncode)
