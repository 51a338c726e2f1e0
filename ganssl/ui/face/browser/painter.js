// Draws faces in a worker, by the engine that is the fastest here; a part of `component.js`.

const PROCESSOR = 'wasm';
const GPU = ['webgpu', 'webgl'];
const PATIENCE = 6000; // milliseconds that an engine may take to start on a GPU
const LONG = 600000; // and on the processor, the weights' way through a slow network included
const REST = 1500; // before a GPU is tried: the first drag is not to wait for it
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

  async pump() {
    if (this.busy || this.closed || !this.wish || !this.best) return;
    this.busy = true;
    const { best: runner, wish } = this;
    this.wish = null;
    try {
      const changed = runner.detail !== wish.detail ? { detail: wish.detail } : {};
      runner.detail = wish.detail;
      const { rgba, ms } = await runner.ask({ code: wish.code, ...changed });
      const { code, asked } = wish;
      if (!this.closed) this.paint({ rgba, ms, code, engine: runner.name, asked });
    } catch (error) {
      if (runner === this.best && !this.closed) {
        this.best = null;
        this.fail(error.message);
      }
      this.wish ??= wish; // the engine was changed meanwhile
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
