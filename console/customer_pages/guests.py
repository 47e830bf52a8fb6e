"""A customer at a page: their personal link, their language, and the form that they sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from fastapi import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from console.shared.database import Database
from console.shared.plain_pages import render_page
from console.shared.words import LANGUAGES, say
from models.core.errors import InvalidInput
from models.messages.letters import write_day
from models.messages.links import PATH, Link
from tasks.messages.links import Reader

LARGEST_FORM = 32_768
MOST_FIELDS = 100
WEEKDAYS = {"zh-CN": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}


class FormTooLarge(InvalidInput):
    """The form is larger than any of ours."""

    def __init__(self) -> None:
        super().__init__("This is more than the form holds.")


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a submitted form. Raises `FormTooLarge`."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_FORM:
            raise FormTooLarge
    try:
        fields = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise FormTooLarge from error
    return {name: value.replace("\0", "") for name, value in fields}


def language_asked(request: Request, usual: str) -> str:
    """The language in the address, or the default."""
    asked = request.query_params.get("lang", usual)
    return asked if asked in LANGUAGES else usual


@dataclass(frozen=True, slots=True)
class Guest:
    """A customer at the page that their link opens."""

    request: Request
    token: str
    link: Link
    reader: Reader
    database: Database
    now: datetime
    form: Mapping[str, str] = field(default_factory=dict)
    """Empty for a request that only reads."""

    @property
    def language(self) -> str:
        """The customer's language, or the one that they switched to."""
        return language_asked(self.request, self.reader.language)

    @property
    def zone(self) -> ZoneInfo:
        """The store's."""
        return ZoneInfo(self.reader.time_zone)

    @property
    def today(self) -> date:
        """The store-local day."""
        return self.now.astimezone(self.zone).date()

    async def work(self, job: Callable[..., object], *args: object) -> Any:
        """Run `job(connection, …)` in one transaction."""
        return await self.database.work(job, *args)

    def address(self, deed: str = "", **query: str) -> str:
        """The address of this page, or of an action on it, in the current language."""
        return self._address(f"{self.token}/{deed}" if deed else self.token, query)

    def address_of(self, token: str) -> str:
        """The address of another page of this customer."""
        return self._address(token, {})

    def _address(self, path: str, query: dict[str, str]) -> str:
        if self.language != self.reader.language:
            query.setdefault("lang", self.language)
        return f"{PATH}{path}" + (f"?{urlencode(query)}" if query else "")

    def page(self, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
        """Render a page from the folder `looks`."""
        day_and_time = {"day": self.day, "time": self.time}
        others = {code: name for code, name in LANGUAGES.items() if code != self.language}
        common = {"address": self.address, "stores": self.stores, "others": others, **day_and_time}
        return render_page(template, self.language, status=status, **common, **values)

    def back(self, **query: str) -> Response:
        """Redirect to the page after an action, so that reloading does not repeat it."""
        return RedirectResponse(self.address(**query), status_code=303)

    @property
    def stores(self) -> list[tuple[str, str]]:
        """The stores to contact."""
        return [(self.reader.store, self.reader.store_phone or "")]

    def say(self, key: str, **values: object) -> str:
        """A sentence in the current language."""
        return say(self.language, key, **values)

    def day(self, day: date | datetime) -> str:
        """A day with its weekday, as the language writes it."""
        local = day.astimezone(self.zone).date() if isinstance(day, datetime) else day
        weekday = WEEKDAYS[self.language][local.weekday()]
        written = write_day(local, self.language)
        return f"{written} 周{weekday}" if self.language == "zh-CN" else f"{weekday} {written}"

    def time(self, moment: datetime) -> str:
        """The time of day on the store's clock."""
        return f"{moment.astimezone(self.zone):%H:%M}"
