"""`aftercare up` with the trial runner, as a program of its own."""

import sys
from pathlib import Path

from deployments.logging import set_up_logging
from deployments.parts import Part
from deployments.up import up
from models.core.errors import AftercareError
from models.core.settings import read_settings

TRIAL = Part("runner", (str(Path(__file__).parent / "trial_runner.py"),), stop_seconds=20)

if __name__ == "__main__":
    set_up_logging()
    try:
        up(read_settings(), (TRIAL,))
    except AftercareError as error:
        sys.exit(str(error))
