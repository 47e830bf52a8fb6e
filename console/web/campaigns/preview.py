"""Preview of a campaign's message for a real customer, with its cost, and a test send."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nicegui import background_tasks, ui
from nicegui.elements.button import Button
from nicegui.elements.input import Input
from sqlalchemy import Connection

from console.web.authentication.viewer import Viewer
from console.web.campaigns.draft import WRITTEN, Body, plan_of_text, says_in
from console.web.parts.frame import sentence_of, telling
from console.web.parts.refusals import reason_of
from console.web.parts.told import tell
from models.campaigns.plans import BadPlan, CampaignPlan
from models.campaigns.words import FOLLOW_UP, LANGUAGES
from models.core.errors import AftercareError
from models.core.settings import Settings
from models.core.validation import problems_of
from models.core.words import ChannelName, StepKind
from models.messages.letters import write_price
from models.people.permissions import Permission
from tasks.access.sessions import SignedIn
from tasks.campaigns.audiences.counting import AudienceMember
from tasks.campaigns.wording.messages import CampaignMessage, preview
from tasks.campaigns.wording.test_messages import WantedTest, send_test
from tasks.customers.searching import search_customers

FIRST = "a"
"""The key of the only variant of a plan with one text."""
Letters = dict[str, CampaignMessage | AftercareError]
"""By language."""


@dataclass
class Preview:
    """The panel below the message."""

    viewer: Viewer
    campaign_id: int | None
    """None if the campaign was never saved: no test can be sent yet."""
    name: Callable[[], str]
    body: Callable[[], Body]
    _people: dict[int, str] = field(default_factory=dict)
    _found: dict[int, str] = field(default_factory=dict)
    """The customers whom the viewer searched for. They stay when the audience changes."""
    _customer: int | None = None
    _variant: str = FIRST
    _channel: str = ChannelName.SMS
    _asked: int = 0

    def show(self) -> None:
        """Draw the choice of customer, variant and channel, and the messages."""
        say = self.viewer.say
        with ui.element("section").classes("card full-width").props(f'aria-label="{say("campaigns.preview")}"'):
            ui.label(say("campaigns.preview")).props("role=heading aria-level=3").classes("text-subtitle1 text-bold")
            with ui.row().classes("items-start"):
                self._whom = self._select("campaigns.preview_for", self._people, self._choose_customer)
                self._what = self._select("campaigns.preview_what", {}, self._choose_variant)
                self._how = self._select("campaigns.preview_by", {}, self._choose_channel)
                self._search()
            self._letters = ui.element("div").classes("languages").props("aria-live=polite")
        self.look(FIRST)

    def _select(self, key: str, options: dict[Any, str], act: Callable[[Any], None]) -> Any:
        chosen = ui.select(options, label=self.viewer.say(key), on_change=lambda event: act(event.value))
        return chosen.props("outlined dense stack-label").classes("filter")

    def _search(self) -> None:
        wanted = ui.input(self.viewer.say("templates.find")).props("outlined dense").classes("filter")
        wanted.on("keydown.enter", lambda: self._find(wanted.value or ""))
        button = ui.button(icon="search", on_click=lambda: self._find(wanted.value or "")).props("flat round")
        button.props["aria-label"] = self.viewer.say("frame.search")

    async def _find(self, text: str) -> None:
        async with telling(self.viewer):
            hits = await self.viewer.read(search_customers, self.viewer.store_id, text)
            if not hits.customers:
                tell(self.viewer, self.viewer.say("templates.none_found"), "warning")
                return
            self._found = {one.id: one.name for one in hits.customers[:10]}
            self._customer = hits.customers[0].id
            self._offer()

    def take(self, some: list[AudienceMember]) -> None:
        """Offer some customers of the audience as examples."""
        self._people = {one.customer_id: f"{one.name} · {one.store}" for one in some}
        if self._customer not in self._people | self._found:
            self._customer = next(iter(self._people), None)
        self._offer()

    def _offer(self) -> None:
        self._whom.set_options(self._people | self._found, value=self._customer)
        self.look(self._variant)

    def look(self, variant: str) -> None:
        """Show the text that was just written or chosen."""
        body = self.body()
        keys = [one["key"] for one in body["variants"]] + ([FOLLOW_UP] if body["follow_up"] else [])
        self._variant = variant if variant in keys else keys[0]
        calls = self._variant == FOLLOW_UP and body["follow_up"]["kind"] == StepKind.CALL
        channels = [ChannelName.SMS] if calls else [one for one in WRITTEN if one in body["channels"]]
        self._channel = self._channel if self._channel in channels else (channels or [ChannelName.SMS])[0]
        self._what.set_options({key: self._name(key) for key in keys}, value=self._variant)
        self._how.set_options({one: self.viewer.word(one) for one in channels}, value=self._channel)
        self._asked += 1
        background_tasks.create(self._draw(self._asked))

    def _name(self, key: str) -> str:
        say = self.viewer.say
        return say("campaigns.follow_up") if key == FOLLOW_UP else say("campaigns.variant", letter=key.upper())

    def _choose_customer(self, customer: int | None) -> None:
        if customer is not None and customer != self._customer:
            self._customer = customer
            self.look(self._variant)

    def _choose_variant(self, variant: str | None) -> None:
        if variant is not None and variant != self._variant:
            self.look(variant)

    def _choose_channel(self, channel: str | None) -> None:
        if channel is not None and channel != self._channel:
            self._channel = channel
            self.look(self._variant)

    async def _draw(self, mine: int) -> None:
        if self._customer is None:
            self._letters.clear()
            with self._letters:
                ui.label(self.viewer.say("campaigns.preview_nobody")).classes("quiet")
            return
        plans = _plans(self.body(), self._variant, self._channel)
        settings, channel = self.viewer.database.settings, ChannelName(self._channel)
        try:
            letters: Letters = await self.viewer.read(
                _write, self.name() or "—", plans, self._customer, channel, settings, self.viewer.now
            )
        except Exception as error:  # noqa: BLE001  shown in place of the message; unexpected errors are logged there
            letters = {LANGUAGES[0]: AftercareError(sentence_of(self.viewer.language, error))}
        if mine != self._asked or self._letters.is_deleted:
            return
        self._letters.clear()
        with self._letters:
            for language in LANGUAGES:
                self._letter(language, letters.get(language), plans.get(language))

    def _letter(self, language: str, letter: CampaignMessage | AftercareError | None, plan: Any) -> None:
        say = self.viewer.say
        with ui.element("div").props(f'data-preview="{language}"'):
            ui.label(say(f"templates.{language}")).props("role=heading aria-level=4").classes("text-bold")
            if letter is None:
                ui.label(say("campaigns.says_nothing")).classes("quiet")
                return
            if isinstance(letter, AftercareError):
                ui.label(_refusal(self.viewer, letter)).classes("bad")
                return
            show_letter(self.viewer, letter)
            calls = plan.follow_up is not None and plan.follow_up.kind is StepKind.CALL
            if self.viewer.may(Permission.MAKE_CAMPAIGNS) and not calls:
                self._test(plan, letter)

    def _test(self, plan: CampaignPlan, letter: CampaignMessage) -> None:
        say = self.viewer.say
        if self.campaign_id is None:
            ui.label(say("campaigns.test_after_saving")).classes("quiet")
            return
        with ui.row().classes("items-center"):
            to = ui.input(say("campaigns.test_to")).props("outlined dense autocomplete=off").classes("filter")
            button = ui.button(say("campaigns.test")).props("outline no-caps")
            button.on_click(lambda: self._send(plan, letter, to, button))

    async def _send(self, plan: CampaignPlan, letter: CampaignMessage, to: Input, button: Button) -> None:
        button.disable()
        async with telling(self.viewer):
            assert self.campaign_id is not None  # noqa: S101  the button is not there otherwise
            await self.viewer.change(Permission.MAKE_CAMPAIGNS, _is_there)
            wanted = WantedTest(
                self.campaign_id, self.name(), plan, letter.variant, letter.channel, letter.customer_id, to.value or ""
            )
            database = self.viewer.database
            await send_test(database.engine, database.settings, self.viewer.user.login, wanted, self.viewer.now)
            tell(self.viewer, self.viewer.say("campaigns.test_sent"))
        button.enable()


def _refusal(viewer: Viewer, error: AftercareError) -> str:
    """What is wrong with a text, without the paths that belong to the whole plan."""
    if isinstance(error, BadPlan):
        said = (reason_of(viewer.language, problem) for problem in problems_of(error.error))
        return "; ".join(dict.fromkeys(said))
    return sentence_of(viewer.language, error)


def _is_there(_: Connection, user: SignedIn) -> None:
    """Anyone who is still signed in may send a test: `change` has checked."""


def _plans(body: Body, variant: str, channel: str) -> dict[str, CampaignPlan | AftercareError]:
    """For each language, a plan with one text only."""
    plans: dict[str, CampaignPlan | AftercareError] = {}
    for language in LANGUAGES:
        if not says_in(body, variant, language):
            continue
        try:
            plans[language] = plan_of_text(body, variant, channel, language)
        except AftercareError as refusal:
            plans[language] = refusal
    return plans


def _write(
    connection: Connection,
    name: str,
    plans: dict[str, CampaignPlan | AftercareError],
    customer_id: int,
    channel: ChannelName,
    settings: Settings,
    now: datetime,
) -> Letters:
    letters: Letters = {}
    for language, plan in plans.items():
        if isinstance(plan, AftercareError):
            letters[language] = plan
            continue
        said = FOLLOW_UP if plan.follow_up else FIRST
        try:
            letters[language] = preview(connection, name, plan, customer_id, said, channel, settings, now)
        except AftercareError as refusal:
            letters[language] = refusal
    return letters


def show_letter(viewer: Viewer, letter: CampaignMessage) -> None:
    """A message as the customer gets it, with its length and cost."""
    if letter.subject:
        ui.label(letter.subject).classes("text-bold")
    ui.label(letter.text).classes("letter full-width")
    if letter.warning is not None:
        ui.label(viewer.reason(letter.warning)).classes("warn")
    price = write_price(letter.price, viewer.database.settings.price_currency)
    length = letter.length
    if length is None:
        ui.label(viewer.say("campaigns.price", price=price)).classes("quiet")
        return
    ui.label(
        viewer.say(
            "templates.length", alphabet=length.alphabet, units=length.units, capacity=length.capacity,
            segments=length.segments,
        )
        + " · "
        + viewer.say("campaigns.price", price=price)
    ).classes("quiet")  # fmt: skip
