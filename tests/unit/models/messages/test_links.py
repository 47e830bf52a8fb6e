"""Links: what was made here is read back, what was not is refused, and the secret is made once and kept."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from models.core.settings import ChannelAddresses, Settings
from models.core.words import LinkPurpose, SubjectKind
from models.kits.letters import variables_of
from models.kits.links import CONSENT, make_link, offers
from models.kits.registry import all_traits
from models.messages.links import LONGEST, Link, LinkSigner, NotOurLink
from models.messages.rendering import UnknownVariable, check_template, links_in, render
from tasks.messages.links import SecretOutOfReach, _kept_secret, read_secret, signer_for_letters

OPENINGS = {letter: (offer.purpose, kind) for letter, (offer, kind) in offers().items()}
SIGNER = LinkSigner("the secret of these tests", "https://service.example.com")
NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
SURVEY = make_link(LinkPurpose("survey"), SubjectKind("repair-order"), 4_999_999, 999_999, NOW)

ids = st.integers(0, 2**63 - 1)
minutes = st.integers(0, 100_000_000).map(lambda count: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=count))
links = st.builds(
    lambda letter, subject_id, customer_id, until: Link(
        OPENINGS[letter][0], letter, OPENINGS[letter][1], subject_id, customer_id, until
    ),
    st.sampled_from(sorted(offers())), ids, ids, minutes,
)  # fmt: skip


@given(link=links)
def test_a_link_says_what_it_was_made_for(link: Link) -> None:
    token = SIGNER.token(link)
    assert SIGNER.read(token, OPENINGS) == link
    assert len(token) <= LONGEST


@given(link=links, data=st.data())
def test_a_link_with_another_character_is_refused(link: Link, data: st.DataObject) -> None:
    token = SIGNER.token(link)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from(sorted(set("Aa0-_.cpr") - {token[place]})))
    with pytest.raises(NotOurLink):
        SIGNER.read(token[:place] + other + token[place + 1 :], OPENINGS)


@given(text=st.text(max_size=150))
def test_whatever_is_typed_is_refused_politely(text: str) -> None:
    with pytest.raises(NotOurLink):
        SIGNER.read(text, OPENINGS)


def test_another_installations_link_is_refused() -> None:
    with pytest.raises(NotOurLink):
        LinkSigner("another secret altogether", "https://service.example.com").read(SIGNER.token(SURVEY), OPENINGS)


@pytest.mark.parametrize("letter", sorted(offers()))
def test_a_signature_holds_for_one_purpose_only(letter: str) -> None:
    token = SIGNER.token(SURVEY)
    if letter != token[0]:
        with pytest.raises(NotOurLink):
            SIGNER.read(letter + token[1:], OPENINGS)


def test_a_signature_holds_for_one_customer_only() -> None:
    ours = SIGNER.token(SURVEY).split(".")
    theirs = SIGNER.token(make_link(LinkPurpose("survey"), SubjectKind("repair-order"), 4_999_999, 999_998, NOW)).split(
        "."
    )
    assert ours[2] != theirs[2]
    with pytest.raises(NotOurLink):
        SIGNER.read(".".join((*ours[:2], theirs[2], *ours[3:])), OPENINGS)


def test_a_link_is_short_enough_for_a_message() -> None:
    assert len(SIGNER.address(SURVEY)) <= len("https://service.example.com/c/") + 36


@pytest.mark.parametrize(
    ("purpose", "kind", "days"), [("survey", "handover", 30), ("consent", "case", 365), ("payment", "account", 60)]
)
def test_how_long_a_link_lasts(purpose: str, kind: str, days: int) -> None:
    link = make_link(LinkPurpose(purpose), SubjectKind(kind), 1, 2, NOW)
    assert link.until == NOW + timedelta(days=days)


def test_the_link_of_an_appointment_lasts_until_its_start() -> None:
    starts_at = NOW + timedelta(days=3)
    assert make_link(LinkPurpose("appointment"), SubjectKind("appointment"), 1, 2, NOW, starts_at).until == starts_at


def test_each_link_that_a_letter_may_hold_can_be_made_and_is_told_of() -> None:
    for kind, traits in all_traits().items():
        for purpose in (*(offer.purpose for offer in traits.links), CONSENT):
            link = make_link(purpose, kind, 7, 8, NOW, NOW)
            assert SIGNER.read(SIGNER.token(link), OPENINGS) == link
            assert f"links.{purpose}" in variables_of(kind)


def test_a_template_asks_for_the_links_of_its_subject_and_no_others() -> None:
    known = variables_of(SubjectKind("handover"))
    check_template("survey", "{% if links.survey %}{{ links.survey }}{% endif %} {{ customer }}", known)
    for text in ("{{ links.payment }}", "{{ links }}", "{{ links['survey'] }}", "{{ links.survey }}{{ links }}"):
        with pytest.raises(UnknownVariable):
            check_template("survey", text, known)


def test_a_text_names_the_links_that_it_uses() -> None:
    assert links_in("{{ customer }}") == frozenset()
    assert links_in("{% if links.survey %}{{ links.survey }} {{ links.consent }}{% endif %}") == {"survey", "consent"}
    assert render("{{ links.survey }}", {"links": {"survey": "https://x/c/1"}}) == "https://x/c/1"


def test_the_secret_is_made_once_by_whoever_comes_first_and_for_our_eyes_only(tmp_path: Path) -> None:
    place = tmp_path / "new" / "secret.key"
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: _kept_secret.__wrapped__(place), range(8)))
    assert len(found) == 1
    assert len(found.pop()) >= 43
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert [file.name for file in place.parent.iterdir()] == ["secret.key"]


def test_the_secret_that_is_set_goes_before_the_one_that_is_kept(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, secret=SecretStr("a secret of several machines"))
    assert read_secret(settings) == "a secret of several machines"
    assert not settings.secret_file.exists()


def test_a_home_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    with pytest.raises(SecretOutOfReach, match="set AFTERCARE_SECRET"):
        read_secret(Settings(home=blocked, secret=None))


def test_a_secret_that_can_be_guessed_and_an_address_that_is_none_are_refused() -> None:
    for wrong in ({"secret": "short"}, {"public_url": "service.example.com"}):
        with pytest.raises(ValidationError):
            Settings.model_validate(wrong)


def test_nobody_is_sent_an_address_of_this_machine() -> None:
    sends = ChannelAddresses(sms=SecretStr("gateways://sms.example.com/send"))
    assert signer_for_letters(Settings(channels=sends)) is None
    assert signer_for_letters(Settings(store_channels={"SH01": sends})) is None
    reached = Settings(channels=sends, public_url="https://service.example.com/")
    assert reached.links_begin == "https://service.example.com/"
    assert Settings(console_port=8123).links_begin == "http://127.0.0.1:8123"
