"""Editing a campaign in three steps on one page: audience, message, timing."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime

from nicegui import ui
from nicegui.element import Element
from nicegui.events import ValueChangeEventArguments
from sqlalchemy import Connection

from console.web.authentication.viewer import Viewer
from console.web.campaigns.audiences.form import AUDIENCE, AudienceForm, Choices, known_too
from console.web.campaigns.audiences.library import AudienceLibrary
from console.web.campaigns.audiences.seen import AudienceWatch
from console.web.campaigns.audiences.tree import place_in
from console.web.campaigns.draft import Body, body_of, errors_in, new_body, tidied
from console.web.campaigns.form import CampaignForm, place_in_words
from console.web.campaigns.preview import Preview
from console.web.campaigns.views import show_parts
from console.web.parts.field_errors import FieldErrors
from console.web.parts.frame import page, sentence_of, telling
from console.web.parts.refusals import FormError, reason_of
from console.web.parts.told import tell
from console.web.parts.unsaved import Unsaved
from models.campaigns.audiences import BadAudience
from models.campaigns.plans import BadPlan, CampaignPlan, read_plan
from models.campaigns.recipes import recipe as read_recipe
from models.campaigns.states import EDITABLE
from models.core.errors import AftercareError
from models.core.validation import problems_of
from models.core.words import CampaignState
from models.people.permissions import Permission
from tasks.access.sessions import SignedIn
from tasks.campaigns.audiences.choices import read_choices, read_examples, read_names
from tasks.campaigns.audiences.counting import AudienceSeen
from tasks.campaigns.authors import author_of
from tasks.campaigns.drafting import LONGEST_NAME, change_campaign, create_campaign
from tasks.campaigns.listing import CampaignRead, read_campaign
from tasks.policies.editing import store_codes, store_id_of

STEPS = ("whom", "what", "when")


@page("/campaigns/new", Permission.MAKE_CAMPAIGNS, "campaigns.new")
async def show_new(viewer: Viewer, recipe: str = "") -> None:
    """The editor with a recipe's plan or an empty one. Nothing is stored until it is saved."""
    body, name = new_body(), ""
    if recipe:
        found = read_recipe(recipe)
        body, name = body_of(read_plan(found.plan_data())), found.name[viewer.language]
    editor = _Editor(viewer, None, name, body, recipe or None)
    await editor.show()


@page("/campaigns/{campaign_id:int}/plan", Permission.SEE_CAMPAIGNS, "campaigns.campaign")
async def show_plan(viewer: Viewer, campaign_id: int) -> None:
    """The editor of an existing campaign. It is read-only if launched, or if the viewer may not edit it."""
    read: CampaignRead = await viewer.read(read_campaign, author_of(viewer.user), campaign_id)
    show_parts(viewer, read.row, "plan")
    editor = _Editor(viewer, read, read.row.name, body_of(read.plan), read.row.recipe)
    await editor.show()


