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
    this.waiting = [];
    this.worker.onmessage = ({ data }) => {
      const one = this.waiting.shift();
      if (data.failed) one?.reject(new Error(data.failed));
      else one?.resolve(data);
    };
    this.worker.onerror = (event) => { event.preventDefault(); this.end(event.message); };
  }

  /** The answer to a message; answers come in order. */
  ask(message) {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.worker.postMessage(message);
    });
  }

  end(reason = 'ended') {
    this.worker.terminate();
    this.waiting.splice(0).forEach((one) => one.reject(new Error(reason)));
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

  /** Draw this face next; one that was waiting is passed over. */
  want(code, detail) {
    this.wish = { code, detail, asked: performance.now() };
    this.pump();
  }

  /** Draw these in turn, `[{ code, done }]`, while no face is wished for; none gives up what still
   *  waits. Those that wait are replaced where they stand, so that each has its turn. */
  also(wishes, detail = null) {
    if (!wishes.length) this.later.clear();
    wishes.forEach((wish, i) => this.later.set(i, { ...wish, detail }));
    this.pump();
  }

  next() {
    const [index] = this.best.ms <= QUICK ? this.later.keys() : [];
    const wish = this.later.get(index);
    this.later.delete(index);
    return wish;
  }

  async pump() {
    if (this.busy || this.closed || !this.best) return;
    const { best: runner } = this;
    const wish = this.wish ?? this.next();
    if (!wish) return;
    this.busy = true;
    this.wish = null;
    try {
      const changed = runner.detail !== wish.detail ? { detail: wish.detail } : {};
      runner.detail = wish.detail;
      const { rgba, ms } = await runner.ask({ code: wish.code, ...changed });
      const { code, asked } = wish;
      const show = wish.done ?? this.paint;
      if (!this.closed) show({ rgba, ms, code, engine: runner.name, asked });
    } catch (error) {
      if (wish.done) {
        this.later.clear(); // the face itself will tell whether the engine works
      } else if (runner === this.best && !this.closed) {
        this.best = null;
        this.fail(error.message);
      }
      if (!wish.done) this.wish ??= wish; // the engine was changed meanwhile
    }
    this.busy = false;
    this.pump();
  }

  close() {
    this.closed = true;
    this.best?.end();
    this.trial?.end();
  }
}
