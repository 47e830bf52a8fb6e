"""The page of a survey: six marks and a comment about one visit."""

from collections.abc import Mapping

from starlette.responses import Response

from console.customer_pages.guests import Guest
from models.calls.surveys import DIMENSIONS, HIGHEST, LOWEST
from models.core.words import SurveySource
from models.subjects.visit import SURVEY
from tasks.self_service.surveys import LONGEST_COMMENT, Answer, CommentTooLong, NotAMark, answer_survey, see_visit

UNFIT = 422

PURPOSE = SURVEY
"""The purpose of the links to this page."""


async def show(guest: Guest, problem: str = "", status: int = 200) -> Response:
    """The questions with earlier answers, or thanks."""
    visit = await guest.work(see_visit, guest.link.subject, guest.link.subject_id)
    return guest.page(
        "customer_survey.html",
        status=status,
        visit=visit,
        dimensions=DIMENSIONS,
        marks=range(LOWEST, HIGHEST + 1),
        given=_marks(guest.form) if guest.form else visit.marks,
        comment=guest.form.get("comment", visit.comment),
        longest=LONGEST_COMMENT,
        thanks=guest.request.query_params.get("done") == "thanks" and bool(visit.marks),
        problem=problem,
    )


async def take_answer(guest: Guest) -> Response:
    """Record the answers."""
    link, reader = guest.link, guest.reader
    assert link.subject is not None  # noqa: S101  a survey's link refers to a handover or a repair order
    comment = guest.form.get("comment", "").replace("\r\n", "\n").strip()
    whose = (link.subject, link.subject_id, reader.store_id, reader.customer_id)
    answer = Answer(*whose, _marks(guest.form), comment, SurveySource.LINK)
    try:
        await guest.work(answer_survey, answer, guest.now)
    except NotAMark:
        return await show(guest, "customer_pages.no_mark", UNFIT)
    except CommentTooLong:
        return await show(guest, "customer_pages.too_long", UNFIT)
    return guest.back(done="thanks")


DEEDS = {"answer": take_answer}


def _marks(form: Mapping[str, str]) -> dict[str, int]:
    return {name: int(form[name]) for name in DIMENSIONS if form.get(name, "") in ("1", "2", "3", "4", "5")}
