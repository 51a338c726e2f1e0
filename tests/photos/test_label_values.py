"""What the cells of a column say."""

from __future__ import annotations

import pytest

from ganssl.attributes import Attribute
from ganssl.errors import UserError
from ganssl.photos.label_file import read_label_csv
from ganssl.photos.label_values import code_cells, is_label_column, parse_classes

MALE, SMILING, GLASSES = Attribute("Male"), Attribute("Smiling"), Attribute("Eyeglasses")


def codes(question: Attribute, *cells: str) -> list[int]:
    found = code_cells(cells, question, "a.csv").codes
    return [found[cell] for cell in cells]


@pytest.mark.parametrize(
    ("question", "present", "absent"),
    [
        (MALE, "M", "F"),
        (MALE, "Man", "Woman"),
        (MALE, "men", "women"),
        (MALE, "1_Male", "0_not_Male"),
        (MALE, "male", "non-male"),
        (MALE, "is male", "not male"),
        (SMILING, "smile", "no smile"),
        (SMILING, "Smiling", "non_smiling"),
        (GLASSES, "with_glasses", "without_glasses"),
        (GLASSES, "wearing eyeglasses", "no-eyeglasses"),
        (Attribute("Wearing_Hat"), "wearing hat", "not wearing hat"),
        (MALE, "on", "off"),
        (MALE, "✓", "✗"),
        (MALE, "1,0", "0,0"),
        (MALE, "oui", "non"),
        (MALE, "sí", "no"),
        (MALE, "да", "нет"),
        (MALE, "はい", "いいえ"),
        (MALE, "VRAI", "FAUX"),
        (MALE, "ma\u0308nnlich", "weiblich"),
        (MALE, "homme", "femme"),
        (MALE, "✅", "❌"),
        (Attribute("Mood", "sad", "happy"), "Happy", "SAD"),
        (Attribute("Male", "man", "woman"), "woman", "man"),  # named the other way round
    ],
)
def test_words_that_name_an_attribute_or_its_opposite(question, present, absent):
    assert codes(question, present, absent, "") == [1, 0, -1]


def test_words_of_other_things_say_nothing():
    assert codes(GLASSES, "male", "without a hat", "man") == [-1, -1, -1]
    assert codes(SMILING, "M", "not sure") == [-1, -1]
    assert codes(MALE, "not smiling", "0_child") == [-1, -1]


def test_1_beside_2_may_mean_either_and_is_refused_until_it_is_said():
    data = b"file,Male\na.png,1\nb.png,2\nc.png,\n"
    with pytest.raises(UserError, match=r"'1' is no label of Male.*it has '1', '2'"):
        read_label_csv(data, MALE)
    named = parse_classes("2,1", MALE)
    assert read_label_csv(data, named).labels[:, 0].tolist() == [1, 0, -1]
    assert codes(MALE, "0", "1", "2") == [0, 1, -1]  # with 0 it is clear what 1 is


@pytest.mark.parametrize("tick", ["x", "X", " x ", "✓", "☒", "*", "+", "checked"])
def test_in_a_column_of_ticks_alone_what_is_empty_says_no(tick):
    assert codes(MALE, tick, "", " ", "NA") == [1, 0, 0, -1]
    assert codes(MALE, tick, "-", "") == [1, 0, -1]  # a dash is written by hand
    table = read_label_csv(f"file,Male\na.png,{tick}\nb.png,\n".encode(), MALE)
    assert table.labels[:, 0].tolist() == [1, 0]
    assert f"{tick.strip().lower()!r} is read as 'Male', and an empty cell" in table.notes[0]


def test_beside_other_answers_and_alone_ticks_say_nothing_of_empty_cells():
    assert codes(MALE, "✓", "✗", "") == [1, 0, -1]
    assert codes(MALE, "1", "") == [1, -1]
    assert codes(MALE, "yes", "") == [1, -1]
    assert codes(MALE, "x", "o", "") == [-1, -1, -1]
    assert codes(MALE, "x") == [-1]
    assert codes(Attribute("Male", "x", "o"), "x", "") == [0, -1]


def test_numbers_of_rows_and_ratings_are_no_answers():
    for cells in (("0", "1", "2", "3"), ("1", "2", "3", "4", "5")):
        assert not is_label_column(cells, code_cells(cells, MALE, "a.csv"))
    assert is_label_column(("0", "1", "9"), code_cells(("0", "1", "9"), MALE, "a.csv"))


@pytest.mark.parametrize(
    ("header", "question"),
    [("is_male", MALE), ("Male?", MALE), ("Perceived Male", MALE), ("has-Eyeglasses", GLASSES),
     ("EyeGlasses:", GLASSES), ("WearingHat", Attribute("Wearing_Hat")), ("isMale", MALE),
     ("male_label", MALE), ("Male (0/1)", MALE), ("attr.Male", MALE), ("'Male'", MALE),
     ("5 o'Clock Shadow", Attribute("5_o_Clock_Shadow"))],
)  # fmt: skip
def test_headers_that_ask_in_other_words(header, question):
    table = read_label_csv(f"file,{header}\na.png,1\nb.png,0\n".encode(), question)
    assert table.attributes == (question.name,) and table.labels[:, 0].tolist() == [1, 0]


def test_a_column_of_sexes_answers_and_other_letters_do_not():
    rows = "a.png,{},x\nb.png,{},y\n"
    some = read_label_csv(b"file,gender\na.png,M\nb.png,F\nc.png,other\n", MALE)
    assert some.labels[:, 0].tolist() == [1, 0, -1]
    for header, words in (("gender", "MF"), ("Sex", "mf"), ("perceived_sex", ("man", "woman"))):
        data = f"file,{header},note\n" + rows.format(*words)
        assert read_label_csv(data.encode(), MALE).labels[:, 0].tolist() == [1, 0]
    with pytest.raises(UserError, match="no column 'Male'"):
        read_label_csv(("file,shot,note\n" + rows.format("M", "F")).encode(), MALE)
    both = "file,sex,gender\na.png,M,F\nb.png,F,M\n"
    with pytest.raises(UserError, match="no column 'Male'"):
        read_label_csv(both.encode(), MALE)
