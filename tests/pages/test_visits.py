"""Visits: what belongs to a visitor ends with the visit, and not before."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ganssl.base.job import CANCELLED, RUNNING
from ganssl.base.jobs import JobRunner
from ganssl.errors import DiskError, UserError
from ganssl.ui.shared.visits import MOST_BYTES, Visits, close_all, sweep_left
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


def test_a_page_that_is_left_leaves_its_visit_to_the_next_though_it_is_connected(visits):
    visits.patience = 60
    anna = visits.enter("anna", "secret")
    assert visits.enter("ben", "secret") is not anna  # two tabs at once
    visits.leave("anna")
    assert visits.enter("anna again", "secret") is anna
    assert visits.enter("stranger", "other secret") is not anna
    visits.leave("nobody")


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


def test_a_reloaded_page_comes_back_to_its_visit(visits, connected):
    visits.patience = 60
    first = visits.enter("anna", "number a")
    first.held["shelf"] = ["what took an hour"]
    connected.add("anna's other tab")
    other_tab = visits.enter("anna's other tab", "number a")
    assert other_tab is not first  # two tabs that are open at once are two visits
    connected.remove("anna")
    assert visits.enter("a stranger", "number b") is not first
    assert visits.enter("no cookie") is not first and visits.enter("nor here", "") is not first
    again = visits.enter("anna, reloaded", "number a")
    assert again is first and again.held == {"shelf": ["what took an hour"]}
    assert visits.enter("anna") is first  # a connection that was only lost


def test_a_visit_that_came_back_stays_as_long_as_its_new_page(visits, connected):
    first = visits.enter("anna", "number a")
    connected.remove("anna")
    connected.add("anna, reloaded")
    assert visits.enter("anna, reloaded", "number a") is first
    threading.Event().wait(2 * PATIENCE)
    assert first.folder.exists()
    connected.remove("anna, reloaded")
    until(lambda: not first.folder.exists())
    assert visits.enter("much later", "number a").held == {}


def test_jobs_whose_results_are_kept_are_brought_to_their_end(connected):
    visits = Visits(JobRunner(), connected.__contains__, 0.05, period=0.02, jobs_go_on=True)
    anna, stop = visits.enter("anna"), threading.Event()
    job = visits.runner.submit(anna.id, lambda context: stop.wait(10))
    connected.remove("anna")
    threading.Event().wait(0.3)
    assert anna.folder.exists() and not job.cancel_requested
    stop.set()
    assert job.wait(5) and job.result is True
    until(lambda: not anna.folder.exists())
    visits.close()


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


def test_the_job_of_a_closed_tab_does_not_keep_others_waiting(visits, connected, monkeypatch):
    monkeypatch.setattr("ganssl.ui.shared.visits.SHORT_PATIENCE", 0.05)
    visits.patience = 60
    anna = visits.enter("anna")
    visits.enter("ben")

    def endless(context):
        while True:
            context.check()
            time.sleep(0.005)

    first = visits.runner.submit("anna", endless)
    connected.remove("anna")
    time.sleep(0.2)
    assert first.state == RUNNING  # nobody waits, and the tab may come back
    second = visits.runner.submit("ben", lambda context: "ben's turn")
    assert second.wait(5) and second.result == "ben's turn"
    assert first.wait(5) and first.state == CANCELLED
    assert anna.folder.exists() and visits.enter("anna") is anna


def test_a_disk_that_takes_no_folder_is_a_sentence(visits):
    anna = visits.enter("anna")
    anna.folder.rmdir()  # as where the disk is full, or was taken away
    with pytest.raises(DiskError, match="cannot be written"):
        anna.new_folder(10)


def test_deleting_twice_is_deleting_once(visits):
    anna = visits.enter("anna")
    folder = anna.new_folder(MOST_BYTES)
    anna.delete(folder)
    anna.delete(folder)
    assert not folder.exists() and anna.new_folder(MOST_BYTES).exists()


def test_a_server_that_stops_leaves_nothing(connected):
    visits = Visits(JobRunner(), connected.__contains__, PATIENCE)
    folder = visits.enter("anna").new_folder(10)
    (folder / "set.zip").write_bytes(b"x")
    close_all()
    assert not folder.exists() and not visits._root.exists()
    close_all()


SERVER = """
import sys, time
from ganssl.base.jobs import JobRunner
from ganssl.ui.shared.visits import Visits
visits = Visits(JobRunner(), lambda id: True, 60)
print(visits.enter("anna").folder, flush=True)
time.sleep(600)
"""


@pytest.mark.slow
def test_what_a_killed_server_left_is_swept_and_a_living_one_keeps_its_own(tmp_path, monkeypatch):
    def start():
        server = subprocess.Popen(
            [sys.executable, "-c", SERVER],
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, "TMPDIR": str(tmp_path)},
        )
        return server, Path(server.stdout.readline().strip())

    (killed, left), (living, kept) = start(), start()
    killed.kill()
    killed.wait()
    assert left.is_dir() and kept.is_dir()
    (tmp_path / "ganssl-visits-mine.txt").write_bytes(b"no folder")
    sweep_left(tmp_path)
    assert not left.parent.exists() and kept.is_dir()
    living.kill()
    living.wait()
