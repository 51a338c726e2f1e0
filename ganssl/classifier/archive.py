"""A classifier as one ZIP, to take away and to bring back; a stranger's is read with care."""

from __future__ import annotations

import io
import zipfile

from ganssl.base.files import scratch_folder
from ganssl.classifier.card import classifier_card
from ganssl.classifier.classifier import Classifier
from ganssl.classifier.store import ARRAYS, CARD, MANIFEST, load_classifier, save_classifier
from ganssl.errors import UserError
from ganssl.photos.safe_zip import Limits, open_zip

LIMITS = Limits(files=10, file_bytes=50_000_000, total_bytes=60_000_000)
LARGEST_FACE = 1024
"""Photos are brought to the size that a classifier asks for, so it must be a sane one."""


def classifier_zip(classifier: Classifier) -> bytes:
    """What `save_classifier` writes, in one ZIP; stored plainly, as arrays hardly shrink."""
    buffer = io.BytesIO()
    with scratch_folder() as folder:
        save_classifier(classifier, folder)
        with zipfile.ZipFile(buffer, "w") as archive:
            for name in (MANIFEST, ARRAYS, CARD):
                archive.write(folder / name, name)
    return buffer.getvalue()


def read_classifier_zip(data: bytes, name: str = "The ZIP") -> Classifier:
    """Read the ZIP of a classifier; nothing in it is executed.

    The files may lie in a folder. They are unpacked into a temporary one, after
    their declared sizes were checked, those of the arrays included.

    Args:
        name: what messages call the ZIP.

    Raises `UserError` for anything but a classifier as `save_classifier` writes it.
    """
    if len(data) > LIMITS.total_bytes:
        raise UserError(f"{name} is too large for a classifier.")
    members = _members(data, name)
    if MANIFEST not in members or ARRAYS not in members:
        raise UserError(
            f"{name} holds no classifier: {MANIFEST} or {ARRAYS} is missing. "
            "Hand in the ZIP that was downloaded here."
        )
    files = {part: members[part].read() for part in (MANIFEST, ARRAYS)}
    _members(files[ARRAYS], f"{ARRAYS} in {name}")  # a `.npz` is a ZIP that could swell too
    with scratch_folder() as folder:
        for part, content in files.items():
            (folder / part).write_bytes(content)
        try:
            classifier = load_classifier(folder)
        except UserError as error:
            raise UserError(str(error).replace(str(folder), name)) from error
    if classifier.source.preprocess.size > LARGEST_FACE:
        raise UserError(f"{name} asks for faces of more than {LARGEST_FACE} pixels a side.")
    try:
        classifier_card(classifier)
        shares = classifier.metrics["trained_on_present"] / classifier.metrics["trained_on"]
    except (UserError, KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise UserError(f"{name}: the figures in {MANIFEST} are missing or damaged.") from error
    if not 0 < shares < 1:
        raise UserError(f"{name}: the figures in {MANIFEST} are those of no training.")
    return classifier


def _members(data: bytes, name: str) -> dict:
    """The members that a ZIP may unpack, by the last part of their path."""
    try:
        members, refused = open_zip(data, LIMITS)
    except UserError as error:
        raise UserError(f"{name} cannot be read. {error}") from error
    for member in members:
        if ".." in member.info.filename.replace("\\", "/").split("/"):
            raise UserError(
                f"{name} holds {member.info.filename!r}, a path that leads out of its folder. "
                "It was not unpacked; hand in the ZIP that was downloaded here."
            )
    if refused:
        raise UserError(f"{name} cannot be read. {refused[0][0]}: {refused[0][1]}")
    return {member.name.rpartition("/")[2]: member for member in members}
