"""Where a hand has put a slider (`hand.js`), run by Node.js with a made-up slider."""

from __future__ import annotations

import shutil

import pytest

from tests.helpers.node import told

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="Node.js is not installed")

SLIDER = """
const thumb = {}, label = {};
const track = {
  contains: (target) => target === track || target === thumb,
  getBoundingClientRect: () => ({ width: 200 }),
};
const input = {
  min: '-3', max: '2', step: '0.1', value: '0.5', disabled: false,
  parentElement: { parentElement: { parentElement: track } },
};
globalThis.getComputedStyle = () => ({ direction });
const press = { target: thumb, button: 0, pointerId: 1, clientX: 100 };
const hand = Hand.at(input, press);
const to = (clientX, pointerId = 1) => hand.value(input, { clientX, pointerId });
"""


def drag(script: str, direction: str = "ltr"):
    return told("hand.js", SLIDER + script, direction=direction)


def test_a_hand_puts_a_slider_on_the_step_under_it_and_not_beyond_its_ends():
    # 200 pixels are 5 σ
    places = drag("const answer = [100, 104, 107, 140, 9999, 60, -9999].map((x) => to(x));")
    assert places == pytest.approx([0.5, 0.6, 0.7, 1.5, 2, -0.5, -3])


def test_a_press_beside_the_thumb_counts_from_where_the_thumb_has_gone():
    script = """
    input.value = '-1';
    const first = to(100);
    input.value = '9'; // what the slider says later moves nothing
    const answer = [first, to(120)];
    """
    assert drag(script) == pytest.approx([-1, -0.5])


def test_what_is_no_drag_of_the_slider_moves_nothing():
    script = """
    const others = [{ target: label }, { button: 2 }, { ctrlKey: true }];
    const hands = others.map((other) => Hand.at(input, { ...press, ...other }));
    const disabled = { ...input, disabled: true };
    const answer = [...hands, to(140, 2), hand.value(disabled, press), Hand.at(null, press)];
    """
    assert drag(script) == [None] * 6
    assert drag("const answer = to(140);", direction="rtl") is None


def test_a_slider_that_reckons_otherwise_is_believed():
    script = """
    hand.check(7); // before the first move: a press may have moved the thumb anywhere
    const before = to(140);
    hand.check(0.5); // late: where it stood
    hand.check(1.5);
    const agreed = to(120);
    hand.check(1.4);
    const answer = [before, agreed, to(140)];
    """
    assert drag(script) == [pytest.approx(1.5), pytest.approx(1.0), None]
