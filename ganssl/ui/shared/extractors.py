"""The feature extractors that are installed here, loaded once for all visitors."""

from __future__ import annotations

import streamlit as st

from ganssl.classifier import Classifier
from ganssl.errors import UserError
from ganssl.features.extractor import EXTRACTORS, FeatureExtractor, get_extractor
from ganssl.models.face_model import FaceModel
from ganssl.ui.shared.model import MOST_MODELS, face_model


def installed_extractors() -> tuple[dict[str, FeatureExtractor], dict[str, str]]:
    """Those that can be used, and of the others how to get them, by name."""
    model = face_model()
    return _installed(model.faces_key, model)


@st.cache_resource(max_entries=MOST_MODELS, show_spinner="Loading the face features …")
def _installed(key: str, _model: FaceModel) -> tuple[dict[str, FeatureExtractor], dict[str, str]]:
    found: dict[str, FeatureExtractor] = {}
    missing: dict[str, str] = {}
    for name in EXTRACTORS:
        try:
            found[name] = get_extractor(name, _model if name == "encoder" else None)
        except UserError as error:
            missing[name] = str(error)
    return found, missing


def extractor_for(classifier: Classifier) -> FeatureExtractor:
    """What a classifier reads; `UserError` where it is not installed or has other weights."""
    found, missing = installed_extractors()
    name = classifier.source.features
    if name not in found:
        reason = missing.get(name, "This version does not know them.")
        raise UserError(f"This classifier reads the features {name!r}. {reason}")
    classifier.check_extractor(found[name])
    return found[name]
