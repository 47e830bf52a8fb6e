"""`aftercare up` as a real program: PostgreSQL, Prefect's server, a runner, and flows in processes of their own."""

import signal
from pathlib import Path

from deployments.embedded import cluster_of
from deployments.postgres import find_postmaster
from deployments.processes import find_marked, part_of, wait_until
from tests.deployments.trial_stack import Installation
from tests.support.tyre_storage import TYRES, write_files

LONG_RUNS = {"flows": {"name": {"any_": ["trial-long"]}}, "sort": "START_TIME_ASC"}


def test_schedules_make_runs_and_sigterm_waits_for_what_runs(installation: Installation) -> None:
    program = installation.start()
    installation.wait_for_file("begun", 90)
    installation.wait_for_file("notes", 90)
    coming = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
    scheduled = {run["created_by"]["display_value"] for run in installation.ask("/flow_runs/filter", coming)}
    assert {"beat-asia-shanghai", "morning-asia-shanghai"} <= scheduled

    program.send_signal(signal.SIGTERM)
    installation.wait_for("Waiting for active runs", 30)
    beats = (installation.trials / "notes").read_text()
    assert program.poll() is None
    assert not (installation.trials / "ended").exists()
    (installation.trials / "go").touch()

    assert program.wait(90) == 0
    assert (installation.trials / "ended").exists()
    assert len((installation.trials / "notes").read_text()) <= len(beats) + len("beat\n")  # no new run was taken
    assert installation.processes() == []
    assert "PREFECT MAKES NO RUNS" not in installation.told.read_text()


def test_comes_back_after_everything_was_killed_in_mid_run(installation: Installation) -> None:
    installation.start()
    installation.wait_for_file("begun", 90)
    installation.kill_all()
    (installation.trials / "begun").unlink()

    program = installation.start()
    installation.wait_for("Runs that a dead runner had left were closed", 30)
    installation.wait_for_file("begun", 90)  # the dead run does not occupy the flow's only slot
    states = [run["state_name"] for run in installation.ask("/flow_runs/filter", LONG_RUNS) if run["start_time"]]
    assert states[-2:] == ["Crashed", "Running"]

    program.send_signal(signal.SIGINT)
    installation.wait_for("Waiting for active runs", 30)
    program.send_signal(signal.SIGINT)
    assert program.wait(60) == 0
    assert not (installation.trials / "ended").exists()
    assert installation.processes() == []


def test_starts_again_what_dies_under_it_and_takes_over_what_is_left(installation: Installation) -> None:
    installation.start()
    before = installation.processes()
    assert len(before) >= 3
    for process in before:
        process.kill()
    for sentence in (
        "The database died and was restarted",
        "Prefect's server died and was restarted",
        "The runner died and is restarted",
    ):
        installation.wait_for(sentence, 90)
    assert wait_until(lambda: installation.told.read_text().count("The flows are served") == 2, 90)
    installation.wait_for_file("begun", 90)

    second = installation.run()
    assert second.wait(90) != 0
    assert "Aftercare is already up" in installation.told.read_text()

    # and what is left when only `up` itself is killed, the next one takes over
    program = installation.program
    assert program is not None
    server = find_marked(part_of(installation.home, "prefect-server"))[0]
    postmaster = find_postmaster(cluster_of(installation.home))
    runners = find_marked(part_of(installation.home, "runner"))
    program.kill()
    program.wait()
    (installation.trials / "go").touch()

    installation.start()
    assert find_marked(part_of(installation.home, "prefect-server"))[0] == server
    assert find_postmaster(cluster_of(installation.home)) == postmaster
    assert not any(runner.is_running() for runner in runners)
    assert installation.end() == 0
    assert installation.processes() == []


def test_a_process_that_is_added_is_served_without_a_restart_and_forgotten_when_removed(
    installation: Installation, tmp_path: Path
) -> None:
    installation.start()
    installation.wait_for_file("notes", 90)
    runner = find_marked(part_of(installation.home, "runner"))[0]
    write_files(tmp_path / "tyres")
    added = installation.command("processes", "add", str(tmp_path / "tyres"), "--json")
    assert (added["process"], added["new"]) == (TYRES, True)

    assert wait_until(lambda: installation.deployments(TYRES) != [], 60)
    (deployment,) = installation.deployments(TYRES)
    assert deployment["entrypoint"] == "flows.processes.tyre_storage"
    assert deployment["tags"] == ["process", "service"]
    assert [schedule["slug"] for schedule in deployment["schedules"]] == ["morning-asia-shanghai"]
    installation.ask(f"/deployments/{deployment['id']}/create_flow_run", {"parameters": {}})
    runs = {"flows": {"name": {"any_": [TYRES]}}, "flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}
    assert wait_until(lambda: len(installation.ask("/flow_runs/filter", runs)) == 1, 90), installation.runner_log()

    installation.command("processes", "remove", TYRES, "--json")
    assert wait_until(lambda: installation.deployments(TYRES) == [], 60)
    assert len(installation.ask("/flow_runs/filter", runs)) == 1  # what it did stays
    beats = (installation.trials / "notes").read_text()
    assert wait_until(lambda: len((installation.trials / "notes").read_text()) > len(beats), 60)  # and others go on
    assert find_marked(part_of(installation.home, "runner"))[0] == runner
    assert installation.end() == 0
