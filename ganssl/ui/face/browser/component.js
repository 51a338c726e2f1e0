// The face that follows the hand: while a slider moves, a canvas over the server's picture shows
// the face of the slider's place. When the server's picture is there, the canvas goes.
//
// data: why           why the server alone draws, where it does; then there is nothing else
//       files, model  addresses of these files and of the model's, relative to the page
//       base          the path under which the app is served, such as `/studio`, or nothing
//       code          the code of the server's picture, float32 in base64
//       sliders       [{ key, amount, vector }]: the class of a slider's container, where it stands
//                     in that picture, and what one of its units adds to the code
//       turn          number of the last release of a pad (`pad.js`) that the server has answered
//       tail          the end of the picture's address
//       faces         codes one after the other, as `code`, that a walk visits
//       detail        null, or { id, photo, reconstruction, strength, fade, sigma } of a photo
//
// Every face that is shown is told on the document as an event `ganssl:face`, and as `ganssl:rest`,
// with `tail`, that the server's picture is seen again. Other pictures may follow (`pictures.js`).

const MOVES = 'data-face-moves'; // on the document's root: what stands beside the face is old
const faces = new WeakMap();

export default function follow({ parentElement, data }) {
  if (!faces.has(parentElement)) faces.set(parentElement, new LiveFace(parentElement));
  faces.get(parentElement).update(data);
  return () => {
    faces.get(parentElement)?.close();
    faces.delete(parentElement);
  };
}

class LiveFace {
  constructor(root) {
    const host = root.getRootNode().host ?? root;
    this.frame = host.closest('.st-key-after-face');
    this.canvas = root.querySelector('canvas');
    this.note = root.querySelector('small');
    this.buttons = [...root.querySelectorAll('button')];
    for (const button of this.buttons) {
      button.onclick = () => (this.roaming === button.name ? this.stop() : this.roam(button.name));
    }
    this.brush = new Brush();
    this.live = new Map(); // sliders that stand elsewhere than in the server's picture
    this.turn = 0;
    this.held = null; // the slider under the hand; an empty one for a pad
    this.placed = null; // where a pad has put sliders
    this.hand = this.ahead = null; // the hand on a slider, and the value that it gives to it
    this.ending = new AbortController();
    const listen = (name, call) => window.addEventListener(
      name, call, { capture: true, passive: true, signal: this.ending.signal });
    for (const name of ['pointerover', 'focusin', 'touchstart']) {
      listen(name, ({ target }) => { if (this.sliderOf(target)) this.wake(); });
    }
    listen('pointerdown', (event) => {
      this.held = this.sliderOf(event.target);
      this.ahead = null;
      if (!this.held) return;
      this.hand = Hand.at(this.inputOf(this.held), event);
      this.stop();
      this.touched = this.held.key;
      this.wake();
    });
    for (const name of ['pointerrawupdate', 'pointermove']) {
      listen(name, (event) => { if (this.held?.key && this.hand) this.reach(event); });
    }
    listen('keydown', ({ target }) => {
      if (!this.sliderOf(target)) return;
      this.ahead = null;
      this.stop();
    });
    for (const name of ['pointerup', 'pointercancel', 'blur']) {
      listen(name, ({ target }) => {
        if (!this.held || (name === 'blur' && target !== window)) return;
        this.held = null;
        this.look();
        if (this.ahead) nextFrame().then(nextFrame).then(() => this.letGo());
      });
    }
    document.addEventListener('ganssl:place', ({ detail }) => this.place(detail),
      { signal: this.ending.signal });
    this.observer = new MutationObserver((records) => {
      if (!records.some(({ target }) => this.isMoved(target))) return;
      this.believe();
      this.look();
    });
    this.observer.observe(document.querySelector('[data-testid="stMain"]') ?? document.body,
      { subtree: true, attributes: true, attributeFilter: ['value', 'aria-valuetext'] });
    this.arrivals = new MutationObserver(() => { if (!this.canvas.hidden) this.decode(); });
    if (this.frame) {
      this.arrivals.observe(this.frame,
        { subtree: true, childList: true, attributes: true, attributeFilter: ['src'] });
    }
  }

