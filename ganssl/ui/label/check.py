"""Can the labels be trusted? Against oneself, against a classifier, against another labeller."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ganssl.base.job import FAILED
from ganssl.errors import UserError
from ganssl.labelling.agreement import Agreement, find_slip
from ganssl.labelling.analysis import PhotoAnalysis
from ganssl.labelling.compare_files import compare_tables, read_labels
from ganssl.labelling.contradictions import SURE, SURE_OF_FEW, Contradiction, contradictions
from ganssl.labelling.quick_classifier import FOLDS
from ganssl.labelling.session_file import read_session, save_session
from ganssl.models.face_model import FaceModel
from ganssl.photos.label_file import LABEL_ENDINGS
from ganssl.ui.label.grid import show_cards
from ganssl.ui.label.work import Work
from ganssl.ui.shared.jobs import show_job


def show_checks(work: Work, model: FaceModel) -> None:
    st.markdown("##### Your own second look")
    _consistency(work)
    st.markdown("##### Labels that a classifier contradicts")
    analysis = require_analysis(work, model, "to let classifiers check your labels")
    if analysis:
        show_contradictions(work, analysis)
    st.markdown("##### Another labeller")
    _other_labeller(work)


def require_analysis(work: Work, model: FaceModel, purpose: str) -> PhotoAnalysis | None:
    """What the networks see in the photos; until it is there, a button that begins it."""
    if work.analysis:
        return work.analysis
    if work.job and (work.job.active or work.job.state == FAILED):
        show_job(work.job)
    if not (work.job and work.job.active):
        st.button(
            "Let the networks look at the photos",
            icon=":material/visibility:",
            on_click=work.start_analysis,
            args=(model,),
            key=f"label/analyse {purpose}",
        )
        st.caption(
            f"Once for these photos, {purpose}. The faces are found and read on this server."
        )
    return None


def show_agreement(agreement: Agreement) -> None:
    """Agreement and kappa as figures."""
    low, high = agreement.ci95
    share, kappa = st.columns(2)
    share.metric(
        f"Same label, of {agreement.n:,} photos",
        f"{agreement.share:.0%}",
        help=f"With so few photos anything from {low:.0%} to {high:.0%} is likely (95 % interval).",
    )
    kappa.metric(
        "Cohen's kappa",
        "–" if agreement.kappa is None else f"{agreement.kappa:.2f}",
        help="1 is perfect agreement, 0 is what chance alone would give.",
    )
    st.caption(f"95 % interval of the share: {low:.0%} to {high:.0%}.")


def _consistency(work: Work) -> None:
    agreement = work.session.consistency(work.question)
    if agreement is None:
        st.caption("Answer a random fifth again under *Second look* to see how sure you are.")
        return
    show_agreement(agreement)
    if agreement.disagreements:
        st.markdown("You answered differently here; the label shown is the first. Decide again:")
        show_cards(work, [name for name, _, _ in agreement.disagreements], place="again")


def show_contradictions(work: Work, analysis: PhotoAnalysis) -> None:
    """Warnings, surest first, and the sentence on a slip."""
    labels = work.session.labels(work.question)
    probe = analysis.probabilities.get(work.question)
    own = analysis.cross_validated(labels)
    found = {} if probe is None else {c.place: c for c in contradictions(labels, probe, SURE)}
    for contradiction in contradictions(labels, own, SURE_OF_FEW):
        found.setdefault(contradiction.place, contradiction)
    judge = own if probe is None else probe
    reference = np.where(np.isnan(judge), -1, judge >= 0.5).astype(np.int8)
    slip = find_slip(labels, reference)
    if slip:
        st.error(slip.sentence(work.session.names), icon=":material/swap_vert:")
    if probe is None and np.isnan(own).all():
        st.caption(
            f"A classifier can learn from your labels once there are {FOLDS} of each answer."
        )
    elif not found:
        st.success("No label is strongly contradicted.", icon=":material/check:")
    else:
        st.warning(
            f"{len(found):,} labels are strongly contradicted. The classifier may be wrong; look "
            f"again and click what you want to change.",
            icon=":material/rule:",
        )
        shown = list(found.values())
        remarks = [_remark(work, contradiction) for contradiction in shown]
        show_cards(work, [work.session.names[c.place] for c in shown], remarks, "contradicted")


def _remark(work: Work, contradiction: Contradiction) -> str:
    other = work.attribute.classes[1 - contradiction.label]
    return f"the classifier says: {other}, {contradiction.probability:.0%}"


def _other_labeller(work: Work) -> None:
    file = st.file_uploader(
        "Labels of the same photos by somebody else: CSV, Excel or a session saved here (JSON)",
        type=[ending.removeprefix(".") for ending in LABEL_ENDINGS],
        max_upload_size=10,
        key="label/other",
    )
    if file is None:
        return
    own = read_session(save_session(work.session)).table("your labels")
    try:
        other = read_labels(file.getvalue(), file.name)
        pair = None
        if work.question not in other.attributes and len(other.attributes) == 1:
            pair = work.question, other.attributes[0]
        found = compare_tables(own, other, pair)
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return
    for comparison in found:
        if comparison.columns[0] != work.question:
            continue
        show_agreement(comparison.agreement)
        if comparison.slip:
            sentence = comparison.slip.sentence(comparison.names)
            st.error(f"{sentence} Or theirs slipped the other way.", icon=":material/swap_vert:")
        if comparison.agreement.disagreements:
            st.markdown("You and the other labeller differ here:")
            classes = work.attribute.classes
            rows = comparison.agreement.disagreements
            show_cards(
                work,
                [name for name, _, _ in rows],
                [f"the other: {classes[b]}" for _, _, b in rows],
                "compared",
            )
