"""An audience in words, in both languages, for people who approve a campaign or read someone else's."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from models.campaigns.audiences import AllOf, AnyOf, AudienceRule, Not, parts_of
from models.campaigns.conditions.contract import Condition, Said
from models.core.words import Language

Names = Mapping[str, Mapping[int, str]]
"""By field: the names of what a rule refers to by number (lists, earlier campaigns)."""
INDENT = "  "


class RuleLine(NamedTuple):
    """One line: a condition, or the operator that joins the lines below it."""

    depth: int
    text: str


QUOTED: Said = {"zh-CN": "“{}”", "en": "'{}'"}
NUMBERED: Said = {"zh-CN": "编号 {}", "en": "no. {}"}
EVERYBODY: Said = {"zh-CN": "所有客户", "en": "everybody"}
JOINTS: dict[str, Said] = {
    "all": {"zh-CN": "同时满足以下各项：", "en": "all of these hold:"},
    "any": {"zh-CN": "满足以下任一项：", "en": "any of these holds:"},
    "not": {"zh-CN": "不满足：", "en": "this does not hold:"},
}
FURTHER: dict[str, Said] = {
    "least": {"zh-CN": "至少 {}", "en": "at least {}"},
    "most": {"zh-CN": "至多 {}", "en": "at most {}"},
    "makes": {"zh-CN": "品牌 {}", "en": "made by {}"},
    "models": {"zh-CN": "车型 {}", "en": "of the model {}"},
    "least_model_year": {"zh-CN": "年款不早于 {}", "en": "of model year {} or later"},
    "most_model_year": {"zh-CN": "年款不晚于 {}", "en": "of model year {} or earlier"},
    "least_age": {"zh-CN": "车龄至少 {} 年", "en": "{} years old or more"},
    "most_age": {"zh-CN": "车龄至多 {} 年", "en": "{} years old or less"},
    "has_plate": {"zh-CN": "有车牌：{}", "en": "with a plate: {}"},
    "has_vin": {"zh-CN": "有车架号：{}", "en": "with a VIN: {}"},
    "least_warranty_days": {"zh-CN": "质保至少还有 {} 天", "en": "with {} days or more to the end of its warranty"},
    "most_warranty_days": {"zh-CN": "质保在 {} 天内到期", "en": "with {} days or less to the end of its warranty"},
    "least_kilometres": {"zh-CN": "里程至少 {} 公里", "en": "with {} km or more"},
    "most_kilometres": {"zh-CN": "里程至多 {} 公里", "en": "with {} km or less"},
    "estimated": {"zh-CN": "里程按估算", "en": "by the estimate for today"},
    "least_days": {"zh-CN": "{} 天前或更早", "en": "{} days ago or longer"},
    "most_days": {"zh-CN": "最近 {} 天内", "en": "{} days ago or less"},
    "since": {"zh-CN": "自 {} 起", "en": "on {} or later"},
    "until": {"zh-CN": "到 {} 为止", "en": "on {} or earlier"},
    "or_never": {"zh-CN": "或从未到店", "en": "or never"},
    "within_days": {"zh-CN": "{} 天以内", "en": "within {} days"},
    "work_kinds": {"zh-CN": "项目：{}", "en": "for {}"},
    "urgencies": {"zh-CN": "级别 {}", "en": "of the urgency {}"},
    "states": {"zh-CN": "状态：{}", "en": "in the state {}"},
    "uncontacted_days": {"zh-CN": "最近 {} 天内未联系", "en": "not contacted within {} days"},
    "campaign": {"zh-CN": "即 {}", "en": "namely in {}"},
}
"""The phrase for a field that is filled in; for any other field, just its value."""
VALUES: dict[Language, dict[str, str]] = {
    "zh-CN": {
        "True": "是", "False": "否", "yes": "仍持有", "no": "已不再持有",
        "either": "无论是否仍持有", "maintenance": "保养", "repair": "维修", "inspection": "检查", "other": "其他",
        "zh-CN": "中文", "en": "英文", "marketing": "营销", "service": "服务", "follow-up": "回访", "survey": "调查",
        "dunning": "催款", "sms": "短信", "email": "邮件", "wechat": "微信", "phone": "电话",
        "in-audience": "在其对象中", "sent": "已收到", "answered": "已回应", "not-answered": "已收到但未回应",
        "O": "O（已订车）", "H": "H（7 天内购车）", "A": "A（一个月内购车）", "B": "B（三个月内购车）",
        "open": "跟进中", "won": "已成交", "lost": "已战败",
        "potential-customer": "潜在客户", "new-customer": "新客户", "active-customer": "活跃客户",
        "sleeping-customer": "沉睡客户", "lost-customer": "流失客户", "vip-customer": "VIP 客户",
    },
    "en": {
        "True": "yes", "False": "no", "yes": "still kept", "no": "no longer kept",
        "either": "kept or not", "zh-CN": "Chinese", "en": "English", "sms": "SMS", "email": "e-mail",
        "wechat": "WeChat", "in-audience": "was in the audience", "sent": "was sent it", "answered": "answered it",
        "not-answered": "was sent it and did not answer",
        "potential-customer": "potential customer", "new-customer": "new customer",
        "active-customer": "active customer", "sleeping-customer": "sleeping customer",
        "lost-customer": "lost customer", "vip-customer": "VIP",
        "O": "O (ordered)", "H": "H (buys within 7 days)", "A": "A (within a month)", "B": "B (within three months)",
    },
}  # fmt: skip
BETWEEN: Said = {"zh-CN": "、", "en": ", "}
CHOSEN = ("language", "classes", "purpose", "channel", "channels", "part", "work_kinds", "urgencies", "states", "kept")
"""Fields whose values are our own words; all other values come from the user."""
NAMED = ("list", "campaign")
"""Fields whose values are ids of named things."""


def describe_audience(rule: AudienceRule, language: Language, names: Names) -> list[RuleLine]:
    """The rule as lines: one condition each, below its operator. Things without a name appear by number."""
    return list(_lines(rule, language, names, 0))


def audience_text(rule: AudienceRule, language: Language, names: Names) -> str:
    """The same as a single indented text."""
    return "\n".join(INDENT * line.depth + line.text for line in describe_audience(rule, language, names))


def audience_phrase(rule: AudienceRule, language: Language, names: Names) -> str:
    """A part of a rule as part of a sentence."""
    match rule:
        case AllOf(of=()):
            return EVERYBODY[language]
        case AllOf() | AnyOf() | Not():
            parts = "; ".join(audience_phrase(one, language, names) for one in parts_of(rule))
            return f"{JOINTS[rule.kind][language]} ({parts})"
        case _:
            return _condition(rule, language, names)


def _lines(rule: AudienceRule, language: Language, names: Names, depth: int) -> Iterator[RuleLine]:
    match rule:
        case AllOf(of=()):
            yield RuleLine(depth, EVERYBODY[language])
        case AllOf() | AnyOf():
            yield RuleLine(depth, JOINTS[rule.kind][language])
            for part in rule.of:
                yield from _lines(part, language, names, depth + 1)
        case Not():
            yield RuleLine(depth, JOINTS[rule.kind][language])
            yield from _lines(rule.of, language, names, depth + 1)
        case _:
            yield RuleLine(depth, _condition(rule, language, names))


def _condition(condition: Condition, language: Language, names: Names) -> str:
    fields = dict(condition)
    del fields["kind"]
    yes = fields.pop("yes", True)
    phrase = (condition.said if yes or condition.said_no is None else condition.said_no)[language]
    says = FURTHER | condition.further
    further = [_further(says, name, value, language, names) for name, value in fields.items() if _is_said(name, value)]
    return f"{phrase} {BETWEEN[language].join(further)}" if further else phrase


def _is_said(name: str, value: object) -> bool:
    """Whether a field adds anything: a switch that is off by default does not."""
    return value is not None and value != () and not (value is False and name in ("estimated", "or_never"))


def _further(says: Mapping[str, Said], name: str, value: object, language: Language, names: Names) -> str:
    values = value if isinstance(value, tuple) else (value,)
    told = BETWEEN[language].join(_value(name, one, language, names) for one in values)
    return says[name][language].format(told) if name in says else told


def _value(name: str, value: Any, language: Language, names: Names) -> str:
    if name in NAMED:
        known = names.get(name, {}).get(value)
        return NUMBERED[language].format(value) if known is None else QUOTED[language].format(known)
    if isinstance(value, bool) or name in CHOSEN:
        return VALUES[language].get(str(value), str(value))
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:,}" if isinstance(value, Decimal) or name.endswith("kilometres") else str(value)
