"""A real PostgreSQL for tests: its own data folder and socket, as a user that is not root.

Each test gets a ledger of its own, in which all migrations were run; when it is given back, its
rows are made again what they were then.
"""

import pwd
import shutil
import signal
import subprocess
import tempfile
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from broker.ledger import database
from hw_sim.soak.postgres import program, unprivileged

START_S = 60
_TABLES = """SELECT relname FROM pg_class WHERE relkind = 'r'
AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'"""
_KEEP_FIRST_ROWS = f"""DO $$ DECLARE name text; filled boolean; BEGIN
CREATE SCHEMA first;
FOR name IN {_TABLES} LOOP
EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', name) INTO filled;
IF filled THEN EXECUTE format('CREATE TABLE first.%1$I AS TABLE %1$I', name); END IF;
END LOOP;
CREATE TABLE first.sequence_ AS SELECT sequencename, last_value FROM pg_sequences
WHERE schemaname = 'public';
END $$"""
_END_OTHERS = """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""
# The triggers that refuse it sleep for a replica's session.
_MAKE_NEW = f"""DO $$ DECLARE name text; filled boolean; kept bigint; BEGIN
SET LOCAL session_replication_role = replica;
FOR name IN {_TABLES} LOOP
EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', name) INTO filled;
IF filled THEN EXECUTE format('DELETE FROM %I', name); END IF;
END LOOP;
FOR name IN SELECT relname FROM pg_class WHERE relkind = 'r'
AND relnamespace = 'first'::regnamespace AND relname <> 'sequence_' LOOP
EXECUTE format('INSERT INTO %1$I SELECT * FROM first.%1$I', name);
END LOOP;
FOR name, kept IN SELECT sequencename, last_value FROM first.sequence_ LOOP
PERFORM setval(format('%I', name), COALESCE(kept, 1), kept IS NOT NULL);
END LOOP;
END $$"""


class Postgres:
    """A running server; a context manager that ends it.  `durable` is as in life, else quick."""

    def __init__(self, *, durable: bool = False) -> None:
        self._user = unprivileged()
        self._home = Path(tempfile.mkdtemp(prefix="shugui-pg-"))
        self._data = self._home / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)
        self._free: list[str] = []
        if self._user:
            shutil.chown(self._home, self._user)
        quick = [] if durable else ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        self._settings = ["listen_addresses=", f"unix_socket_directories={self._home}", *quick]
        command = ["initdb", "-D", str(self._data), "-U", "postgres", "-A", "trust"]
        self._run([*command, "-E", "UTF8", "--locale=C.UTF-8", "-N"])

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(START_S)
        shutil.rmtree(self._home, ignore_errors=True)

    def start(self) -> None:
        """Start, on the same socket as before, and return when it answers."""
        # It ends with us, also when we are killed.
        mortal = ["setpriv", "--pdeathsig", "QUIT", "--"]
        command = [*mortal, program("postgres"), "-D", str(self._data)]
        for setting in self._settings:
            command += ["-c", setting]
        with (self._home / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, **self._as_user())
        self._run(["pg_isready", "-q", "-h", str(self._home), "-t", str(START_S)], until_well=True)

    def stop(self) -> None:
        """End it as an operator does who cannot wait: connections are cut."""
        assert self._process
        self._process.send_signal(signal.SIGINT)
        self._process.wait(START_S)

    def kill(self) -> None:
        """End it as the system does that is out of memory: nothing is said to anybody."""
        assert self._process
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(START_S)

    def url(self, name: str = "postgres") -> str:
        return f"postgresql://postgres@/{name}?host={self._home}"

    def empty(self) -> str:
        """Return the address of a new database without tables."""
        name = f"t{next(self._numbers)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)

    def ledger(self) -> str:
        """Return the address of a new ledger."""
        if self._free:
            return self._free.pop()
        url = self.empty()
        database.upgrade(Path(), url)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_KEEP_FIRST_ROWS)
        return url

    def give_back(self, url: str) -> None:
        """End whoever is connected to a ledger, and make it new: a tenth of what a copy takes."""
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_END_OTHERS)
            connection.execute(_MAKE_NEW)
        self._free.append(url)

    def _run(self, command: list[str], *, until_well: bool = False) -> None:
        words = [program(command[0]), *command[1:]]
        while True:
            done = subprocess.run(words, capture_output=True, check=False, **self._as_user())
            if done.returncode == 0:
                return
            ended = self._process is not None and self._process.poll() is not None
            if not until_well or ended:
                log = self._home / "log"
                said = done.stderr.decode() + (log.read_text() if log.exists() else "")
                raise RuntimeError(f"{command[0]}: {said}")

    def _as_user(self) -> dict[str, object]:
        found: dict[str, object] = {"cwd": self._home}
        if self._user:
            found |= {"user": self._user, "group": pwd.getpwnam(self._user).pw_gid}
            found |= {"extra_groups": []}
        return found
