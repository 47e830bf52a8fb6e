"""What sources write where they know no number: words and figures that are nobody's key, plate, VIN or phone."""

import re

from models.core.reasons import TEXT, declare, give
from tasks.intake.values.cells import LeftOut, bare, narrow

WORDS = (
    "tba,tbd,tbc,tbn,n/a,na,n.a.,none,nil,null,unknown,not known,no number,no key,not assigned,unassigned,pending,"
    "dummy,placeholder,xxx,new,walk-in,walk in,guest,cash customer,one-time customer,cpd,"
    "无,暂无,未知,不详,待定,空,没有,散客,过路客,临时客户,零散客户,"
    "keine,keiner,kein,ohne,unbekannt,neu,laufkunde,laufkundschaft,barkunde"
)
WORDS_OF_PLATES = (
    "x,xx,无牌,未上牌,待上牌,无车牌,新车,临牌,临时牌照,没牌,无号牌,未挂牌,no plate,not registered,unregistered,"
    "new car,ohne kennzeichen,neuwagen,nicht zugelassen"
)
SUMS = frozenset(
    bare(word)
    for word in (
        "total",
        "totals",
        "sub-total",
        "subtotal",
        "grand total",
        "sum",
        "summe",
        "zwischensumme",
        "gesamt",
        "gesamtsumme",
    )
) | {"合计", "小计", "总计", "共计"}
"""How rows of sums begin. None of these is the key of anything, either."""
NOBODYS = frozenset(bare(word) for word in WORDS.split(","))
"""Words that several facts of one file may have, and none of them is known by."""
NO_PLATES = NOBODYS | frozenset(bare(word) for word in WORDS_OF_PLATES.split(","))
DIGIT = re.compile(r"[1-9]")
"""What has one of these is a number of something."""
ONE_LETTER_AGAIN = re.compile(r"([^\W\d])\1{2,}")
RUNS = ("01234567890123456789", "98765432109876543210")
EMPTY_SUBSCRIBER = re.compile(r"1[3-9]\d0{8}")
"""A Chinese mobile number that ends in eight zeros."""
SHORTEST_RUN = 7
STANDS_FOR_NONE = declare("stands-for-none", text=TEXT)


def refuse_key(text: str) -> None:
    """Raise `LeftOut` for what is no key of anything: 0, TBA, 散客."""
    if not DIGIT.search(text):
        _refuse(text, NOBODYS)


def refuse_code(text: str) -> None:
    """Raise `LeftOut` for what is no code that a person gave, of which most words may be one."""
    if bare(text) in SUMS:
        raise LeftOut(give(STANDS_FOR_NONE, text=text))


def refuse_vehicle(text: str) -> None:
    """Raise `LeftOut` for what is no key, VIN or plate of a vehicle: 0, NEW, 无牌, XXX."""
    if not DIGIT.search(text):
        _refuse(text, NO_PLATES)
        if ONE_LETTER_AGAIN.fullmatch(bare(text)):
            raise LeftOut(give(STANDS_FOR_NONE, text=text))


def _refuse(text: str, words: frozenset[str]) -> None:
    word = bare(text)
    if not word.strip("0") or word in words or word in SUMS:
        raise LeftOut(give(STANDS_FOR_NONE, text=text))


def is_no_phone(text: str) -> bool:
    """Whether the digits of a phone number are those of somebody who had to fill a field: 9999999999, 1234567890."""
    digits = text if text.isdecimal() else re.sub(r"\D", "", narrow(text))
    if len(digits) < SHORTEST_RUN:
        return False
    return len(set(digits)) == 1 or digits in RUNS[0] or digits in RUNS[1] or _has_no_subscriber(digits)


def _has_no_subscriber(digits: str) -> bool:
    return digits.endswith("00000000") and EMPTY_SUBSCRIBER.fullmatch(digits) is not None
