"""The story, second part: watch a tiny VAE-GAN learn, beside a recording of a large one."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ganssl.models.face_model import FaceModel
from ganssl.ui.how_it_works.faces import show_faces
from ganssl.ui.how_it_works.networks import begin_networks, small_faces
from ganssl.ui.how_it_works.recorded import show_recorded
from ganssl.ui.shared.presentation import presenting

if TYPE_CHECKING:
    from ganssl.training.tiny import TinyTraining

SHOWN = 4
TERMS = {"pixel": "rebuilt face differs", "discriminator": "discriminator is fooled"}
KEY, PLAYING = "story/training", "story/training plays"
PERIOD, TURN = 0.6, 0.4
"""Seconds between two drawings while it plays, and how long it learns before each."""

LAST = 3000
"""Batches; then it stops by itself."""

SHOWN_STEPS = 200
"""Points of the curves at most, so that they stay quick to draw."""

_one_at_a_time = threading.Lock()

LONG = (
    "Three networks learn together. The **encoder** and the **generator** are to rebuild each "
    "face; how far they miss is their **loss**. The **discriminator** looks at faces and is to "
    "tell the given ones from the generated; the generator is to fool it. After each **batch** of "
    "16 faces all numbers in the networks move a little, to make the losses smaller. Here is a "
    "tiny one, at 64 × 64 pixels, whose photos are generated faces."
)
SHORT = (
    "**Encoder** and **generator** learn to rebuild each face, the **discriminator** to tell the "
    "rebuilt from the given. After each batch of 16 faces all three change a little."
)


def show_training(model: FaceModel) -> None:
    """Play, pause and step; the losses, what the networks make by then, and the recording.

    While the networks are being built all but them is there; nothing waits for them.
    """
    st.markdown(SHORT if presenting() else LONG)
    networks = _networks(model)
    ready, playing = networks.done(), st.session_state.get(PLAYING, False)
    if ready and networks.exception():
        del st.session_state[KEY]  # the next visit of this step tries again
        networks.result()
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            "Pause" if playing else "Play",
            icon=":material/pause:" if playing else ":material/play_arrow:",
            type="primary",
            on_click=lambda: st.session_state.update({PLAYING: not playing}),
            disabled=not ready,
            key="story/play",
        )
        still = playing or not ready
        one = st.button("One batch", key="story/train 1", disabled=still)
        ten = st.button("Ten", key="story/train 10", disabled=still)
        st.button("Start again", on_click=_start_again, disabled=not ready, key="story/forget")
    if one or ten:
        with st.spinner("Learning …"), _one_at_a_time:
            networks.result().train(10 if ten else 1)
    live, recorded = st.columns([5, 3], gap="medium")
    with recorded:  # first, since what plays begins with a moment of learning
        show_recorded()
    with live:
        if ready:
            every = PERIOD if playing else None
            st.fragment(_show_learning, run_every=every)(model, networks.result())
        else:
            st.fragment(_wait, run_every=PERIOD)(networks)


def _wait(networks: Future[TinyTraining]) -> None:
    """A word of the networks until they are there."""
    if networks.done():
        st.rerun()
    st.info("Three small networks are being built …", icon=":material/hourglass_top:")


def _show_learning(model: FaceModel, training: TinyTraining) -> None:
    """What the networks make now; while it plays, after a moment of learning."""
    faces = small_faces(model)[:SHOWN]
    if st.session_state.get(PLAYING):
        with _one_at_a_time:
            _learn(training)
        if len(training.history) >= LAST:
            st.session_state[PLAYING] = False
            st.rerun()
    with st.container(key="story-learning"):  # whose style keeps it from fading at every batch
        pictures, losses = st.columns([4, 5], gap="medium")
    labelled = not presenting()
    with pictures:
        show_faces(faces, [f"given {i + 1}" for i in range(SHOWN)], labelled=labelled)
        rebuilt = [f"rebuilt {i + 1}" for i in range(SHOWN)]
        show_faces(training.rebuilt(faces), rebuilt, labelled=labelled)
        mixed = [f"{i + 1} and {(i + 1) % SHOWN + 1} mixed" for i in range(SHOWN)]
        show_faces(training.mixed(faces), mixed, labelled=labelled)
        if presenting():
            st.caption("Given, rebuilt, and half-way to the next one")
    with losses:
        _show_losses(training)


def _learn(training: TinyTraining) -> None:
    """Batch after batch for a moment."""
    end = time.monotonic() + TURN
    while len(training.history) < LAST:
        training.train(1)
        if time.monotonic() >= end:
            return


def _networks(model: FaceModel) -> Future[TinyTraining]:
    """This visitor's networks, which may still be built."""
    key, mine = model.faces_key, st.session_state.get(KEY)
    if mine is None or mine[0] != key:
        st.session_state[KEY] = mine = (key, begin_networks(model))
    return mine[1]


def _start_again() -> None:
    st.session_state[PLAYING] = False
    with _one_at_a_time:
        st.session_state[KEY][1].result().start_again()


def _show_metrics(history: list[dict[str, float]]) -> None:
    last = history[-1]
    with st.container(horizontal=True):
        st.metric("Batches seen", len(history))
        for term, label in TERMS.items():
            before = history[-2][term] if len(history) > 1 else last[term]
            st.metric(label, f"{last[term]:.3f}", f"{last[term] - before:+.3f}", "inverse")


def _show_losses(training: TinyTraining) -> None:
    history = training.history
    if not history:
        st.info("Untrained networks make grey noise. Press *Play*.", icon=":material/touch_app:")
        return
    last = history[-1]
    if presenting():
        words = [f"{label} **{last[term]:.3f}**" for term, label in TERMS.items()]
        st.markdown("  \n".join([f"Batches seen **{len(history)}**", *words]))
    else:
        _show_metrics(history)
    stride = -(-len(history) // SHOWN_STEPS)
    points = range(stride, len(history) + 1, stride)
    lines: dict[str, list[float]] = {"batch": list(points)}
    for term, label in TERMS.items():  # the mean over each stretch
        lines[label] = [
            float(np.mean([step[term] for step in history[end - stride : end]])) for end in points
        ]
    st.line_chart(lines, x="batch", y=list(TERMS.values()), y_label="loss", height=220)
