"""What processes that were added without code are called, with their steps and templates, in both languages."""

from collections.abc import Mapping

from sqlalchemy import Connection, func, select

from models.core.saying import learn_words
from models.ledger.tables import ProcessWording

Words = Mapping[str, Mapping[str, str]]
_SEEN: dict[str, object] = {}


def learn_process_words(connection: Connection) -> None:
    """Let this program say the words of every process that was added, here or elsewhere, as they stand now.

    Rows of `process_wordings` are only ever added, so their number tells whether there is anything new.
    """
    seen = (str(connection.engine.url), connection.scalar(select(func.count()).select_from(ProcessWording)))
    if _SEEN.get("words") != seen:
        learn_words({word: said for words in newest_words(connection).values() for word, said in words.items()})
        _SEEN["words"] = seen


def newest_words(connection: Connection) -> dict[str, Words]:
    """By process, the words that hold. Those of a removed process hold, too: what it did is still read."""
    table = ProcessWording
    newest = select(table.process, table.words).distinct(table.process).order_by(table.process, table.version.desc())
    return {row.process: row.words for row in connection.execute(newest)}
