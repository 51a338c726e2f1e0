"""What photos teach of face features, on planted ones whose classes are known."""

from __future__ import annotations

import numpy as np
import pytest

from ganssl.directions import DirectionSet
from ganssl.errors import UserError
from ganssl.features.extractor import BatchedExtractor
from ganssl.fitting.photo_check import fit_photo_check, known_share, learn_view, with_checks
from ganssl.fitting.spread_directions import draw_few
from tests.helpers.planted import make_direction
from tests.helpers.planted_views import FEATURES, planted_views

pytestmark = pytest.mark.slow

EXTRACTOR = BatchedExtractor("planted", "planted", "aaaaaaaaaaaa", FEATURES, lambda p: p, side=1)


@pytest.mark.parametrize(("share", "separation"), [(0.5, 2.5), (0.08, 4.0)])
def test_a_check_knows_the_share_and_how_right_it_will_be(share: float, separation: float):
    photos, labels = planted_views(2500, seed=1, share=share, separation=separation)
    held, truth = planted_views(4000, seed=2, share=share, separation=separation)
    hits, covered = [], 0
    for seed in range(4):
        few = draw_few(labels, 50, "Male", seed)
        check = fit_photo_check(photos.features, few, EXTRACTOR, 64)
        assert (check.labels, check.photos) == (100, 2400)
        assert check.bells.share == pytest.approx(share, abs=0.07)
        answers = check.view.scores(held.features) >= check.bells.cut()
        hits.append(np.mean(answers == truth))
        covered += check.expected.low <= hits[-1] <= check.expected.high
    assert covered >= 3
    assert np.mean(hits) > (0.85 if share == 0.5 else 0.955)


@pytest.mark.parametrize("share", [0.06, 0.3])
def test_a_rare_attribute_is_not_seen_everywhere(share: float):
    """Classes that part little, told of as many labels with it as without."""
    settings = {"share": share, "separation": 1.6}
    photos, labels = planted_views(4000, seed=1, **settings)
    held, truth = planted_views(4000, seed=2, **settings)
    given = known_share(labels)
    assert given == np.mean(labels) and known_share(draw_few(labels, 50, "Male")) is None
    hits, shares = {"told": [], "guessed": []}, []
    for seed in range(3):
        few = draw_few(labels, 50, "Male", seed)
        for how, known in (("told", given), ("guessed", None)):
            check = fit_photo_check(photos.features, few, EXTRACTOR, 64, known)
            answers = check.view.scores(held.features) >= check.bells.cut()
            hits[how].append(np.mean(answers == truth))
            assert how == "guessed" or check.bells.share == given
        shares.append(check.bells.share)
    assert np.mean(shares) == pytest.approx(share, abs=0.06)
    commoner = 1 - np.mean(truth)
    assert min(hits["told"]) > commoner - 0.005
    assert np.mean(hits["guessed"]) > commoner - 0.015


def test_a_few_labels_do_not_judge_themselves():
    """50 labels of nothing: features that know no class must not look as if they did."""
    photos, _ = planted_views(1500, seed=1)
    noise = (np.arange(1500) % 2).astype(np.int8)
    few = draw_few(noise, 25, "Coin")
    try:
        _, _, expected = learn_view(photos.features, few)
    except UserError as error:
        assert "do not tell" in str(error)
    else:
        assert expected.ways["cross_validation"] < 0.7 and expected.low < 0.55


def test_of_many_labels_some_serve_and_the_result_is_the_same_every_time():
    photos, labels = planted_views(5000, seed=1)
    check, again = (fit_photo_check(photos.features, labels, EXTRACTOR, 64) for _ in range(2))
    assert check.labels == 4000 and check.photos == 1000
    np.testing.assert_array_equal(check.to_array(), again.to_array())
    assert check.to_dict() == again.to_dict()
    assert check.expected.high - check.expected.low < 0.06


def test_directions_carry_the_checks_of_what_the_features_tell():
    photos, labels = planted_views(800, seed=1)
    columns = {"Male": draw_few(labels, 20, "Male"), "Hat": np.full(800, -1, np.int8)}
    columns["Attractive"] = columns["big nose"] = columns["Male"]  # no slider offers these
    plain = DirectionSet("m", [make_direction(name, np.ones(4)) for name in columns])
    steps = []
    found = with_checks(
        plain, EXTRACTOR, photos.features, 64, columns.get, lambda *step: steps.append(step)
    )
    assert found.get("Male").check.fits("planted", "aaaaaaaaaaaa", 64)
    assert found.get("Hat").check is None and found.get("Attractive").check is None
    assert found.get("big nose").check is None
    assert steps[-1] == (4, 4) and found.id != plain.id
    with pytest.raises(UserError, match="5 or more labelled photos of each class"):
        fit_photo_check(photos.features, draw_few(labels, 4, "Male"), EXTRACTOR, 64)
