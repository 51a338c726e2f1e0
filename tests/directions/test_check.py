"""Directions carry what photos taught: through files, and refused where it is damaged."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from ganssl.base.files import save_arrays
from ganssl.directions import DirectionSet
from ganssl.errors import UserError
from tests.helpers.planted import make_check, make_direction


@pytest.fixture
def taught() -> DirectionSet:
    """Two methods of one attribute share a check; another has none."""
    names = (("Smiling", "mean"), ("Smiling", "logistic"), ("Male", "mean"), ("Bald", "mean"))
    directions = DirectionSet("m", [make_direction(name, np.ones(4), how) for name, how in names])
    return directions.with_checks({"Smiling": make_check(1), "Bald": make_check(2)})


def test_checks_go_through_a_file_and_each_lies_there_once(taught, tmp_path):
    taught.save(tmp_path / "d.npz")
    found = DirectionSet.load(tmp_path / "d.npz")
    assert taught.to_arrays()["checks"].shape == (2, 2, 6)
    assert found.id == taught.id
    first, second = (found.get("Smiling", how).check for how in ("mean", "logistic"))
    assert first is second and found.get("Male").check is None
    for name in ("Smiling", "Bald"):
        new, old = found.get(name).check, taught.get(name).check
        assert new.to_dict() == old.to_dict()
        rows = np.random.default_rng(0).normal(size=(5, 6)).astype(np.float32)
        np.testing.assert_array_equal(new.view.scores(rows), old.view.scores(rows))


def test_a_file_without_checks_is_read_as_before(taught, tmp_path):
    plain = DirectionSet("m", [replace(d, check=None) for d in taught])
    assert "checks" not in plain.to_dict() and "checks" not in plain.to_arrays()
    plain.save(tmp_path / "d.npz")
    found = DirectionSet.load(tmp_path / "d.npz")
    assert all(d.check is None for d in found) and found.id == plain.id != taught.id


def test_the_id_changes_with_any_weight_of_a_check(taught):
    other = make_check(1)
    other.view.weights[3] += np.float32(1e-3)
    assert taught.with_checks({"Smiling": other}).id != taught.id


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda v, a: a.pop("checks"), "do not fit"),
        (lambda v, a: v.pop("checks"), "do not fit"),
        (lambda v, a: v.update(checks=v["checks"][:1]), "do not fit"),
        (lambda v, a: a.update(checks=a["checks"].astype(np.float64)), "do not fit"),
        (lambda v, a: v["directions"][0].update(check=7), "names a check"),
        (lambda v, a: v["directions"][0].update(check="0"), "names a check"),
        (lambda v, a: v["checks"][0].update(scale=0.0), "unreadable"),
        (lambda v, a: v["checks"][0].update(scale=1e-308), "no numbers"),
        (lambda v, a: v["checks"][0].update(bias=1e300), "no numbers"),
        (lambda v, a: v["checks"][0]["bells"].update(low=-1e308), "no ordinary size"),
        (lambda v, a: v["checks"][0]["bells"].update(deviation=1e-300), "no ordinary size"),
        (lambda v, a: v["checks"][0].pop("bells"), "unreadable"),
        (lambda v, a: v["checks"][0].update(expected={}), "unreadable"),
        (lambda v, a: v["checks"].__setitem__(0, 3), "unreadable"),
        (lambda v, a: a.update(checks=np.full_like(a["checks"], np.nan)), "no numbers"),
    ],
)
def test_damaged_checks_are_refused_in_a_sentence(taught, tmp_path, change, message):
    values, arrays = taught.to_dict(), taught.to_arrays()
    change(values, arrays)
    text = np.frombuffer(json.dumps(values).encode(), np.uint8)
    save_arrays(tmp_path / "d.npz", {**arrays, "json": text})
    with pytest.raises(UserError, match=message):
        DirectionSet.load(tmp_path / "d.npz")
