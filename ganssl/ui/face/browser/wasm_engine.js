// A program (ganssl/models/browser_program.py) on the processor, by engine.c.
'use strict';

// A module that uses one relaxed instruction: valid where the browser knows them.
const RELAXED = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1, 253, 15,
  65, 2, 253, 15, 253, 128, 2, 11,
]);

// Which taps of a 3×3 kernel add up to the two taps of an even and of an odd row of a doubled image.
const HALVES = [
  [[0], [1, 2]],
  [[0, 1], [2]],
];

class WasmEngine {
  /** `fetchFile` gives the bytes of a file beside this one. */
  static async create(program, weights, fetchFile) {
    const relaxed = WebAssembly.validate(RELAXED);
    const bytes = await fetchFile(relaxed ? 'engine_relaxed.wasm' : 'engine.wasm');
    const { instance } = await WebAssembly.instantiate(bytes, {});
    return new WasmEngine(program, weights, instance.exports);
  }

  constructor(program, weights, wasm) {
    this.name = 'WebAssembly';
    this.program = program;
    this.wasm = wasm;
    this.weights = weights;
    this.code = this.reserve(4 * program.latent_size);
    this.rgba = this.reserve(4 * program.size ** 2);
    this.scratch = this.reserve(4 * Math.max(...program.steps.map((s) => this.scratchOf(s))));
    this.arrays = [];
    this.calls = program.steps.map((step) => this.prepare(step));
    this.weights = null;
  }

  reserve(bytes) {
    const place = this.wasm.reserve(bytes);
    if (!place) throw new Error('no memory');
    return place;
  }

  scratchOf({ op, shape, kernel, modulate }) {
    const products = op === 'dense' ? shape[0] * shape[1] * shape[2] : 0;
    return Math.max(4, products, modulate ? modulate[1] : 0, kernel && op !== 'dense' ? kernel[1] : 0);
  }

  floats(place, count) {
    return new Float32Array(this.wasm.memory.buffer, place, count);
  }

  /** Numbers that the file holds as float16, in memory as float32. */
  half([offset, count], place = this.reserve(4 * count)) {
    const { wasm } = this;
    const source = this.halves && this.halvesRoom >= count ? this.halves : this.reserve(2 * count);
    this.halves = source;
    this.halvesRoom = Math.max(this.halvesRoom || 0, count);
    new Uint8Array(wasm.memory.buffer, source, 2 * count).set(
      new Uint8Array(this.weights, offset, 2 * count),
    );
    wasm.widen(source, place, count);
    return place;
  }

  /** One number for each channel, with zeros up to a multiple of 8. */
  full([offset, count], width = count) {
    const place = this.reserve(4 * width);
    this.floats(place, count).set(new Float32Array(this.weights, offset, count));
    return place;
  }

  integers(values) {
    const place = this.reserve(4 * values.length);
    new Int32Array(this.wasm.memory.buffer, place, values.length).set(values);
    return place;
  }

  array([height, width, channels]) {
    const stride = (channels + 7) & ~7;
    const floats = (height + 2) * (width + 2) * stride;
    return { height, width, channels, stride, floats, place: this.reserve(4 * floats) };
  }

  /** A function that runs one step; its array is `this.arrays`' next. */
  prepare(step) {
    const { wasm } = this;
    const inputs = step.from.map((number) => this.arrays[number]);
    const out = this.array(step.shape);
    const [a, b] = inputs;
    this.arrays.push(out);
    if (['dense', 'conv', 'double'].includes(step.op)) return this.prepareLinear(step, a, out);
    const { place, height: h, width: w, channels: c, stride: s } = out;
    const calls = {
      unfold: () => wasm.unfold(a.place, a.stride, place, h, w, c, s, step.block),
      blur: () => wasm.blur(a.place, place, h, w, s),
      add: () => wasm.add(a.place, b.place, place, out.floats),
      tanh: () => wasm.tangents(a.place, place, h, w, c, s),
      concat: () => {
        let first = 0;
        for (const input of inputs) {
          const pixels = (h + 2) * (w + 2);
          wasm.join(input.place, input.stride, place, s, first, pixels, input.channels);
          first += input.channels;
        }
      },
    };
    if (!calls[step.op]) throw new Error(`unknown step ${step.op}`);
    return calls[step.op];
  }

  prepareLinear(step, input, out) {
    const { wasm, code } = this;
    const d = this.program.latent_size;
    const { stride } = out;
    let scale = this.full(step.scale, stride);
    let shift = this.full(step.bias, stride);
    const slope = step.slope ?? 1;
    const calls = [];
    if (step.modulate) {
      const kernel = this.half(step.modulate);
      const bias = this.half(step.modulate_bias);
      const [oldScale, oldShift] = [scale, shift];
      const [newScale, newShift] = [this.reserve(4 * stride), this.reserve(4 * stride)];
      calls.push(() => {
        wasm.multiply(code, d, kernel, this.scratch, 2 * out.channels);
        wasm.modulate(oldScale, oldShift, this.scratch, bias, newScale, newShift, out.channels);
      });
      [scale, shift] = [newScale, newShift];
    }
    if (step.op === 'dense') {
      const { height: h, width: w, channels: c, place } = out;
      const kernel = this.half(step.kernel);
      calls.push(() => {
        wasm.multiply(code, d, kernel, this.scratch, h * w * c);
        wasm.spread(this.scratch, h, w, c, scale, shift, slope, place, stride);
      });
    } else {
      const phases = step.op === 'double' ? [[0, 0], [0, 1], [1, 0], [1, 1]] : [null];
      this.half(step.kernel, this.scratch);
      for (const phase of phases) {
        calls.push(this.convolution(input, out, phase, scale, shift, slope));
      }
    }
    return () => calls.forEach((call) => call());
  }

  /** One convolution, or a quarter of one of a doubled image: `phase` is its row and column. */
  convolution(input, out, phase, scale, shift, slope) {
    const { wasm } = this;
    const single = [[0], [1], [2]];
    const rows = phase ? HALVES[phase[0]] : single;
    const columns = phase ? HALVES[phase[1]] : single;
    const start = phase ? phase.map((part) => part - 1) : [-1, -1];
    const groups = [];
    const offsets = [];
    rows.forEach((ys, i) => columns.forEach((xs, j) => {
      groups.push(ys.flatMap((y) => xs.map((x) => 1 << (3 * y + x))).reduce((p, q) => p | q));
      offsets.push(((start[0] + i) * (input.width + 2) + start[1] + j) * input.stride);
    }));
    const taps = groups.length;
    const { height: h, width: w, channels, stride } = input;
    if (w % 4) throw new Error(`a width of ${w}`);
    const packed = this.reserve(4 * taps * channels * out.stride);
    wasm.pack(this.scratch, packed, channels, out.channels, taps, this.integers(groups));
    const offset = this.integers(offsets);
    const [step, down, right] = phase ? [2, ...phase] : [1, 0, 0];
    return () => wasm.convolve(
      input.place, h, w, channels, stride, packed, scale, shift, slope, taps, offset,
      out.place, out.width, out.stride, step, down, right,
    );
  }

  /** The face of a code as RGBA bytes; a view that the next face overwrites. */
  render(code) {
    const { program, wasm } = this;
    this.floats(this.code, program.latent_size).set(code);
    for (const call of this.calls) call();
    const { place, height, width, stride } = this.arrays.at(-1);
    wasm.paint(place, height, width, stride, program.low, program.high, this.rgba);
    return new Uint8ClampedArray(wasm.memory.buffer, this.rgba, 4 * height * width);
  }
}
