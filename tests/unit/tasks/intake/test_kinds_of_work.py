"""The words of the trade for kinds of work, and what each must not be read as."""

import pytest

from models.core.words import WorkKind
from tasks.intake.values.cells import bare
from tasks.intake.values.choices import WORK

EXPECTED = {
    "年检": WorkKind.STATUTORY_INSPECTION,
    "年审": WorkKind.STATUTORY_INSPECTION,
    "车检": WorkKind.STATUTORY_INSPECTION,
    "MOT": WorkKind.STATUTORY_INSPECTION,
    "TÜV": WorkKind.STATUTORY_INSPECTION,
    "Hauptuntersuchung": WorkKind.STATUTORY_INSPECTION,
    "annual inspection": WorkKind.STATUTORY_INSPECTION,
    "statutory-inspection": WorkKind.STATUTORY_INSPECTION,
    "检测": WorkKind.INSPECTION,
    "质保检测": WorkKind.INSPECTION,
    "warranty inspection": WorkKind.INSPECTION,
    "首保": WorkKind.FIRST_SERVICE,
    "first service": WorkKind.FIRST_SERVICE,
    "二保": WorkKind.SECOND_SERVICE,
    "保养": WorkKind.MAINTENANCE,
    "三包": WorkKind.WARRANTY_WORK,
    "索赔": WorkKind.WARRANTY_WORK,
    "warranty repair": WorkKind.WARRANTY_WORK,
    "事故": WorkKind.ACCIDENT,
    "accident": WorkKind.ACCIDENT,
    "小修": WorkKind.MINOR_REPAIR,
    "大修": WorkKind.OVERHAUL,
    "overhaul": WorkKind.OVERHAUL,
    "维修": WorkKind.REPAIR,
    "其他": WorkKind.OTHER,
}


@pytest.mark.parametrize(("word", "kind"), EXPECTED.items())
def test_a_word_of_the_trade_is_one_kind_of_work(word: str, kind: WorkKind) -> None:
    assert WORK[bare(word)] is kind


def test_every_kind_of_work_has_words_beside_its_own_name() -> None:
    for kind in WorkKind:
        assert len([word for word, named in WORK.items() if named is kind]) > 1, kind


def test_only_words_of_an_inspection_for_the_warranty_are_read_as_one() -> None:
    """What is read so silences the invitations of a warranty that ends."""
    legal = ("年检", "年审", "mot", "tüv", "statutory", "annual", "hauptuntersuchung")
    silencing = [word for word, kind in WORK.items() if kind is WorkKind.INSPECTION]
    assert not [word for word in silencing if any(part in word for part in legal)]
