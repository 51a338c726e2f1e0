"""Sequences to present, kept and opened: numbers and titles in `sequence.json`, no picture."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from ganssl.base.atomic import write_file
from ganssl.errors import UserError
from ganssl.workspace.contents import folder_of, text_of
from ganssl.workspace.run import SEQUENCE, Run
from ganssl.workspace.workspace import Workspace

if TYPE_CHECKING:
    from ganssl.face.sequence import FaceSequence
    from ganssl.models.face_model import FaceModel

SEQUENCE_FILE = "sequence.json"


def keep_sequence(
    workspace: Workspace,
    name: str,
    sequence: FaceSequence,
    model_id: str,
    before: tuple[Run, FaceSequence] | None = None,
) -> Run:
    """Keep what is presented; it belongs to the model of this id.

    Args:
        before: a run whose place this takes, and what it held when it was last kept or opened.
            A run that is gone, or that somebody else has changed since, is left alone.
    """
    text = sequence.to_json()
    settings = {"model": model_id, "titles": [scene.title for scene in sequence.scenes]}
    figures = {"scenes": len(sequence.scenes)}
    if before is not None and _holds(*before):
        write_file(before[0].folder / SEQUENCE_FILE, text)
        return workspace.update(before[0], settings, figures)
    return workspace.keep(
        SEQUENCE, name, lambda folder: write_file(folder / SEQUENCE_FILE, text), settings, figures
    )


def open_sequence(run: Run, model: FaceModel) -> FaceSequence:
    """`UserError` for faces that the model cannot show, and for a damaged file."""
    return _sequence(run).check(model)


def _sequence(run: Run) -> FaceSequence:
    from ganssl.face.sequence import FaceSequence

    path = folder_of(run, SEQUENCE) / SEQUENCE_FILE
    return FaceSequence.from_json(text_of(path), str(path))


def _holds(run: Run, sequence: FaceSequence) -> bool:
    try:
        return _sequence(run).same_as(sequence)
    except UserError:
        return False


def last_changed(run: Run) -> float:
    """When a sequence was last written, in seconds; 0 where it is gone."""
    with suppress(OSError):
        return (run.folder / SEQUENCE_FILE).stat().st_mtime
    return 0.0
