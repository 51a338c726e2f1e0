// Further pictures that follow the hand: a filmstrip, a grid. They are drawn by the engine of
// `component.js`, where it is quick and has nothing else to draw, on canvases over the server's.
//
// data: of       the end of the address of the server's large picture that these belong to
//       first    the end of the address of the first of these
//       size     of a code
//       offsets  what each of them adds to the code of the face, float32 in base64
//       still    the class of a slider that they do not follow, or nothing

const followers = new WeakMap();

export default function follow({ parentElement, data }) {
  if (!followers.has(parentElement)) followers.set(parentElement, new Pictures(parentElement));
  followers.get(parentElement).update(data);
  return () => {
    followers.get(parentElement)?.close();
    followers.delete(parentElement);
  };
}

class Pictures {
  constructor(root) {
    const host = root.getRootNode().host ?? root;
    this.frame = host.closest('[class*="st-key-live-pictures"]');
    this.layer = root.querySelector('.over');
    this.brush = new Brush();
    this.ending = new AbortController();
    document.addEventListener('ganssl:rest', ({ detail }) => this.rest(detail),
      { signal: this.ending.signal });
    (window.gansslFollowers ??= new Set()).add(this);
  }

  update(data) {
    this.data = { ...data, offsets: split(floats(data.offsets), data.size) };
    if (this.waiting === data.of) this.settle();
  }

  get images() {
    return [...this.frame.querySelectorAll('[data-testid="stImage"] img')];
  }

  /** The faces to draw when `face`, of `component.js`, has moved: `[{ code, done }]`; null where
   *  these do not change. */
  wishes(face) {
    if (this.data.of !== face.data.tail) return []; // the server is about to send others
    const base = face.moved(this.data.still);
    const last = this.base ?? face.data.code;
    if (last.every((value, k) => value === base[k])) return null;
    this.base = base;
    return this.data.offsets.map((offset, i) => ({
      code: base.map((value, k) => value + offset[k]),
      done: (drawn) => this.show(i, drawn),
    }));
  }

  show(index, { rgba, code }) {
    const image = this.images[index];
    if (!image || this.ending.signal.aborted) return;
    while (this.layer.children.length <= index) {
      const canvas = document.createElement('canvas');
      Object.assign(canvas, { width: 256, height: 256, hidden: true, ariaHidden: 'true' });
      this.layer.append(canvas);
    }
    const canvas = this.layer.children[index];
    const [place, from] = [image, this.layer].map((one) => one.getBoundingClientRect());
    Object.assign(canvas.style, { left: `${place.left - from.left}px`,
      top: `${place.top - from.top}px`, width: `${place.width}px`, height: `${place.height}px` });
    this.brush.paint(canvas, rgba);
    canvas.hidden = false;
    document.dispatchEvent(new CustomEvent('ganssl:picture', { detail: { index, code } }));
  }

  /** The large picture is the server's again, and `tail` its end: these follow when they are there. */
  rest(tail) {
    this.waiting = tail;
    if (this.data.of === tail) this.settle();
  }

  async settle() {
    const { data } = this;
    while (this.data === data && !this.images[0]?.src.endsWith(data.first)) await nextFrame();
    await Promise.all(this.images.map((image) => image.decode().catch(() => {})));
    if (this.data !== data || this.waiting !== data.of) return;
    this.waiting = this.base = null;
    for (const canvas of this.layer.children) canvas.hidden = true;
  }

  close() {
    this.ending.abort();
    this.data = { offsets: [] };
    window.gansslFollowers.delete(this);
  }
}
