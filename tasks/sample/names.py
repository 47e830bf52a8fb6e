"""Fictional names, cars and work. Small lists of our own, so that the sample never changes under a library's update."""

from typing import NamedTuple

ZH_FAMILY = tuple("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕")
ZH_MEN = (
    "伟",
    "磊",
    "军",
    "洋",
    "勇",
    "杰",
    "涛",
    "明",
    "超",
    "浩然",
    "子轩",
    "宇航",
    "建国",
    "志强",
    "文博",
    "俊熙",
    "嘉诚",
    "晓东",
    "海峰",
    "思远",
)
ZH_WOMEN = (
    "芳",
    "娜",
    "敏",
    "静",
    "丽",
    "艳",
    "娟",
    "霞",
    "秀英",
    "雨桐",
    "欣怡",
    "梓涵",
    "佳琪",
    "晓燕",
    "雪梅",
    "婷婷",
    "若曦",
    "诗涵",
    "思颖",
    "美玲",
)
ZH_COMPANIES = (
    "远航物流有限公司",
    "晨光装饰工程有限公司",
    "蓝海科技有限公司",
    "新城出租汽车有限公司",
    "丰泽食品有限公司",
    "和悦酒店管理有限公司",
)
EN_FAMILY = (
    "Adler", "Bishop", "Carter", "Dawson", "Ebert", "Fischer", "Graham", "Hartmann", "Irving", "Jensen",
    "Keller", "Lawson", "Meyer", "Neumann", "Osborne", "Parker", "Quinn", "Richter", "Schubert", "Taylor",
    "Ullmann", "Vogel", "Walker", "Young", "Ziegler", "O'Brien", "Müller-Lang", "Großmann",
)  # fmt: skip
EN_MEN = (
    "Alan",
    "Boris",
    "Conrad",
    "David",
    "Emil",
    "Frank",
    "George",
    "Henry",
    "Ivan",
    "Jonas",
    "Karl",
    "Lukas",
    "Marco",
    "Noah",
    "Paul",
)
EN_WOMEN = (
    "Alice",
    "Bella",
    "Clara",
    "Diana",
    "Emma",
    "Frida",
    "Grace",
    "Helen",
    "Ida",
    "Julia",
    "Katrin",
    "Laura",
    "Maria",
    "Nina",
    "Paula",
)
EN_COMPANIES = (
    "Northwind Logistics GmbH",
    "Lindenhof Hotel GmbH",
    "Bright & Sons Interiors",
    "Spree Taxi KG",
    "Havel Foods AG",
    "Blue Anchor Ltd",
)

MAKE = "Xinghe"
MODELS = ("Aurora", "Comet", "Meridian", "Nova", "Vega", "Zephyr EV")


class Work(NamedTuple):
    """Work on a car: its kind, its names, and its price in units of work."""

    kind: str
    chinese: str
    english: str
    units: tuple[int, int]


WORKS: tuple[tuple[Work, int], ...] = (
    (Work("maintenance", "常规保养", "Regular service", (4, 12)), 40),
    (Work("first-service", "首保", "First service", (1, 3)), 8),
    (Work("second-service", "二保", "Second service", (4, 10)), 4),
    (Work("tyres", "更换轮胎", "Tyre change", (3, 30)), 14),
    (Work("repair", "制动系统维修", "Brake repair", (8, 40)), 6),
    (Work("minor-repair", "更换灯泡", "Bulb changed", (1, 3)), 3),
    (Work("overhaul", "发动机大修", "Engine overhaul", (60, 200)), 1),
    (Work("warranty-work", "三包更换水泵", "Water pump under warranty", (8, 20)), 4),
    (Work("accident", "事故钣金喷漆", "Body and paint after an accident", (10, 80)), 6),
    (Work("repair", "空调维修", "Air conditioning repair", (5, 30)), 4),
    (Work("inspection", "车辆检测", "Vehicle inspection", (2, 4)), 3),
    (Work("statutory-inspection", "年检代办", "Statutory inspection", (2, 4)), 3),
    (Work("other", "加装配件", "Accessories fitted", (3, 40)), 4),
)
"""With the share of each in a hundred visits."""
INSPECTION = Work("inspection", "质保到期前免费检测", "Free inspection before the warranty ends", (0, 0))
MAINTENANCE = WORKS[0][0]
REPAIR = WORKS[4][0]
