"""How a face moves by itself (`roam.js`), run by Node.js."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from ganssl.face.morph import slerp
from tests.helpers.node import told

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="Node.js is not installed")


def codes(count: int) -> np.ndarray:
    return np.random.default_rng(5).standard_normal((count, 16)).astype(np.float32)


def test_an_arc_is_that_of_a_morph():
    a, b = codes(2)
    b *= 1.5
    ways = [0.0, 0.2, 0.5, 0.9, 1.0]
    script = "const answer = t.map((one) => onArc(new Float32Array(a), new Float32Array(b), one));"
    arc = told("roam.js", script, a=a.tolist(), b=b.tolist(), t=ways)
    np.testing.assert_allclose(arc, slerp(a, b, np.array(ways)), atol=1e-5)
    zero = told("roam.js", script, a=a.tolist(), b=[0.0] * 16, t=[0.5])
    np.testing.assert_allclose(zero, [a / 2], atol=1e-6)


def test_a_walk_visits_every_face_in_turn_and_begins_anew():
    faces = codes(3)
    script = """
    const list = faces.map((face) => new Float32Array(face));
    const answer = [];
    const end = 3.5 * (LEG + STAY);
    for (let passed = 0; passed < end; passed += 100) answer.push(walked(list, passed));
    """
    walk = told("roam.js", script, faces=faces.tolist())
    places = np.array([one["code"] for one in walk])
    far = np.linalg.norm(places[:, None] - faces, axis=2)  # (moments, faces)
    visited = [int(row.argmin()) for row in far if row.min() < 1e-5]
    assert [a for a, b in zip(visited, [*visited[1:], -1], strict=True) if a != b] == [0, 1, 2, 0]
    steps = np.linalg.norm(np.diff(places, axis=0), axis=1)
    assert steps.max() < 0.1 * np.linalg.norm(faces[1] - faces[0]), "it goes, it does not jump"
    resting = np.array([one["stay"] > 0 for one in walk])
    assert resting.any() and (far.min(axis=1)[resting] < 1e-5).all()


def test_a_slider_swings_from_where_it_stands_between_its_ends():
    script = """
    const answer = Array.from({ length: 200 }, (_, i) => swing(-1, 3, 2, i * ROUND / 100));
    """
    places = np.array(told("roam.js", script))
    assert places[0] == pytest.approx(2) and places[100] == pytest.approx(2)
    assert places.min() == pytest.approx(-1, abs=0.01) and places.max() == pytest.approx(
        3, abs=0.01
    )
