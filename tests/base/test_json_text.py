"""JSON from anywhere: what is taken can be written again, and the rest is refused in a sentence."""

from __future__ import annotations

import json

import pytest

from ganssl.base import json_text
from ganssl.base.json_text import DEEPEST, parse_json
from ganssl.errors import UserError


@pytest.mark.parametrize(
    "value", [{"a": [1, 2.5, None, True, "é"]}, [], "text", 3, -(2**63) + 1, 1e300, {"": {"": []}}]
)
def test_what_is_written_comes_back(value):
    text = json.dumps(value)
    assert parse_json(text, "a.json") == value
    assert parse_json(b"\xef\xbb\xbf" + text.encode(), "a.json") == value


BAD = {
    "{": "line 1, Expecting property name",
    '{\n"a": 1,\n}': "line 3",
    "": "line 1",
    "1" + "0" * 400: "a whole number of 401 digits is too large",
    str(2**63): "too large",
    "-1" + "0" * 5000: "too large",
    "1e999": "the number 1e999 is too large",
    "NaN": "NaN is no number",
    "[-Infinity]": "-Infinity is no number",
    '"\\ud800"': "half a character",
    '{"\\udfff": 1}': "half a character",
    "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1): "nested too deep",
    "[" * 100_000: "nested too deep",
    '{"a":' * 5000: "nested too deep",
}


@pytest.mark.parametrize("text", BAD, ids=lambda text: text[:12])
def test_the_rest_is_refused_in_a_sentence(text: str):
    with pytest.raises(UserError, match=r"a\.json is not JSON") as error:
        parse_json(text, "a.json")
    assert BAD[text] in str(error.value)
    str(error.value).encode()


def test_other_encodings_and_large_files_are_refused(monkeypatch):
    with pytest.raises(UserError, match="not UTF-8"):
        parse_json("é".encode("latin-1"), "a.json")
    monkeypatch.setattr(json_text, "LARGEST", 10)
    with pytest.raises(UserError, match=r"a\.json is larger than"):
        parse_json(b'"0123456789"', "a.json")


def test_texts_of_very_many_objects_are_refused_before_they_are_made(monkeypatch):
    monkeypatch.setattr(json_text, "MOST_PARTS", 10)
    with pytest.raises(UserError, match=r"a\.json has more than .* objects and lists"):
        parse_json(b"[" + b"{}," * 10 + b"{}]", "a.json")
    assert parse_json(b"[" + b"0," * 50 + b"{}]", "a.json")[-1] == {}
