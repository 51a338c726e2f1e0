"""Agreement of two labellers, labels that slipped by one, and contradictions."""

import json

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from ganssl.__main__ import main
from ganssl.errors import UserError
from ganssl.labelling.agreement import compare, find_slip
from ganssl.labelling.compare_files import compare_tables, read_labels
from ganssl.labelling.contradictions import contradictions
from ganssl.labelling.quick_classifier import QuickClassifier
from ganssl.labelling.session import NO, YES
from ganssl.labelling.session_file import save_session
from ganssl.metrics.intervals import wilson_interval
from ganssl.photos.label_file import read_label_csv
from tests.helpers.labelled_photos import drawn_session
from tests.helpers.planted_features import planted_features

NAMES = [f"{i + 1:03d}.jpg" for i in range(100)]


def truth(count: int = 100, seed: int = 0) -> np.ndarray:
    return (np.random.default_rng(seed).random(count) < 0.42).astype(np.int8)


def with_errors(labels: np.ndarray, share: float, seed: int) -> np.ndarray:
    wrong = np.random.default_rng(seed).random(len(labels)) < share
    return np.where(wrong, 1 - labels, labels).astype(np.int8)


def test_agreement_is_that_of_sklearn_on_photos_with_both_labels():
    first, second = truth(), with_errors(truth(), 0.2, 1)
    first[:10], second[90:] = -1, -1
    found = compare(NAMES, first, second)
    a, b = first[10:90], second[10:90]
    assert (found.n, found.agreed) == (80, (a == b).sum())
    assert found.kappa == pytest.approx(cohen_kappa_score(a, b))
    assert found.ci95 == wilson_interval(found.agreed, 80)
    assert [name for name, _, _ in found.disagreements] == [
        NAMES[10 + i] for i in np.flatnonzero(a != b)
    ]
    assert found.counts == (
        (int(((a == 0) & (b == 0)).sum()), int(((a == 0) & (b == 1)).sum())),
        (int(((a == 1) & (b == 0)).sum()), int(((a == 1) & (b == 1)).sum())),
    )


def test_kappa_of_a_single_class_is_not_made_up():
    ones = np.ones(5, np.int8)
    assert compare(NAMES[:5], ones, ones).kappa is None
    with pytest.raises(UserError, match="no photo that has a label in both"):
        compare(NAMES[:5], ones, -ones)


@pytest.mark.parametrize("seed", range(5))
def test_one_label_too_many_from_the_48th_photo_on_is_found_there(seed):
    right = truth(seed=seed)
    right[44:50] = [0, 1, 0, 1, 0, 1]  # the place is certain only where neighbours differ
    slipped = np.insert(right, 47, 1 - right[47])[:100]
    slip = find_slip(slipped, right)
    assert slip.offset == 1
    assert slip.first <= 47 <= slip.last and slip.last - slip.first <= 1
    assert slip.mended < slip.wrong
    assert "the 48th photo (048.jpg)" in slip.sentence(NAMES)


def test_one_label_left_out_is_found_among_other_errors():
    right = truth(200, seed=3)
    slipped = with_errors(np.append(np.delete(right, 120), 0).astype(np.int8), 0.05, 4)
    slip = find_slip(slipped, right)
    assert slip.offset == -1
    assert slip.first - 3 <= 120 <= slip.last + 3


def test_a_slip_is_seen_against_an_imperfect_classifier_with_gaps():
    right = truth(200, seed=5)
    slipped = np.insert(right, 60, 0)[:200]
    answers = with_errors(right, 0.1, 6)
    answers[::9] = -1
    slip = find_slip(slipped, answers)
    assert slip.offset == 1 and abs(slip.last - 60) <= 6


@pytest.mark.parametrize("share", [0.0, 0.05, 0.2, 0.5])
def test_errors_at_random_places_are_no_slip(share):
    alarms = [
        find_slip(with_errors(truth(150, seed), share, seed + 50), truth(150, seed)) is not None
        for seed in range(10)
    ]
    assert sum(alarms) == 0


def test_the_labels_of_the_article_slip_at_the_48th_photo(seed100_root):
    table = read_label_csv(seed100_root / "labels.csv")
    by_name = dict(zip(table.attributes, table.labels.T, strict=True))
    slip = find_slip(by_name["male_as_published"], by_name["male_celeba"])
    assert (slip.offset, slip.last, slip.wrong, slip.mended) == (1, 47, 16, 2)
    assert find_slip(by_name["male_shift_corrected"], by_name["male_celeba"]) is None


