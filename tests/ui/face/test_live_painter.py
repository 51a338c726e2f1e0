"""What is drawn next, and by which engine (`painter.js`), run by Node.js with made-up engines."""

from __future__ import annotations

import shutil

import pytest

from tests.helpers.node import told

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="Node.js is not installed")

WORKERS = """
const engines = { wasm: { ms: 10, value: 7 }, webgl: { ms: 5, value: 7 }, ...change };
globalThis.navigator ?? Object.defineProperty(globalThis, 'navigator', { value: {} });
const living = new Set(), asked = [];
globalThis.Worker = class {
  constructor() { living.add(this); }
  terminate() { living.delete(this); }
  postMessage({ start, code }) {
    if (start) this.kind = start;
    const engine = engines[this.kind];
    let answer = { failed: 'none' };
    if (engine && start) answer = { ready: this.kind };
    else if (engine) answer = { ms: engine.ms, rgba: [engine.value, code[0]] };
    if (!start && code[0] >= 0) asked.push(code[0]);
    setTimeout(() => living.has(this) && this.onmessage({ data: answer }), 1);
  }
};
const painted = [], reasons = [];
const choose = Painter.prototype.choose;
let chosen;
Painter.prototype.choose = function () { chosen = choose.call(this); return chosen; };
const painter = new Painter({}, [-1], ({ code, engine }) => painted.push([code[0], engine]),
  (reason) => reasons.push(reason));
const until = async (ready) => { while (!ready()) await pause(2); };
const idle = () => until(() => painter.best && !painter.busy && !painter.wish);
const drained = () => until(() => !painter.busy && !painter.later.size);
const later = (codes) => codes.map((code) => ({ code: [code], done: () => {} }));
"""


def test_a_face_is_drawn_before_the_pictures_that_follow_it_and_each_has_its_turn():
    script = """
    await idle();
    painter.want([1]);
    painter.also(later([10, 11, 12]));
    painter.want([2]);
    await pause(4);
    painter.also(later([20, 21, 22]));
    painter.want([3]);
    await drained();
    const answer = { asked, painted: painted.map(([code]) => code) };
    """
    answer = told("painter.js", WORKERS + script, change={})
    assert answer["painted"][-1] == 3 and answer["asked"][0] == 1
    faces = [code for code in answer["asked"] if code < 10]
    assert faces == answer["painted"], "the pictures go elsewhere"
    after = answer["asked"][answer["asked"].index(3) + 1 :]
    assert {20, 21, 22} <= set(answer["asked"]) and len(set(after)) == len(after)


def test_a_slow_engine_draws_the_face_alone_and_none_gives_up_what_waits():
    script = """
    await idle();
    painter.want([1]);
    painter.also(later([10, 11]));
    await idle();
    await pause(20);
    const answer = asked;
    """
    assert told("painter.js", WORKERS + script, change={"wasm": {"ms": 90, "value": 7}}) == [1]
    script = script.replace("await idle();\n    await pause", "painter.also([]); await pause")
    assert told("painter.js", WORKERS + script, change={}) == [1]


@pytest.mark.parametrize(
    "webgl, expected",
    [
        ({"ms": 5, "value": 8}, "webgl"),  # within 2 of 255, and quicker
        ({"ms": 20, "value": 7}, "wasm"),  # slower
        ({"ms": 5, "value": 60}, "wasm"),  # another face
        (None, "wasm"),
    ],
)
def test_an_engine_is_kept_that_draws_the_same_face_in_less_time(webgl, expected):
    script = """
    await chosen;
    painter.want([1]);
    await idle();
    const answer = [painted.at(-1)[1], living.size];
    """
    assert told("painter.js", WORKERS + script, change={"webgl": webgl}) == [expected, 1]


def test_where_no_engine_works_it_says_why_and_leaves_no_worker():
    script = """
    await chosen;
    const answer = [reasons, living.size];
    """
    reasons, living = told("painter.js", WORKERS + script, change={"wasm": None, "webgl": None})
    assert len(reasons) == 1 and "wasm: none" in reasons[0] and "webgl: none" in reasons[0]
    assert living == 0
