"""From a training's checkpoint to a bundle: averaged weights, code statistics, directions, card."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ganssl.attributes import withheld
from ganssl.base.json_text import parse_json
from ganssl.base.progress import Stages
from ganssl.directions import DEFAULT_METHODS, DirectionSet
from ganssl.errors import UserError
from ganssl.fitting.from_photos import encode_photos, fit_photo_directions
from ganssl.fitting.spread_directions import FACE_SIZE, FewLabels, spread_photo_directions
from ganssl.models.bundle import BundleModel, load_bundle
from ganssl.models.card import write_card
from ganssl.models.config import ModelConfig
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.preprocess import Preprocess
from ganssl.training.checkpoint import read_checkpoint
from ganssl.training.gan import SETTINGS
from ganssl.training.looks import GradedFaces, learn_naturalness, map_statistics
from ganssl.training.whiten import whiten

SOME_PHOTOS = 5000
FEWEST_PER_DIMENSION = 10
"""The basis of the codes is found from so many photos, and left alone where they are too few."""

EXPORT_METHODS = (*DEFAULT_METHODS, "joint")
"""Of the directions in a bundle; the joint regression is one of the ways to hold what must stay."""

FACES_MOVED = 64
"""Generated faces that show how far each slider goes."""

FACES_READ = 3000
"""Generated faces whose readings tell how these go along the codes."""

FEW_LABELS = 50
"""Of each class: the directions that ship for synthesis from few labels."""


def export_model(
    run: Path,
    out: Path,
    photos: PhotoSet | None = None,
    cache: Path | None = None,
    command: str = "",
    progress: Stages | None = None,
    image_network: str | Path | None = None,
) -> BundleModel:
    """Write the bundle of a training run.

    Args:
        run: folder of `train-gan`, with `settings.json` and `checkpoint.npz`.
        photos: the photos it was trained on; their codes give the statistics
            and, where they are labelled, the directions. Without them the
            bundle keeps the prior and has no directions.
        cache: folder that keeps the decoded photos.
        command: what trained it, for the card.
        progress: makes a callback `(done, total)` for each named part.
        image_network: file of `ganssl.training.image_network`, which looks beside the
            face network when the model learns which codes give natural faces.
    """
    model, settings, state = model_of_run(run)
    if photos is not None:
        _whiten(model, photos, cache, progress)
    model = stored(model, out)  # before any code is measured
    if photos is not None:
        fit_latent(model, photos, cache, progress, image_network)
    model.card = write_card(model, settings, state, command)
    model.save(out)
    return model


def model_of_run(run: Path) -> tuple[BundleModel, dict, dict]:
    """The averaged networks of a run, with its settings and its state (step, seconds)."""
    try:
        data = (Path(run) / SETTINGS).read_bytes()
    except FileNotFoundError as error:
        raise UserError(f"{run} is no training run: {SETTINGS} is missing.") from error
    settings = parse_json(data, str(Path(run) / SETTINGS))
    if not isinstance(settings, dict) or not isinstance(settings.get("config"), dict):
        raise UserError(f"{Path(run) / SETTINGS} is damaged: it holds no configuration.")
    stored, state = read_checkpoint(run)
    model = BundleModel.create(ModelConfig.from_dict(settings["config"]))
    for name, network in (("mean_encoder", model.encoder), ("mean_generator", model.generator)):
        for i, variable in enumerate(network.variables):
            array = stored.get(f"{name}/{i:03d}")
            if array is None or array.shape != tuple(variable.shape):
                raise UserError(
                    f"{run} is damaged: its checkpoint does not fit the networks of {SETTINGS}."
                )
            variable.assign(array)
    return model, settings, state


def _whiten(
    model: BundleModel, photos: PhotoSet, cache: Path | None, progress: Stages | None
) -> None:
    """Few photos are left as they are: they do not fill the code's dimensions."""
    train = photos.train_part
    some = train.subset(np.linspace(0, len(train) - 1, min(SOME_PHOTOS, len(train))).astype(int))
    if len(some) < FEWEST_PER_DIMENSION * model.latent_size:
        return
    faces = model.preprocess.to_network(some.faces(model.preprocess, cache))
    mean, spread = model.encoder.predict(faces, batch_size=64, verbose=0)
    whiten(model, mean, np.exp(spread).mean(axis=0))


def fit_latent(
    model: BundleModel,
    photos: PhotoSet,
    cache: Path | None = None,
    progress: Stages | None = None,
    image_network: str | Path | None = None,
) -> None:
    """Measure where the training photos' codes lie, fit all directions and measure the sliders.

    They are fitted to all labels, and once more to `FEW_LABELS` of each class.
    Too few photos for a density or for any direction leave the prior and an
    empty set: a training is not lost for it.
    """
    codes = encode_photos(model, photos.train_part, cache, progress)
    model.measure(codes)
    learn_looks(model, progress, image_network)
    fit_all_directions(model, photos, codes, cache, progress)