  update(data) {
    this.stop();
    if (!this.held) this.ahead = null;
    if (data.why) {
      this.painter?.close();
      this.painter = this.data = null;
      this.live.clear();
      this.hide();
      this.explain(data.why);
      return;
    }
    if (!this.failed) this.frame?.removeAttribute('title');
    const here = location.pathname === data.base ? `${data.base}/` : location.pathname;
    const address = (path) => new URL(path, location.origin + here).href;
    this.data = {
      ...data,
      code: floats(data.code),
      faces: split(floats(data.faces), floats(data.code).length),
      sliders: data.sliders.map((one) => ({ ...one, vector: floats(one.vector) })),
      addresses: {
        worker: address(`${data.files}/worker.js`),
        program: address(`${data.model}/program.json`),
        weights: address(`${data.model}/weights.bin`),
      },
    };
    if (data.detail?.id !== this.detail?.id) {
      const { photo, reconstruction } = data.detail ?? {};
      this.detail = data.detail && {
        ...data.detail, photo: bytes(photo), reconstruction: bytes(reconstruction),
      };
    }
    if (this.painter && this.painter.addresses.weights !== this.data.addresses.weights) {
      this.painter.close();
      this.painter = null;
    }
    if (this.placed && data.turn >= this.placed.turn) {
      for (const key of Object.keys(this.placed.amounts)) this.live.delete(key);
      this.placed = null;
    }
    this.label();
    this.look(true);
  }

  // The sliders.

  sliderOf(target) {
    return this.data?.sliders.find(({ key }) => target?.closest?.(`.${key}`)) ?? null;
  }

  inputOf({ key }) {
    return document.querySelector(`.${key} input[type="range"]`);
  }

  /** Whether a change of a slider is by a hand: what the app itself sets comes with its picture. */
  isMoved(target) {
    const slider = this.sliderOf(target);
    if (!slider) return false;
    return slider.key === this.held?.key || slider.key === this.sliderOf(document.activeElement)?.key
      || this.live.has(slider.key);
  }

  /** The pointer moves, with a slider under it. */
  reach(event) {
    const value = this.hand.value(this.inputOf(this.held), event);
    if (value === null) return;
    this.ahead = { key: this.held.key, value };
    this.look();
  }

  /** A slider says where it is: that counts once the hand is off, and where the hand has erred. */
  believe() {
    if (this.held && this.ahead) this.hand.check(Number(this.inputOf(this.held)?.value));
    if (!this.held || this.hand?.wrong) this.ahead = null;
  }

  /** The hand is off, and the slider has had the time to say so. */
  letGo() {
    if (this.held || !this.ahead || this.closed) return;
    this.ahead = null;
    this.look();
  }

  /** A pad has put sliders elsewhere than their inputs are. The face is theirs until the server has
   *  answered the release. */
  place({ amounts, held, turn }) {
    this.stop();
    this.placed = { amounts, turn };
    this.held = held ? {} : null;
    this.wake();
    this.look();
    if (!held && !Object.keys(amounts).some((key) => this.live.has(key))) this.placed = null;
  }

  /** Read where the sliders stand; draw their face, or let the server's picture be seen.
   *  `again` draws it also where no slider moved since. */
  look(again = false) {
    if (this.roaming || !this.data) return;
    const focused = this.sliderOf(document.activeElement)?.key;
    let moved = false;
    for (const slider of this.data.sliders) {
      const { key, amount } = slider;
      const put = this.placed?.amounts[key] ?? (this.ahead?.key === key ? this.ahead.value : undefined);
      const touched = key === this.held?.key || key === focused;
      if (put === undefined && !this.live.has(key) && !touched) continue;
      const input = this.inputOf(slider);
      const value = put ?? Number(input?.value);
      const before = this.live.get(key) ?? amount;
      if (!input || input.disabled || Math.abs(value - amount) < SAME) this.live.delete(key);
      else this.live.set(key, value);
      moved ||= Math.abs((this.live.get(key) ?? amount) - before) > SAME;
    }
    for (const key of this.live.keys()) {
      if (!this.data.sliders.some((slider) => slider.key === key)) this.live.delete(key);
    }
    if ((this.live.size && (moved || again)) || (moved && this.held)) this.draw();
    if (!this.live.size && !this.held) this.settle();
  }

  // Faces that move by themselves, for those who watch.

  /** `play` runs the slider that was touched last to and fro, `walk` goes from face to face. */
  roam(name) {
    this.stop();
    const begun = performance.now();
    const passed = () => performance.now() - begun;
    if (name === 'play') {
      const { sliders } = this.data;
      const touched = sliders.filter(({ key }) => key === this.touched);
      const slider = [...touched, ...sliders].find((one) => this.inputOf(one)?.disabled === false);
      if (!slider) return;
      const input = this.inputOf(slider);
      const ends = [Number(input.min), Number(input.max)];
      this.step = () => {
        this.live.set(slider.key, swing(...ends, slider.amount, passed()));
        this.draw();
      };
    } else {
      const codes = [this.data.code, ...this.data.faces];
      let rested = 0;
      this.step = () => {
        const { code, stay } = walked(codes, passed());
        if (stay && !rested) this.draw(code);
        else if (stay) this.timer = setTimeout(() => this.step?.(), stay);
        else this.draw(code);
        rested = stay;
      };
    }
    this.roaming = name;
    this.label();
    this.step();
  }

