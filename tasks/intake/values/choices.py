"""The words that sources use for our choices, in English, Chinese and German. A kind's own stand in its drawer."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from models.core.reasons import TEXT, declare, give
from models.core.words import ChannelName, WorkKind
from tasks.intake.values.cells import Unusable, bare

Choice = TypeVar("Choice", bound=StrEnum)
Words = Mapping[str, Choice]


def words_of(choices: type[Choice], aliases: Mapping[Choice, str]) -> dict[str, Choice]:
    """Each choice by its own name and by its aliases, which stand separated by commas."""
    words = {bare(choice.value): choice for choice in choices}
    for choice, names in aliases.items():
        for alias in names.split(","):
            if words.setdefault(bare(alias), choice) is not choice:
                sentence = f"'{alias}' stands for {words[bare(alias)]} and for {choice}"
                raise ValueError(sentence)
    return words


WORK = words_of(
    WorkKind,
    {
        WorkKind.INSPECTION: "inspect,check,check up,checkup,health check,vehicle health check,warranty inspection,"
        "free inspection,warranty check,检测,检查,质保检测,免费检测,免费检查,车辆检测,全车检测,inspektion,prüfung",
        WorkKind.STATUTORY_INSPECTION: "statutory,annual inspection,annual check,yearly inspection,mot,mot test,"
        "roadworthiness test,state inspection,safety inspection,emissions test,年检,年审,车检,验车,审车,"
        "年度检验,机动车年检,hauptuntersuchung,hu,tüv,tuev,abgasuntersuchung,au",
        WorkKind.MAINTENANCE: "maintain,service,servicing,oil change,oil service,regular service,"
        "periodic maintenance,保养,定期保养,维护,常规保养,小保养,大保养,wartung,ölwechsel",
        WorkKind.FIRST_SERVICE: "first maintenance,initial service,free first service,首保,首次保养,erstinspektion",
        WorkKind.SECOND_SERVICE: "second maintenance,二保,第二次保养,二次保养,zweitinspektion",
        WorkKind.TYRES: "tyre,tire,tires,tyre change,tyre rotation,tire rotation,轮胎,换胎,更换轮胎,轮胎换位,reifen,"
        "reifenwechsel",
        WorkKind.REPAIR: "repairs,fix,body,bodywork,paint,维修,修理,钣喷,钣金,喷漆,一般维修,普通维修,reparatur",
        WorkKind.MINOR_REPAIR: "small repair,quick repair,小修,快修,kleinreparatur",
        WorkKind.OVERHAUL: "major repair,general overhaul,大修,总成大修,generalüberholung,großreparatur",
        WorkKind.ACCIDENT: "accident repair,collision,collision repair,crash,insurance repair,"
        "事故,事故车,事故维修,保险维修,unfall,unfallschaden",
        WorkKind.WARRANTY_WORK: "warranty,warranty repair,warranty claim,recall,goodwill,"
        "三包,三包维修,质保维修,索赔,召回,garantie,garantiearbeit,rückruf",
        WorkKind.OTHER: "misc,miscellaneous,wash,其他,其它,洗车,美容,sonstiges",
    },
)
CHANNELS = words_of(
    ChannelName,
    {
        ChannelName.SMS: "text,text message,mobile,短信,手机短信",
        ChannelName.EMAIL: "mail,e-mail,邮件,电子邮件,邮箱",
        ChannelName.WECHAT: "weixin,wx,wecom,微信,企业微信",
        ChannelName.PHONE: "call,calls,telephone,voice,电话,来电,致电,telefon,anruf",
    },
)
YES_NO = {
    bare(word): answer
    for answer, words in (
        (
            True,
            "yes,y,true,1,x,ok,on,ja,j,granted,given,opt in,opted in,opt-in,allowed,allow,agree,agreed,consent,"
            "active,subscribed,subscribe,是,有,同意,已同意,允许,接受,愿意,订阅,已订阅,对,真,在职,启用",
        ),
        (
            False,
            "no,n,false,f,0,off,nein,denied,refused,withdrawn,revoked,opt out,opted out,opt-out,not allowed,disagree,"
            "unsubscribed,unsubscribe,stop,td,blocked,do not contact,dnc,dnd,do not disturb,inactive,left,"
            "否,不,没有,无,不同意,拒绝,退订,已退订,不允许,不接受,拒收,禁止,勿扰,不愿意,取消订阅,假,离职,停用",
        ),
    )
    for word in words.split(",")
}
LANGUAGES = {
    bare(word): language
    for language, words in {
        "zh-CN": "zh-CN,zh,cn,chinese,mandarin,zh-hans,zh-hans-cn,simplified chinese,zho,chi,chinesisch,"
        "中文,汉语,简体中文,普通话",
        "en": "en,english,en-us,en-gb,eng,英文,英语,englisch",
    }.items()
    for word in words.split(",")
}
EVERY = frozenset({"all", "any", "every", "everything", "全部", "所有", "alle", ""})


def choose(text: str, words: Words[Choice]) -> Choice:
    """The choice that a word stands for. Raises `Unusable`."""
    found = words.get(bare(text))
    if found is None:
        raise Unusable(give(CHOICE_EXPECTED, choices=", ".join(type(next(iter(words.values()))))))
    return found


def choose_or_every(text: str, words: Words[Choice]) -> Choice | None:
    """The choice that a word stands for; nothing where it stands for all of them. Raises `Unusable`."""
    return None if bare(text) in EVERY else choose(text, words)


TWO_MEANINGS = frozenset({"t"})
"""`t` is true in what databases write, and TD, to unsubscribe, where it is cut short."""
CHOICE_EXPECTED = declare("choice-expected", choices=TEXT)
YES_OR_NO = declare("yes-or-no-expected")
YES_AND_NO = declare("word-means-yes-and-no", text=TEXT)
LANGUAGE_EXPECTED = declare("language-expected")


def read_yes_no(text: str) -> bool:
    """Whether a cell says yes. Raises `Unusable`."""
    answer = {"√": True, "✓": True, "✔": True, "×": False, "✗": False}.get(text, YES_NO.get(bare(text)))
    if answer is None:
        raise Unusable(give(YES_AND_NO, text=text) if bare(text) in TWO_MEANINGS else give(YES_OR_NO))
    return answer


def read_language(text: str) -> str:
    """`zh-CN` or `en`. Raises `Unusable`."""
    language = LANGUAGES.get(bare(text))
    if language is None:
        raise Unusable(give(LANGUAGE_EXPECTED))
    return language
