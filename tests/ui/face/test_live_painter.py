"""What is drawn next, and by which engine (`painter.js`, `worker.js`), run by Node.js with made-up
engines."""

from __future__ import annotations

import shutil

import pytest

from tests.helpers.node import told

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="Node.js is not installed")

WORKERS = """
const engines = { wasm: { ms: 10, value: 7 }, webgl: { ms: 5, value: 7 }, ...change };
globalThis.navigator ?? Object.defineProperty(globalThis, 'navigator', { value: {} });
const living = new Set(), asked = [], events = [];
globalThis.Worker = class {
  constructor() { living.add(this); }
  terminate() { living.delete(this); }
  postMessage(message) {
    if (!message.start) events.push(`asked ${message.code[0]}`);
    this.next = message;
    if (!this.busy) this.run();
  }
  async run() {
    this.busy = true;
    while (this.next && living.has(this)) {
      const { number, start, code } = this.next;
      this.next = null;
      if (start) this.kind = start;
      const engine = engines[this.kind];
      let answer = { failed: 'none' };
      if (engine && start) answer = { ready: this.kind };
      else if (engine) answer = { ms: engine.ms, rgba: [engine.value, code[0]] };
      if (!start && code[0] >= 0) asked.push(code[0]);
      await pause(1);
      if (!start) events.push(`drawn ${code[0]}`);
      if (living.has(this)) this.onmessage({ data: { number, ...answer } });
    }
    this.busy = false;
  }
};
const painted = [], reasons = [];
const choose = Painter.prototype.choose;
let chosen;
Painter.prototype.choose = function () { chosen = choose.call(this); return chosen; };
const painter = new Painter({}, [-1], ({ code, engine }) => painted.push([code[0], engine]),
  (reason) => reasons.push(reason));
const until = async (ready) => { while (!ready()) await pause(2); };
const idle = () => until(() => painter.best && !painter.drawing && !painter.wish);
const drained = () => until(() => !painter.drawing && !painter.later.size);
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


def test_the_worker_knows_the_newest_face_before_it_is_done_with_another():
    script = """
    await idle();
    events.length = 0;
    for (const code of [1, 2, 3]) painter.want([code]);
    await idle();
    const answer = [events, painted.map(([code]) => code)];
    """
    events, painted = told("painter.js", WORKERS + script, change={})
    assert events == ["asked 1", "asked 2", "asked 3", "drawn 1", "drawn 3"]
    assert painted == [1, 3]


def test_a_picture_that_a_face_overtook_is_drawn_after_all_but_not_once_it_is_given_up():
    script = """
    await idle();
    const shown = [];
    const pictures = [10, 11].map((code) => ({ code: [code], done: () => shown.push(code) }));
    painter.best.worker.busy = true; // the worker has answered and is not yet free
    painter.also(pictures);
    painter.want([1]);
    painter.best.worker.run();
    await drained();
    const after = [...shown];
    painter.also(pictures);
    painter.also([]);
    await drained();
    const answer = [painted.map(([code]) => code), after.sort(), shown.length];
    """
    assert told("painter.js", WORKERS + script, change={}) == [[1], [10, 11], 2]


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


HASTE = "const wait = setTimeout; globalThis.setTimeout = (done, ms) => wait(done, ms / 10);"
"""The painter rests before it tries a GPU; here a tenth of that will do."""


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
    found = told("painter.js", WORKERS + script, before=HASTE, change={"webgl": webgl})
    assert found == [expected, 1]


BESIDE = (
    "globalThis.self = {}; const answers = []; globalThis.postMessage = (a) => answers.push(a);"
)


def test_a_worker_passes_over_all_but_the_newest_and_no_detail_is_lost():
    script = """
    const begun = [];
    let free;
    draw = ({ number, code, detail }) => {
      begun.push([number, code, detail ?? null]);
      if (code === 'bad') throw new Error('no');
      return new Promise((resolve) => { free = resolve; });
    };
    const tell = (data) => self.onmessage({ data });
    tell({ number: 1, code: 'a', detail: 'first' });
    tell({ number: 2, code: 'b', detail: 'second' });
    tell({ number: 3, code: 'c' });
    free();
    const until = async (ready) => {
      while (!ready()) await new Promise((resolve) => { setTimeout(resolve, 1); });
    };
    await until(() => begun.length === 2);
    tell({ number: 4, code: 'bad' });
    free();
    await until(() => answers.length);
    const answer = [begun, answers];
    """
    begun, answers = told("worker.js", script, before=BESIDE)
    assert begun == [[1, "a", "first"], [3, "c", "second"], [4, "bad", None]]
    assert answers == [{"number": 4, "failed": "no"}]


def test_where_no_engine_works_it_says_why_and_leaves_no_worker():
    script = """
    await chosen;
    const answer = [reasons, living.size];
    """
    reasons, living = told("painter.js", WORKERS + script, change={"wasm": None, "webgl": None})
    assert len(reasons) == 1 and "wasm: none" in reasons[0] and "webgl: none" in reasons[0]
    assert living == 0