  stop() {
    if (this.roaming) {
      this.roaming = this.step = null;
      clearTimeout(this.timer);
      this.live.clear();
      this.settle();
    }
    this.label();
  }

  label() {
    const possible = { play: this.data?.sliders.length, walk: this.data?.faces.length };
    for (const button of this.buttons) {
      const pressed = this.roaming === button.name;
      button.hidden = Boolean(this.failed) || !possible[button.name];
      button.setAttribute('aria-pressed', String(pressed));
      button.querySelector('span').textContent = pressed ? '■' : '▶';
    }
  }

  // The face.

  /** Get an engine ready; the first touch of a slider does, and nothing before it. */
  wake() {
    if (this.painter || this.failed || !this.data) return;
    const missing = ['Worker', 'WebAssembly', 'OffscreenCanvas'].filter((name) => !(name in window));
    if (missing.length) {
      this.fail(`it has no ${missing.join(' and no ')}`);
      return;
    }
    try {
      this.painter = new Painter(this.data.addresses, this.data.code,
        (face) => this.paint(face), (reason) => this.fail(reason));
    } catch (error) {
      this.fail(error.message);
    }
  }

  fail(reason) {
    this.failed = true;
    this.stop();
    this.painter?.close();
    this.live.clear();
    this.hide();
    this.explain(`this browser cannot draw it: ${reason}`);
  }

  /** Why the face does not follow the hand, for those who point at it; said nowhere else. */
  explain(why) {
    this.frame?.setAttribute('title', `Drawn by the server when the slider is let go: ${why}`);
  }

  /** Draw the face of the sliders' places and the pictures that follow it, or that of a code. */
  draw(code) {
    this.wake();
    this.painter?.want(code ?? this.moved(), this.detail ?? null);
    if (code) return;
    for (const follower of window.gansslFollowers ?? []) {
      const wishes = follower.wishes(this);
      if (wishes) this.painter?.also(wishes, this.detail ?? null);
    }
  }

  /** The code of the sliders' places; one slider may be left where the server has it. */
  moved(still) {
    const code = this.data.code.slice();
    for (const { key, amount, vector } of this.data.sliders) {
      const change = (this.live.get(key) ?? amount) - amount;
      if (change && key !== still) for (let i = 0; i < code.length; i += 1) code[i] += change * vector[i];
    }
    return code;
  }

  /** Whether the face to be seen is another than the server's. */
  get away() {
    return Boolean(this.held || this.live.size || this.roaming);
  }

  paint(face) {
    const { rgba, ms, engine } = face;
    if (!this.away) return; // too late: the hand is off
    this.brush.paint(this.canvas, rgba);
    this.canvas.hidden = this.note.hidden = false;
    document.documentElement.toggleAttribute(MOVES, true);
    this.time = this.time ? 0.8 * this.time + 0.2 * ms : ms;
    const words = `in your browser, ${engine}, ${this.time.toFixed(0)} ms`;
    if (this.note.textContent !== words) this.note.textContent = words;
    document.dispatchEvent(new CustomEvent('ganssl:face', { detail: face }));
    if (this.roaming) requestAnimationFrame(() => this.step?.());
  }

  image() {
    return this.frame?.querySelector('[data-testid="stImage"] img');
  }

  /** Decode the server's picture, once: that begins when it arrives, which is a frame before
   *  `update` says which face it is. */
  decode() {
    const image = this.image();
    const { src } = image ?? {};
    if (image && (this.decoded?.image !== image || this.decoded.src !== src)) {
      this.decoded = { image, src, done: image.decode().catch(() => {}) };
    }
    return this.decoded?.done;
  }

  /** Hide the canvas once the server's picture of this state is there and decoded. */
  async settle() {
    this.turn += 1;
    const { turn } = this;
    const stands = () => turn === this.turn && !this.away && !this.closed;
    if (this.canvas.hidden) return;
    while (stands()) {
      if (this.image()?.src.endsWith(this.data?.tail)) {
        await this.decode();
        break;
      }
      await nextFrame();
    }
    if (stands()) this.hide();
  }

  hide() {
    this.painter?.also([]);
    if (!this.canvas.hidden) {
      document.dispatchEvent(new CustomEvent('ganssl:rest', { detail: this.data?.tail }));
    }
    this.canvas.hidden = this.note.hidden = true;
    document.documentElement.removeAttribute(MOVES);
  }

  close() {
    this.closed = true;
    this.ending.abort();
    this.observer.disconnect();
    this.arrivals.disconnect();
    this.painter?.close();
    clearTimeout(this.timer);
    this.frame?.removeAttribute('title');
    this.hide();
  }
}
