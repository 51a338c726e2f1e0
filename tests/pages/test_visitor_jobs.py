"""A visitor's jobs on pages: drawn, cancelled, limited, and alive across reruns and pages."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import dataclass, field

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ganssl.base.job import CANCELLED, DONE, FAILED, QUEUED, Job, Progress
from ganssl.base.priority import STEPS_BACK
from ganssl.ui.shared.jobs import JOBS_PER_VISITOR, progress_text
from tests.helpers.waiting import until

PAGE = """
import streamlit as st
from ganssl.errors import UserError
from ganssl.ui.shared.jobs import show_job, visitor_jobs
from tests.pages import test_visitor_jobs as test

st.session_state["runs"] = st.session_state.get("runs", 0) + 1
st.session_state["jobs"] = visitor_jobs()
if st.button("Start", key="start"):
    try:
        st.session_state["job"] = visitor_jobs().submit(test.stage.work, "A long job")
    except UserError as error:
        st.error(str(error))
for job in visitor_jobs().jobs():
    show_job(job)
"""
ROUTER = """
import streamlit as st
st.navigation([st.Page("work.py", default=True), st.Page("other.py")]).run()
"""


@dataclass
class Stage:
    """The work of the page's jobs, which the tests conduct."""

    go: threading.Event = field(default_factory=threading.Event)
    began: threading.Event = field(default_factory=threading.Event)
    niceness: int = 0
    error: Exception | None = None

    def work(self, context):
        if sys.platform == "linux":
            self.niceness = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
        context.progress(250, 1000, "Halfway")
        self.began.set()
        while not self.go.wait(0.01):
            context.check()
        if self.error:
            raise self.error
        return "the result"


stage = Stage()


@pytest.fixture
def app(tmp_path):
    global stage
    st.cache_resource.clear()
    stage = Stage()
    (tmp_path / "work.py").write_text(PAGE, encoding="utf-8")
    (tmp_path / "other.py").write_text(
        "import streamlit as st\nst.title('Elsewhere')\n", encoding="utf-8"
    )
    (tmp_path / "router.py").write_text(ROUTER, encoding="utf-8")
    yield AppTest.from_file(str(tmp_path / "router.py"), default_timeout=30).run()
    stage.go.set()


def start(app) -> Job:
    app.button(key="start").click().run()
    assert not app.exception
    return app.session_state["job"]


def bars(app) -> list[str]:
    return [bar.proto.text for bar in app.get("progress")]


def test_progress_is_drawn_until_the_job_ends(app):
    job = start(app)
    assert stage.began.wait(5)
    app.run()
    assert bars(app) == ["Halfway · 250 of 1,000"]
    assert app.get("progress")[0].proto.value == 25
    stage.go.set()
    assert job.wait(5) and job.state == DONE and job.result == "the result"
    app.run()
    assert not app.exception and bars(app) == [] and not app.error and not app.info


def test_a_job_goes_on_through_reruns_and_other_pages(app):
    job = start(app)
    assert stage.began.wait(5)
    for _ in range(3):
        app.run()
    app.switch_page("other.py").run()
    assert app.title[0].value == "Elsewhere" and job.active and not job.cancel_requested
    app.switch_page("work.py").run()
    assert bars(app) == ["Halfway · 250 of 1,000"]
    assert app.session_state["jobs"].jobs() == [job]
    stage.go.set()
    assert job.wait(5) and job.result == "the result"


def test_cancel(app):
    job = start(app)
    assert stage.began.wait(5)
    app.run()
    app.button(key=f"job-cancel-{job.id}").click().run()
    assert job.wait(5) and job.state == CANCELLED
    app.run()
    assert not app.exception and bars(app) == []
    assert [info.value for info in app.info] == ["A long job: cancelled."]


def test_waiting_jobs_say_how_many_come_before(app):
    first, second, third = start(app), start(app), start(app)
    assert stage.began.wait(5)
    app.run()
    assert bars(app)[1:] == ["Starts next.", "Waiting: 1 before it on this server."]
    app.button(key=f"job-cancel-{second.id}").click().run()
    assert second.state == CANCELLED and third.state == QUEUED
    app.run()
    assert bars(app)[1:] == ["Starts next."]
    assert first.active


def test_the_limit_is_told_to_the_visitor(app):
    for _ in range(JOBS_PER_VISITOR):
        start(app)
    last = app.session_state["job"]
    assert start(app) is last
    assert "no more are allowed" in app.error[0].value


def test_failures_are_told(app):
    stage.error = ZeroDivisionError("secret detail")
    job = start(app)
    stage.go.set()
    assert job.wait(5) and job.state == FAILED
    app.run()
    assert "A long job: A fault of the program" in app.error[0].value
    assert "secret" not in app.error[0].value


@pytest.mark.skipif(sys.platform != "linux", reason="threads have a niceness of their own on Linux")
def test_jobs_stand_back_and_pages_do_not(app):
    job = start(app)
    stage.go.set()
    assert job.wait(5)
    here = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert stage.niceness == min(here + STEPS_BACK, 19)


def test_the_page_is_drawn_anew_when_a_job_ends_while_it_is_drawn(app):
    job = start(app)
    assert stage.began.wait(5)
    runs = app.session_state["runs"]
    stage.go.set()
    until(lambda: not job.active)
    app.run()
    assert app.session_state["runs"] == runs + 1


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        (Progress(), "Starting …"),
        (Progress(message="Loading"), "Loading …"),
        (
            Progress(12_288, 40_000, 512.4, 54.2, "Writing"),
            "Writing · 12,288 of 40,000 · 512/s · 0:54 left",
        ),
        (Progress(3, 20, 0.25, 68.0), "3 of 20 · 0.2/s · 1:08 left"),
    ],
)
def test_progress_in_words(progress, text):
    job = Job("anna", "title", lambda context: None, state="running", progress=progress)
    assert progress_text(job, 0) == text
