"""Labelling photos by hand: questions, answers, undo, progress and a second look."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import numpy as np

from ganssl.attributes import Attribute
from ganssl.errors import UserError
from ganssl.labelling.agreement import Agreement, compare
from ganssl.photos.label_file import LABEL_COLUMN, UNKNOWN
from ganssl.photos.photo_files import MemoryFiles, natural_key
from ganssl.photos.photo_set import PhotoSet

YES, NO, UNSURE, NONE = "yes", "no", "unsure", "none"
LABELS = {YES: 1, NO: 0, UNSURE: UNKNOWN, NONE: UNKNOWN}
"""Each answer as a number; `NONE` takes an earlier answer back."""

SECOND_PASS_SHARE = 0.2
LONGEST_NAME = 60


@dataclass(frozen=True)
class Answer:
    """One answer, as it was given.

    Attributes:
        value: `YES`, `NO`, `UNSURE` or `NONE`.
        seconds: from showing the photo to the answer; None where not measured.
        again: given in the second pass.
    """

    photo: str
    question: str
    value: str
    seconds: float | None = None
    again: bool = False

    def __post_init__(self) -> None:
        if self.value not in LABELS:
            raise UserError(f"{self.value!r} is no answer; it is one of {', '.join(LABELS)}.")


@dataclass(frozen=True)
class Progress:
    """How far one question is.

    Attributes:
        total: photos to answer; in the second pass those of the sample.
        yes, no, unsure: answers so far.
        seconds_each: the median time of an answer; None before the first timed one.
    """

    total: int
    yes: int
    no: int
    unsure: int
    seconds_each: float | None

    @property
    def done(self) -> int:
        return self.yes + self.no + self.unsure

    @property
    def seconds_left(self) -> float | None:
        return None if self.seconds_each is None else self.seconds_each * (self.total - self.done)


@dataclass
class LabellingSession:
    """Photos in memory and what one labeller says of them.

    The log of answers is the truth: the last answer to a question counts, and
    undo takes the last one back, whatever it was.

    Attributes:
        photos: their labels are not read here, see `take_labels`.
        questions: each is answered for all photos before the next.
        seed: draws the second pass and the random order.
        log: all answers in the order in which they were given.
        second: for each question the photos to be looked at again, in order.
    """

    photos: PhotoSet
    questions: tuple[Attribute, ...] = ()
    seed: int = 0
    log: list[Answer] = field(default_factory=list)
    second: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        asked, self.questions = self.questions, ()
        for question in asked:
            self.ask(question)
        self.digests = {name: self.photos.digest(i) for i, name in enumerate(self.names)}

    @property
    def names(self) -> list[str]:
        return self.photos.names

    def question(self, name: str) -> Attribute:
        """`UserError` for one that is not asked."""
        for question in self.questions:
            if question.name == name:
                return question
        raise UserError(f"{name!r} is not among the questions.")

    def ask(self, question: Attribute) -> None:
        """Add a question; one of the same name is replaced and keeps its answers.

        Raises `UserError` for a name that a label file could not hold.
        """
        name = question.name
        if name != name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
            raise UserError(
                f"{name[:LONGEST_NAME]!r} cannot be the name of a question: it takes up to "
                f"{LONGEST_NAME} characters in one line, without blanks around them."
            )
        if name.casefold() in ("file", "image_id", LABEL_COLUMN):
            raise UserError(f"{name!r} means something else in label files; name it differently.")
        known = [q.name for q in self.questions]
        if name in known:
            place = known.index(name)
            self.questions = (*self.questions[:place], question, *self.questions[place + 1 :])
        else:
            self.questions = (*self.questions, question)

    def drop(self, name: str) -> None:
        """Stop asking a question; its answers wait for the case that it is asked again."""
        self.questions = tuple(question for question in self.questions if question.name != name)

    # Photos come and go.

    def add_photos(self, photos: PhotoSet) -> None:
        """Take more photos; of two with one name the first stays."""
        files = {name: self.photos.photo_bytes(i) for i, name in enumerate(self.names)}
        for i, name in enumerate(photos.names):
            files.setdefault(name, photos.photo_bytes(i))
            self.digests.setdefault(name, photos.digest(i))
        self.photos = unlabelled(files, self.photos.source)

    def remove(self, names: Collection[str]) -> None:
        """Forget photos with their answers; their bytes are let go."""
        files = {
            name: self.photos.photo_bytes(i)
            for i, name in enumerate(self.names)
            if name not in names
        }
        self.photos = unlabelled(files, self.photos.source)
        self.digests = {name: self.digests[name] for name in self.names}
        self.log = [answer for answer in self.log if answer.photo not in names]
        for question, sample in self.second.items():
            self.second[question] = [name for name in sample if name not in names]

    # Answers.

    def answer(
        self,
        photo: str,
        question: str,
        value: str,
        seconds: float | None = None,
        again: bool = False,
    ) -> None:
        """Log an answer; `UserError` for a photo, question or value that is not there."""
        self.question(question)
        if photo not in self.digests:
            raise UserError(f"There is no photo {photo!r}.")
        self.log.append(Answer(photo, question, value, seconds, again))

    def undo(self) -> Answer | None:
        """Take the last answer back and return it; None when there is none."""
        return self.log.pop() if self.log else None

    def answers(self, question: str, again: bool = False) -> dict[str, str]:
        """The answer that counts for each photo; those without one are left out."""
        last = {
            answer.photo: answer.value
            for answer in self.log
            if answer.question == question and answer.again == again
        }
        return {name: value for name, value in last.items() if value != NONE}

    def labels(self, question: str, again: bool = False) -> np.ndarray:
        """int8 `[n]` in the photos' order: 1 yes, 0 no, -1 unsure or unanswered."""
        answers = self.answers(question, again)
        return np.array([LABELS[answers.get(name, NONE)] for name in self.names], dtype=np.int8)

    def open(self, question: str, again: bool = False) -> np.ndarray:
        """Which photos wait for an answer, bool `[n]`; unsure is an answer."""
        answers = self.answers(question, again)
        asked = set(self.second.get(question, ())) if again else set(self.names)
        return np.array([n in asked and n not in answers for n in self.names], dtype=bool)

    def progress(self, question: str, again: bool = False) -> Progress:
        values = list(self.answers(question, again).values())
        times = [
            answer.seconds
            for answer in self.log
            if answer.question == question and answer.seconds is not None
        ]
        return Progress(
            len(self.second.get(question, ())) if again else len(self.names),
            values.count(YES),
            values.count(NO),
            values.count(UNSURE),
            float(np.median(times)) if times else None,
        )

    def take_labels(self, photos: PhotoSet) -> None:
        """Take labels that came with photos of the same names as answers; -1 says nothing."""
        for column, name in enumerate(photos.attributes):
            if name not in [question.name for question in self.questions]:
                self.ask(Attribute(name))
            for photo, label in zip(photos.names, photos.labels[:, column], strict=True):
                if label != UNKNOWN and photo in self.digests:
                    self.answer(photo, name, YES if label else NO)

    # The second pass.

    def start_second_pass(self, question: str) -> list[str]:
        """Draw a random fifth of the photos answered yes or no, to be answered again blindly.

        Earlier answers of a second pass are dropped. Returns the photos in
        random order; none when fewer than 5 are answered.
        """
        known = np.flatnonzero(self.labels(question) != UNKNOWN)
        count = round(SECOND_PASS_SHARE * len(known))
        drawn = np.random.default_rng([self.seed, 2]).permutation(known)[:count]
        self.second[question] = [self.names[i] for i in drawn]
        self.log = [a for a in self.log if not (a.again and a.question == question)]
        return self.second[question]

    def consistency(self, question: str) -> Agreement | None:
        """The labeller's agreement with himself or herself; None before anything compares.

        Photos that were unsure either time do not count.
        """
        first, second = self.labels(question), self.labels(question, again=True)
        both = (first != UNKNOWN) & (second != UNKNOWN)
        return compare(self.names, first, second) if both.any() else None

    def to_photo_set(self) -> PhotoSet:
        """The photos with a label column for each question: 1, 0, or -1 for unsure and open."""
        columns = [self.labels(question.name) for question in self.questions]
        labels = np.stack(columns, axis=1) if columns else self.photos.labels
        names = tuple(question.name for question in self.questions)
        return replace(self.photos, attributes=names, labels=labels)


def unlabelled(files: dict[str, bytes], source: str = "photos labelled by hand") -> PhotoSet:
    """A photo set in memory without labels, in natural order of the names."""
    names = sorted(files, key=natural_key)
    return PhotoSet(
        names, (), np.empty((len(names), 0), np.int8), None, None, source, MemoryFiles(files)
    )
