"""Visits: what belongs to a visitor ends with the visit, and not before."""

from __future__ import annotations

import threading

import pytest

from ganssl.base.jobs import CANCELLED, RUNNING, JobRunner
from ganssl.errors import UserError
from ganssl.ui.shared.visits import MOST_BYTES, Visits
from tests.helpers.waiting import until

PATIENCE = 0.2


@pytest.fixture
def connected():
    """The ids of visitors whose tabs are connected."""
    return {"anna", "ben"}


@pytest.fixture
def visits(connected):
    made = Visits(JobRunner(), connected.__contains__, PATIENCE, period=0.02)
    yield made
    made.close()


def test_each_visitor_has_a_folder_of_their_own(visits):
    anna, ben = visits.enter("anna"), visits.enter("ben")
    assert anna.folder != ben.folder
    assert visits.enter("anna") is anna


def test_who_leaves_loses_folder_and_jobs(visits, connected):
    anna, ben = visits.enter("anna"), visits.enter("ben")
    began, written = threading.Event(), anna.new_folder(10) / "late.txt"

    def work(context):
        began.set()
        until(lambda: context.cancelled)
        written.write_text("the last file, written after the cancel", encoding="utf-8")
        context.check()

    running = visits.runner.submit("anna", work)
    waiting = visits.runner.submit("anna", lambda context: None)
    kept = visits.runner.submit(
        "ben", lambda context: (ben.folder / "ben.txt").write_text("ben", encoding="utf-8")
    )
    assert began.wait(5)
    connected.remove("anna")
    until(lambda: not anna.folder.exists())
    assert running.state == waiting.state == CANCELLED
    assert visits.runner.jobs("anna") == []
    assert kept.wait(5) and (ben.folder / "ben.txt").read_text(encoding="utf-8") == "ben"


def test_a_short_loss_of_the_connection_changes_nothing(visits, connected):
    visits.patience = 60
    anna = visits.enter("anna")
    stop = threading.Event()
    job = visits.runner.submit("anna", lambda context: stop.wait(5))
    connected.remove("anna")
    until(lambda: job.state == RUNNING)
    for _ in range(3):
        visits.end_those_who_left()
    connected.add("anna")
    assert visits.enter("anna") is anna and anna.folder.exists()
    assert not job.cancel_requested
    stop.set()


def test_absence_counts_from_the_last_time_seen(visits, connected):
    anna = visits.enter("anna")
    threading.Event().wait(2 * PATIENCE)  # present for longer than the patience
    assert anna.folder.exists()
    connected.remove("anna")
    until(lambda: not anna.folder.exists())


def test_a_visitor_has_a_share_of_the_disk(visits):
    anna = visits.enter("anna")
    first = anna.new_folder(MOST_BYTES // 2)
    with pytest.raises(UserError, match=r"2,147\.5 MB on this server 1,073\.7 MB are left"):
        anna.check_room(MOST_BYTES)
    with pytest.raises(UserError, match="Make it smaller"):
        anna.new_folder(MOST_BYTES)
    visits.enter("ben").new_folder(MOST_BYTES)
    (first / "set").mkdir()
    anna.delete(first)
    assert not first.exists()
    anna.new_folder(MOST_BYTES)


def test_the_end_of_the_server_deletes_everything(visits):
    anna = visits.enter("anna")
    visits.close()
    assert not anna.folder.exists()
    with pytest.raises(UserError, match="shutting down"):
        visits.runner.submit("anna", lambda context: None)
