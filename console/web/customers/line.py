"""An entry of a customer's timeline in the viewer's words. Pure: what is drawn is for the page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, assert_never

from console.shared.moments import local
from console.shared.words import read_wording
from console.web.door.signed_in import Viewer
from models.calls.surveys import DIMENSIONS
from models.messages.letters import write_money
from tasks.customers.intake import ALWAYS
from tasks.customers.timeline import Entry, EntryKind

Facts = Mapping[str, Any]
DAYS = frozenset(
    {
        EntryKind.REPAIR_ORDER,
        EntryKind.HANDOVER,
        EntryKind.LEAD,
        EntryKind.INVOICE,
        EntryKind.PAYMENT,
        EntryKind.PROMISE,
    }
)
"""What is known to the day only."""


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """What is shown of an entry."""

    when: str
    kind: str
    title: str
    details: list[str] = field(default_factory=list)
    letter: str | None = None
    """A text as it was written, by us or by the customer."""


def line_of(viewer: Viewer, entry: Entry, zone: str) -> ShownEntry:
    """An entry in words."""
    title, details, letter = _Words(viewer, zone).say(entry)
    when = local(entry.at, zone)
    if entry.kind in DAYS:
        when = entry.facts.get("day") or ""
    elif entry.at == ALWAYS:
        when = ""
    kind = viewer.say(f"customers.kind_{entry.kind}")
    return ShownEntry(when, kind, " · ".join(_there(title)), list(_there(details)), letter)


def said_or(viewer: Viewer, key: str, otherwise: str) -> str:
    """The wording of a key; where there is none, what it stands for as it is."""
    return viewer.say(key) if key in read_wording() else otherwise


def _there(parts: Iterable[str | None]) -> Iterable[str]:
    return (part for part in parts if part)


@dataclass(frozen=True, slots=True)
class _Words:
    viewer: Viewer
    zone: str

    def say(self, entry: Entry) -> tuple[list[str | None], list[str | None], str | None]:
        """Title, details, and letter."""
        facts = entry.facts
        match entry.kind:
            case EntryKind.TOUCH | EntryKind.VERDICT | EntryKind.CALL_ATTEMPT | EntryKind.RECEIPT:
                return self._about_touch(entry.kind, facts)
            case EntryKind.REPLY:
                title = [self._word(facts, "channel"), self._own("meaning", facts.get("meaning"))]
                return title, [], facts.get("text")
            case EntryKind.APPOINTMENT | EntryKind.REPAIR_ORDER | EntryKind.HANDOVER:
                return self._visit(entry), [self._by(facts)], None
            case EntryKind.LEAD | EntryKind.INVOICE | EntryKind.PAYMENT | EntryKind.PROMISE:
                return self._business(entry)
            case EntryKind.CASE | EntryKind.CASE_NOTE:
                title = [self._word(facts, "what"), self._word(facts, "state"), _number(facts.get("case"))]
                return title, [self._by(facts)], facts.get("note") or facts.get("text")
            case EntryKind.SURVEY:
                return [self._marks(facts)], [], facts.get("text")
            case EntryKind.CONSENT:
                return self._consent(facts)
            case EntryKind.CAMPAIGN:
                return [facts["campaign"], self._say(_part_in(facts))], [], None
            case EntryKind.AUDIT:
                action = facts["action"]
                title = [said_or(self.viewer, f"customers.act_{action}", self.viewer.word(action))]
                return title, [self._by(facts), *self._changes(facts)], None
            case _:
                assert_never(entry.kind)

    def _about_touch(self, kind: EntryKind, facts: Facts) -> tuple[list[str | None], list[str | None], str | None]:
        title = [self._word(facts, "process"), facts.get("campaign"), self._word(facts, "step")]
        reason = self.viewer.reason(facts.get("reason"))
        if kind is EntryKind.TOUCH:
            recipient, inside = facts.get("recipient"), facts.get("merged_into")
            title += [self._word(facts, "channel") or self._word(facts, "what"), self._word(facts, "state")]
            details = [
                self._say("to", recipient=recipient) if recipient else None,
                self._say("inside", step=self.viewer.word(inside)) if inside else None,
                self._word(facts, "outcome"),
                self._gate(facts),
                reason,
            ]
            return title, details, facts.get("body")
        if kind is EntryKind.CALL_ATTEMPT:
            title.append(self._word(facts, "outcome"))
            return title, [self._by(facts), self._moment("again", facts.get("again_at"))], facts.get("note")
        if kind is EntryKind.RECEIPT:
            return [*title, self._own("receipt", facts.get("state"))], [reason], None
        title += [self._word(facts, "gate"), self._own("decision", facts.get("decision"))]
        return title, [reason, self._moment("until", facts.get("until"))], None

    def _visit(self, entry: Entry) -> list[str | None]:
        facts = entry.facts
        title = [entry.ref, facts.get("vehicle"), facts.get("work")]
        if entry.kind is EntryKind.APPOINTMENT:
            confirmed = self._say("was_confirmed") if facts.get("confirmed_at") else None
            title += [self._own("status", facts.get("state")), confirmed]
        if entry.kind is EntryKind.REPAIR_ORDER:
            title.append(self._say("given_back" if facts.get("closed") else "in_workshop"))
        return title

    def _business(self, entry: Entry) -> tuple[list[str | None], list[str | None], str | None]:
        if entry.kind is EntryKind.LEAD:
            return self._lead(entry)
        return self._money(entry), self._days(entry), None

    def _lead(self, entry: Entry) -> tuple[list[str | None], list[str | None], str | None]:
        facts = entry.facts
        state, since, contacted = self._own("lead", facts["state"]), facts.get("state_on"), facts.get("contacted_on")
        title = [entry.ref, self._own("urgency", facts["urgency"]), facts.get("model"), state]
        details = [
            self._say("state_since", day=since) if since else None,
            self._say("contacted_on", day=contacted) if contacted else None,
            self.viewer.reason(facts.get("reason")),
        ]
        return title, details, None

    def _money(self, entry: Entry) -> list[str | None]:
        facts = entry.facts
        amount = facts.get("amount")
        money = write_money(Decimal(amount), facts["currency"]) if amount else self._say("in_full")
        return [entry.ref, money, self._own("what", facts.get("what")), self._own("invoice", facts.get("state"))]

    def _days(self, entry: Entry) -> list[str | None]:
        due, settled = entry.facts.get("due_on"), entry.facts.get("settled_on")
        key = "promised_for" if entry.kind is EntryKind.PROMISE else "due_on"
        return [self._say(key, day=due) if due else None, self._say("settled_on", day=settled) if settled else None]

    def _marks(self, facts: Facts) -> str:
        given = [f"{self._say(f'mark_{name}')} {facts[name]}" for name in DIMENSIONS if facts.get(name) is not None]
        return self._say("marks", marks=", ".join(given))

    def _consent(self, facts: Facts) -> tuple[list[str | None], list[str | None], str | None]:
        what = self._word(facts, "purpose") or self._say("everything")
        channel = self._word(facts, "channel") or self._say("any_channel")
        title = [what, channel, self._say("allowed" if facts["granted"] else "refused")]
        source = said_or(self.viewer, f"customers.source_{facts['source']}", facts["source"])
        return [*title], [self._say("by", name=source)], self.viewer.reason(facts.get("reason")) or None

    def _changes(self, facts: Facts) -> list[str | None]:
        """What an audit entry says was changed, value by value."""
        before, after = facts.get("before") or {}, facts.get("after") or {}
        changed = [name for name in after if after[name] not in (None, "") and after[name] != before.get(name)]
        return [f"{name}: {self._value(after[name])}" for name in changed]

    def _value(self, value: Any) -> str:
        if isinstance(value, bool):
            return self._say("yes" if value else "no")
        return self.viewer.word(value) if isinstance(value, str) else str(value)

    def _say(self, key: str, **values: object) -> str:
        return self.viewer.say(f"customers.{key}", **values)

    def _own(self, group: str, value: str | None) -> str | None:
        return self._say(f"{group}_{value}") if value else None

    def _word(self, facts: Facts, name: str) -> str | None:
        value = facts.get(name)
        return self.viewer.word(value) if value else None

    def _gate(self, facts: Facts) -> str | None:
        gate = self._word(facts, "gate")
        return self._say("at_gate", gate=gate) if gate else None

    def _by(self, facts: Facts) -> str | None:
        name = facts.get("by")
        return self._say("by", name=name) if name else None

    def _moment(self, key: str, value: str | None) -> str | None:
        return self._say(key, moment=local(datetime.fromisoformat(value), self.zone)) if value else None


def _part_in(facts: Facts) -> str:
    """What part the customer had in a campaign that no touch tells of."""
    return f"campaign_{facts['answer']}" if "answer" in facts else "campaign_held_out"


def _number(value: int | None) -> str | None:
    return f"#{value}" if value is not None else None
