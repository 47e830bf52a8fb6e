"""A customer at a page: the link that led them there, in their language, and the form that they sent."""

from collections.abc import Mapping
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
    """More than any of our forms sends."""

    def __init__(self) -> None:
        super().__init__("This is more than the form holds.")


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form that was sent. Raises `FormTooLarge`."""
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
    """The language that the address asks for, or the usual one."""
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
    """Empty where a page is only looked at."""

    @property
    def language(self) -> str:
        """The customer's, or the one that they switched to."""
        return language_asked(self.request, self.reader.language)

    @property
    def zone(self) -> ZoneInfo:
        """The store's."""
        return ZoneInfo(self.reader.time_zone)

    @property
    def today(self) -> date:
        """The store-local day."""
        return self.now.astimezone(self.zone).date()

    async def work(self, job: Any, *args: Any) -> Any:
        """What `job(connection, …)` finds or changes, in one transaction."""
        return await self.database.work(job, *args)

    def address(self, deed: str = "", **query: str) -> str:
        """The address of this page, or of something done at it, in the language that the customer reads."""
        return self._address(f"{self.token}/{deed}" if deed else self.token, query)

    def address_of(self, token: str) -> str:
        """The address of another page of this customer's."""
        return self._address(token, {})

    def _address(self, path: str, query: dict[str, str]) -> str:
        if self.language != self.reader.language:
            query.setdefault("lang", self.language)
        return f"{PATH}{path}" + (f"?{urlencode(query)}" if query else "")

    def page(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """A page from the folder of looks."""
        day_and_time = {"day": self.day, "time": self.time}
        others = {code: name for code, name in LANGUAGES.items() if code != self.language}
        common = {"address": self.address, "stores": self.stores, "others": others, **day_and_time}
        return render_page(template, self.language, status=status, **common, **values)

    def back(self, **query: str) -> Response:
        """To the page again, after something was done, so that loading it anew does it no second time."""
        return RedirectResponse(self.address(**query), status_code=303)

    @property
    def stores(self) -> list[tuple[str, str]]:
        """Whom to turn to."""
        return [(self.reader.store, self.reader.store_phone or "")]

    def say(self, key: str, **values: object) -> str:
        """A sentence in the language that the customer reads."""
        return say(self.language, key, **values)

    def day(self, day: date | datetime) -> str:
        """A day as people of the language write it, with its weekday."""
        local = day.astimezone(self.zone).date() if isinstance(day, datetime) else day
        weekday = WEEKDAYS[self.language][local.weekday()]
        written = write_day(local, self.language)
        return f"{written} 周{weekday}" if self.language == "zh-CN" else f"{weekday} {written}"

    def time(self, moment: datetime) -> str:
        """The hour as the store's clock shows it."""
        return f"{moment.astimezone(self.zone):%H:%M}"
