// The keys and swipes of presentation mode, and the line that says them.
//
// data: index, last  the step that is shown, from 0, and the last one
//       sent         how many of this component's steps the server had heard of by then
//       keys         { key: [selectors] }: the first button found there is pressed by the key
//       line, touch  what is said of the keys, and of the fingers
//
// Steps are sent as absolute numbers, so that presses in quick succession are neither lost nor
// taken twice. Keys are taken before the page sees them, from sliders, too, whose own keys are then
// the arrows up and down; fields to type into keep theirs.

const STEP = { ArrowLeft: -1, PageUp: -1, ArrowRight: 1, PageDown: 1, ' ': 1 };
const FAR = 50; // pixels that a finger must go sideways
const TYPED = 'textarea, select, [contenteditable="true"], [role="combobox"], '
  + 'input:not([type="range"], [type="radio"], [type="checkbox"], [type="button"])';
const OPEN = '[role="dialog"], [data-baseweb="popover"]';

const stages = new WeakMap();

export default function present({ parentElement, data, setTriggerValue }) {
  if (!stages.has(parentElement)) stages.set(parentElement, new Stage(parentElement));
  stages.get(parentElement).update(data, setTriggerValue);
  return () => {
    stages.get(parentElement)?.close();
    stages.delete(parentElement);
  };
}

class Stage {
  constructor(root) {
    this.root = root;
    this.ending = new AbortController();
    const listen = (name, call) => window.addEventListener(
      name, call, { capture: true, passive: false, signal: this.ending.signal });
    listen('keydown', (event) => this.press(event));
    listen('keyup', (event) => { if (event.key === ' ' && this.takes(event)) take(event); });
    listen('touchstart', ({ target, touches }) => {
      const own = target.closest?.('.stSlider, .st-key-stage-pad, [data-testid="stSidebar"]');
      this.finger = touches.length === 1 && !own ? touches[0] : null;
      // told there, since the page may be drawn anew meanwhile, and what is gone tells no window
      if (this.finger) target.addEventListener('touchend', (event) => this.lift(event), { once: true });
    });
    root.querySelector('button').onclick = () => fullScreen();
  }

  update(data, send) {
    const first = this.sent === undefined;
    this.data = data;
    this.send = send;
    if (first) this.sent = data.sent;
    if (first || data.sent >= this.sent) this.index = data.index; // else an answer is on its way
    this.root.querySelector('.keys').textContent = data.line;
    this.root.querySelector('.touch').textContent = data.touch;
    if (this.shown !== data.index) {
      this.shown = data.index;
      document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
    }
  }

  takes({ target, altKey, ctrlKey, metaKey }) {
    return !(altKey || ctrlKey || metaKey) && !target.closest?.(TYPED)
      && !document.querySelector(OPEN);
  }

  press(event) {
    if (!this.data || !this.takes(event)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key in STEP) {
      take(event);
      this.go(STEP[key]);
    } else if (key === 'f') {
      take(event);
      if (!event.repeat) fullScreen();
    } else if (key in this.data.keys) {
      take(event);
      const buttons = this.data.keys[key].map((place) => document.querySelector(place));
      if (!event.repeat) buttons.find(Boolean)?.click();
    }
  }

  lift({ changedTouches: [end] }) {
    const start = this.finger;
    this.finger = null;
    if (!start || start.identifier !== end?.identifier) return;
    const [x, y] = [end.clientX - start.clientX, end.clientY - start.clientY];
    if (Math.abs(x) > FAR && Math.abs(x) > 2 * Math.abs(y)) this.go(x < 0 ? 1 : -1);
  }

  go(by) {
    const to = Math.max(0, Math.min(this.data.last, this.index + by));
    if (to === this.index) return;
    this.index = to;
    this.sent += 1;
    this.send('go', { to, sent: this.sent });
  }

  close() {
    this.finger = null;
    this.ending.abort();
  }
}

function take(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.().catch(() => {});
}
