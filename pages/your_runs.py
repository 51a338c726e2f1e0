"""Your runs: what is kept of the work so far; opened again, compared, named and deleted."""

from __future__ import annotations

import streamlit as st

from ganssl.errors import UserError
from ganssl.ui.shared.jobs import show_job, visitor_jobs
from ganssl.ui.shared.keeping import workspace
from ganssl.ui.shared.model import require_face_model
from ganssl.ui.your_runs.listed import show_kept
from ganssl.ui.your_runs.visit import show_visit

st.title("Your runs")
model = require_face_model()
place = workspace()
for job in visitor_jobs().jobs():
    show_job(job)
if place is None:
    show_visit()
else:
    try:
        show_kept(place, model)
    except UserError as error:
        st.error(str(error), icon=":material/error:")
