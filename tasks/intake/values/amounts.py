"""Amounts of money and other figures as sources write them."""

import re
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from models.core.reasons import EITHER, NUMBER, TEXT, declare, give
from tasks.intake.values.cells import PlainNumber, Unusable, bare, narrow

DecimalMark = Literal[".", ","]
CENT = Decimal("0.01")
LIMIT = Decimal(10) ** 12
LONGEST = 100
"""No amount has more characters."""
UNLIMITED = frozenset(
    {"unlimited", "nolimit", "无限", "不限", "无限制", "不限里程", "不限公里", "无限公里", "无里程限制"}
    | {"unbegrenzt", "unlimitiert", "ohnebegrenzung", "keinelimitierung"}
)
"""A limit that is none, as its cells are compared."""
MOST_KILOMETRES = 5_000_000
TEN_THOUSAND = Decimal(10_000)
SIGNS = {
    "¥": "CNY",
    "元": "CNY",
    "人民币": "CNY",
    "rmb": "CNY",
    "cn¥": "CNY",
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
    "$": "USD",
    "us$": "USD",
    "美元": "USD",
    "欧元": "EUR",
    "£": "GBP",
    "hk$": "HKD",
    "港币": "HKD",
    "日元": "JPY",
    "sfr": "CHF",
    "fr": "CHF",
    "zł": "PLN",
    "kč": "CZK",
    "₹": "INR",
    "₩": "KRW",
    "₽": "RUB",
}
"""Signs and names of currencies beside their ISO 4217 codes."""
SEVERAL = {"kr": ("DKK", "ISK", "NOK", "SEK")}
"""Signs that several currencies have, none of them before the others."""
ISO_4217 = frozenset(
    """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
    CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF
    IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK
    MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR
    SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED
    VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG""".split()  # noqa: SIM905  160 codes read better as one text
)
SHARED_SIGNS = frozenset({"USD", "CNY", "GBP"})
"""The currencies whose signs `$`, `¥` and `£` others have, too: beside one of these a currency column decides."""
FIGURES = re.compile(r"\d[\d.,]*|(?<!\w)[.,]\d+")
"""A figure. The point behind letters, as in `kr.500`, ends an abbreviation."""
DASHES = str.maketrans(dict.fromkeys("−–—―‒", "-"))
NO_CENTS = re.compile(r"(?<=\d)\s*(?P<mark>[.,])\s*(?:-{1,2}|=)(?![\d-])")
"""A dash where the cents would stand."""
GROUPING_SPACE = re.compile(r"(?<=\d)[\s'’_](?=\d)")
SIDES = {"dr": "", "debit": "", "cr": "-", "credit": "-"}
"""Which side of an account an amount stands on, as written behind it, and its sign for who is owed."""
GROUPS = {mark: re.compile(rf"\d{{1,3}}(?:[{re.escape(mark)}]\d{{2,3}})*[{re.escape(mark)}]\d{{3}}") for mark in ".,"}
AMOUNT_EXPECTED = declare("amount-expected")
AMBIGUOUS = declare("thousands-or-fraction")
TOO_FINE = declare("too-many-decimals")
TOO_LARGE = declare("amount-too-large", limit=NUMBER)
CURRENCY_EXPECTED = declare("currency-expected")
SEVERAL_CURRENCIES = declare("sign-of-several-currencies", sign=TEXT, currencies=EITHER)
OTHER_CURRENCY = declare("other-currency-beside-amount", beside=TEXT, currency=TEXT)
KILOMETRES_EXPECTED = declare("kilometres-expected", most=NUMBER)


class Amount(NamedTuple):
    """A figure with its sign, and the currency that stood beside it, if any."""

    value: Decimal
    currency: str | None


@cache
def read_currency(text: str) -> str:
    """The ISO 4217 code that a code, sign or name stands for. Raises `Unusable`."""
    name = narrow(text).strip().strip(".").casefold()
    if name in SEVERAL:
        raise Unusable(give(SEVERAL_CURRENCIES, sign=text.strip(), currencies=list(SEVERAL[name])))
    code = SIGNS.get(name) or name.upper()
    if code not in ISO_4217:
        raise Unusable(give(CURRENCY_EXPECTED))
    return code


@lru_cache(maxsize=16_384)
def _read_amount(text: str, decimal: DecimalMark | None) -> Amount:
    plain = GROUPING_SPACE.sub("", narrow(text).translate(DASHES))
    no_cents = NO_CENTS.search(plain)
    mark: DecimalMark | None = decimal
    if no_cents:
        mark = "." if no_cents["mark"] == "." else ","
        plain = plain[: no_cents.start()] + plain[no_cents.end() :]
    found = FIGURES.search(plain)
    if not found:
        raise Unusable(give(AMOUNT_EXPECTED))
    left, right = plain[: found.start()], plain[found.end() :]
    marks = (left + right).replace(" ", "")
    bracketed = left.lstrip().startswith("(") and right.rstrip().endswith(")")
    name = re.sub(r"[-+()\s]", "", marks)
    times_ten_thousand = name.startswith("万")
    name, side = _side(name.removeprefix("万"))
    value = _figure(found[0], mark) * (TEN_THOUSAND if times_ten_thousand else 1)
    negative = "-" in marks + side or bracketed
    return Amount(-value if negative else value, read_currency_beside(name))


