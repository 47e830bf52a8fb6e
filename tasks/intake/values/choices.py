"""The words that sources use for our choices, in English, Chinese and German."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from models.core.words import (
    AppointmentStatus,
    ChannelName,
    DeadlineClock,
    InvoiceKind,
    InvoiceStatus,
    LeadState,
    LeadUrgency,
    PartsState,
    Purpose,
    Role,
    WorkKind,
)
from tasks.intake.values.cells import Unusable, bare

Choice = TypeVar("Choice", bound=StrEnum)
Words = Mapping[str, Choice]


class BookingWord(StrEnum):
    """What a source says of an appointment: our status, or `confirmed`, which is booked and a fact of its own."""

    REQUESTED = "requested"
    BOOKED = "booked"
    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no-show"

    @property
    def status(self) -> AppointmentStatus:
        """The status that the word stands for."""
        return AppointmentStatus.BOOKED if self is BookingWord.CONFIRMED else AppointmentStatus(self.value)


def _words(choices: type[Choice], aliases: Mapping[Choice, str]) -> dict[str, Choice]:
    """Each choice by its own name and by its aliases, which stand separated by commas."""
    own = {bare(choice.value): choice for choice in choices}
    return own | {bare(alias): choice for choice, names in aliases.items() for alias in names.split(",")}


BOOKING = _words(
    BookingWord,
    {
        BookingWord.REQUESTED: "request,pending,inquiry,enquiry,open request,waiting,awaiting,tentative,"
        "provisional,待确认,待处理,待受理,申请中,已申请,预约中,未确认,angefragt,anfrage,unconfirmed",
        BookingWord.BOOKED: "book,scheduled,planned,reserved,active,accepted,open,rescheduled,moved,rebooked,"
        "已预约,预约成功,预约,已安排,已登记,待到店,已改期,改期,已改约,改约,已受理,gebucht,geplant,vereinbart,verschoben,offen",
        BookingWord.CONFIRMED: "confirm,customer confirmed,已确认,确认,客户已确认,bestätigt",
        BookingWord.ARRIVED: "arrive,checked in,check in,checkin,in progress,in service,in workshop,on site,here,"
        "started,showed,到店,已到店,已到,已进店,进店,在店,维修中,施工中,服务中,eingetroffen,in arbeit,erschienen",
        BookingWord.COMPLETED: "complete,done,closed,finished,fulfilled,attended,delivered,invoiced,picked up,"
        "已完成,完成,已完工,完工,已结束,已交车,已结算,已离店,erledigt,abgeschlossen,fertig",
        BookingWord.CANCELLED: "canceled,cancel,cancelled by customer,canceled by customer,declined,withdrawn,deleted,"
        "void,cxl,取消,已取消,客户取消,取消预约,作废,已作废,storniert,abgesagt,gelöscht",
        BookingWord.NO_SHOW: "not arrived,did not arrive,did not come,missed,absent,didn't show,not shown,dna,"
        "爽约,未到店,未到,失约,未履约,nicht erschienen",
    },
)
WORK = _words(
    WorkKind,
    {
        WorkKind.INSPECTION: "inspect,check,check up,checkup,health check,vehicle health check,warranty inspection,"
        "free inspection,warranty check,检测,检查,年检,质保检测,免费检测,免费检查,车辆检测,全车检测,inspektion,prüfung",
        WorkKind.MAINTENANCE: "maintain,service,servicing,oil change,oil service,regular service,first service,"
        "first maintenance,periodic maintenance,tyre,tyres,tire,tires,保养,首保,定期保养,维护,常规保养,小保养,大保养,"
        "wartung,ölwechsel",
        WorkKind.REPAIR: "repairs,fix,body,bodywork,paint,accident,warranty repair,recall,"
        "维修,修理,钣喷,钣金,喷漆,事故,事故维修,索赔,一般维修,召回,reparatur",
        WorkKind.OTHER: "misc,miscellaneous,wash,其他,其它,洗车,美容,sonstiges",
    },
)
PARTS = _words(
    PartsState,
    {
        PartsState.UNKNOWN: "tbd,to be checked,not checked,unchecked,open,未知,未查,待查,待确认",
        PartsState.NOT_NEEDED: "none,none needed,no parts,not required,n/a,na,不需要,无需,无需配件,无,nicht nötig",
        PartsState.READY: "in stock,available,complete,ok,yes,y,arrived,reserved,picked,allocated,prepared,received,"
        "有货,现货,齐全,已到货,已备,备齐,已备货,已备齐,到货,vorhanden,bereit,auf lager",
        PartsState.ORDERED: "on order,order placed,backorder,back order,back ordered,special order,in transit,"
        "已订,已订货,订货中,在途,已订购,采购中,bestellt",
        PartsState.MISSING: "not available,unavailable,out of stock,short,shortage,no,n,lacking,not in stock,not ready,"
        "to order,to be ordered,缺,缺货,缺件,无货,未备,待订,待订货,需订货,未到货,fehlt,fehlend,nicht vorhanden",
    },
)
INVOICE_KINDS = _words(
    InvoiceKind,
    {
        InvoiceKind.INVOICE: "inv,bill,sales invoice,customer invoice,out_invoice,tax invoice,debit,"
        "debit note,发票,账单,应收,rechnung,re,ar",
        InvoiceKind.CREDIT_NOTE: "credit,credit memo,creditnote,cn,cr,crn,refund,out_refund,return,"
        "贷项,贷项通知单,红字发票,红票,红冲,退款,冲销,gutschrift,gs,stornorechnung",
    },
)
INVOICE_STATES = _words(
    InvoiceStatus,
    {
        InvoiceStatus.OPEN: "unpaid,due,overdue,past due,outstanding,part paid,partly paid,partially paid,partial,"
        "issued,sent,posted,pending,late,new,approved,reminded,"
        "未付,未付款,未结,未结清,未收,逾期,已逾期,部分付款,部分已付,部分支付,待付,待付款,已开票,"
        "offen,überfällig,teilbezahlt,teilweise bezahlt,gemahnt",
        InvoiceStatus.DISPUTED: "dispute,in dispute,under dispute,contested,queried,query,on hold,claim,"
        "争议,有争议,争议中,异议,有异议,strittig,bestritten,reklamiert,reklamation",
        InvoiceStatus.SETTLED: "paid,paid in full,fully paid,closed,cleared,done,complete,completed,balanced,"
        "已付,已付款,付清,已付清,已结,已结清,结清,已收,已收款,已支付,bezahlt,beglichen,ausgeglichen,erledigt",
        InvoiceStatus.VOID: "voided,cancelled,canceled,written off,write off,writeoff,bad debt,deleted,reversed,"
        "annulled,作废,已作废,核销,已核销,坏账,取消,已取消,已冲销,storniert,ausgebucht,abgeschrieben",
    },
)
LEAD_URGENCIES = _words(
    LeadUrgency,
    {
        LeadUrgency.ORDERED: "ordered,order,o级,已订车,已下订,订车,已订,bestellt",
        LeadUrgency.WITHIN_A_WEEK: "hot,7 days,within 7 days,within a week,one week,h级,7天内,七天内,一周内,"
        "innerhalb einer woche",
        LeadUrgency.WITHIN_A_MONTH: "warm,1 month,30 days,within a month,one month,a级,一个月内,30天内,1个月内,"
        "innerhalb eines monats",
        LeadUrgency.WITHIN_THREE_MONTHS: "3 months,90 days,within three months,within 3 months,three months,b级,"
        "三个月内,90天内,3个月内,innerhalb von drei monaten",
    },
)
LEAD_STATES = _words(
    LeadState,
    {
        LeadState.OPEN: "active,new,in progress,working,contacted,qualified,following up,"
        "跟进中,跟进,进行中,新建,有效,未成交,offen,aktiv",
        LeadState.WON: "sold,bought,delivered,converted,closed won,success,成交,已成交,赢单,已购,gewonnen,verkauft",
        LeadState.LOST: "closed lost,dead,dropped,failed,unqualified,战败,已战败,失败,流失,输单,无效,verloren",
    },
)
PURPOSES = _words(
    Purpose,
    {
        Purpose.SERVICE: "appointments,appointment,reminder,reminders,服务,服务提醒,预约提醒,提醒",
        Purpose.FOLLOW_UP: "aftercare,after sales,回访,跟进,售后回访",
        Purpose.SURVEY: "surveys,satisfaction,feedback,调查,问卷,满意度,满意度调查,umfrage",
        Purpose.DUNNING: "payment,payments,invoices,billing,collection,催款,账单,付款提醒,mahnung",
        Purpose.MARKETING: "advertising,promotion,promotions,offers,newsletter,ads,营销,推广,促销,广告,werbung",
    },
)
CHANNELS = _words(
    ChannelName,
    {
        ChannelName.SMS: "text,text message,mobile,短信,手机短信",
        ChannelName.EMAIL: "mail,e-mail,邮件,电子邮件,邮箱",
        ChannelName.WECHAT: "weixin,wx,wecom,微信,企业微信",
        ChannelName.PHONE: "call,calls,telephone,voice,电话,来电,致电,telefon,anruf",
    },
)
ROLES = _words(
    Role,
    {
        Role.AGENT: "caller,call agent,call center,call centre,crm,customer service,客服,回访专员,客服专员,电话员",
        Role.ADVISOR: "service advisor,sa,adviser,service adviser,serviceberater,服务顾问,顾问,接待",
        Role.PARTS: "parts desk,parts manager,warehouse,配件,备件,配件员,备件员,teile,lager",
        Role.FINANCE: "accounting,accountant,accounts,bookkeeping,cashier,财务,会计,出纳,buchhaltung",
        Role.MARKETING: "市场,市场专员,营销",
        Role.MANAGER: "store manager,service manager,director,head,经理,店长,总经理,服务经理,leiter",
        Role.ADMIN: "administrator,管理员",
        Role.OPERATOR: "it,运维",
    },
)
DEADLINE_CLOCKS = _words(
    DeadlineClock,
    {
        DeadlineClock.AROUND_THE_CLOCK: "24 hours,24h,24/7,always,全天,全天候,24小时,rund um die uhr",
        DeadlineClock.WORKING_HOURS: "business hours,opening hours,office hours,hours worked,"
        "营业时间,工作时间,arbeitszeit,geschäftszeiten,öffnungszeiten",
    },
)
YES_NO = {
    bare(word): answer
    for answer, words in (
        (
            True,
            "yes,y,true,t,1,x,ok,on,ja,j,granted,given,opt in,opted in,opt-in,allowed,allow,agree,agreed,consent,"
            "active,subscribed,subscribe,是,有,同意,已同意,允许,接受,愿意,订阅,已订阅,对,真,在职,启用",
        ),
        (
            False,
            "no,n,false,f,0,off,nein,denied,refused,withdrawn,revoked,opt out,opted out,opt-out,not allowed,disagree,"
            "unsubscribed,unsubscribe,stop,td,t,blocked,do not contact,dnc,dnd,do not disturb,inactive,left,"
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
        clause = f"expected one of {', '.join(type(next(iter(words.values()))))}; {TRANSLATE}"
        raise Unusable(clause)
    return found


def choose_or_every(text: str, words: Words[Choice]) -> Choice | None:
    """The choice that a word stands for; nothing where it stands for all of them. Raises `Unusable`."""
    return None if bare(text) in EVERY else choose(text, words)


TRANSLATE = 'the map can translate the source\'s words, such as values = { "X" = "…", "*" = "…" }'


def read_yes_no(text: str) -> bool:
    """Whether a cell says yes. Raises `Unusable`."""
    answer = {"√": True, "✓": True, "✔": True, "×": False, "✗": False}.get(text, YES_NO.get(bare(text)))
    if answer is None:
        clause = f"expected yes or no; {TRANSLATE}"
        raise Unusable(clause)
    return answer


def read_language(text: str) -> str:
    """`zh-CN` or `en`. Raises `Unusable`."""
    language = LANGUAGES.get(bare(text))
    if language is None:
        clause = f"expected zh-CN or en, the languages that messages are written in; {TRANSLATE}"
        raise Unusable(clause)
    return language
