// Codes that move by themselves, for those who watch; a part of `component.js`.

const ROUND = 6000; // milliseconds that a slider takes to and fro
const LEG = 2600; // from a face to the next one
const STAY = 900; // at a face, so that it can be looked at

/** The place of a slider between its ends after some milliseconds, from `start` on. */
function swing(low, high, start, passed) {
  const [middle, reach] = [(low + high) / 2, (high - low) / 2];
  const begin = Math.asin(Math.max(-1, Math.min(1, (start - middle) / reach)));
  return middle + reach * Math.sin(begin + (2 * Math.PI * passed) / ROUND);
}

/** The code on the arc from `a` to `b`, as `ganssl.face.morph.slerp` gives it; `t` from 0 to 1. */
function onArc(a, b, t) {
  const dot = (p, q) => p.reduce((sum, value, i) => sum + value * q[i], 0);
  const [lengthA, lengthB] = [Math.sqrt(dot(a, a)), Math.sqrt(dot(b, b))];
  const angle = Math.acos(Math.max(-1, Math.min(1, dot(a, b) / (lengthA * lengthB))));
  if (!(Math.sin(angle) > 1e-6)) return a.map((value, i) => (1 - t) * value + t * b[i]);
  const radius = ((1 - t) * lengthA + t * lengthB) / Math.sin(angle);
  const [partA, partB] = [Math.sin((1 - t) * angle) / lengthA, Math.sin(t * angle) / lengthB];
  return a.map((value, i) => radius * (partA * value + partB * b[i]));
}

/** Where a walk through `codes`, round and round, is after some milliseconds: its code, and for how
 *  long it stays there. */
function walked(codes, passed) {
  const legs = Math.floor(passed / (LEG + STAY));
  const [a, b] = [codes[legs % codes.length], codes[(legs + 1) % codes.length]];
  const way = Math.min(1, (passed % (LEG + STAY)) / LEG);
  const code = onArc(a, b, way * way * (3 - 2 * way)); // off and to rest gently
  return { code, stay: way < 1 ? 0 : LEG + STAY - (passed % (LEG + STAY)) };
}
