// A pad: one point, two attributes. The face follows it through the event `ganssl:place`, which
// `component.js` hears; the server is told when the point is let go.
//
// data: axes  two of { key, name, low, high, amount }: across and up; the key is that of a slider
//       step  of an amount
//       turn  number of the last release that the server has answered

const KEYS = {
  ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1],
  End: [10, 0], Home: [-10, 0], PageUp: [0, 10], PageDown: [0, -10],
}; // steps across and up
const FAR = 10; // times a step, with Shift

const pads = new WeakMap();

export default function pad({ parentElement, data, setTriggerValue }) {
  if (!pads.has(parentElement)) pads.set(parentElement, new Pad(parentElement));
  pads.get(parentElement).update(data, setTriggerValue);
  return () => {
    pads.get(parentElement)?.leave();
    pads.delete(parentElement);
  };
}

const spoken = (amount) => `${amount < 0 ? '−' : '+'}${Math.abs(amount).toFixed(1)} σ`;

class Pad {
  constructor(root) {
    this.field = root.querySelector('.field');
    this.point = root.querySelector('.point');
    this.names = [root.querySelector('.across'), root.querySelector('.up')];
    this.words = root.querySelector('output');
    this.field.onpointerdown = (event) => {
      if (event.button) return;
      this.field.setPointerCapture(event.pointerId);
      this.point.focus({ preventScroll: true });
      event.preventDefault();
      this.hand = 'pointer';
      this.follow(event);
    };
    this.field.onpointermove = (event) => { if (this.hand === 'pointer') this.follow(event); };
    this.field.onpointerup = () => { if (this.hand === 'pointer') this.release(); };
    this.field.onpointercancel = () => this.leave();
    this.point.onkeydown = (event) => this.press(event);
    this.point.onkeyup = ({ key }) => { if (this.hand === 'keys' && key in KEYS) this.release(); };
    this.point.onblur = () => { if (this.hand === 'keys') this.release(); };
  }

  update(data, tell) {
    this.tell = tell;
    this.turn ??= data.turn;
    this.data = data;
    data.axes.forEach(({ name }, i) => { this.names[i].textContent = name; });
    if (!this.hand && data.turn >= this.turn) this.amounts = data.axes.map(({ amount }) => amount);
    this.show();
  }

  /** Where the point is put, within the ends, on a step. */
  place(amounts) {
    const { axes, step } = this.data;
    this.amounts = amounts.map((amount, i) => {
      const whole = Number((Math.round(amount / step) * step).toFixed(6));
      return Math.min(axes[i].high, Math.max(axes[i].low, whole)) + 0; // no −0
    });
    this.show();
    this.announce(true);
  }

  follow({ clientX, clientY }) {
    const { left, top, width, height } = this.field.getBoundingClientRect();
    const parts = [(clientX - left) / width, 1 - (clientY - top) / height];
    this.place(this.data.axes.map(({ low, high }, i) => low + parts[i] * (high - low)));
  }

  press(event) {
    if (event.key === 'Escape' && this.hand) {
      this.leave();
    } else if (event.key in KEYS && !event.ctrlKey && !event.altKey && !event.metaKey) {
      const times = event.shiftKey ? FAR * this.data.step : this.data.step;
      this.hand ??= 'keys';
      this.place(this.amounts.map((amount, i) => amount + times * KEYS[event.key][i]));
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation(); // the arrows of the presentation mode step through it
  }

  /** One rerun commits both amounts; none does where the point is back at its old place. */
  release() {
    this.hand = null;
    const moved = this.data.axes.some(({ amount }, i) => amount !== this.amounts[i]);
    this.announce(false);
    if (!moved) return;
    this.turn += 1;
    this.tell('placed', { amounts: this.amounts, turn: this.turn });
  }

  /** Back to where the server's face is. */
  leave() {
    if (!this.hand) return;
    this.hand = null;
    this.amounts = this.data.axes.map(({ amount }) => amount);
    this.show();
    this.announce(false);
  }

  announce(held) {
    const amounts = Object.fromEntries(this.data.axes.map(({ key }, i) => [key, this.amounts[i]]));
    const detail = { amounts, held, turn: this.turn + 1 };
    document.dispatchEvent(new CustomEvent('ganssl:place', { detail }));
  }

  show() {
    const { axes } = this.data;
    const parts = axes.map(({ low, high }, i) => (this.amounts[i] - low) / (high - low));
    Object.assign(this.point.style, { left: `${100 * parts[0]}%`, bottom: `${100 * parts[1]}%` });
    const zero = axes.map(({ low, high }) => `${(-100 * low) / (high - low)}%`);
    this.field.style.setProperty('--across', zero[0]);
    this.field.style.setProperty('--up', zero[1]);
    const words = axes.map(({ name }, i) => `${name} ${spoken(this.amounts[i])}`).join(', ');
    this.words.textContent = words;
    const [{ name, low, high }, other] = axes;
    const told = {
      'aria-label': `${name} and ${other.name}`, 'aria-valuetext': words,
      'aria-valuemin': low, 'aria-valuemax': high, 'aria-valuenow': this.amounts[0],
    };
    for (const [key, value] of Object.entries(told)) this.point.setAttribute(key, value);
  }
}
