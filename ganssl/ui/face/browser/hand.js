// Where a hand has put a slider before the slider itself says so; a part of `component.js`.
//
// The page tells a slider of the pointer once a frame, and its thumb is drawn some time after that.
// Where the hand is tells the same at once. What it gives is checked against what the slider says:
// one that reckons otherwise is believed, and the hand is not asked again before the next drag.

const SAME = 1e-4; // amounts that differ by less are the same
const KNOWN = 60; // so many places of a drag are kept to be checked

class Hand {
  /** The hand that a press on a slider's track begins, with the primary button of a mouse or with a
   *  finger; null for another one, and for a press beside the track. */
  static at(input, { target, button, pointerId, clientX, altKey, ctrlKey, metaKey }) {
    const track = input?.parentElement?.parentElement?.parentElement;
    if (!track?.contains(target) || button || altKey || ctrlKey || metaKey) return null;
    return new Hand(track, pointerId, clientX);
  }

  constructor(track, pointer, x) {
    Object.assign(this, { track, pointer, x });
    this.known = null; // values that the slider has had or is about to have
  }

  /** The value of a slider, whose range input is given, under the hand's pointer; null where it has
   *  to tell that itself. */
  value(input, { pointerId, clientX }) {
    if (this.wrong || pointerId !== this.pointer || !input || input.disabled) return null;
    const [low, high, step] = [input.min, input.max, input.step].map(Number);
    if (!this.known) { // the first move: a press beside the thumb has moved it by then
      this.from = Number(input.value);
      this.width = this.track.getBoundingClientRect().width;
      this.known = [this.from];
      this.wrong = !this.width || !(high > low && step > 0)
        || getComputedStyle(this.track).direction === 'rtl';
      if (this.wrong) return null;
    }
    const at = this.from + ((clientX - this.x) / this.width) * (high - low);
    const steps = Math.round((Math.min(high, Math.max(low, at)) - low) / step);
    const value = Math.min(high, low + steps * step);
    if (!this.has(value)) this.known = [...this.known, value].slice(-KNOWN);
    return value;
  }

  /** Hear what the slider says. */
  check(value) {
    if (this.known && !this.has(value)) this.wrong = true;
  }

  has(value) {
    return this.known.some((one) => Math.abs(one - value) < SAME);
  }
}