def test_planted_wrong_labels_contradict_the_classifier_first():
    features, labels = planted_features(300, separation=5.0)
    wrong = np.arange(0, 300, 37)
    planted = labels.copy()
    planted[wrong] = 1 - planted[wrong]
    planted[1] = -1
    probabilities = QuickClassifier(features).cross_validated(planted)
    assert np.isnan(probabilities[1])
    found = contradictions(planted, probabilities, 0.8)
    assert {c.place for c in found} <= set(wrong.tolist()) and len(found) >= 5
    assert [c.probability for c in found] == sorted((c.probability for c in found), reverse=True)
    assert all(c.label == planted[c.place] and c.probability >= 0.8 for c in found)
    assert contradictions(planted, probabilities, 1.01) == []


def test_too_few_labels_make_no_classifier():
    features, labels = planted_features(50)
    few = np.full(50, -1, np.int8)
    few[np.flatnonzero(labels == 0)[:4]], few[np.flatnonzero(labels == 1)[:20]] = 0, 1
    assert np.isnan(QuickClassifier(features).cross_validated(few)).all()


# Files and the command.


@pytest.fixture
def files(tmp_path):
    first, second = truth(), with_errors(truth(), 0.1, 1)
    for name, labels, order in (("a.csv", first, range(100)), ("b.csv", second, range(99, 4, -1))):
        rows = [f"{NAMES[i]},{labels[i]}" for i in order]
        (tmp_path / name).write_text("\n".join(["file,Smiling", *rows]) + "\n", encoding="utf-8")
    return tmp_path / "a.csv", tmp_path / "b.csv", first, second


def test_the_command_prints_kappa_and_disagreements(files, capsys):
    first, second, a, b = files
    assert main(["compare-labels", str(first), str(second)]) == 0
    printed = capsys.readouterr().out
    assert f"{cohen_kappa_score(a[5:], b[5:]):.3f}" in printed
    assert "photos with both labels  95" in printed
    for i in np.flatnonzero(a[5:] != b[5:]) + 5:
        assert f"  {NAMES[i]}  {a[i]}  {b[i]}" in printed
    assert "slipped" not in printed
    assert main(["compare-labels", str(first), str(second), "--json"]) == 0
    values = json.loads(capsys.readouterr().out)[0]
    assert values["agreement"]["n"] == 95 and values["slip"] is None


def test_the_command_finds_a_slip(files, capsys):
    first, second, a, _ = files
    slipped = np.insert(a, 47, 1 - a[47])[:100]
    rows = [f"{name},{label}" for name, label in zip(NAMES, slipped, strict=True)]
    second.write_text("\n".join(["file,label", *rows]), encoding="utf-8")
    assert main(["compare-labels", str(second), str(first)]) == 0
    assert "slipped by one, beginning with the 48th photo" in capsys.readouterr().out


def test_sessions_and_files_of_other_columns_can_be_compared(files, capsys):
    session = drawn_session(6)
    for i, name in enumerate(session.names):
        session.answer(name, "Smiling", YES if i % 2 else NO)
    mine = read_labels(save_session(session).encode(), "mine.json")
    theirs = read_labels(b"file,happy\n00.png,0\n01.png,1\n02.png,1\n", "theirs.csv")
    (found,) = compare_tables(mine, theirs)
    assert found.columns == ("Smiling", "happy")
    assert (found.agreement.n, found.agreement.agreed) == (3, 2)
    two = read_labels(b"file,happy,hat\n00.png,0,1\n", "two.csv")
    with pytest.raises(UserError, match="none is in both"):
        compare_tables(mine, two)
    assert compare_tables(mine, two, ("Smiling", "hat"))[0].agreement.agreed == 0
    with pytest.raises(UserError, match="no column 'x'"):
        compare_tables(mine, two, ("Smiling", "x"))
    with pytest.raises(UserError, match="matched by their file names"):
        compare_tables(mine, read_labels(b"file,Smiling\nother.png,0\n", "other.csv"))
    assert main(["compare-labels", "absent.csv", str(files[0])]) == 2
    assert "absent.csv cannot be read" in capsys.readouterr().err


def test_tables_of_any_format_can_be_compared(tmp_path, capsys):
    from openpyxl import Workbook

    rows = [("file", "Smiling"), *((f"{i}.png", i % 2) for i in range(6))]
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    book.save(tmp_path / "mine.xlsx")
    (tmp_path / "theirs.json").write_text(json.dumps(dict(rows[1:])), encoding="utf-8")
    pair = ["--columns", "Smiling", "label"]
    assert (
        main(["compare-labels", str(tmp_path / "mine.xlsx"), str(tmp_path / "theirs.json"), *pair])
        == 0
    )
    assert "6 of 6" in capsys.readouterr().out
