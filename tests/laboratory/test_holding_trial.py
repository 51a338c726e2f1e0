"""The trial of the rules, on a model whose blocks are known."""

import json
from dataclasses import replace

import numpy as np
import pytest

from ganssl.directions import DirectionSet
from ganssl.directions.reach import Reach
from ganssl.errors import UserError
from ganssl.laboratory.holding_trial import compare_rules, slider_table, summary, table
from tests.helpers.planted import make_direction
from tests.helpers.planted_laboratory import axis, block_laboratory

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def laboratory():
    return block_laboratory(faces=8)


def test_a_rule_that_holds_what_leans_on_sex_costs_effect_and_spares_it(laboratory):
    directions = DirectionSet(
        laboratory.model.id,
        [make_direction("Male", axis(1)), make_direction("Smiling", axis(0) + 2 * axis(1))],
    )
    found = compare_rules(laboratory, directions, ["Smiling"], ("raw", "locks"))
    raw, held = found
    assert raw.remaining == 1 and held.remaining == pytest.approx(np.sqrt(0.2), abs=1e-3)
    assert raw.largest == "Male" and not raw.true_to_name
    assert raw.its_effect == pytest.approx(2 * raw.own, rel=0.3)
    assert held.besides < 0.1 * raw.besides and held.true_to_name
    rows = {row["rule"]: row for row in summary(found)}
    assert rows["raw"]["not_true"] == ["Smiling"] and rows["locks"]["not_true"] == []
    assert rows["locks"]["ratio"] > 5 * rows["raw"]["ratio"]
    assert "Smiling" in table(list(rows.values()))
    json.dumps([one.to_dict() for one in found], allow_nan=False)


def test_a_slider_that_nothing_is_left_of_is_counted_and_left_out_of_the_means(laboratory):
    directions = DirectionSet(
        laboratory.model.id,
        [make_direction(name, axis(1)) for name in ("Male", "Bald")]
        + [make_direction("Smiling", axis(0))],
    )
    found = compare_rules(laboratory, directions, ["Smiling", "Bald"], ("raw", "locks"))
    raw, locks = summary(found)
    assert (raw["stuck"], locks["stuck"]) == (0, 1)
    assert raw["attributes"] == locks["attributes"] == 1  # the same sliders under both rules
    assert "no room for 1" in table([raw, locks])
    json.dumps([one.to_dict() for one in found], allow_nan=False)


def test_what_no_probe_reads_is_refused(laboratory):
    with pytest.raises(UserError, match="No probe reads Freckles"):
        compare_rules(laboratory, DirectionSet("m"), ["Freckles"])


def test_what_the_name_implies_is_not_held_against_a_slider(laboratory):
    directions = DirectionSet(laboratory.model.id, [make_direction("Bald", axis(3) + 3 * axis(5))])
    (found,) = compare_rules(laboratory, directions, ["Bald"], ("raw",))
    assert found.largest != "Bangs"  # a bald head has none
    assert found.besides > abs(found.its_effect)  # and yet they count among all others


def test_each_slider_has_a_line_for_each_rule(laboratory):
    directions = DirectionSet(
        laboratory.model.id,
        [make_direction(name, axis(1)) for name in ("Male", "Bald")]
        + [make_direction("Smiling", axis(0) + 2 * axis(1))],
    )
    found = compare_rules(laboratory, directions, ["Smiling", "Bald"], ("raw", "locks"))
    lines = slider_table(found).splitlines()
    assert len(lines) == 7
    raw = lines[1]
    assert raw.startswith("Smiling  raw") and "Male +" in raw and "further than itself" in raw
    assert f"{found[0].own:+.2f}" in raw and f"{found[0].ratio:.1f}" in raw
    assert "further than itself" not in lines[2]
    assert " ".join(lines[4].split()) == "locks no room beside what is held"


def test_how_many_faces_follow_is_counted_at_either_end(laboratory):
    strong = DirectionSet(laboratory.model.id, [make_direction("Smiling", axis(0))])
    (found,) = compare_rules(laboratory, strong, ["Smiling"], ("raw",))
    assert found.more == found.less == 1
    backwards = DirectionSet(laboratory.model.id, [make_direction("Smiling", -axis(0))])
    (found,) = compare_rules(laboratory, backwards, ["Smiling"], ("raw",))
    assert found.own < 0 and found.more == found.less == 0
    (found,) = compare_rules(laboratory, strong, ["Smiling"], ("raw",), amount=0.01)
    assert found.own > 0 and found.more == found.less == 0  # hardly moves
    smiling = (laboratory.move(strong.get("Smiling"), (0.0,)).logits[0, :, 0] > 0).mean()
    assert 0 < smiling < 1
    assert found.with_it == smiling and found.without_it == 1 - smiling  # they need no more
    assert "100% 100%" in slider_table(compare_rules(laboratory, strong, ["Smiling"], ("raw",)))


def test_a_slider_that_ends_before_is_judged_at_its_end(laboratory):
    ends = Reach(-1.0, 0.5, "raw", 0.8, "Male", 0.1, 1.0, 0.0, 0.9, 0.0)
    strong = make_direction("Smiling", axis(0))
    whole, short, same = (
        compare_rules(laboratory, DirectionSet(laboratory.model.id, [one]), ["Smiling"], ("raw",))
        for one in (strong, replace(strong, reach=ends), replace(strong, reach=None))
    )
    assert 0 < short[0].own < 0.5 * whole[0].own and same == whole
