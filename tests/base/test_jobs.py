"""Background jobs: turns between owners, limits, cancel, errors, progress, the end of a session."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from ganssl.base.job import CANCELLED, DONE, FAILED, QUEUED, RUNNING, Cancelled, JobContext
from ganssl.base.jobs import JobRunner
from ganssl.base.priority import STEPS_BACK, priority
from ganssl.errors import UserError


class Gate:
    """Work that says when it has begun and ends when it is let go, or cancelled."""

    def __init__(self) -> None:
        self.begun, self.open = threading.Event(), threading.Event()

    def __call__(self, context: JobContext) -> str:
        self.begun.set()
        while not self.open.wait(0.005):
            context.check()
        return "through"


@pytest.fixture
def make_runner():
    runners = []

    def make(**settings) -> JobRunner:
        runners.append(JobRunner(**settings))
        return runners[-1]

    yield make
    for runner in runners:
        runner.close()


def occupy(runner: JobRunner, owner: str = "somebody"):
    gate = Gate()
    job = runner.submit(owner, gate)
    assert gate.begun.wait(5)
    return gate, job


def test_a_job_returns_its_result(make_runner):
    job = make_runner().submit("ann", lambda context: 6 * 7, "sum")
    assert job.wait(5) and job.state == DONE and job.result == 42
    assert job.title == "sum" and job.error == "" and not job.active


def test_owners_take_turns(make_runner):
    runner = make_runner(per_owner=10)
    gate, _ = occupy(runner)
    order: list[str] = []

    def note(text: str):
        return lambda context: order.append(text)

    jobs = [runner.submit("ann", note(f"ann {i}")) for i in range(3)]
    jobs += [runner.submit("bob", note(f"bob {i}")) for i in range(2)]
    jobs += [runner.submit("eve", note("eve 0"))]
    positions = [runner.position(job) for job in jobs]
    gate.open.set()
    assert all(job.wait(5) for job in jobs)
    assert order == ["ann 0", "bob 0", "eve 0", "ann 1", "bob 1", "ann 2"]
    assert positions == [1, 4, 6, 2, 5, 3]  # as the queue had foretold
    assert [runner.position(job) for job in jobs] == [0] * 6


def test_who_was_served_comes_after_who_waits(make_runner):
    runner = make_runner(per_owner=10)
    gate, _ = occupy(runner, "ann")
    waiting = runner.submit("bob", lambda context: time.monotonic())
    again = runner.submit("ann", lambda context: time.monotonic())
    gate.open.set()
    assert waiting.wait(5) and again.wait(5) and waiting.result < again.result


def test_one_owner_never_holds_two_workers(make_runner):
    runner = make_runner(workers=2, per_owner=10)
    first, _ = occupy(runner, "ann")
    second = Gate()
    held_back = runner.submit("ann", second)
    other, _ = occupy(runner, "bob")  # runs at once, beside ann's first
    assert held_back.state == QUEUED and not second.begun.is_set()
    first.open.set()
    assert second.begun.wait(5)
    second.open.set()
    other.open.set()
    assert held_back.wait(5) and held_back.state == DONE


def test_workers_run_beside_each_other_but_no_more(make_runner):
    runner = make_runner(workers=2)
    gates = [occupy(runner, owner)[0] for owner in ("ann", "bob")]
    third = Gate()
    job = runner.submit("eve", third)
    assert not third.begun.wait(0.05) and runner.position(job) == 1
    for gate in (*gates, third):
        gate.open.set()
    assert job.wait(5)


def test_limits_are_told(make_runner):
    runner = make_runner(per_owner=2, waiting=2)
    gate, _ = occupy(runner, "ann")
    runner.submit("ann", Gate())
    with pytest.raises(UserError, match="2 jobs"):
        runner.submit("ann", Gate())
    runner.submit("bob", Gate())
    with pytest.raises(UserError, match="Too many jobs"):
        runner.submit("eve", Gate())
    gate.open.set()


def test_cancel_while_waiting(make_runner):
    runner = make_runner()
    gate, _ = occupy(runner)
    never = Gate()
    job = runner.submit("ann", never)
    later = runner.submit("bob", lambda context: "ran")
    runner.cancel(job)
    assert job.state == CANCELLED and job.wait(0) and runner.position(later) == 1
    gate.open.set()
    assert later.wait(5) and later.result == "ran" and not never.begun.is_set()


def test_cancel_while_running(make_runner):
    runner = make_runner()
    _, job = occupy(runner)
    assert job.state == RUNNING
    runner.cancel(job)
    assert job.wait(5) and job.state == CANCELLED and job.result is None and job.error == ""
    assert runner.submit("ann", lambda context: 1).wait(5)  # the worker goes on
    runner.cancel(job)  # once more, without harm
    assert job.state == CANCELLED


def test_work_that_is_done_before_it_looks_keeps_its_result(make_runner):
    runner = make_runner()
    begun, let_go = threading.Event(), threading.Event()

    def deaf(context: JobContext) -> str:
        begun.set()
        let_go.wait(5)
        return "done all the same"

    job = runner.submit("ann", deaf)
    assert begun.wait(5)
    runner.cancel(job)
    let_go.set()
    assert job.wait(5) and job.state == DONE and job.result == "done all the same"


def test_errors_of_the_user_and_of_the_program(make_runner, caplog):
    runner = make_runner(per_owner=3)

    def refuse(context):
        raise UserError("There is no direction of 'Smilling'.")

    def break_down(context):
        raise ZeroDivisionError("secret detail")

    refused, broken = runner.submit("ann", refuse), runner.submit("ann", break_down)
    after = runner.submit("ann", lambda context: "fine")
    assert after.wait(5) and after.state == DONE
    assert refused.state == FAILED and refused.error == "There is no direction of 'Smilling'."
    assert isinstance(refused.exception, UserError)
    assert broken.state == FAILED and isinstance(broken.exception, ZeroDivisionError)
    assert "secret" not in broken.error and "ZeroDivisionError" in broken.error
    assert "secret detail" in caplog.text and "Smilling" not in caplog.text


def test_progress_has_rate_and_time_left(make_runner):
    def count(context: JobContext) -> None:
        for done in range(0, 60, 10):
            context.progress(done, 100, "faces")
            time.sleep(0.02)

    job = make_runner().submit("ann", count)
    assert job.wait(5)
    progress = job.progress
    assert (progress.done, progress.total, progress.message) == (50, 100, "faces")
    assert progress.fraction == 0.5 and 0 < progress.rate <= 500  # 10 in 20 ms at the most
    assert progress.seconds_left == pytest.approx(50 / progress.rate)


def test_a_new_stage_has_its_own_rate(make_runner):
    def stages(context: JobContext) -> None:
        for done in (0, 1_000_000):
            context.progress(done, 1_000_000, "codes")
            time.sleep(0.01)
        context.progress(0, 10, "faces")
        time.sleep(0.05)
        context.progress(1, 10, "faces")

    job = make_runner().submit("ann", stages)
    assert job.wait(5) and job.progress.rate <= 20


def test_nothing_is_known_at_the_beginning(make_runner):
    job = make_runner().submit("ann", lambda context: context.progress(0, 0))
    assert job.wait(5) and job.progress.seconds_left is None and job.progress.fraction == 0


def test_the_end_of_a_session_ends_its_jobs(make_runner):
    runner = make_runner(per_owner=5)
    _, running = occupy(runner, "ann")
    waiting = runner.submit("ann", Gate())
    others = runner.submit("bob", lambda context: "ran")
    runner.end_owner("ann")
    assert running.wait(5) and running.state == CANCELLED and waiting.state == CANCELLED
    assert others.wait(5) and others.result == "ran"
    assert runner.jobs("ann") == [] and runner.jobs("bob") == [others]
    runner.end_owner("nobody")


def test_ended_jobs_are_forgotten_after_a_while(make_runner):
    runner = make_runner(kept=2)
    jobs = []
    for _ in range(4):
        jobs.append(runner.submit("ann", lambda context: None))
        assert jobs[-1].wait(5)
    assert runner.jobs("ann") == jobs[-2:]


def test_a_closed_runner_takes_no_work(make_runner):
    runner = make_runner()
    _, job = occupy(runner)
    runner.close()
    assert job.wait(5) and job.state == CANCELLED
    with pytest.raises(UserError, match="shutting down"):
        runner.submit("ann", lambda context: None)


def test_check_leaves_the_work(make_runner):
    runner = make_runner()
    seen = []

    def work(context: JobContext) -> None:
        runner.cancel(runner.jobs("ann")[0])
        seen.append(context.cancelled)
        with pytest.raises(Cancelled):
            context.check()
        context.check()

    job = runner.submit("ann", work)
    assert job.wait(5) and job.state == CANCELLED and seen == [True]


def test_the_runner_needs_neither_pages_nor_networks():
    code = (
        "import sys, ganssl.base.jobs\n"
        "assert not {'streamlit', 'keras', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_long_job_gives_way_and_goes_on_where_it_was(make_runner):
    runner, order = make_runner(turn=0.0), []

    def steps(context: JobContext) -> str:
        for step in range(3):
            order.append(f"ann {step}")
            while step == 0 and not runner.others_wait("ann"):
                time.sleep(0.005)
            context.check()
        return "done"

    first = runner.submit("ann", steps)
    second = runner.submit("ben", lambda context: order.append("ben"))
    assert first.wait(5) and second.wait(5)
    assert order == ["ann 0", "ben", "ann 1", "ann 2"] and first.result == "done"


def test_a_job_within_its_turn_does_not_give_way(make_runner):
    runner = make_runner(turn=1000.0)
    gate, first = occupy(runner, "ann")
    second = runner.submit("ben", lambda context: None)
    time.sleep(0.05)  # the gate looks every 5 ms whether it shall stop
    assert (first.state, second.state) == (RUNNING, QUEUED) and runner.position(second) == 1
    gate.open.set()
    assert second.wait(5)


def test_a_job_that_gave_way_can_be_cancelled(make_runner):
    runner = make_runner(turn=0.0)
    cleaned = threading.Event()

    def work(context: JobContext) -> None:
        try:
            while True:
                context.check()
                time.sleep(0.005)
        finally:
            cleaned.set()

    first = runner.submit("ann", work)
    closed = Gate()
    second = runner.submit("ben", lambda context: closed.begun.set() or closed.open.wait(5))
    assert closed.begun.wait(5)
    assert first.state == QUEUED and runner.position(first) == 1
    runner.cancel(first)
    assert first.wait(5) and first.state == CANCELLED and cleaned.is_set()
    assert second.state == RUNNING
    closed.open.set()
    assert second.wait(5) and second.state == DONE
    assert runner.submit("cem", lambda context: 1).wait(5)


def test_a_job_that_gave_way_with_what_others_wait_for_goes_on_beside_them(make_runner):
    runner, shared = make_runner(turn=0.0, pause=0.1), threading.Lock()

    def holding(context: JobContext) -> str:
        with shared:
            while not runner.others_wait("ann"):
                time.sleep(0.005)
            context.check()
        return "done"

    def wanting(context: JobContext) -> str:
        with shared:
            return "done"

    jobs = [runner.submit("ann", holding), runner.submit("ben", wanting)]
    assert all(job.wait(5) and job.result == "done" for job in jobs)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a priority for each thread")
def test_a_job_stands_back_and_its_submitter_does_not():
    before = priority()
    job = JobRunner().submit("a", lambda _: priority())
    assert job.wait(60)
    assert job.result == min(before + STEPS_BACK, 19)
    assert priority() == before
