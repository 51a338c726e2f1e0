"""What commands that read photos share: their options, the reading, and what is said of it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ganssl.attributes import Attribute
from ganssl.errors import UserError

if TYPE_CHECKING:
    from ganssl.photos import PhotoSet
    from ganssl.photos.report import ReadReport, Refusal

Asked = TypeVar("Asked", Attribute, Attribute | None)

LABELS_HELP = (
    "labels of the photos: CSV, TSV, .xlsx, metadata.jsonl or .parquet, Label Studio, CVAT, or a "
    "list_attr_celeba.txt (not needed where the folder brings them)"
)


def add_class_argument(parser: argparse.ArgumentParser) -> None:
    """`--classes`, which `named_classes` reads."""
    parser.add_argument(
        "--classes",
        metavar="NO,YES",
        help="the words for the two classes in the labels, the one without the attribute first, "
        'such as "not smiling,smiling"',
    )


def add_no_face_argument(parser: argparse.ArgumentParser, what: str = "photos") -> None:
    """`--no-face`, what becomes of photos without a face; see `prepare_photos`."""
    parser.add_argument(
        "--no-face",
        choices=("leave-out", "crop"),
        default="leave-out",
        help=f"{what} in which no face is found: leave them out (default), or take their middle as "
        "a face crop",
    )


def named_classes(args: argparse.Namespace, attribute: Asked) -> Asked:
    """The attribute with the class names of `--classes`; `UserError` where there is none."""
    from ganssl.photos.label_values import parse_classes

    if not args.classes:
        return attribute
    if attribute is None:
        raise UserError("--classes names the classes of --attribute: give that too.")
    return parse_classes(args.classes, attribute)


def open_photos(
    path: str | Path,
    labels: str | Path | None = None,
    attribute: Attribute | None = None,
    column: str | None = None,
) -> PhotoSet:
    """Read photos; what is odd about them is printed to the standard error."""
    from ganssl.photos import read_photos

    photos = read_photos(path, labels, attribute, column)
    say(photos.report)
    return photos


def usable(photos: PhotoSet) -> PhotoSet:
    """The photos that can be decoded; the others are named on the standard error."""
    from ganssl.base.progress import bar

    kept = photos.usable(bar("checking photos"))
    if kept is not photos:
        say(kept.report)
    return kept


def say_left_out(refused: Sequence[Refusal]) -> None:
    """Count and name on the standard error what was left out when faces were sought."""
    if not refused:
        return
    from ganssl.photos.prepared import NO_FACE

    faceless = sum(one.reason.startswith(NO_FACE) for one in refused)
    said = f"Left out: {len(refused):,}"
    if faceless:
        said += f", {faceless:,} of them without a face (--no-face crop takes them as they are)"
    print(f"{said}.", file=sys.stderr)
    for one in refused:
        print(f"{one.name}: {one.reason}", file=sys.stderr, flush=True)


def say(report: ReadReport) -> None:
    """Print a report that has more to say than counts, beside the command's own output."""
    if report.odd:
        print(report.text(), file=sys.stderr, flush=True)
