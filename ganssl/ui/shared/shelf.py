"""What a visitor made or brought along: kept for the visit, shared by the pages, then forgotten.

A private installation keeps it in its workspace as well, see `ganssl.ui.shared.keeping`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ganssl.workspace.run import CLASSIFIER, PHOTOS, SEQUENCE, SET, SLIDER

if TYPE_CHECKING:
    from ganssl.classifier import Classifier
    from ganssl.directions import Direction
    from ganssl.face.sequence import FaceSequence
    from ganssl.photos import PhotoSet
    from ganssl.synthesis import SyntheticSet
    from ganssl.workspace import Run


@dataclass
class Shelf:
    """One page puts things here, another offers them.

    Attributes:
        sets: labelled sets of generated faces, by a name that the visitor reads.
        classifiers: trained ones, by name.
        photos: photos in memory with labels (uploaded, or labelled by hand), by name.
        directions: the visitor's own attribute directions, by attribute; they
            get sliders and can label generated faces.
        sequences: what is presented of faces, by the id of the model that draws them.
        face: a name and a latent code float32 `[d]` of a photo to go on with on Explore.
        runs: where the workspace keeps a thing, by kind and name.
        looked_for: ids of models for which the workspace was asked for a sequence.
        troubles: why something could not be kept, for the next page.
    """

    sets: dict[str, SyntheticSet] = field(default_factory=dict)
    classifiers: dict[str, Classifier] = field(default_factory=dict)
    photos: dict[str, PhotoSet] = field(default_factory=dict)
    directions: dict[str, Direction] = field(default_factory=dict)
    sequences: dict[str, FaceSequence] = field(default_factory=dict)
    face: tuple[str, np.ndarray] | None = None
    runs: dict[tuple[str, str], Run] = field(default_factory=dict)
    looked_for: set[str] = field(default_factory=set)
    troubles: list[str] = field(default_factory=list)

    def things(self, kind: str) -> dict:
        """Those of a kind of run, by the name under which `runs` has them."""
        return {
            SET: self.sets,
            CLASSIFIER: self.classifiers,
            PHOTOS: self.photos,
            SLIDER: self.directions,
            SEQUENCE: self.sequences,
        }[kind]

    def exchange(self, photos: PhotoSet, others: PhotoSet) -> None:
        """Put photos in the place of others: the same ones with other labels."""
        for name, there in self.photos.items():
            if there is photos:
                self.photos[name] = others

    def forget_model(self) -> None:
        """Give up what belongs to the model of before."""
        self.directions.clear()
        self.face = None


def shelf() -> Shelf:
    """The shelf of this visit."""
    return st.session_state.setdefault("shelf", Shelf())
