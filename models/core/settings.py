"""The settings of an installation: `AFTERCARE_…` environment variables. Secrets are `SecretStr`."""

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.core.errors import InvalidInput
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
"""The console's default port."""


class ChannelAddresses(BaseModel):
    """The URL of each channel. A channel without one writes to the outbox file.

    Unknown names are refused, so that a typo does not send messages to the outbox unnoticed.
    """

    model_config = ConfigDict(extra="forbid")

    sms: SecretStr = OUTBOX
    email: SecretStr = OUTBOX
    wechat: SecretStr = OUTBOX

    def address(self, channel: ChannelName) -> SecretStr:
        """The URL to which this channel sends."""
        found: SecretStr = getattr(self, channel.value)
        return found


class StaffAddresses(BaseModel):
    """The URL of each way to staff, beside those to customers."""

    model_config = ConfigDict(extra="forbid")

    email: SecretStr | None = None
    """If unset, the e-mail channel to customers."""
    sms: SecretStr | None = None
    """If unset, the SMS channel to customers, unless that sends only registered templates."""
    wecom: SecretStr | None = None
    """An Apprise URL; `{to}` in it is the WeCom id. If unset, there is no WeCom."""


Price = Annotated[Decimal, Field(ge=0, max_digits=10, decimal_places=4)]


class MessagePrices(BaseModel):
    """The price of a message, in the currency of the settings."""

    sms: Price = Decimal(0)
    """Per SMS segment."""
    email: Price = Decimal(0)
    wechat: Price = Decimal(0)


class MailStyle(BaseModel):
    """How e-mail of `smtp://` channels looks."""

    model_config = ConfigDict(extra="forbid")

    logo: Annotated[str, Field(pattern=r"^https://\S+$")] | None = None
    """The URL of a picture; without it, the store's name."""
    colour: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = "#1f4e79"
    """The colour of the heading and of links, such as `#1f4e79`."""
    address: str | None = None
    """The postal address in the foot, of stores that have none on record."""


class Settings(BaseSettings):
    """The settings of one installation."""

    model_config = SettingsConfigDict(env_prefix="AFTERCARE_", env_nested_delimiter="__", extra="ignore")

    home: Path = Path(".aftercare")
    """The directory of the embedded database, the outbox and the run files."""
    database_url: SecretStr | None = None
    """The URL of the shared database. If unset, an embedded PostgreSQL starts under `home`."""
    prefect_database_url: SecretStr | None = None
    """The URL of Prefect's database, if it is not the embedded one."""
    prefect_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """The port of our Prefect server on 127.0.0.1. If unset, 4200, or any free port if that is taken."""
    prefect_events_days: Annotated[int, Field(ge=1)] = 2
    """How long our Prefect server keeps its events. Aftercare does not read them."""
    prefect_runs_days: Annotated[int, Field(ge=1)] = 14
    """How long our Prefect server keeps flow runs that have ended, with their tasks, logs and artifacts."""
    console_host: str = "127.0.0.1"
    """The console's address. Put a TLS proxy in front of it to serve other machines."""
    console_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """If unset, 8000, or any free port if that is taken."""
    public_url: Annotated[str, Field(pattern=r"^https?://[^/\s]+(/\S*)?$")] | None = None
    """The public URL of this console: the base of customers' links."""
    secret: Annotated[SecretStr, Field(min_length=24)] | None = None
    """The secret that signs customers' links. If unset, a random one is kept in `home`."""
    webhook_secrets: dict[str, SecretStr] = Field(default_factory=dict)
    """The signing secret of each gateway, by its name: `AFTERCARE_WEBHOOK_SECRETS__MYGATEWAY`."""
    metrics_token: Annotated[SecretStr, Field(min_length=24)] | None = None
    """The bearer token for `/metrics`. If unset, only users who may see the health page can read it."""
    now: str | None = None
    """The current time for every command, for rehearsals and tests. ISO 8601."""
    time_zone: ZoneName = "Asia/Shanghai"
    """The default zone of new stores, and of times without a zone as long as there is no store."""
    language: Language = "en"
    """The language of reasons in commands: `en` or `zh-CN`. The console uses the user's, the API `Accept-Language`."""
    channels: ChannelAddresses = ChannelAddresses()
    store_channels: dict[str, ChannelAddresses] = Field(default_factory=dict)
    """Channels of individual stores, by store code: `AFTERCARE_STORE_CHANNELS__SH01__SMS`."""
    staff_channels: StaffAddresses = StaffAddresses()
    """How staff are told of their work: `AFTERCARE_STAFF_CHANNELS__EMAIL`, `__SMS`, `__WECOM`."""
    mail: MailStyle = MailStyle()
    """How e-mail looks: `AFTERCARE_MAIL__LOGO`, `AFTERCARE_MAIL__COLOUR`, `AFTERCARE_MAIL__ADDRESS`."""
    prices: MessagePrices = MessagePrices()
    """Prices for campaigns' budgets and estimates: `AFTERCARE_PRICES__SMS`."""
    price_currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    """The currency of prices and budgets. ISO 4217."""
    channel_rates: dict[ChannelName, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    """Rate limit of each channel in messages per second, over all workers: `AFTERCARE_CHANNEL_RATES__SMS`."""
    dispatch_batch: Annotated[int, Field(ge=1, le=5000)] = 1000
    """The maximum number of customers per claim."""
    days_kept: DaysKept = DaysKept()
    """How long housekeeping keeps purgeable rows: `AFTERCARE_DAYS_KEPT__DISPATCHERS`."""

    @property
    def zone(self) -> ZoneInfo:
        """The installation's default time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def links_begin(self) -> str | None:
        """The base of customers' links; None: no links are sent.

        If unset, an address of this machine is used for trials, as long as no channel sends anything out.
        """
        if self.public_url:
            return self.public_url
        silent = all(addresses == ChannelAddresses() for addresses in (self.channels, *self.store_channels.values()))
        return f"http://{self.console_host}:{self.console_port or USUAL_PORT}" if silent else None

    @property
    def staff_outbox(self) -> Path:
        """The file to which word to staff is written where customers' messages are only written, too."""
        return self.home / "staff-outbox.jsonl"

    @property
    def secret_file(self) -> Path:
        """The file of the generated link secret."""
        return self.home / "secret.key"

    @property
    def outbox(self) -> Path:
        """The file to which `outbox://` appends."""
        return self.home / "outbox.jsonl"


class UnusableSettings(InvalidInput):
    """Invalid settings in the environment."""

    def __init__(self, error: ValidationError) -> None:
        self.error = error
        super().__init__(" ".join(self._sentence(problem) for problem in error.errors(include_input=False)))

    @staticmethod
    def _sentence(problem: ErrorDetails) -> str:
        name = f"AFTERCARE_{'__'.join(str(part).upper() for part in problem['loc'])}"
        if problem["type"] == "extra_forbidden":
            known: dict[str, tuple[str, type[BaseModel]]] = {
                "days_kept": ("no table of which rows go", DaysKept),
                "mail": ("no part of the style", MailStyle),
                "staff_channels": ("no way to staff", StaffAddresses),
            }
            what, fields = known.get(str(problem["loc"][0]), ("no channel", ChannelAddresses))
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
