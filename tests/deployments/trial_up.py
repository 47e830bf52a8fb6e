"""`aftercare up` with the trial runner, as a program of its own."""

from pathlib import Path

from deployments.parts import Part
from deployments.up import up
from models.settings import read_settings

TRIAL = Part("runner", (str(Path(__file__).parent / "trial_runner.py"),), stop_seconds=20)

if __name__ == "__main__":
    up(read_settings(), (TRIAL,))
