"""What an installation is told by its environment: `AFTERCARE_…` variables. Secrets are `SecretStr`."""

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.core.errors import AftercareError
from models.core.retention import DaysKept
from models.core.words import ChannelName, Language


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        sentence = f"'{name}' is not a time zone; expected an IANA name such as Asia/Shanghai"
        raise ValueError(sentence)
    return name


ZoneName = Annotated[str, AfterValidator(_known_zone)]
OUTBOX = SecretStr("outbox://")
USUAL_PORT = 8000
"""Where the console listens unless it is told otherwise, or the port is taken."""


class ChannelAddresses(BaseModel):
    """The URL of each channel; a channel without one writes to the outbox file.

    A name misspelt must not have messages written there unseen.
    """

    model_config = ConfigDict(extra="forbid")

    sms: SecretStr = OUTBOX
    email: SecretStr = OUTBOX
    wechat: SecretStr = OUTBOX

    def address(self, channel: ChannelName) -> SecretStr:
        """The URL that messages of this channel go to."""
        found: SecretStr = getattr(self, channel.value)
        return found


Price = Annotated[Decimal, Field(ge=0, max_digits=10, decimal_places=4)]


class MessagePrices(BaseModel):
    """What a message costs, in the currency of the settings."""

    sms: Price = Decimal(0)
    """Of each of the text messages that a text becomes."""
    email: Price = Decimal(0)
    wechat: Price = Decimal(0)


class Settings(BaseSettings):
    """The environment of one installation."""

    model_config = SettingsConfigDict(env_prefix="AFTERCARE_", env_nested_delimiter="__", extra="ignore")

    home: Path = Path(".aftercare")
    """Where the embedded database, the outbox and the run files are kept."""
    database_url: SecretStr | None = None
    """The shared database; unset, an embedded PostgreSQL starts under `home`."""
    prefect_database_url: SecretStr | None = None
    """Prefect's own database, where it is not the embedded one."""
    prefect_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """Where our Prefect server listens on 127.0.0.1; unset, 4200 or, where that is taken, any free port."""
    prefect_events_days: Annotated[int, Field(ge=1)] = 2
    """How long our Prefect server keeps its events. Nothing of ours reads them."""
    prefect_runs_days: Annotated[int, Field(ge=1)] = 14
    """How long our Prefect server keeps flow runs that have ended, with their tasks, logs and artifacts."""
    console_host: str = "127.0.0.1"
    """Where the console listens. Put a server with TLS before it for more than this machine."""
    console_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """Unset, 8000 or, where that is taken, any free port."""
    public_url: Annotated[str, Field(pattern=r"^https?://[^/\s]+(/\S*)?$")] | None = None
    """How customers reach this console: what their links begin with."""
    secret: Annotated[SecretStr, Field(min_length=24)] | None = None
    """What customers' links are signed with; unset, a random one is kept in `home`."""
    webhook_secrets: dict[str, SecretStr] = Field(default_factory=dict)
    """What each gateway signs its calls with, by a name for it: `AFTERCARE_WEBHOOK_SECRETS__MYGATEWAY`."""
    metrics_token: Annotated[SecretStr, Field(min_length=24)] | None = None
    """What a program bears to read `/metrics`; unset, only people who may see the health do."""
    now: str | None = None
    """Moves the clock of every command, for rehearsals and tests. ISO 8601."""
    time_zone: ZoneName = "Asia/Shanghai"
    """The zone of a store that is made without one, and of times given without a zone before there is a store."""
    language: Language = "en"
    """In which commands tell reasons: `en` or `zh-CN`. The console goes by its user, the API by `Accept-Language`."""
    channels: ChannelAddresses = ChannelAddresses()
    store_channels: dict[str, ChannelAddresses] = Field(default_factory=dict)
    """Channels of single stores, by store code: `AFTERCARE_STORE_CHANNELS__SH01__SMS`."""
    prices: MessagePrices = MessagePrices()
    """What campaigns' budgets and estimates go by: `AFTERCARE_PRICES__SMS`."""
    price_currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    """What the prices and the budgets are in. ISO 4217."""
    channel_rates: dict[ChannelName, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    """How many messages a second a channel takes at most, over all workers: `AFTERCARE_CHANNEL_RATES__SMS`."""
    dispatch_batch: Annotated[int, Field(ge=1, le=5000)] = 1000
    """How many customers one claim takes at most."""
    days_kept: DaysKept = DaysKept()
    """How long housekeeping leaves what may go: `AFTERCARE_DAYS_KEPT__DISPATCHERS`."""

    @property
    def zone(self) -> ZoneInfo:
        """The installation's default time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def links_begin(self) -> str | None:
        """What customers' links begin with; None: they are not to be sent any.

        Unset, an address of this machine serves for trying out, as long as nothing leaves the house.
        """
        if self.public_url:
            return self.public_url
        silent = all(addresses == ChannelAddresses() for addresses in (self.channels, *self.store_channels.values()))
        return f"http://{self.console_host}:{self.console_port or USUAL_PORT}" if silent else None

    @property
    def secret_file(self) -> Path:
        """Where the secret is kept that this installation made for itself."""
        return self.home / "secret.key"

    @property
    def outbox(self) -> Path:
        """The file that `outbox://` appends to."""
        return self.home / "outbox.jsonl"


class UnusableSettings(AftercareError):
    """Settings in the environment that cannot be used."""

    def __init__(self, error: ValidationError) -> None:
        self.error = error
        super().__init__(" ".join(self._sentence(problem) for problem in error.errors(include_input=False)))

    @staticmethod
    def _sentence(problem: ErrorDetails) -> str:
        name = f"AFTERCARE_{'__'.join(str(part).upper() for part in problem['loc'])}"
        if problem["type"] == "extra_forbidden":
            kept = problem["loc"][0] == "days_kept"
            what, fields = ("no table of which rows go", DaysKept) if kept else ("no channel", ChannelAddresses)
            expected = ", ".join(field.upper() for field in fields.model_fields)
            return f"{name} names {what}; expected one of {expected} at its end."
        return f"{name}: {problem['msg'].removeprefix('Value error, ')}."


@cache
def read_settings() -> Settings:
    """The settings of this process, read once. Raises `UnusableSettings`."""
    try:
        return Settings()
    except ValidationError as error:
        raise UnusableSettings(error) from error
