"""PostgreSQL as a program that can be killed: its own data folder and port, not run as root."""

import asyncio
import contextlib
import os
import pwd
import shutil
from pathlib import Path

from hw_sim.desk import ports
from hw_sim.desk.process import Process, ProcessError

USERS = ("postgres", "nobody")  # It refuses to run as root.
FOLDERS = ("/usr/local/bin", *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin"))))
TRIES_MAX, POLL_S = 300, 0.1
NAME = "postgres"  # The database, and its user.


class Postgres:
    """`folder` must be reachable for everybody: under /tmp, say.  `start` makes it at first."""

    def __init__(self, folder: Path, logs: Path) -> None:
        self.port = ports.free()
        self._data = folder / "postgres"
        self._logs = logs
        settings = (
            f"port={self.port}",
            f"listen_addresses={ports.HOST}",
            "unix_socket_directories=",
        )
        command = [program("postgres"), "-D", str(self._data)]
        for setting in settings:
            command += ["-c", setting]
        self.process = Process(NAME, _as_user(command), logs / "postgres.log")

    async def start(self) -> None:
        """Start it where it was before; return when it serves, or raise ProcessError."""
        if not self._data.exists():
            self._data.mkdir()
            if user := unprivileged():
                shutil.chown(self._data, user, pwd.getpwnam(user).pw_gid)
            made = [program("initdb"), "-D", str(self._data), "-U", NAME, "-A", "trust", "-N"]
            command = _as_user([*made, "-E", "UTF8", "--locale=C.UTF-8"])
            await Process("initdb", command, self._logs / "initdb.log").run()
        await self.process.start()
        asking = [program("pg_isready"), "-q", "-h", ports.HOST, "-p", str(self.port)]
        for _try in range(TRIES_MAX):
            with contextlib.suppress(ProcessError):
                await Process("pg_isready", asking, self._logs / "postgres.log").run()
                return
            await asyncio.sleep(POLL_S)
        raise ProcessError(f"PostgreSQL does not serve; see {self._logs}.")

    @staticmethod
    def url(port: int) -> str:
        """Return the address by which a service reaches it through a port of this machine."""
        return f"postgresql://{NAME}@{ports.HOST}:{port}/{NAME}"


def _as_user(command: list[str]) -> list[str]:
    """Let it run as a user who is not root; who changes the user forgets whose death is his."""
    user = unprivileged()
    if not user:
        return command
    group = str(pwd.getpwnam(user).pw_gid)
    become = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", "--"]
    return [*become, "setpriv", "--pdeathsig", "QUIT", "--", *command]


def unprivileged() -> str:
    """Return the user to run it as; empty when it is ourselves."""
    if os.geteuid() != 0:
        return ""
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in USERS if name in known)


def program(name: str) -> str:
    """Return where one of PostgreSQL's programs is, or raise ProcessError."""
    path = os.pathsep.join((os.environ.get("PATH", ""), *FOLDERS))
    found = shutil.which(name, path=path)
    if found is None:
        raise ProcessError(f"{name} is not installed: apt-get install postgresql.")
    return found
