"""Maps of codes, paths on them, and the thumbnails of their points."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from ganssl.errors import UserError
from ganssl.laboratory.figures import map_figure
from ganssl.laboratory.map import map_codes, path_between, places_alike, sprite, thumbnails


@pytest.fixture(scope="module")
def codes():
    """Two groups far apart along one axis, wide along another."""
    rng = np.random.default_rng(0)
    codes = rng.normal(size=(200, 6)) * [0.3, 3, 0.1, 0.1, 0.1, 0.1]
    codes[:, 0] += np.repeat([-2, 2], 100)
    return codes.astype(np.float32)


def test_principal_map_shows_the_widest_axes_first(codes):
    found = map_codes(codes, "pca", 3)
    assert found.points.shape == (200, 3) and found.points.dtype == np.float32
    spread = found.points.std(axis=0)
    assert spread[0] > spread[1] > spread[2]
    np.testing.assert_allclose(found.explained, spread**2 / codes.var(axis=0).sum(), rtol=1e-4)
    assert abs(np.corrcoef(found.points[:, 0], codes[:, 1])[0, 1]) > 0.99
    np.testing.assert_allclose(found.place(codes[:5]), found.points[:5], atol=1e-5)
    assert list(found.nearest(codes[[7, 9]])[:, 0]) == [7, 9]


@pytest.mark.slow
def test_umap_keeps_groups_together_and_places_codes_near_their_like(codes):
    found = map_codes(codes[::2], "umap")
    assert found.points.shape == (100, 2) and found.explained is None
    groups = found.points[:50], found.points[50:]
    within = max(group.std() for group in groups)
    gap = np.linalg.norm(groups[0].mean(axis=0) - groups[1].mean(axis=0))
    assert gap > 0.5 * within
    placed = found.place(codes[[1]])[0]
    nearest = found.points[found.nearest(codes[[1]], 3)[0]]
    np.testing.assert_allclose(placed, nearest.mean(axis=0), rtol=1e-5)
    np.testing.assert_array_equal(map_codes(codes[::2], "umap").points, found.points)


def test_a_map_has_few_conditions(codes):
    for method, dimensions in (("tsne", 2), ("pca", 4)):
        with pytest.raises(UserError, match="pca or umap in 2 or 3"):
            map_codes(codes, method, dimensions)
    with pytest.raises(UserError, match="4 faces"):
        map_codes(codes[:3])


def test_paths_begin_and_end_at_the_faces(codes):
    a, b = codes[0], codes[150]
    for path in ("line", "sphere"):
        way = path_between(a, b, 5, path)
        assert way.shape == (5, 6)
        np.testing.assert_allclose(way[[0, -1]], [a, b], atol=1e-5)
    np.testing.assert_allclose(path_between(a, b, 3, "line")[1], (a + b) / 2, atol=1e-6)
    x, y = np.eye(6, dtype=np.float32)[:2]
    assert np.linalg.norm(path_between(x, y, 3, "sphere")[1]) == pytest.approx(1)
    with pytest.raises(UserError, match="sphere or line"):
        path_between(a, b, 3, "detour")


def test_a_sprite_shows_each_thumbnail_in_its_place():
    shades = np.linspace(0, 240, 7).astype(np.uint8)
    faces = np.broadcast_to(shades[:, None, None, None], (7, 16, 16, 3))
    found = sprite(faces, columns=3)
    sheet = Image.open(io.BytesIO(found.jpeg))
    assert sheet.size == (48, 48)
    for index, shade in enumerate(shades):
        row, column = divmod(index, 3)
        assert np.asarray(sheet)[16 * row + 8, 16 * column + 8, 0] == pytest.approx(shade, abs=3)
    assert found.style(5) == "width:16px;height:16px;background-position:-32px -16px"
    head, _, data = found.url.partition(",")
    assert head == "data:image/jpeg;base64" and base64.b64decode(data) == found.jpeg


def test_thumbnails_are_the_faces_made_small():
    def decode(codes):
        return np.broadcast_to(codes[:, :1, None, None], (len(codes), 64, 64, 3)).astype(np.uint8)

    codes = np.arange(600, dtype=np.float32)[:, None] % 256
    steps = []
    found = thumbnails(decode, codes, 16, lambda *step: steps.append(step))
    assert found.shape == (600, 16, 16, 3) and steps == [(512, 600), (600, 600)]
    np.testing.assert_array_equal(found[:, 3, 3, 0], codes[:, 0])


def test_map_figure_colours_by_class_or_score(codes):
    found = map_codes(codes)
    labels = np.repeat([0, 1, -1], [100, 60, 40])
    traces = map_figure(found, labels, "Hat", ("no hat", "hat")).data
    assert [t.name for t in traces] == ["unknown", "no hat", "hat"]
    assert all(t.type == "scattergl" for t in traces)
    np.testing.assert_array_equal(traces[2].customdata, np.arange(100, 160))
    scored = map_figure(found, codes[:, 0], "score", path=found.place(codes[:4])).data
    np.testing.assert_array_equal(scored[0].marker.color, codes[:, 0])
    assert len(scored[1].x) == 4
    assert map_figure(map_codes(codes, dimensions=3)).data[0].type == "scatter3d"


def test_what_was_found_stands_out_in_its_colour(codes):
    labels, rows = np.repeat([0, 1], 100), np.array([3, 150])
    found = map_codes(codes)
    traces = map_figure(found, labels, "Hat", ("no hat", "hat"), found=rows).data
    for trace, row in zip(traces, rows, strict=True):
        sizes, opacities = trace.marker.size, trace.marker.opacity
        here = np.asarray(trace.customdata) == row
        assert sizes[here][0] > max(sizes[~here]) and opacities[here][0] > max(opacities[~here])
    (plain,) = map_figure(found, codes[:, 0], found=rows).data
    assert set(np.flatnonzero(plain.marker.opacity == 1)) == set(rows)
    (space,) = map_figure(map_codes(codes, dimensions=3), found=rows).data
    assert len(space.marker.size) == 200 and space.marker.opacity is None


def test_faces_that_are_alike_lie_together():
    rng = np.random.default_rng(0)
    kinds = np.repeat(np.arange(4), 20)
    middles = rng.normal(size=(4, 32))
    embeddings = (middles[kinds] + 0.4 * rng.normal(size=(80, 32))).astype(np.float32)
    places = places_alike(embeddings * rng.uniform(0.5, 2.0, (80, 1)))  # length says nothing
    assert places.shape == (80, 2) and places.dtype == np.float32
    gaps = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(gaps, np.inf)
    assert (kinds[gaps.argmin(axis=1)] == kinds).mean() > 0.95
    few = embeddings[::4]
    np.testing.assert_array_equal(places_alike(few), places_alike(few))
    with pytest.raises(UserError, match="4 faces"):
        places_alike(embeddings[:3])
