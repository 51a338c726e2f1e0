"""The Explore page explained to someone who has never heard of a latent space."""

from __future__ import annotations

import streamlit as st

BIAS_NOTE = (
    "The sliders follow how annotators *perceived* photos of celebrities, most of them Western. "
    "They are no facts about a person, carry those photos' stereotypes, and one slider often moves "
    "more than its name says: the readout shows what."
)

INTRODUCTION = (
    "**What am I looking at?** A face that no one has. A neural network has learned from photos "
    "how faces vary, and turns a list of numbers, the *latent code*, into a picture. Each slider "
    "moves these numbers along one *attribute direction*, found by comparing photos that "
    "annotators labelled with and without the attribute."
)

CONTROLS = {
    "Seed": "The number of a face. The same seed always gives the same face.",
    "New face": "Picks another seed. Your edits are applied to the new face.",
    "Typical ↔ varied": "0 % is the average of all faces; 100 % is as varied as the photos were.",
    "Sliders": "0 leaves the face as it is. σ (sigma) is one standard deviation: how far faces "
    "usually differ in this respect. A slider ends where it was measured to break, at the latest "
    "at ±3 σ: beyond, the network has seen no faces.",
    "no / yes under a slider": "Where this face would resemble the average photo annotated "
    "without (no) or with (yes) the attribute.",
    "Hold skin tone, …": "Every slider leaves these alone, as far as the model can, unless it is "
    "their own. Its σ is one to two standard deviations then: the less a slider changes the whole "
    "face, the further it goes. Switched off, you get the directions as they were fitted, with "
    "what the photos tied to them.",
    "Lock": "Holds an attribute fixed: the other sliders then move only in ways that leave it "
    "alone.",
    "What changed, and what else?": "A second network looks at the two pictures and says what it "
    "sees. It finds side effects that the slider's name hides. Skin tone is measured on the "
    "pixels.",
    "Filmstrip": "One attribute in seven steps.",
    "Many faces": "The same edits on other faces: is the effect always the same?",
    "Save and share": "A link, a small file or a picture; each brings back exactly this face.",
}


def show_bias_note() -> None:
    st.caption(f":material/info: {BIAS_NOTE}")


def show_legend() -> None:
    st.markdown(INTRODUCTION)
    rows = "\n".join(f"| **{control}** | {text} |" for control, text in CONTROLS.items())
    st.markdown(f"| Control | What it does |\n|---|---|\n{rows}")
