"""A slow read is cancelled when nobody waits for it any more, and the connection stays usable."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from tasks.campaigns.audiences.counting import AudienceTooSlow
from tasks.database.timeouts import Stoppable, reading_within
from tests.support.waiting import until

LONG = "select pg_sleep(60)"


def test_it_is_stopped_at_once_and_nothing_after_it_is(engine: Engine) -> None:
    reading = Stoppable()
    reading.stop()  # nothing runs

    def read() -> int:
        with engine.begin() as connection, reading.running(connection):
            try:
                with reading_within(connection, 60, AudienceTooSlow()):
                    connection.execute(text(LONG))
            finally:
                assert connection.scalar(text("select 1")) == 1
        return 0

    def runs() -> bool:
        with engine.connect() as other:
            asked = text("select count(*) from pg_stat_activity where query = :long and state = 'active'")
            return other.scalar(asked, {"long": LONG}) == 1

    with ThreadPoolExecutor(1) as threads:
        done = threads.submit(read)
        until(runs)
        reading.stop()
        with pytest.raises(AudienceTooSlow):
            done.result(timeout=30)
    reading.stop()
    with engine.connect() as connection:
        assert connection.scalar(text("select 1")) == 1
