"""An entry of a customer's timeline in the viewer's words. Pure: drawing is for the page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, assert_never

from console.shared.moments import local
from console.shared.words import read_wording
from console.web.authentication.viewer import Viewer
from console.web.parts.case_notes import note_in_words
from models.calls.surveys import DIMENSIONS
from models.messages.letters import write_money
from tasks.customers import timeline
from tasks.customers.intake import ALWAYS
from tasks.customers.timeline import Entry
from tasks.subjects.timeline import (
    Amount,
    Because,
    EntryKind,
    OnDay,
    Part,
    Person,
    Plain,
    Whether,
    Worded,
    entries_of_subjects,
)

Facts = Mapping[str, Any]
OF_A_CUSTOMER = "customer:"
"""Before the number of a customer who did something by themselves."""


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
    of_subject = entries_of_subjects().get(entry.kind)
    if of_subject is not None and of_subject.to_the_day:
        when = entry.facts.get("day") or ""
    elif entry.at == ALWAYS:
        when = ""
    kind = said_or(viewer, f"customers.kind_{entry.kind}", viewer.word(entry.kind))
    return ShownEntry(when, kind, " · ".join(_there(title)), list(_there(details)), letter)


def said_or(viewer: Viewer, key: str, otherwise: str) -> str:
    """The wording of a key, or the given fallback."""
    return viewer.say(key) if key in read_wording() else otherwise


def _there(parts: Iterable[str | None]) -> Iterable[str]:
    return (part for part in parts if part)


@dataclass(frozen=True, slots=True)
class _Words:
    viewer: Viewer
    zone: str

    def say(self, entry: Entry) -> tuple[list[str | None], list[str | None], str | None]:
        """Title, details, and message."""
        facts = entry.facts
        match entry.kind:
            case timeline.TOUCH | timeline.VERDICT | timeline.CALL_ATTEMPT | timeline.RECEIPT:
                return self._about_touch(entry.kind, facts)
            case timeline.REPLY:
                title = [self._word(facts, "channel"), self._own("meaning", facts.get("meaning"))]
                return title, [], facts.get("text")
            case timeline.CASE | timeline.CASE_NOTE:
                title = [self._word(facts, "what"), self._word(facts, "state"), _number(facts.get("case"))]
                return title, [self._by(facts)], self._note(facts)
            case timeline.SURVEY:
                return [self._marks(facts)], [], facts.get("text")
            case timeline.CONSENT:
                return self._consent(facts)
            case timeline.CAMPAIGN:
                return [facts["campaign"], self._say(_part_in(facts))], [], None
            case timeline.AUDIT:
                action = facts["action"]
                title = [said_or(self.viewer, f"customers.act_{action}", self.viewer.word(action))]
                return title, [self._by(facts), *self._changes(facts)], None
            case _:
                return self._of_subject(entry)

    def _note(self, facts: Facts) -> str | None:
        note = facts.get("note") or facts.get("text")
        return note_in_words(self.viewer, note) if note else None

    def _of_subject(self, entry: Entry) -> tuple[list[str | None], list[str | None], str | None]:
        """What the drawer of a subject says of its entry."""
        told = entries_of_subjects()[entry.kind]
        title = [entry.ref, *(self._part(part, entry.facts) for part in told.title)]
        return title, [self._part(part, entry.facts) for part in told.details], None

    def _part(self, part: Part, facts: Facts) -> str | None:
        match part:
            case Plain(fact):
                return facts.get(fact)
            case Worded(fact, group):
                return self._own(group, facts.get(fact))
            case Whether(fact, yes, no):
                sentence = yes if facts.get(fact) else no
                return self._say(sentence) if sentence else None
            case OnDay(fact, sentence):
                return self._say(sentence, day=facts[fact]) if facts.get(fact) else None
            case Amount(otherwise):
                amount = facts.get("amount")
                return write_money(Decimal(amount), facts["currency"]) if amount else self._say(otherwise)
            case Person():
                return self._by(facts)
            case Because():
                return self.viewer.reason(facts.get("reason"))
            case _:
                assert_never(part)

    def _about_touch(self, kind: EntryKind, facts: Facts) -> tuple[list[str | None], list[str | None], str | None]:
        title = [self._word(facts, "process"), facts.get("campaign"), self._word(facts, "step")]
        reason = self.viewer.reason(facts.get("reason"))
        if kind == timeline.TOUCH:
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
        if kind == timeline.CALL_ATTEMPT:
            title.append(self._word(facts, "outcome"))
            return title, [self._by(facts), self._moment("again", facts.get("again_at"))], facts.get("note")
        if kind == timeline.RECEIPT:
            return [*title, self._own("receipt", facts.get("state"))], [reason], None
        title += [self._word(facts, "gate"), self._own("decision", facts.get("decision"))]
        return title, [reason, self._moment("until", facts.get("until"))], None

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

    def _value(self, value: object) -> str:
        if isinstance(value, bool):
            return self._say("yes" if value else "no")
        return self.viewer.word(value) if isinstance(value, str) else str(value)

    def _say(self, key: str, **values: object) -> str:
        return self.viewer.say(f"customers.{key}", **values)

    def _own(self, group: str, value: str | None) -> str | None:
        return said_or(self.viewer, f"customers.{group}_{value}", self.viewer.word(value)) if value else None

    def _word(self, facts: Facts, name: str) -> str | None:
        value = facts.get(name)
        return self.viewer.word(value) if value else None

    def _gate(self, facts: Facts) -> str | None:
        gate = self._word(facts, "gate")
        return self._say("at_gate", gate=gate) if gate else None

    def _by(self, facts: Facts) -> str | None:
        name = facts.get("by")
        if name and name.startswith(OF_A_CUSTOMER):
            return self._say("by_customer")
        return self._say("by", name=name) if name else None

    def _moment(self, key: str, value: str | None) -> str | None:
        return self._say(key, moment=local(datetime.fromisoformat(value), self.zone)) if value else None


def _part_in(facts: Facts) -> str:
    """The customer's role in a campaign without a touch."""
    return f"campaign_{facts['answer']}" if "answer" in facts else "campaign_held_out"


def _number(value: int | None) -> str | None:
    return f"#{value}" if value is not None else None
