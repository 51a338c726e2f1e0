"""Attribute names and labels: polarity cannot flip."""

from __future__ import annotations

import doctest

import pytest

from ganssl import attributes
from ganssl.attributes import (
    CELEBA_ATTRIBUTES,
    FIRST_SLIDERS,
    WITHHELD,
    Attribute,
    check_name,
    did_you_mean,
    meant_name,
    slider_names,
)
from ganssl.errors import UserError


def test_celebas_forty_names():
    assert len(CELEBA_ATTRIBUTES) == len(set(CELEBA_ATTRIBUTES)) == 40
    assert (CELEBA_ATTRIBUTES.index("Male"), CELEBA_ATTRIBUTES.index("Young")) == (20, 39)
    assert set(FIRST_SLIDERS) | WITHHELD <= set(CELEBA_ATTRIBUTES)
    assert not set(FIRST_SLIDERS) & WITHHELD


def test_names_are_in_the_order_of_the_file(celeba_root):
    with open(celeba_root / "list_attr_celeba.txt", encoding="utf-8") as file:
        assert file.readlines()[1].split() == list(CELEBA_ATTRIBUTES)


def test_the_positive_class_is_the_attribute():
    male = Attribute("Male")
    assert male.classes == ("not Male", "Male")
    assert int(male.label(True)) == 1 and str(male.label(1)) == "Male"
    assert int(male.label(False)) == 0 and str(male.label(0)) == "not Male"


def test_classes_may_have_names_of_their_own():
    male = Attribute("Male", negative="Female")
    assert male.classes == ("Female", "Male")
    assert int(male.parse("female")) == 0 and int(male.parse(" MALE ")) == 1


@pytest.mark.parametrize("text", ["1", "1.0", "yes", "True", "Smiling", " smiling "])
def test_present(text):
    assert int(Attribute("Smiling").parse(text)) == 1


@pytest.mark.parametrize("text", ["0", "0.0", "-1", "no", "FALSE", "not Smiling"])
def test_absent(text):
    assert int(Attribute("Smiling").parse(text)) == 0


@pytest.mark.parametrize("text", ["", "2", "-", "Male", "maybe", "nan"])
def test_anything_else_is_refused(text):
    with pytest.raises(UserError, match="is no label of Smiling: write 1 or 0"):
        Attribute("Smiling").parse(text)


def test_class_names_count_before_yes_and_no():
    clean_shaven = Attribute("Beard_question", negative="yes", positive="no")
    assert int(clean_shaven.parse("yes")) == 0 and int(clean_shaven.parse("no")) == 1


def test_class_names_must_differ():
    with pytest.raises(UserError, match="need different names"):
        Attribute("Male", negative="male")


def test_an_attribute_needs_a_name():
    with pytest.raises(UserError, match="needs a name"):
        Attribute("  ")


def test_an_unknown_label_is_no_label():
    with pytest.raises(ValueError, match="0 or 1, not -1"):
        Attribute("Male").label(-1)


def test_titles_read_well():
    assert Attribute("Gray_Hair").title == "Gray hair"
    assert Attribute("5_o_Clock_Shadow").title == "5 o clock shadow"
    assert Attribute("Male").title == "Male"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Gray_Hair", "Gray_Hair"), ("gray hair", "Gray_Hair"), ("GRAY-HAIR ", "Gray_Hair"),
        ("male", "Male"), ("Mal", None), ("", None), ("Gray", None),
    ],
)  # fmt: skip
def test_names_are_known_in_any_case_and_with_blanks(typed, meant):
    assert meant_name(typed, CELEBA_ATTRIBUTES) == meant


def test_a_name_that_could_be_two_is_none_unless_it_is_spelt_out():
    own = ("Round face", "round_face", "Male")
    assert meant_name("ROUND FACE", own) is None
    assert meant_name("round_face", own) == "round_face"
    assert meant_name("ROUND FACE", own[1:]) == "round_face"


def test_what_is_close_is_named_as_it_is_spelt():
    assert did_you_mean("smilling", CELEBA_ATTRIBUTES) == "Did you mean Smiling?"
    assert "Gray_Hair" in did_you_mean("grey hair", CELEBA_ATTRIBUTES)
    assert did_you_mean("Tall", ("Male", "Smiling")) == ""


def test_sliders_are_found_by_typed_names_or_refused():
    assert slider_names(["smiling", "gray hair"], ("Gray_Hair", "Smiling")) == [
        "Smiling",
        "Gray_Hair",
    ]
    with pytest.raises(UserError, match=r"no slider for Smilng. Did you mean Smiling\?$"):
        slider_names(["Smilng"], ("Gray_Hair", "Smiling"))
    with pytest.raises(UserError, match=r"no slider for Tall. It has none\.$"):
        slider_names(["Tall"], ())


def test_examples_are_true():
    found = doctest.testmod(attributes)
    assert found.attempted > 3 and not found.failed


GOOD_NAMES = ("Smiling", "5_o_Clock_Shadow", "Größe", "眼鏡", "a" * 60, "mouth open")
BAD_NAMES = ("", "  ", "a" * 61, "a=b", "a,b", "a;b", "a\nb", "a\x00", "\ud800", "a\u2028b")


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_good_names(name: str):
    assert check_name(name) == name and Attribute(name).classes == (f"not {name}", name)


@pytest.mark.parametrize("name", [*BAD_NAMES, None, 5, ["a"]])
def test_bad_names_are_refused_wherever_they_come_from(name):
    with pytest.raises(UserError, match="needs a name of 1 to 60 letters") as error:
        check_name(name)
    str(error.value).encode()
    with pytest.raises(UserError, match="needs a name"):
        Attribute(name)


@pytest.mark.parametrize("answer", [" ", "a\nb", "\ud800", "a" * 65])
def test_bad_names_of_answers_are_refused(answer: str):
    with pytest.raises(UserError, match="An answer about Smiling needs a name"):
        Attribute("Smiling", answer, "smiling")
