"""What several commands take: edits and locks, a saved face, a photo, folders that must exist."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganssl.attributes import did_you_mean, meant_name
from ganssl.base.device import AUTO, TRAINING_DTYPES
from ganssl.directions.names import DEFAULT_RULE, RULES
from ganssl.errors import UserError
from ganssl.face.state import FaceState

if TYPE_CHECKING:
    from ganssl.face.from_photo import EditablePhoto
    from ganssl.features.extractor import BatchedExtractor
    from ganssl.models.face_model import FaceModel


PICTURE_HELP = "the picture to write: .png (exact), .jpg or .webp"


def add_dtype_argument(parser: argparse.ArgumentParser) -> None:
    """`--dtype`, which `ganssl.base.device.training_dtype` reads."""
    parser.add_argument(
        "--dtype",
        choices=TRAINING_DTYPES,
        default=AUTO,
        help="arithmetic of the layers; auto takes mixed_bfloat16 where the device has units for "
        "it and float32 elsewhere, where bfloat16 is slower (default: auto)",
    )


def add_features_engine(parser: argparse.ArgumentParser) -> None:
    """`--engine` and `--ray-address`, which `features_engine` reads."""
    parser.add_argument(
        "--engine",
        choices=("local", "ray"),
        default="local",
        help="ray: features are taken by tasks on a Ray cluster (needs requirements-ray.txt)",
    )
    parser.add_argument(
        "--ray-address", metavar="ADDRESS", help="of a running cluster (default: on this machine)"
    )


@contextmanager
def features_engine(args: argparse.Namespace) -> Iterator[Callable[..., Any]]:
    """What brings an extractor, and the weights it was made of, to where `--engine` says."""
    if args.engine == "local":
        if args.ray_address:
            raise UserError("--ray-address is for --engine ray; it has no effect without it.")
        yield lambda extractor, weights=None: extractor
        return
    from ganssl.base.ray_tasks import ray_cluster
    from ganssl.features.on_ray import RayExtractor

    with ray_cluster(args.ray_address) as cluster:

        def placed(extractor: BatchedExtractor, weights: str | None = None) -> RayExtractor:
            path = str(Path(weights).resolve()) if weights else None
            return RayExtractor(extractor, path, cluster)

        yield placed


def add_edit_arguments(parser: argparse.ArgumentParser) -> None:
    """`--set`, `--lock` and `--hold-rule`, which `edited` reads."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="ATTRIBUTE=SIGMA",
        help="an edit from -3 to 3 σ, such as Smiling=2; repeat it for more",
    )
    parser.add_argument(
        "--lock",
        action="append",
        default=[],
        metavar="ATTRIBUTE",
        help="an attribute that the edits must not move; repeat it for more",
    )
    parser.add_argument(
        "--hold-rule",
        choices=RULES,
        help=f"what edits leave alone: {'; '.join(f'{k}: {v}' for k, v in RULES.items())} "
        f"(default: that of --state, else {DEFAULT_RULE})",
    )


def edited(state: FaceState, args: argparse.Namespace) -> FaceState:
    """The state with the edits of `--set`, the locks of `--lock` and the rule of `--hold-rule`."""
    for text in args.set:
        attribute, equals, amount = text.partition("=")
        if not equals:
            raise UserError(f"--set takes an attribute and an amount, as Smiling=2, not {text!r}.")
        state = state.with_edit(attribute.strip(), amount)
    for attribute in args.lock:
        state = state.with_lock(attribute, True)
    if args.hold_rule:
        state = replace(state, hold=args.hold_rule)
    return state


def listed(text: str) -> list[str]:
    """The names of a list with commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def attribute_name(text: str, known: Iterable[str]) -> str:
    """The attribute that somebody typed, as it is spelt; `UserError` with what is close to it."""
    known = list(known)
    name = meant_name(text, known)
    if name is None:
        hint = did_you_mean(text, known) or f"There are {', '.join(known) or 'none'}."
        raise UserError(f"There is no attribute {text!r}. {hint}")
    return name


def read_face_file(path: Path) -> FaceState:
    """A saved face, JSON or PNG."""
    from ganssl.face.render import read_face

    try:
        return read_face(path.read_bytes(), path.name)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.") from error


def check_threshold(args: argparse.Namespace) -> None:
    """`UserError` for a share that the way of placing the threshold does not use, or lacks."""
    if args.positive_share is not None and args.threshold != "prior":
        raise UserError("--positive-share is for --threshold prior; it has no effect without it.")
    if args.threshold == "prior" and args.positive_share is None:
        raise UserError("--threshold prior takes the share of present photos: --positive-share.")
    if args.positive_share is not None and not 0 < args.positive_share < 1:
        raise UserError("--positive-share lies between 0 and 1.")


def check_ending(path: str | None, option: str, *endings: str) -> None:
    """`UserError` where a file's ending names another format than the one that is written."""
    if path and Path(path).suffix.lower() not in endings:
        usual = " or ".join(endings[:2])
        raise UserError(f"{option} writes {usual}: {path} would say that it is something else.")


def check_folders(*paths: str | None) -> None:
    """`UserError` where a file cannot be written for want of its folder, before long work."""
    for path in filter(None, paths):
        if not Path(path).resolve().parent.is_dir():
            raise UserError(f"{path} cannot be written: its folder does not exist.")


def open_photo(
    model: FaceModel, path: str, face: int | None, no_face: str = "leave-out"
) -> EditablePhoto:
    """Read, align and encode a photo; prints how, and what may go wrong.

    Args:
        face: its number from 1, None for the main one.
        no_face: `crop` takes the middle of a photo in which no face is found as one.

    Raises `UserError` where no face is found and none was to be taken.
    """
    from ganssl.face.from_photo import (
        NO_FACE_ADVICE,
        editable_photo,
        face_network,
        faces_to_choose,
        load_photo,
    )
    from ganssl.photos.align import no_face as advice
    from ganssl.photos.preprocess import is_aligned

    index = None if face is None else face - 1
    loaded = load_photo(path)
    faces = faces_to_choose(loaded)
    if not faces and no_face == "leave-out" and not is_aligned(*loaded.size):
        raise UserError(
            f"No face was found in {path}.{advice(loaded)} {NO_FACE_ADVICE} With --no-face crop "
            f"its middle is taken as a face."
        )
    photo = editable_photo(model, loaded, index, faces, face_network(model.size))
    count = len(photo.prepared.faces)
    chosen = photo.prepared.chosen
    which = "" if chosen is None else f"face {chosen + 1} of {count}, "
    print(f"{path}: {which}{photo.prepared.how}")
    for warning in photo.warnings:
        print(f"note: {warning}")
    return photo
