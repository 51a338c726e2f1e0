"""Long work of a visitor: begun on a page, watched there, ended with the visit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ganssl.base.job import CANCELLED, FAILED, QUEUED, Job, JobContext
from ganssl.base.jobs import JobRunner
from ganssl.base.progress import clock_text
from ganssl.ui.shared.visit_cookie import NAME, visit_number
from ganssl.ui.shared.visits import Visit, Visits
from ganssl.workspace.workspace import named_workspace

JOBS_AT_ONCE = 1
"""On the whole server: the networks use all cores, so two jobs would take twice as long each."""

JOBS_PER_VISITOR = 3
PERIOD = 1.0
"""Seconds between two drawings of a running job."""


@dataclass(frozen=True)
class VisitorJobs:
    """The jobs of this visitor; the visitor's other tabs are other visitors."""

    runner: JobRunner
    owner: str

    def submit(self, work: Callable[[JobContext], Any], title: str) -> Job:
        """Queue `work(context)`, which must not call Streamlit; see `JobRunner.submit`."""
        return self.runner.submit(self.owner, work, title)

    def jobs(self) -> list[Job]:
        """Oldest first: all that wait or run and the last few that ended."""
        return self.runner.jobs(self.owner)

    def cancel(self, job: Job) -> None:
        self.runner.cancel(job)

    @property
    def server_stops(self) -> bool:
        """Whether a cancel comes from the end of the server and not from the visitor."""
        return self.runner.closed

    def position(self, job: Job) -> int:
        """1 for the job of the server that starts next; 0 for one that does not wait."""
        return self.runner.position(job)


def visitor_jobs() -> VisitorJobs:
    """The jobs of the visitor for whom the page is being drawn."""
    return VisitorJobs(all_visits().runner, this_visit().id)


def this_visit() -> Visit:
    """The visitor's folder and name among the jobs."""
    number = visit_number(st.context.cookies.get(NAME))
    return all_visits().enter(get_script_run_ctx().session_id, number)


def show_job(job: Job) -> None:
    """Draw a job as it is.

    While it waits or runs that is a progress bar with a button to cancel,
    redrawn every second, and the page runs anew once when it ends. Of a job
    that has ended, only what a visitor must know is left: that it failed, and
    why, or that it was cancelled.
    """
    if job.active:
        _watch(job)
    elif job.state == FAILED:
        st.error(f"{job.title}: {job.error}", icon=":material/error:")
    elif job.state == CANCELLED:
        st.info(f"{job.title}: cancelled.", icon=":material/cancel:")


@st.fragment(run_every=PERIOD)
def _watch(job: Job) -> None:
    if not job.active:
        st.rerun()
    jobs = visitor_jobs()
    with st.container(border=True, key=f"job-{job.id}"):
        st.markdown(f"**{job.title}**")
        st.progress(job.progress.fraction, text=progress_text(job, jobs.position(job)))
        st.button(
            "Cancelling …" if job.cancel_requested else "Cancel",
            icon=":material/cancel:",
            key=f"job-cancel-{job.id}",
            disabled=job.cancel_requested,
            on_click=jobs.cancel,
            args=(job,),
        )


def progress_text(job: Job, position: int) -> str:
    """`Writing · 12,288 of 40,000 · 512/s · 0:54 left`."""
    if job.state == QUEUED:
        before = position - 1
        return "Starts next." if before < 1 else f"Waiting: {before} before it on this server."
    progress = job.progress
    if not progress.total:
        return f"{progress.message or 'Starting'} …"
    text = f"{progress.done:,} of {progress.total:,}"
    if progress.rate:
        text += f" · {progress.rate:,.{0 if progress.rate >= 10 else 1}f}/s"
    if progress.seconds_left is not None:
        text += f" · {clock_text(progress.seconds_left)} left"
    return f"{progress.message} · {text}" if progress.message else text


def on_server() -> bool:
    """Whether a server runs the page; a test may have what only passes for one."""
    return runtime.exists() and issubclass(type(runtime.get_instance()), runtime.Runtime)


@st.cache_resource(show_spinner=False, on_release=Visits.close)
def all_visits() -> Visits:
    """The visits of this server."""
    runner = JobRunner(workers=JOBS_AT_ONCE, per_owner=JOBS_PER_VISITOR)
    forgotten_after = st.get_option("server.disconnectedSessionTTL")
    kept = named_workspace() is not None
    return Visits(runner, _here, patience=forgotten_after + 10, jobs_go_on=kept)


def _here(session: str) -> bool:
    return not runtime.exists() or runtime.get_instance().is_active_session(session)