def stored(model: BundleModel, out: Path) -> BundleModel:
    """A model as its bundle in `out` holds it, with weights rounded, once they have changed."""
    model.save(out)
    return load_bundle(out)


def remeasure(
    model: BundleModel,
    out: Path,
    photos: PhotoSet,
    cache: Path | None = None,
    progress: Stages | None = None,
    image_network: str | Path | None = None,
) -> BundleModel:
    """Write a finished model with directions and sliders measured anew; its faces stay the same.

    Args:
        out: folder of the bundle, which may be the one the model came from.
        photos: the labelled photos it was trained on.
        image_network: with it, which codes give natural faces is learnt anew as well
            (see `export_model`), and a seed may give another of the model's faces.
    """
    photos.require_labels()
    codes = encode_photos(model, photos.train_part, cache, progress)
    if image_network is not None:
        learn_looks(model, progress, image_network)
    fit_all_directions(model, photos, codes, cache, progress)
    model.save(out)
    return model


def learn_looks(
    model: BundleModel, progress: Stages | None, image_network: str | Path | None = None
) -> None:
    """Let a model tell natural faces, as the shipped graded ones teach; see `looks`.

    Without the face network, or where the graded faces are of another size than
    the model's, every face is taken as it comes.
    """
    from ganssl.features.readout import Readout

    try:
        readout, graded = Readout.load(), GradedFaces.load()
    except UserError:
        return
    if graded.faces.shape[1] != model.size:
        return
    more = None
    if image_network is not None:
        from ganssl.training.image_network import load_image_network

        more = map_statistics(load_image_network(image_network, model.size))
    model.naturalness = learn_naturalness(model, graded, readout, more, progress=progress)


def fit_all_directions(
    model: BundleModel,
    photos: PhotoSet,
    codes: np.ndarray,
    cache: Path | None = None,
    progress: Stages | None = None,
) -> None:
    """Set the directions of a model, those of few labels, and what its sliders do.

    Args:
        codes: float32 `[n, d]` of the train part.
    """
    train = photos.train_part
    if photos.attributes:
        try:
            model.directions = _checked(
                fit_photo_directions(
                    model, photos, EXPORT_METHODS, cache=cache, progress=progress, codes=codes
                ),
                train,
                cache,
                progress,
            )
        except UserError as error:
            model.directions = DirectionSet(model.id, skipped={"all attributes": str(error)})
        _measure_sliders(model, train, progress)
        try:
            model.few_directions = spread_photo_directions(
                model,
                photos,
                FewLabels(FEW_LABELS),
                only=[name for name in photos.attributes if not withheld(name)],
                cache=cache,
                progress=progress,
            )
        except UserError as error:
            model.few_directions = DirectionSet(model.id, skipped={"all attributes": str(error)})


def _checked(
    directions: DirectionSet, photos: PhotoSet, cache: Path | None, progress: Stages | None
) -> DirectionSet:
    """With what the photos taught of face features; without the face network as they are."""
    from ganssl.features.extractor import get_extractor
    from ganssl.features.feature_cache import cached_features
    from ganssl.fitting.photo_check import known_share, with_checks

    try:
        extractor = get_extractor()
    except UserError:
        return directions
    features = cached_features(
        extractor, photos, Preprocess(FACE_SIZE), cache, progress and progress("face features")
    )
    report = progress and progress("checking what the labels taught")
    return with_checks(
        directions,
        extractor,
        features,
        FACE_SIZE,
        photos.column,
        report,
        lambda name: known_share(photos.column(name)),
    )


def _measure_sliders(model: BundleModel, photos: PhotoSet, progress: Stages | None) -> None:
    """How faces read along the codes, by which sliders hold what must stay, and how far each goes.

    Without the face network, or faces that it can read, nothing.
    """
    from ganssl.features.face_network import SIDE
    from ganssl.features.readout import Readout
    from ganssl.laboratory.laboratory import Laboratory
    from ganssl.laboratory.reach import measure_reach, with_companions
    from ganssl.laboratory.slopes import fit_readings

    try:
        readout = Readout.load()
    except UserError:
        return
    if model.size % SIDE or not model.directions.sliders:
        return
    report = progress and progress("reading faces")
    readings = fit_readings(model, readout, FACES_READ, progress=report)
    model.directions = model.directions.with_readings(readings)
    laboratory = Laboratory(model, readout, FACES_MOVED)
    reaches = measure_reach(
        laboratory, model.directions, progress=progress and progress("measuring sliders")
    )
    reaches = with_companions(reaches, photos.labels, photos.attributes)
    model.directions = model.directions.with_reach(reaches)
