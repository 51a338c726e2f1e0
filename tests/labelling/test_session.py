"""Answers, undo, order of what counts, second pass, and what a session gives away."""

import copy

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from ganssl.attributes import Attribute
from ganssl.errors import UserError
from ganssl.labelling.session import NO, NONE, UNSURE, YES, unlabelled
from tests.helpers.labelled_photos import SMILING, drawn_files, drawn_session
from tests.helpers.synthetic_photos import draw_photo, encoded


def test_the_last_answer_counts_and_unsure_is_an_answer():
    session = drawn_session(4)
    for photo, value in [("00.png", YES), ("01.png", NO), ("02.png", UNSURE), ("00.png", NO)]:
        session.answer(photo, "Smiling", value)
    assert session.labels("Smiling").tolist() == [0, 0, -1, -1]
    assert session.open("Smiling").tolist() == [False, False, False, True]
    session.answer("01.png", "Smiling", NONE)
    assert session.open("Smiling").tolist() == [False, True, False, True]
    progress = session.progress("Smiling")
    assert (progress.total, progress.done) == (4, 2)
    assert (progress.yes, progress.no, progress.unsure) == (0, 1, 1)


def test_undo_restores_exactly():
    session = drawn_session(5, SMILING, Attribute("Hat"))
    rng = np.random.default_rng(0)
    states = []
    for _ in range(40):
        states.append(copy.deepcopy((session.log, session.second)))
        question = ("Smiling", "Hat")[rng.integers(2)]
        value = (YES, NO, UNSURE, NONE)[rng.integers(4)]
        session.answer(f"{rng.integers(5):02d}.png", question, value, rng.random())
    labels = session.labels("Smiling")
    last = session.log[-1]
    assert session.undo() == last
    session.answer(last.photo, last.question, last.value, last.seconds)
    assert (session.labels("Smiling") == labels).all()
    for log, second in reversed(states):
        session.undo()
        assert (session.log, session.second) == (log, second)
    assert session.undo() is None


def test_time_left_is_the_median_answer_times_what_is_open():
    session = drawn_session(10)
    assert session.progress("Smiling").seconds_left is None
    for i, seconds in enumerate((1.0, 2.0, 600.0)):  # a pause does not count as an answer's time
        session.answer(f"{i:02d}.png", "Smiling", YES, seconds)
    assert session.progress("Smiling").seconds_left == 2.0 * 7


def test_second_pass_is_a_random_fifth_and_gives_the_consistency():
    session = drawn_session(50)
    for i, name in enumerate(session.names):
        session.answer(name, "Smiling", UNSURE if i < 10 else (YES, NO)[i % 2])
    sample = session.start_second_pass("Smiling")
    assert len(sample) == len(set(sample)) == 8  # of the 40 that were no "unsure"
    assert sample != sorted(sample) and not set(sample) & set(session.names[:10])
    assert session.consistency("Smiling") is None
    assert session.open("Smiling", again=True).sum() == 8
    first = session.labels("Smiling").copy()
    for i, name in enumerate(sample):
        answer = session.answers("Smiling")[name]
        wrong = i < 2
        session.answer(name, "Smiling", {YES: NO, NO: YES}[answer] if wrong else answer, again=True)
    assert (session.labels("Smiling") == first).all()
    agreement = session.consistency("Smiling")
    assert (agreement.n, agreement.agreed) == (8, 6)
    assert {name for name, _, _ in agreement.disagreements} == set(sample[:2])
    both = session.labels("Smiling", again=True) >= 0
    expected = cohen_kappa_score(first[both], session.labels("Smiling", again=True)[both])
    assert agreement.kappa == pytest.approx(expected)


def test_removed_photos_take_bytes_and_answers_with_them():
    session = drawn_session(6)
    for name in session.names:
        session.answer(name, "Smiling", YES)
    session.start_second_pass("Smiling")
    gone = session.second["Smiling"][0]
    session.remove([gone])
    assert gone not in session.names and gone not in session.photos.files.photos
    assert gone not in session.digests and gone not in session.second["Smiling"]
    assert all(answer.photo != gone for answer in session.log)
    assert len(session.to_photo_set()) == 5


def test_more_photos_keep_the_answers_and_the_natural_order():
    session = drawn_session(3)
    session.answer("02.png", "Smiling", YES)
    more = {"02.png": encoded(draw_photo(99)), "10.png": encoded(draw_photo(10))}
    session.add_photos(unlabelled(more))  # the name 02.png is taken
    assert session.names == ["00.png", "01.png", "02.png", "10.png"]
    assert session.photos.photo_bytes(2) == drawn_files(3)["02.png"]
    assert session.labels("Smiling").tolist() == [-1, -1, 1, -1]


def test_photo_set_has_a_column_for_each_question():
    session = drawn_session(3, SMILING, Attribute("Hat", "bare", "hat"))
    session.answer("00.png", "Smiling", YES)
    session.answer("01.png", "Hat", NO)
    session.answer("02.png", "Hat", UNSURE)
    photos = session.to_photo_set()
    assert photos.attributes == ("Smiling", "Hat")
    assert photos.labels.dtype == np.int8
    assert photos.labels.tolist() == [[1, -1], [-1, 0], [-1, -1]]
    assert photos.read(0).size == (45, 55)


def test_bad_questions_and_answers_get_a_sentence():
    session = drawn_session(2)
    with pytest.raises(UserError, match="not among the questions"):
        session.answer("00.png", "Hat", YES)
    with pytest.raises(UserError, match=r"no photo 'x\.png'"):
        session.answer("x.png", "Smiling", YES)
    with pytest.raises(UserError, match="is no answer"):
        session.answer("00.png", "Smiling", "perhaps")
    for name in ("file", "label", " Hat", "a\nb", "x" * 61):
        with pytest.raises(UserError):
            session.ask(Attribute(name))
    assert [question.name for question in session.questions] == ["Smiling"]
