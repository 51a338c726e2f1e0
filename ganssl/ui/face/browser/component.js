// The face that follows the hand: while a slider moves, a canvas over the server's picture shows
// the face of the slider's place. When the server's picture is there, the canvas goes.
//
// data: files, model  addresses of these files and of the model's, relative to the page
//       base          the path under which the app is served, such as `/studio`, or nothing
//       code          the code of the server's picture, float32 in base64
//       sliders       [{ key, amount, vector }]: the class of a slider's container, where it stands
//                     in that picture, and what one of its units adds to the code
//       tail          the end of the picture's address
//       play          what the button that moves a slider by itself says, and says to stop
//       detail        null, or { id, photo, reconstruction, strength, fade, sigma } of a photo
//
// Every face that is shown is told on the document as an event `ganssl:face`, and as `ganssl:rest`
// that the server's picture is seen again.

const MOVES = 'data-face-moves'; // on the document's root: what stands beside the face is old
const ROUND = 6000; // milliseconds that a slider takes to and fro by itself
const SAME = 1e-4; // amounts that differ by less are the same

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const floats = (text) => new Float32Array(bytes(text).buffer);
const nextFrame = () => new Promise((resolve) => { requestAnimationFrame(resolve); });

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
    this.button = root.querySelector('button');
    this.button.onclick = () => (this.playing ? this.stop() : this.play());
    this.live = new Map(); // sliders that stand elsewhere than in the server's picture
    this.turn = 0;
    this.held = null;
    this.ending = new AbortController();
    const listen = (name, call) => window.addEventListener(
      name, call, { capture: true, passive: true, signal: this.ending.signal });
    for (const name of ['pointerover', 'focusin', 'touchstart']) {
      listen(name, ({ target }) => { if (this.sliderOf(target)) this.wake(); });
    }
    listen('pointerdown', ({ target }) => {
      this.held = this.sliderOf(target);
      if (!this.held) return;
      this.stop();
      this.touched = this.held.key;
      this.wake();
    });
    listen('keydown', ({ target }) => { if (this.sliderOf(target)) this.stop(); });
    for (const name of ['pointerup', 'pointercancel', 'blur']) {
      listen(name, ({ target }) => {
        if (!this.held || (name === 'blur' && target !== window)) return;
        this.held = null;
        this.look();
      });
    }
    this.observer = new MutationObserver((records) => {
      if (records.some(({ target }) => this.isMoved(target))) this.look();
    });
    this.observer.observe(document.querySelector('[data-testid="stMain"]') ?? document.body,
      { subtree: true, attributes: true, attributeFilter: ['value', 'aria-valuetext'] });
  }

  update(data) {
    const here = location.pathname === data.base ? `${data.base}/` : location.pathname;
    const address = (path) => new URL(path, location.origin + here).href;
    this.data = {
      ...data,
      code: floats(data.code),
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
    this.stop();
    this.button.hidden = Boolean(this.failed) || !this.data.sliders.length;
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

  /** Read where the sliders stand; draw their face, or let the server's picture be seen.
   *  `again` draws it also where no slider moved since. */
  look(again = false) {
    if (this.playing) return;
    const focused = this.sliderOf(document.activeElement)?.key;
    let moved = false;
    for (const slider of this.data.sliders) {
      const { key, amount } = slider;
      if (!this.live.has(key) && key !== this.held?.key && key !== focused) continue;
      const input = this.inputOf(slider);
      const value = Number(input?.value);
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

  // A slider that moves by itself, for those who watch: the one that was touched last.

  play() {
    const slider = this.data.sliders.find(({ key }) => key === this.touched) ?? this.data.sliders[0];
    const input = this.inputOf(slider);
    if (!input || input.disabled) return;
    const [low, high] = [Number(input.min), Number(input.max)];
    const [middle, reach] = [(low + high) / 2, (high - low) / 2];
    const start = Math.asin(Math.max(-1, Math.min(1, (slider.amount - middle) / reach)));
    const begun = performance.now();
    this.playing = () => {
      const turns = start + (2 * Math.PI * (performance.now() - begun)) / ROUND;
      this.live.set(slider.key, middle + reach * Math.sin(turns));
      this.draw();
    };
    this.label();
    this.playing();
  }

  stop() {
    if (this.playing) {
      this.playing = null;
      this.live.clear();
      this.settle();
    }
    this.label();
  }

  label() {
    this.button.textContent = this.data?.play[this.playing ? 1 : 0] ?? '';
    this.button.setAttribute('aria-pressed', String(Boolean(this.playing)));
  }

  // The face.

  /** Get an engine ready; the first touch of a slider does, and nothing before it. */
  wake() {
    if (this.painter || this.failed || !this.data) return;
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
    this.button.hidden = true;
    this.painter?.close();
    this.hide();
    const image = this.image();
    if (image) image.title = `Drawn by the server, since this browser cannot: ${reason}`;
  }

  draw() {
    this.wake();
    const code = this.data.code.slice();
    for (const { key, amount, vector } of this.data.sliders) {
      const change = (this.live.get(key) ?? amount) - amount;
      if (change) for (let i = 0; i < code.length; i += 1) code[i] += change * vector[i];
    }
    this.painter?.want(code, this.detail ?? null);
  }

  paint(face) {
    const { rgba, ms, engine } = face;
    if (!this.held && !this.live.size) return; // too late: the hand is off
    const side = Math.sqrt(rgba.length / 4);
    this.small ??= new OffscreenCanvas(side, side);
    this.small.width = this.small.height = side;
    this.small.getContext('2d').putImageData(new ImageData(rgba, side), 0, 0);
    const { canvas } = this;
    const context = canvas.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(this.small, 0, 0, canvas.width, canvas.height);
    canvas.hidden = this.note.hidden = false;
    document.documentElement.setAttribute(MOVES, '');
    this.time = this.time ? 0.8 * this.time + 0.2 * ms : ms;
    this.note.textContent = `in your browser, ${engine}, ${this.time.toFixed(0)} ms`;
    document.dispatchEvent(new CustomEvent('ganssl:face', { detail: face }));
    if (this.playing) requestAnimationFrame(() => this.playing?.());
  }

  image() {
    return this.frame?.querySelector('[data-testid="stImage"] img');
  }

  /** Hide the canvas once the server's picture of this state is there and decoded. */
  async settle() {
    this.turn += 1;
    const { turn } = this;
    const stands = () => turn === this.turn && !this.held && !this.live.size && !this.closed;
    if (this.canvas.hidden) return;
    while (stands()) {
      const image = this.image();
      if (image?.src.endsWith(this.data.tail)) {
        await image.decode().catch(() => {});
        break;
      }
      await nextFrame();
    }
    if (stands()) this.hide();
  }

  hide() {
    if (!this.canvas.hidden) document.dispatchEvent(new Event('ganssl:rest'));
    this.canvas.hidden = this.note.hidden = true;
    document.documentElement.removeAttribute(MOVES);
  }

  close() {
    this.closed = true;
    this.ending.abort();
    this.observer.disconnect();
    this.painter?.close();
    this.hide();
  }
}
