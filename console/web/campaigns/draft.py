"""The draft of a campaign's plan: JSON as `models.campaigns.plans` reads it, perhaps unfinished. Pure."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from pydantic import ValidationError

from console.web.campaigns.audiences.tree import place_in
from console.web.parts.refusals import FormError, reason_of
from models.campaigns.plans import MOST_VARIANTS, WHOLE, CampaignPlan, FollowUp, read_plan
from models.campaigns.words import FOLLOW_UP, HINTS, LANGUAGES
from models.core.validation import Place, problems_of
from models.core.words import ChannelName, Purpose, Role, StepKind

Body = dict[str, Any]
WRITTEN = (ChannelName.SMS, ChannelName.WECHAT, ChannelName.EMAIL)
GREETINGS = {"zh-CN": "{{{{ customer }}}}，您好！{hint}", "en": "Hello {{{{ customer }}}}! {hint}"}


def new_body() -> Body:
    """The plan of a new campaign: to everyone, with default values."""
    words = {language: {"sms": GREETINGS[language].format(hint=HINTS[language])} for language in LANGUAGES}
    plan = read_plan({"audience": {"kind": "all"}, "variants": [{"key": "a", "words": words}]})
    return body_of(plan)


def body_of(plan: CampaignPlan) -> Body:
    """A plan as the page edits it."""
    return plan.model_dump(mode="json")


def tidied(body: Body) -> Body:
    """What is validated and saved: empty texts, and languages without any text, are removed."""
    kept = deepcopy(body)
    for said in (*kept["variants"], *([kept["follow_up"]] if kept["follow_up"] else [])):
        said["words"] = {language: words for language, words in _spoken(said["words"]).items() if any(words.values())}
    return kept


def _spoken(words: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, object]]:
    return {language: {channel: _said(one) for channel, one in of.items()} for language, of in words.items()}


def _said(words: Any) -> Any:
    if isinstance(words, dict):
        return words if any((words.get(part) or "").strip() for part in ("subject", "text")) else None
    return words if (words or "").strip() else None


def text_at(words: Mapping[str, Any], language: str, channel: str, part: str = "text") -> str:
    """The text in a field of the message; empty if there is none."""
    said = (words.get(language) or {}).get(channel)
    return str((said.get(part) if isinstance(said, dict) else said) or "") if said else ""


def write_at(words: dict[str, Any], language: str, channel: str, text: str, part: str = "text") -> None:
    """Write the text of a field."""
    of_language = words.setdefault(language, {})
    if channel != ChannelName.EMAIL:
        of_language[channel] = text
        return
    of_language[channel] = {"subject": "", "text": ""} | (of_language.get(channel) or {}) | {part: text}


def add_variant(body: Body) -> None:
    """Add a variant as a copy of the last one. All variants get equal shares."""
    taken = {variant["key"] for variant in body["variants"]}
    key = next(key for key in "abcd" if key not in taken)
    body["variants"].append(deepcopy(body["variants"][-1]) | {"key": key})
    _share_alike(body)


def remove_variant(body: Body, number: int) -> None:
    """Remove a variant. The others get equal shares."""
    del body["variants"][number]
    _share_alike(body)


def _share_alike(body: Body) -> None:
    count = len(body["variants"])
    for number, variant in enumerate(body["variants"]):
        variant["share"] = WHOLE // count + (number < WHOLE % count)


def may_add_variant(body: Body) -> bool:
    """Whether another variant may be added."""
    return len(body["variants"]) < MOST_VARIANTS


def shares_left(body: Body) -> int:
    """Percent left for the winner after the variants' trial; 0 without a trial."""
    shares = [variant["share"] for variant in body["variants"] if isinstance(variant["share"], int)]
    return max(WHOLE - sum(shares), 0)


def new_follow_up(kind: StepKind) -> Body:
    """A new follow-up for those who did not answer."""
    words = {language: {"sms": GREETINGS[language].format(hint=HINTS[language])} for language in LANGUAGES}
    role = Role.AGENT if kind is StepKind.CALL else None
    return FollowUp.model_validate({"kind": kind, "role": role, "words": words}).model_dump(mode="json")


def says_in(body: Body, variant: str, language: str) -> bool:
    """Whether a language has any text. Its customers get the other language if not."""
    words = words_of(body, variant).get(language) or {}
    return any(_said(one) for one in words.values())


def words_of(body: Body, variant: str) -> Mapping[str, Any]:
    """The texts of a variant, or of the follow-up, by language."""
    said = body["follow_up"] if variant == FOLLOW_UP else next(one for one in body["variants"] if one["key"] == variant)
    words: Mapping[str, Any] = said["words"]
    return words


def plan_of_text(body: Body, variant: str, channel: str, language: str) -> CampaignPlan:
    """A plan with one text only, so that it can be previewed while the rest is unfinished. Raises `BadPlan`."""
    follow_up = body["follow_up"]
    by_phone = variant == FOLLOW_UP and follow_up["kind"] == StepKind.CALL
    words = {language: {channel: _said((words_of(body, variant).get(language) or {}).get(channel))}}
    plan: Body = {
        "audience": {"kind": "all"},
        "purpose": Purpose.SERVICE if by_phone else body["purpose"],
        "channels": [channel],
        "variants": [{"key": "a", "words": words}],
    }
    if variant == FOLLOW_UP:
        plan["follow_up"] = {"kind": follow_up["kind"], "role": follow_up.get("role"), "words": words}
    return read_plan(plan)


def errors_in(error: ValidationError, body: Body, language: str) -> list[FormError]:
    """The validation errors of a refused plan, one for each field."""
    found: dict[Place, FormError] = {}
    for problem in problems_of(error):
        place = _placed(problem.place, body)
        found.setdefault(place, FormError(place, reason_of(language, problem)))
    return list(found.values())


def _placed(path: Place, body: Body) -> Place:
    """Within the audience pydantic puts the kinds of conditions into the path; the body does not have them."""
    return ("audience", *place_in(body["audience"], path[1:])) if path[:1] == ("audience",) else path
