"""The console as one program of `aftercare up`: `python -m console.web`."""

from console.web.server import announce_as_json, end_with_standard_input, serve
from deployments.database import read_url
from deployments.logging import set_up_logging
from models.core.errors import AftercareError
from models.core.settings import read_settings


class NotAPart(AftercareError):
    """The program was started directly, without the installation that it belongs to."""

    def __init__(self) -> None:
        super().__init__("This program needs AFTERCARE_DATABASE_URL; `aftercare console` starts the console by itself.")


def main() -> None:
    """Serve until SIGTERM, or until the program that started it has ended."""
    set_up_logging()
    settings = read_settings()
    if settings.database_url is None:
        raise NotAPart
    end_with_standard_input()
    serve(read_url(settings.database_url, "AFTERCARE_DATABASE_URL"), settings, announce_as_json)


if __name__ == "__main__":
    main()
