"""TOML files that people write."""

import tomllib
from pathlib import Path
from typing import Any

from models.core.errors import InvalidInput


class UnreadableFile(InvalidInput):
    """The file cannot be read as TOML."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"The file {path} cannot be read: {reason}.")


def read_toml(path: Path) -> dict[str, Any]:
    """The data in a file. Raises `UnreadableFile`."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise UnreadableFile(path, "there is no such file") from error
    except OSError as error:
        raise UnreadableFile(path, (error.strerror or str(error)).lower()) from error
    except UnicodeDecodeError as error:
        raise UnreadableFile(path, "it is not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise UnreadableFile(path, f"it is not TOML: {error}") from error
