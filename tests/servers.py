"""A real PostgreSQL and a real Redis for tests: on free ports, with data of their own, gone in the end."""

import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg

_OWNER = "postgres"
_START_S = 60.0
_EMPTY_EVERYTHING = """
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
END $$
"""
_FOUND_BESIDE = Path("/usr/lib/postgresql")


class Failed(AssertionError):
    """A server does not do what it should; its log is in the message."""


class _Program:
    """A server program. It ends with us, however we end."""

    def __init__(self, directory: Path, port: int) -> None:
        self.port = port
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """As a power cut would."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """It does not answer any more; its connections stay open."""
        self._tell_all(signal.SIGSTOP)

    def go_on(self) -> None:
        self._tell_all(signal.SIGCONT)

    def _tell_all(self, number: signal.Signals) -> None:
        assert self._process is not None
        own = self._process.pid
        children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
        for pid in [own, *map(int, children)]:
            os.kill(pid, number)

    def _start(self, command: Sequence[str | Path]) -> None:
        assert not self.is_running
        with (self._directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig=KILL", *map(str, command)], stdout=log, stderr=subprocess.STDOUT
            )

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(_START_S)

    def _log(self) -> str:
        return (self._directory / "log").read_text(errors="replace")[-3000:]


class Postgres(_Program):
    """A PostgreSQL server that syncs to disk, as in earnest."""

    def __init__(self, directory: Path, port: int) -> None:
        super().__init__(directory, port)
        self._data = directory / "data"
        self._numbers = itertools.count()
        self._free: list[str] = []

    def make(self) -> None:
        """Make the cluster; once."""
        done = subprocess.run(
            [
                *_as_owner(),
                _program("initdb"),
                *("--pgdata", self._data, "--username", "zuruf", "--auth", "trust", "--encoding", "UTF8"),
                *("--locale", "C.UTF-8", "--no-sync", "--no-instructions"),
            ],
            cwd=self._directory,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        """Start it and wait until it answers. Also starts it again."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "fsync": "on",
            "max_connections": "200",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self._start([*_as_owner(), _program("postgres"), "-D", self._data, *options])
        asks = [_program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port), "-d", "postgres"]
        while subprocess.run(asks, check=False).returncode != 0:
            if not self.is_running:
                raise Failed(self._log())

    def kill(self) -> None:
        """All its processes at once, with nothing written that was not written before."""
        self._end(signal.SIGQUIT)

    def stop(self) -> None:
        """Stop it at once and in order: whoever is connected is cut off."""
        self._end(signal.SIGINT)

    def url(self, database: str) -> str:
        return f"postgresql://zuruf@127.0.0.1:{self.port}/{database}"

    async def new_database(self) -> str:
        """Make an empty database; answers its address."""
        name = f"test_{next(self._numbers)}"
        await self.ask(f"CREATE DATABASE {name}")
        return self.url(name)

    @asynccontextmanager
    async def lent_database(self) -> AsyncIterator[str]:
        """A database without a row in it, perhaps with tables from the test before."""
        url = self._free.pop() if self._free else await self.new_database()
        yield url
        await self.ask(_EMPTY_EVERYTHING, database=url.rpartition("/")[2])
        self._free.append(url)

    async def ask(self, sql: str, *, database: str = "postgres") -> list[asyncpg.Record]:
        """Do something in a database, beside the program under test."""
        connection = await asyncpg.connect(self.url(database))
        try:
            rows: list[asyncpg.Record] = await connection.fetch(sql)
            return rows
        finally:
            await connection.close()


class Redis(_Program):
    """A Redis server that keeps nothing."""

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers. Also starts it again."""
        self._start(
            [
                *(_program("redis-server"), "--port", str(self.port), "--bind", "127.0.0.1"),
                *("--save", "", "--appendonly", "no", "--dir", self._directory),
            ]
        )
        while not _answers(self.port):
            if not self.is_running:
                raise Failed(self._log())

    def stop(self) -> None:
        self._end(signal.SIGTERM)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A PostgreSQL server, started."""
    directory = Path(tempfile.mkdtemp(prefix="zuruf-postgres-"))
    try:
        if os.getuid() == 0:
            # It refuses to be root.
            owner = pwd.getpwnam(_OWNER)
            os.chown(directory, owner.pw_uid, owner.pw_gid)
        server = Postgres(directory, _free_port())
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.kill()
    finally:
        shutil.rmtree(directory)


@contextmanager
def running_redis() -> Iterator[Redis]:
    """A Redis server, started."""
    with tempfile.TemporaryDirectory(prefix="zuruf-redis-") as directory:
        server = Redis(Path(directory), _free_port())
        server.start()
        try:
            yield server
        finally:
            server.kill()


def _program(name: str) -> str:
    """Where a program is. Debian keeps those of PostgreSQL out of everybody's way."""
    beside = sorted(_FOUND_BESIDE.glob(f"*/bin/{name}"))
    found = str(beside[-1]) if beside else shutil.which(name)
    assert found, f"{name} is not installed; `make servers` says what to do"
    return found


def _as_owner() -> list[str]:
    if os.getuid() != 0:
        return []
    return ["setpriv", f"--reuid={_OWNER}", f"--regid={_OWNER}", "--clear-groups", "--pdeathsig=KILL"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
