// Draws faces in a worker, by the engine that is the fastest here; a part of `component.js`.

const PROCESSOR = 'wasm';
const GPU = ['webgpu', 'webgl'];
const PATIENCE = 6000; // milliseconds that an engine may take to start on a GPU
const LONG = 600000; // and on the processor, the weights' way through a slow network included
const REST = 1500; // before a GPU is tried: the first drag is not to wait for it
const QUICK = 40; // milliseconds: a slower engine draws nothing but the face itself
const TOLERANCE = 2; // of 255, that a pixel of a GPU may be off

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

class Runner {
  constructor(address) {
    this.worker = new Worker(address);
    this.waiting = new Map(); // by the numbers of their messages
    this.count = 0;
    this.worker.onmessage = ({ data }) => this.hear(data);
    this.worker.onerror = (event) => { event.preventDefault(); this.end(event.message); };
  }

  /** The answer to a message; nothing where the worker passed it over for a later one. */
  ask(message) {
    this.count += 1;
    return new Promise((resolve, reject) => {
      this.waiting.set(this.count, { resolve, reject });
      this.worker.postMessage({ ...message, number: this.count });
    });
  }

  hear(answer) {
    for (const [number, { resolve, reject }] of this.waiting) { // in the order that they were asked
      if (number > answer.number) break;
      this.waiting.delete(number);
      if (number < answer.number) resolve(null);
      else if (answer.failed) reject(new Error(answer.failed));
      else resolve(answer);
    }
  }

  end(reason = 'ended') {
    this.worker.terminate();
    for (const { reject } of this.waiting.values()) reject(new Error(reason));
    this.waiting.clear();
  }
}

class Painter {
  /**
   * addresses  of the worker, the program and the weights
   * code       a code to try engines with
   * paint      is called with each face: { rgba, ms, code, engine, asked }, the last being when it
   *            was asked for
   * fail       is called where no engine works here, with the reasons
   */
  constructor(addresses, code, paint, fail) {
    Object.assign(this, { addresses, code, paint, fail, closed: false, reasons: [] });
    this.best = this.trial = this.wish = null;
    this.later = new Map(); // what is drawn when no face is wished for
    this.drawing = 0; // so many were asked for and have not been answered
    this.choose();
  }

  async choose() {
    await this.try(PROCESSOR);
    this.pump();
    if (this.best) await pause(REST);
    for (const kind of GPU) {
      if (kind === 'webgpu' && !navigator.gpu) continue;
      await this.try(kind);
      this.pump();
    }
    if (!this.best && !this.closed) this.fail(this.reasons.join('; '));
  }

  /** Start an engine and keep it where it draws the same face in less time than the best. */
  async try(kind) {
    if (this.closed) return;
    let runner;
    try {
      runner = this.trial = new Runner(this.addresses.worker);
      const { program, weights } = this.addresses;
      const face = runner.ask({ start: kind, program, weights }).then(({ ready }) => {
        runner.name = ready;
        return runner.ask({ code: this.code });
      });
      const late = pause(kind === PROCESSOR ? LONG : PATIENCE).then(() => ({}));
      const { rgba } = await Promise.race([face, late]);
      if (!rgba) throw new Error('slow to start');
      if (this.sample?.some((value, i) => Math.abs(value - rgba[i]) > TOLERANCE)) {
        throw new Error('another face');
      }
      this.sample ??= rgba;
      runner.ms = (await runner.ask({ code: this.code })).ms; // the first one is slow
      if (this.best && runner.ms >= this.best.ms) throw new Error(`${runner.ms.toFixed(0)} ms`);
      [runner, this.best] = [this.best, runner];
    } catch (error) {
      this.reasons.push(`${kind}: ${error.message}`);
    }
    this.trial = null;
    runner?.end();
    if (this.closed) this.best?.end();
  }

  /** Draw this face next; one that waits is passed over. The worker does that itself, so that it
   *  begins with the newest one when it is done, and need not wait for the page. */
  want(code, detail) {
    this.wish = { code, detail, asked: performance.now() };
    this.pump();
  }

  /** Draw these in turn, `[{ code, done }]`, while no face is wished for; none gives up what still
   *  waits. Those that wait are replaced where they stand, so that each has its turn. */
  also(wishes, detail = null) {
    if (!wishes.length) this.giveUp();
    wishes.forEach((wish, index) => this.later.set(index, { ...wish, index, detail }));
    this.pump();
  }

  giveUp() {
    this.later = new Map(); // one that is being drawn belongs to the old ones
  }

  next() {
    const [index] = this.best.ms <= QUICK ? this.later.keys() : [];
    const wish = this.later.get(index);
    this.later.delete(index);
    return wish;
  }

  async pump() {
    if (this.closed || !this.best) return;
    const { best: runner, later } = this;
    const wish = this.wish ?? (this.drawing ? null : this.next());
    if (!wish) return;
    this.drawing += 1;
    this.wish = null;
    if (!wish.done) this.newest = wish;
    try {
      const changed = runner.detail !== wish.detail ? { detail: wish.detail } : {};
      runner.detail = wish.detail;
      const drawn = await runner.ask({ code: wish.code, ...changed });
      if (!this.closed) this.take(drawn, wish, later, runner.name);
    } catch (error) {
      if (wish.done) {
        this.giveUp(); // the face itself will tell whether the engine works
      } else if (runner === this.best && !this.closed) {
        this.best = null;
        this.fail(error.message);
      } else if (wish === this.newest) {
        this.wish ??= wish; // the engine was changed meanwhile
      }
    }
    this.drawing -= 1;
    this.pump();
  }

  /** Show a face that was drawn; `later` is what waited when it was asked for. */
  take(drawn, { code, asked, done, index, ...rest }, later, engine) {
    if (done && later !== this.later) return; // it was given up meanwhile
    if (drawn) (done ?? this.paint)({ rgba: drawn.rgba, ms: drawn.ms, code, engine, asked });
    else if (done && !later.has(index)) later.set(index, { code, done, index, ...rest });
  }

  close() {
    this.closed = true;
    this.best?.end();
    this.trial?.end();
  }
}