def _side(name: str) -> tuple[str, str]:
    """What stands beside an amount without the side of the account, and the sign that the side gives it."""
    for word, sign in SIDES.items():
        bare_name = name.casefold().removesuffix(".")
        if bare_name.endswith(word):
            return name[: len(bare_name) - len(word)], sign
    return name, ""


def read_currency_beside(name: str) -> str | None:
    """The currency that stands beside an amount; nothing when nothing does. Raises `Unusable`.

    Of a sign that several currencies have it is the sign in small letters.
    """
    if not name:
        return None
    sign = name.strip(".").casefold()
    if sign in SEVERAL:
        return sign
    try:
        return read_currency(name)
    except Unusable as error:
        raise Unusable(give(AMOUNT_EXPECTED)) from error


def settle_currency(beside: str | None, row: str | None, *, assumed: bool) -> str | None:
    """The currency of an amount: what stands beside it, and what its row says, which must not contradict each other.

    `assumed`: the row says nothing, and the map does for the whole file. Raises `Unusable`.
    """
    if beside is None or beside == row:
        return row
    meant = SEVERAL.get(beside, (beside,))
    if row in meant:
        return row
    if len(meant) > 1:
        raise Unusable(give(SEVERAL_CURRENCIES, sign=beside, currencies=list(meant)))
    if row is None or assumed:
        return beside
    if beside in SHARED_SIGNS:
        return row
    raise Unusable(give(OTHER_CURRENCY, beside=beside, currency=row))


def _figure(text: str, decimal: DecimalMark | None) -> Decimal:
    mark = decimal or _decimal_mark(text)
    grouping = "," if mark == "." else "."
    whole, _, fraction = text.partition(mark)
    if mark in fraction or grouping in fraction:
        raise Unusable(give(AMOUNT_EXPECTED))
    if len(fraction) == 3 and re.fullmatch(r"[1-9]\d{0,2}", whole):  # counted as written: 25.000 may be 25,000
        raise Unusable(give(TOO_FINE))
    if grouping in whole:
        if not GROUPS[grouping].fullmatch(whole):
            raise Unusable(give(AMOUNT_EXPECTED))
        whole = whole.replace(grouping, "")
    try:
        return Decimal(f"{whole or 0}.{fraction or 0}")
    except InvalidOperation as error:
        raise Unusable(give(AMOUNT_EXPECTED)) from error


def _decimal_mark(text: str) -> DecimalMark:
    """Which of the two marks is the decimal one, where the text itself says so."""
    last_point, last_comma = text.rfind("."), text.rfind(",")
    if last_point >= 0 and last_comma >= 0:
        return "." if last_point > last_comma else ","
    if last_comma >= 0:
        return "." if GROUPS[","].fullmatch(text) else ","
    if text.count(".") > 1:
        return ","
    if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", text):
        raise Unusable(give(AMBIGUOUS))
    return "."


def read_figure(text: str, decimal: DecimalMark | None = None) -> Amount:
    """A figure with its sign. Raises `Unusable`."""
    if len(text) > LONGEST:
        raise Unusable(give(AMOUNT_EXPECTED))
    if isinstance(text, PlainNumber):
        return Amount(Decimal(text), None)
    return _read_amount(text, decimal)


def read_amount(text: str, decimal: DecimalMark | None = None) -> Amount:
    """An amount in whole cents. Raises `Unusable`.

    A spreadsheet's numbers carry the dust of binary fractions and of its formulas, and are rounded as it shows them;
    an amount written as text is not rounded.
    """
    figure = read_figure(text, decimal)
    if abs(figure.value) > LIMIT - CENT:  # before it is rounded, which no figure of more than 28 digits can be
        raise Unusable(give(TOO_LARGE, limit=int(LIMIT)))
    value = figure.value.quantize(CENT)
    if value != figure.value and not isinstance(text, PlainNumber):
        raise Unusable(give(TOO_FINE))
    return Amount(value, figure.currency)


def is_unlimited(text: str) -> bool:
    """Whether a source says in words that there is no limit."""
    return bare(text) in UNLIMITED


@lru_cache(maxsize=16_384)
def _read_kilometres(text: str, decimal: DecimalMark | None) -> int:
    plain = re.sub(r"(公里|千米|kms?|kilomet(er|re)s?)\.?$", "", narrow(text).strip(), flags=re.IGNORECASE).strip()
    if re.fullmatch(r"\d{1,3}([.,]\d{3})+", plain):  # an odometer shows no fractions of this kind
        return int(re.sub(r"[.,]", "", plain))
    return int(_read_amount(plain, decimal).value)


def read_kilometres(text: str, decimal: DecimalMark | None = None) -> int:
    """Whole kilometres. Raises `Unusable`."""
    try:
        kilometres = int(Decimal(text)) if isinstance(text, PlainNumber) else _read_kilometres(text, decimal)
    except Unusable:
        kilometres = -1
    if not 0 <= kilometres <= MOST_KILOMETRES:
        raise Unusable(give(KILOMETRES_EXPECTED, most=MOST_KILOMETRES))
    return kilometres
