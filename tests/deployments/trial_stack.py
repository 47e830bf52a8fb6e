"""The tests' own `aftercare up` with trial flows, as a program that is started, watched and killed."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psutil

from deployments.embedded import cluster_of
from deployments.postgres import find_postmaster
from deployments.processes import find_marked, part_of, wait_until

HERE = Path(__file__).parent
PARTS = ("runner", "prefect-server")


@dataclass
class Installation:
    """A home directory, and the programs that run for it."""

    home: Path
    trials: Path
    port: int
    program: subprocess.Popen[bytes] | None = None
    told: Path = field(init=False)

    def __post_init__(self) -> None:
        self.told = self.trials / "told"

    def start(self) -> subprocess.Popen[bytes]:
        """Start `up` and wait until it reports that it is up."""
        self.told.unlink(missing_ok=True)
        self.program = self.run()
        self.wait_for("Aftercare is up", 90)
        return self.program

    def run(self) -> subprocess.Popen[bytes]:
        """Start `up` with its output in the file `told`."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        environment |= {
            "AFTERCARE_HOME": str(self.home),
            "AFTERCARE_PREFECT_PORT": str(self.port),
            "TRIAL_DIRECTORY": str(self.trials),
            "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parent.parent)]),
        }
        with self.told.open("ab") as told:
            return subprocess.Popen(
                [sys.executable, str(HERE / "trial_up.py")], env=environment, stdout=told, stderr=told, cwd=self.trials
            )

    def wait_for(self, sentence: str, seconds: float) -> None:
        """Wait for a line in the output of `up`."""
        met = wait_until(lambda: sentence in self.told.read_text(), seconds)
        assert met, f"never said '{sentence}':\n{self.told.read_text()}\n{self.runner_log()}"

    def wait_for_file(self, name: str, seconds: float) -> None:
        """Wait until a trial flow has left a file."""
        met = wait_until((self.trials / name).exists, seconds)
        assert met, f"no {name}:\n{self.told.read_text()}\n{self.runner_log()}"

    def runner_log(self) -> str:
        """What the runner printed."""
        log = self.home / "logs" / "runner.log"
        return log.read_text() if log.exists() else ""

    def processes(self) -> list[psutil.Process]:
        """Everything that runs for this home."""
        found = [process for part in PARTS for process in find_marked(part_of(self.home, part))]
        postmaster = find_postmaster(cluster_of(self.home))
        return [*found, postmaster] if postmaster else found

    def kill_all(self) -> None:
        """Simulate a power cut: kill all processes."""
        if self.program:
            self.program.kill()
            self.program.wait()
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def command(self, *arguments: str) -> dict[str, Any]:
        """Run `aftercare` on this installation, beside what runs; what it prints as JSON."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        environment |= {"AFTERCARE_HOME": str(self.home), "PYTHONPATH": str(HERE.parent.parent)}
        call = [sys.executable, "-c", "from console.cli.command import main; main()", *arguments]
        done = subprocess.run(call, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        printed: dict[str, Any] = json.loads(done.stdout)
        return printed

    def deployments(self, flow: str) -> list[dict[str, Any]]:
        """Prefect's deployments of a flow."""
        return self.ask("/deployments/filter", {"flows": {"name": {"any_": [flow]}}})

    def ask(self, path: str, body: dict[str, Any]) -> list[dict[str, Any]]:
        """A response of Prefect's API."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("POST", f"/api{path}", json.dumps(body), {"Content-Type": "application/json"})
        answer: list[dict[str, Any]] = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def end(self, seconds: float = 90) -> int:
        """Send SIGTERM; the exit status."""
        assert self.program is not None
        self.program.send_signal(signal.SIGTERM)
        return self.program.wait(seconds)
