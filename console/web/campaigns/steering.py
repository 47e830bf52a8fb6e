"""Actions on a campaign in its current state: submit, withdraw, launch, pause, resume, cancel, release."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from nicegui import ui

from console.web.authentication.viewer import Viewer
from console.web.campaigns.views import act, ask_for_run, money, wake_run
from console.web.parts.deciding import ask_reason
from console.web.parts.dialogs import answer_of, confirm
from console.web.parts.frame import sentence_of, telling
from console.web.parts.told import tell
from models.campaigns.states import UNDER_WAY
from models.core.words import CampaignState
from models.people.permissions import Permission
from tasks.campaigns.authors import author_of
from tasks.campaigns.launch.approving import Submitted, submit, withdraw
from tasks.campaigns.launch.launching import cancel, launch, let_go, pause, resume
from tasks.campaigns.listing import CampaignRead, read_campaign

STEERABLE = (CampaignState.APPROVED, *UNDER_WAY)
TAKEN_BACK = (CampaignState.AWAITING_APPROVAL, CampaignState.APPROVED)
Changed = Callable[[], Awaitable[None]]


@dataclass
class Steering:
    """The buttons of one campaign; `changed` redraws what is shown of it."""

    viewer: Viewer
    read: CampaignRead
    changed: Changed

    def show(self) -> None:
        """Show the actions that its state allows and the viewer may take."""
        row, may = self.read.row, self.viewer.may
        if not may(Permission.MAKE_CAMPAIGNS) and not may(Permission.APPROVE_CAMPAIGNS):
            return
        with ui.row().classes("items-center"):
            if may(Permission.MAKE_CAMPAIGNS):
                self._show_making()
            if row.held_reason is not None and may(Permission.APPROVE_CAMPAIGNS):
                self._button("let_go", self._let_go, "color=positive")

    def _show_making(self) -> None:
        row = self.read.row
        if row.state is CampaignState.DRAFT:
            self._button("submit", self._submit)
        if row.state is CampaignState.APPROVED and row.launches_at is None:
            self._button("launch", self._launch, "color=positive")
        if row.state in STEERABLE and row.paused_at is None:
            self._button("pause", self._pause, "outline")
        if row.state in STEERABLE and row.paused_at is not None:
            self._button("resume", self._resume, "color=positive")
        if row.state in TAKEN_BACK:
            self._button("withdraw", self._withdraw, "outline")
        if row.state in (CampaignState.DRAFT, *TAKEN_BACK, *UNDER_WAY):
            self._button("cancel", self._cancel, "outline color=negative")

    def _button(self, word: str, press: Callable[[], Awaitable[None]], looks: str = "") -> None:
        ui.button(self.viewer.say(f"campaigns.{word}"), on_click=press).props(f"no-caps {looks}")

    async def _do(self, permission: Permission, job: object, *args: object, word: str, **kwargs: object) -> bool:
        """Run an action, report it, and redraw. Whether it succeeded."""
        async with telling(self.viewer):
            await act(self.viewer, permission, job, self.read.row.id, *args, **kwargs)
            tell(self.viewer, self.viewer.say(f"campaigns.{word}"))
            await self.changed()
            return True
        return False

    async def _submit(self) -> None:
        say = self.viewer.say
        with ui.dialog(value=True) as dialog, ui.card().classes("asking"):
            ui.label(say("campaigns.submit_ask", name=self.read.row.name)).props("role=heading aria-level=2").classes(
                "text-h6"
            )
            ui.label(say("campaigns.submit_means"))
            launches = ui.checkbox(say("campaigns.launch_when_approved"), value=True)
            problem = ui.label().classes("bad").props("role=alert")

            async def go() -> None:
                button.disable()
                try:
                    await self._hand_in(bool(launches.value))
                except Exception as error:  # noqa: BLE001  shown in the dialog; unexpected errors are logged there
                    problem.set_text(sentence_of(self.viewer.language, error))
                    button.enable()
                else:
                    dialog.close()

            with ui.row().classes("full-width justify-end"):
                ui.button(say("frame.close"), on_click=dialog.close).props("flat no-caps")
                button = ui.button(say("campaigns.submit"), on_click=go).props("no-caps")

    async def _hand_in(self, launches: bool) -> None:
        viewer, row = self.viewer, self.read.row
        settings = viewer.database.settings
        done: Submitted = await act(
            viewer, Permission.MAKE_CAMPAIGNS, submit, row.id, settings, viewer.now, launch=launches
        )
        approved = done.state is CampaignState.APPROVED
        key = "campaigns.submitted_approved" if approved else "campaigns.submitted_waits"
        tell(viewer, viewer.say(key, size=f"{done.size:,}", alone=f"{done.alone_up_to:,}"))
        if launches or not approved:
            await ask_for_run(viewer, (await self._reread()).row, "submitted")
        await self.changed()

    async def _reread(self) -> CampaignRead:
        read: CampaignRead = await self.viewer.read(read_campaign, author_of(self.viewer.user), self.read.row.id)
        return read

    async def _launch(self) -> None:
        question = self.viewer.say("campaigns.launch_ask", size=f"{self.read.approved_size or 0:,}")
        if await confirm(self.viewer, question, "campaigns.launch_means", "campaigns.launch") and await self._do(
            Permission.MAKE_CAMPAIGNS, launch, self.viewer.now, word="launched"
        ):
            await ask_for_run(self.viewer, self.read.row, "launched")

    async def _withdraw(self) -> None:
        if await confirm(
            self.viewer, self.viewer.say("campaigns.withdraw_ask"), "campaigns.withdraw_means", "campaigns.withdraw"
        ) and await self._do(Permission.MAKE_CAMPAIGNS, withdraw, self.viewer.now, word="withdrawn"):
            await wake_run(self.viewer, self.read.row.id)

    async def _pause(self) -> None:
        await self._do(Permission.MAKE_CAMPAIGNS, pause, self.viewer.now, word="paused_now")

    async def _resume(self) -> None:
        await self._do(Permission.MAKE_CAMPAIGNS, resume, self.viewer.now, word="resumed")

    async def _cancel(self) -> None:
        say = self.viewer.say
        reason = await ask_reason(self.viewer, say("campaigns.cancel_ask"), say("campaigns.cancel_means"), needed=True)
        if reason is not None and await self._do(
            Permission.MAKE_CAMPAIGNS, cancel, self.viewer.now, reason, word="cancelled"
        ):
            await wake_run(self.viewer, self.read.row.id)

    async def _let_go(self) -> None:
        """Release a held campaign. A budget that is used up can be raised at the same time."""
        say, row = self.viewer.say, self.read.row
        with ui.dialog() as dialog, ui.card().classes("asking"):
            ui.label(say("campaigns.let_go_ask")).props("role=heading aria-level=2").classes("text-h6")
            ui.label(say("campaigns.let_go_means")).classes("as-written")
            budget = ui.input(say("campaigns.new_budget"), value=str(row.budget or ""))
            budget.props("outlined dense stack-label inputmode=decimal").classes("full-width")
            budget.props["hint"] = say("campaigns.spent_so_far", spent=money(self.viewer, row.spent))

            def submitted() -> None:
                try:
                    dialog.submit(_amount(budget.value or ""))
                except InvalidOperation:
                    budget.error = say("checks.amount")

            with ui.row().classes("full-width justify-end"):
                ui.button(say("frame.close"), on_click=dialog.close).props("flat no-caps")
                ui.button(say("campaigns.let_go"), on_click=submitted).props("no-caps")
        answer = await answer_of(dialog)
        if answer is not None:
            raised = answer[0] if answer[0] != row.budget else None
            await self._do(Permission.APPROVE_CAMPAIGNS, let_go, self.viewer.now, raised, word="went_on")


def _amount(text: str) -> tuple[Decimal | None]:
    """The amount that was typed, or None. Raises `InvalidOperation`."""
    if not text.strip():
        return (None,)
    amount = Decimal(text.strip().replace(",", ""))
    if not amount.is_finite() or amount <= 0 or amount >= 10**12:
        raise InvalidOperation
    return (amount.quantize(Decimal("0.01")),)