class _Editor:
    """The plan that is being edited. It is saved as a whole."""

    def __init__(self, viewer: Viewer, read: CampaignRead | None, name: str, body: Body, recipe: str | None) -> None:
        self._viewer, self._read, self._recipe = viewer, read, recipe
        self._name, self._body = name, deepcopy(body)
        self._version = read.row.version if read else 0
        self._store = read.row.store if read else viewer.user.store
        self._store_id = read.store_id if read else viewer.store_id
        self._beside = FieldErrors()
        self._unsaved = Unsaved()
        self._ready = False
        states = read is None or read.row.state in EDITABLE
        self._editable = states and viewer.may(Permission.MAKE_CAMPAIGNS)

    async def show(self) -> None:
        """Draw the editor."""
        viewer, campaign_id = self._viewer, self._read.row.id if self._read else None
        choices: Choices = await viewer.read(read_choices, author_of(viewer.user), campaign_id)
        if self._read is not None:
            choices = known_too(choices, await viewer.read(read_names, self._read.plan.audience))
        examples: Mapping[str, list[str]] = await viewer.read(read_examples, self._store_id)
        known = {name: viewer.say("audience.such_as", names=", ".join(some)) for name, some in examples.items() if some}
        self._audience = AudienceForm(
            viewer, self._body["audience"], choices, known, self._beside, self._audience_changed
        )
        self._seen = AudienceWatch(
            viewer, lambda: self._store_id, lambda: self._audience.rule, self._tell_of_audience, self._found
        )
        self._form = CampaignForm(viewer, self._body, self._zone(), self._beside, self._changed, self._typed)
        self._preview = Preview(viewer, campaign_id, lambda: self._name, lambda: self._form.body)
        self._audience.editable = self._form.editable = self._editable
        self._show_state()
        await self._show_head()
        with self._step(0):
            await self._show_whom()
        with self._step(1):
            self._form.show_message()
            self._preview.show()
        with self._step(2):
            self._form.show_course()
        self._show_foot()
        self._ready = True

    def _zone(self) -> str:
        return self._viewer.time_zone

    def _step(self, number: int) -> Element:
        title = f"{number + 1}. {self._viewer.say(f'campaigns.step_{STEPS[number]}')}"
        with ui.element("section").classes("card full-width step").props(f'aria-label="{title}"') as step:
            ui.label(title).props("role=heading aria-level=2").classes("text-h6")
        return step

    def _show_state(self) -> None:
        if self._read is None or not self._editable:
            return
        if self._read.row.state is not CampaignState.DRAFT:
            ui.label(self._viewer.say("campaigns.saving_voids")).classes("warn").props("role=status")

    async def _show_head(self) -> None:
        say = self._viewer.say

        def rename(event: ValueChangeEventArguments[str | None]) -> None:
            self._name = event.value or ""
            self._changed()

        with ui.row().classes("full-width items-start"):
            name = ui.input(say("campaigns.name"), value=self._name, on_change=rename)
            name.props(f"outlined dense stack-label hide-bottom-space maxlength={LONGEST_NAME}").classes("search")
            if not self._editable:
                name.props("readonly")
            self._beside.put(("name",), name)
            if self._read is None and self._viewer.store_id is None:
                await self._show_store()
            else:
                ui.label(f"{say('frame.store')}: {self._store or say('frame.all_stores')}").classes("quiet q-mt-sm")

    async def _show_store(self) -> None:
        say, viewer = self._viewer.say, self._viewer
        stores = {"": say("frame.all_stores")} | {
            code: f"{code} {name}" for code, name in await viewer.read(store_codes, None)
        }

        async def choose(event: ValueChangeEventArguments[str | None]) -> None:
            self._store = event.value or None
            self._store_id = await viewer.read(store_id_of, viewer.user, self._store)
            self._seen.ask(at_once=True)

        chosen = ui.select(stores, label=say("frame.store"), value=self._store or "", on_change=choose)
        chosen.props("outlined dense stack-label").classes("filter")

    async def _show_whom(self) -> None:
        with ui.element("div").classes("call"):
            with ui.column().classes("full-width"):
                self._audience.show()
            with ui.column().classes("full-width"):
                self._seen.show()
                if self._editable:
                    await AudienceLibrary(self._viewer, lambda: self._store_id, self._audience).show()

    def _show_foot(self) -> None:
        say = self._viewer.say
        if not self._editable:
            return
        with ui.row().classes("savebar full-width items-center"):
            self._refusals = ui.column().classes("bad full-width").props("role=alert").style("gap: 0")
            self._refusals.set_visibility(False)
            ui.button(say("campaigns.save"), on_click=self.save).props("no-caps")
            self._told = ui.label().props("role=status").classes("quiet")

    def _audience_changed(self) -> None:
        self._body["audience"] = self._audience.rule
        self._changed()
        self._seen.ask()

    def _changed(self) -> None:
        if self._ready and self._editable:
            self._told.set_text(self._viewer.say("campaigns.unsaved"))
            self._unsaved.changed()

    def _typed(self, variant: str) -> None:
        if self._ready:
            self._preview.look(variant)

    def _found(self, seen: AudienceSeen) -> None:
        self._preview.take(seen.some)

    def _tell_of_audience(self, refusal: BadAudience | None) -> None:
        """Show unfinished parts of the audience beside their fields while typing."""
        language = self._viewer.language
        problems = problems_of(refusal.error) if refusal else []
        told = [
            FormError((*AUDIENCE, *place_in(self._audience.rule, one.place)), reason_of(language, one))
            for one in problems
        ]
        self._beside.tell(told, AUDIENCE)

    async def save(self) -> None:
        """Validate the whole plan, and save it unless somebody else has saved since."""
        self._tell([], [])
        plan = self._checked()
        if plan is None:
            return
        try:
            await self._save(plan)
        except AftercareError as refusal:
            self._tell([], [sentence_of(self._viewer.language, refusal)])
        except Exception as error:
            async with telling(self._viewer):
                raise error

    def _checked(self) -> CampaignPlan | None:
        body = tidied(self._body)
        try:
            return read_plan(body)
        except BadPlan as refusal:
            self._tell(errors_in(refusal.error, body, self._viewer.language), [])
        return None

    async def _save(self, plan: CampaignPlan) -> None:
        viewer = self._viewer
        if self._read is None:
            made = await viewer.change(
                Permission.MAKE_CAMPAIGNS, _create, self._name, plan, viewer.now, self._store_id, self._recipe
            )
            self._unsaved.saved()
            tell(viewer, viewer.say("campaigns.draft_saved"), then=f"/campaigns/{made}/plan")
            return
        before = self._version
        self._version = await viewer.change(
            Permission.MAKE_CAMPAIGNS, _change, self._read.row.id, plan, before, viewer.now, self._name
        )
        self._told.set_text("")
        self._unsaved.saved()
        key = "campaigns.saved" if self._version != before else "campaigns.unchanged"
        tell(viewer, viewer.say(key, version=self._version))

    def _tell(self, errors: list[FormError], sentences: list[str]) -> None:
        """Show each error beside its field; those without a field, and a count of the others, above the button."""
        left = self._beside.tell(errors)
        lines = [f"{place_in_words(self._viewer, one.place)}: {one.sentence}" for one in left] + sentences
        if len(errors) > len(left):
            lines = [self._viewer.say("campaigns.to_put_right", count=len(errors) - len(left)), *lines]
        self._refusals.set_visibility(bool(lines))
        self._refusals.clear()
        with self._refusals:
            for line in lines:
                ui.label(line)


def _create(
    connection: Connection,
    user: SignedIn,
    name: str,
    plan: CampaignPlan,
    now: datetime,
    store_id: int | None,
    recipe: str | None,
) -> int:
    return create_campaign(connection, author_of(user), name, plan, now, store_id=store_id, recipe=recipe)


def _change(
    connection: Connection,
    user: SignedIn,
    campaign_id: int,
    plan: CampaignPlan,
    based_on: int,
    now: datetime,
    name: str,
) -> int:
    return change_campaign(connection, author_of(user), campaign_id, plan, based_on, now, name)
