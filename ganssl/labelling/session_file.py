"""A labelling session as a small JSON file: questions and answers, no pixels."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

import numpy as np

from ganssl.attributes import Attribute
from ganssl.base.json_text import parse_json
from ganssl.errors import UserError
from ganssl.labelling.session import LABELS, Answer, LabellingSession
from ganssl.photos.label_file import UNKNOWN, LabelTable

FORMAT = "ganssl labels 1"


@dataclass(frozen=True)
class SavedSession:
    """What a file holds.

    Attributes:
        digests: for each photo what `session.digest` gave.
        second: as in `LabellingSession`.
    """

    questions: tuple[Attribute, ...]
    seed: int
    digests: dict[str, str]
    log: tuple[Answer, ...]
    second: dict[str, list[str]]

    def table(self, name: str) -> LabelTable:
        """The answers that count, as if read from a label file called `name`."""
        attributes = tuple(question.name for question in self.questions)
        names = list(self.digests)
        rows = {photo: row for row, photo in enumerate(names)}
        labels = np.full((len(names), len(attributes)), UNKNOWN, dtype=np.int8)
        for answer in self.log:
            if not answer.again:
                column = attributes.index(answer.question)
                labels[rows[answer.photo], column] = LABELS[answer.value]
        return LabelTable(names, attributes, labels, range(1, len(names) + 1), name)


def save_session(session: LabellingSession) -> str:
    """The session in JSON; photos are named, with a digest of their content."""
    asked = {question.name for question in session.questions}
    values = {
        "format": FORMAT,
        "questions": [asdict(question) for question in session.questions],
        "seed": session.seed,
        "photos": session.digests,
        "answers": [asdict(answer) for answer in session.log if answer.question in asked],
        "second_pass": {name: s for name, s in session.second.items() if name in asked},
    }
    return json.dumps(values, indent=1, ensure_ascii=False)


def read_session(data: str | bytes, name: str = "labels.json") -> SavedSession:
    """Read what `save_session` wrote; `UserError` for any other file.

    Args:
        name: what messages call the file.
    """
    values = parse_json(data, name)
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise UserError(f"{name} holds no saved labels that this version reads ({FORMAT!r}).")
    try:
        digests = {str(photo): str(digest) for photo, digest in values["photos"].items()}
        saved = SavedSession(
            tuple(Attribute(**question) for question in values["questions"]),
            int(values["seed"]),
            digests,
            tuple(_answer(row) for row in values["answers"]),
            {str(q): [str(photo) for photo in s] for q, s in values["second_pass"].items()},
        )
    except UserError as error:
        raise UserError(f"{name} is damaged: {error}") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(f"{name} is damaged: {error} is missing or unreadable.") from error
    asked = {question.name for question in saved.questions}
    for answer in saved.log:
        if answer.photo not in digests or answer.question not in asked:
            raise UserError(f"{name} is damaged: an answer is to a photo or question not in it.")
    return saved


def restore(session: LabellingSession, saved: SavedSession) -> list[str]:
    """Put saved answers before those that the session has, and return notes on what was left out.

    A photo is known by its content, under whatever name. Answers to photos
    that are not there, or that have the name but another content, are left out.
    """
    by_digest = {digest: name for name, digest in session.digests.items()}
    here = {
        name: by_digest[digest] for name, digest in saved.digests.items() if digest in by_digest
    }
    for question in saved.questions:
        if question.name not in [known.name for known in session.questions]:
            session.ask(question)
    earlier = [replace(a, photo=here[a.photo]) for a in saved.log if a.photo in here]
    session.log = [*earlier, *session.log]
    for asked, sample in saved.second.items():
        session.second.setdefault(asked, [here[name] for name in sample if name in here])
    return _notes(session, saved, here)


def _notes(session: LabellingSession, saved: SavedSession, here: dict[str, str]) -> list[str]:
    answered = {answer.photo for answer in saved.log}
    missing = sorted(answered - set(here))
    changed = [name for name in missing if name in session.digests]
    notes = []
    if changed:
        notes.append(
            f"{len(changed):,} photos have the name of a labelled one but another content, such as "
            f"{changed[0]}; their saved answers were not taken."
        )
    absent = [name for name in missing if name not in session.digests]
    if absent:
        notes.append(
            f"Saved answers to {len(absent):,} photos were left out, since these photos are not "
            f"here, such as {absent[0]}. Add the photos, then load the file again."
        )
    return notes


def _answer(row: dict) -> Answer:
    seconds = row["seconds"]
    return Answer(
        str(row["photo"]),
        str(row["question"]),
        str(row["value"]),
        None if seconds is None else float(seconds),
        bool(row["again"]),
    )
