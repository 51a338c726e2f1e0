// The detail of a photo, put back into an edited face as `ganssl.face.detail.PhotoDetail` does.
'use strict';

class Detail {
  /** Pictures as RGB bytes; `sigma` in pixels. */
  constructor({ photo, reconstruction, strength, fade, sigma }, size) {
    Object.assign(this, { photo, reconstruction, strength, fade, size });
    const radius = Math.floor(4 * sigma + 0.5); // as SciPy cuts its gaussian
    this.weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => (
      Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2))));
    const sum = this.weights.reduce((a, b) => a + b);
    this.weights = this.weights.map((weight) => weight / sum);
    this.radius = radius;
  }

  /** Averages along rows and turns the picture, so that twice is both ways. */
  smooth(values) {
    const { size, radius, weights } = this;
    const turned = new Float64Array(size * size);
    for (let y = 0; y < size; y += 1) for (let x = 0; x < size; x += 1) {
      let sum = 0;
      for (let k = -radius; k <= radius; k += 1) {
        const at = Math.min(size - 1, Math.max(0, x + k));
        sum += weights[k + radius] * values[y * size + at];
      }
      turned[x * size + y] = sum;
    }
    return turned;
  }

  /** Adds the detail to a face of RGBA bytes, in place. */
  add(rgba) {
    const { photo, reconstruction: start, strength, fade, size } = this;
    if (!strength) return;
    let change = new Float64Array(size * size);
    for (let p = 0; p < change.length; p += 1) {
      for (let c = 0; c < 3; c += 1) change[p] += Math.abs(rgba[4 * p + c] - start[3 * p + c]) / 3;
    }
    change = this.smooth(this.smooth(change));
    for (let p = 0; p < change.length; p += 1) {
      const weight = strength * Math.exp(-((change[p] / fade) ** 2));
      for (let c = 0; c < 3; c += 1) {
        rgba[4 * p + c] += weight * (photo[3 * p + c] - start[3 * p + c]); // the array rounds and clips
      }
    }
  }
}
