"""The embedded PostgreSQL after kills, stale files, odd paths, and with several commands at once."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from deployments.database import DatabaseUnreachable, UnusableDatabaseUrl, open_database
from deployments.embedded import OUR_DATABASE, cluster_of, connect, open_embedded, restart_if_dead
from deployments.locks import UnusablePlace
from deployments.postgres import Cluster, DataOfAnotherVersion, PostgresDidNotStart, find_postmaster
from deployments.processes import end, has_ended
from models.core.settings import Settings
from tests.support.ports import free_port

Start = Callable[[], subprocess.Popen[str]]
COMMAND = """
import sys
from pathlib import Path
from deployments.embedded import connect, open_embedded
from deployments.logging import set_up_logging
set_up_logging()
with open_embedded(Path(sys.argv[1]), durable=False) as cluster:
    print("open", flush=True)
    sys.stdin.read(1)
    with connect(cluster, "aftercare") as connection:
        print(*connection.execute("select 40 + 2").fetchone(), flush=True)
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def start_command(home: Path) -> Iterator[Start]:
    """Starts another command that keeps the database open until it gets input."""
    with ExitStack() as started:

        def start() -> subprocess.Popen[str]:
            command = subprocess.Popen(
                [sys.executable, "-c", COMMAND, str(home)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=Path(__file__).parents[2],
                start_new_session=True,
            )
            started.enter_context(command)
            started.callback(command.kill)
            return command

        yield start


def is_open(command: subprocess.Popen[str]) -> bool:
    assert command.stdout is not None
    return command.stdout.readline() == "open\n"


def remember(cluster: Cluster, word: str) -> None:
    with connect(cluster, OUR_DATABASE) as connection:
        connection.execute("create table if not exists words (word text)")
        connection.execute("insert into words values (%s)", (word,))


def remembered(cluster: Cluster) -> list[str]:
    with connect(cluster, OUR_DATABASE) as connection:
        return [word for (word,) in connection.execute("select word from words")]


def kill(cluster: Cluster) -> None:
    postmaster = find_postmaster(cluster)
    assert postmaster is not None
    assert end([postmaster], signal.SIGKILL, 10)


def test_keeps_what_is_written_and_stops_with_its_last_user(home: Path) -> None:
    with open_embedded(home, durable=False) as cluster:
        remember(cluster, "one")
        with open_embedded(home, durable=False):
            pass
        assert remembered(cluster) == ["one"]
    assert find_postmaster(cluster) is None
    with open_embedded(home, durable=False) as cluster:
        assert remembered(cluster) == ["one"]


def test_commands_at_once_share_one_and_a_killed_one_does_not_keep_it(home: Path, start_command: Start) -> None:
    commands = [start_command() for _ in range(3)]
    assert all(is_open(command) for command in commands)
    starter, killed, last = commands
    killed.kill()
    killed.communicate()
    assert starter.communicate("\n", 30)[0] == "42\n"
    assert find_postmaster(cluster_of(home)) is not None
    assert last.communicate("\n", 30)[0] == "42\n"
    assert find_postmaster(cluster_of(home)) is None


def test_an_orphan_is_adopted_and_stopped_by_who_adopts_it(home: Path, start_command: Start) -> None:
    starter = start_command()
    assert is_open(starter)
    os.killpg(starter.pid, signal.SIGKILL)  # as the terminal's closing, or a supervisor, would
    starter.communicate()
    orphan = find_postmaster(cluster_of(home))
    assert orphan is not None
    with open_embedded(home, durable=False):
        assert find_postmaster(cluster_of(home)) == orphan
    assert has_ended(orphan)


def test_recovers_from_its_own_kill_with_its_children_still_there(home: Path) -> None:
    with open_embedded(home) as cluster, connect(cluster, OUR_DATABASE) as held:
        remember(cluster, "before")
        postmaster = find_postmaster(cluster)
        assert postmaster is not None
        children = [child for child in postmaster.children() if child.name() == "postgres"]
        for child in children[:2]:
            child.suspend()  # it cannot notice that its parent dies
        kill(cluster)
        assert restart_if_dead(home)
        assert remembered(cluster) == ["before"]
        assert not restart_if_dead(home)
        assert held.closed or held.info.backend_pid


@pytest.mark.parametrize("contents", ["{pid}\n", "not a number\n"])
def test_a_pid_file_that_names_a_stranger_is_not_believed(home: Path, contents: str) -> None:
    with open_embedded(home) as cluster:
        remember(cluster, "kept")
        kill(cluster)
        lock = cluster.socket / ".s.PGSQL.5432.lock"
        for stale in (cluster.data / "postmaster.pid", lock):
            stale.write_text(contents.format(pid=os.getpid()))
    with open_embedded(home) as cluster:
        assert remembered(cluster) == ["kept"]


@pytest.mark.parametrize("name", ["with a space, a comma and a $dollar", "长" * 30, "x" * 180])
def test_any_path_will_do(tmp_path: Path, name: str) -> None:
    with open_embedded(tmp_path / name, durable=False) as cluster:
        remember(cluster, name)
        assert remembered(cluster) == [name]
    assert find_postmaster(cluster) is None
    assert not list(cluster.socket.glob(".s.PGSQL*"))


def test_a_relative_home_is_the_same_after_changing_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with open_embedded(Path("home"), durable=False) as cluster:
        monkeypatch.chdir("/")
        remember(cluster, "here")
    assert (tmp_path / "home" / "postgres" / "data").is_dir()


def test_a_half_made_data_directory_is_made_anew(home: Path) -> None:
    unfinished = cluster_of(home).directory / "data.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    with open_embedded(home, durable=False) as cluster:
        remember(cluster, "whole")
    assert not unfinished.exists()


def test_data_of_another_version_is_left_alone(home: Path) -> None:
    with open_embedded(home, durable=False) as cluster:
        pass
    (cluster.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(DataOfAnotherVersion, match="holds the data of PostgreSQL 17, and this is PostgreSQL 18"):
        open_embedded(home, durable=False).__enter__()


def test_a_home_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnusablePlace, match=r"door\.lock cannot be written .*set AFTERCARE_HOME"):
        open_embedded(tmp_path / "file").__enter__()


def test_a_start_that_fails_names_the_log(home: Path) -> None:
    with open_embedded(home, durable=False) as cluster:
        pass
    (cluster.data / "global" / "pg_control").unlink()
    with pytest.raises(PostgresDidNotStart, match=r"postgres\.log"):
        open_embedded(home, durable=False).__enter__()
    assert "pg_control" in cluster.log.read_text()


def test_a_database_that_is_not_there_is_named_without_its_password() -> None:
    port = free_port()
    settings = Settings(database_url=f"postgresql://someone:s3cret@127.0.0.1:{port}/garage")
    with pytest.raises(DatabaseUnreachable) as caught, open_database(settings):
        pass
    sentence = str(caught.value)
    assert sentence.startswith(
        f"No database 'garage' can be reached at 127.0.0.1:{port}, which AFTERCARE_DATABASE_URL names:"
    )
    assert "s3cret" not in sentence
    assert "\n" not in sentence


def test_a_database_that_the_server_does_not_have_is_named(postgres: Cluster) -> None:
    url = postgres.url("nowhere").render_as_string(hide_password=False)
    with (
        pytest.raises(DatabaseUnreachable, match=r'database "nowhere" does not exist'),
        open_database(Settings(database_url=url)),
    ):
        pass


@pytest.mark.parametrize("address", ["sqlite:///file.db", "not an address", "postgresql://host", "mysql://u@h/db"])
def test_an_address_that_is_none_of_postgresql_is_refused(address: str) -> None:
    with (
        pytest.raises(UnusableDatabaseUrl, match="AFTERCARE_DATABASE_URL is not the address of a PostgreSQL database"),
        open_database(Settings(database_url=address)),
    ):
        pass


def test_opened_embedded_and_outside_are_the_same_to_the_caller(home: Path) -> None:
    with open_database(Settings(home=home)) as inside:
        outside = Settings(home=home / "other", database_url=inside.render_as_string(hide_password=False))
        with open_database(outside) as url:
            assert url == inside
