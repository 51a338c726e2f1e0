"""GANSSL: attribute directions in the latent space of a face model, as a library.

    import ganssl

    model = ganssl.load_model()
    face = ganssl.render(model, ganssl.FaceState(seed=7, edits={"Smiling": 2.0}))
    face.pixels  # uint8 [128, 128, 3]

What is listed below is loaded when it is first asked for, and TensorFlow when a
network first runs; `import ganssl` itself takes no time. Bad input raises
`UserError`, whose message says what is wrong and how to mend it. The rooms
behind these names (`ganssl.photos`, `ganssl.directions`, …) hold more, and
`docs/examples/` goes through the main jobs.

Nothing here imports streamlit; the app's drawing code lives in `ganssl.ui`.
"""

from ganssl.lazy import lazily

__version__ = "0.1.0"

_HOMES = {
    # a face model and its faces
    "find_models": "ganssl.models.catalogue",
    "load_model": "ganssl.models.catalogue",
    "FaceState": "ganssl.face.state",
    "render": "ganssl.face.render",
    "filmstrip": "ganssl.face.render",
    # directions
    "Direction": "ganssl.directions",
    "DirectionSet": "ganssl.directions",
    "FitOptions": "ganssl.directions",
    "edit_codes": "ganssl.directions",
    "fit_directions": "ganssl.directions",
    # photos and labels
    "Attribute": "ganssl.attributes",
    "read_photos": "ganssl.photos",
    "load_photo": "ganssl.face.from_photo",
    "editable_photo": "ganssl.face.from_photo",
    "encode_photos": "ganssl.fitting",
    # labelled sets of generated faces
    "Recipe": "ganssl.synthesis.recipe",
    "Writing": "ganssl.synthesis.run",
    "synthesize": "ganssl.synthesis.run",
    "read_set": "ganssl.synthesis.reader",
    # classifiers and how good they are
    "get_extractor": "ganssl.features.extractor",
    "train_on_set": "ganssl.classifier",
    "PhotoEvidence": "ganssl.classifier",
    "Watch": "ganssl.classifier",
    "save_classifier": "ganssl.classifier",
    "load_classifier": "ganssl.classifier",
    "judge_photos": "ganssl.judgement.on_photos",
    "prepare_photos": "ganssl.photos.prepared",
    "compare_methods": "ganssl.judgement.compare",
    "Judging": "ganssl.judgement.methods",
    # what goes wrong
    "UserError": "ganssl.errors",
}
"""Where each public name lives. Strings, so that nothing is loaded before it is used."""

__all__ = ["__version__", *_HOMES]


__getattr__ = lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
