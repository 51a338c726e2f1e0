// A program (ganssl/models/browser_program.py) by TensorFlow.js: on the GPU through WebGPU or WebGL.
'use strict';

class TensorEngine {
  /** `tf` with its back end registered; fails where the back end cannot start. */
  static async create(tf, backend, program, weights) {
    if (!(await tf.setBackend(backend))) throw new Error(`no ${backend}`);
    await tf.ready();
    return new TensorEngine(tf, { webgpu: 'WebGPU', webgl: 'WebGL' }[backend] ?? backend, program, weights);
  }

  constructor(tf, name, program, weights) {
    this.tf = tf;
    this.name = name;
    this.program = program;
    this.rgba = new Uint8ClampedArray(4 * program.size ** 2).fill(255);
    this.steps = program.steps.map((step) => this.prepare(step, weights));
  }

  /** A step with tensors in place of places in the file. */
  prepare(step, weights) {
    const { tf, program } = this;
    if (!step.kernel) return step;
    const half = ([offset, count]) => Float32Array.from(new Uint16Array(weights, offset, count), number);
    const full = (place) => tf.tensor1d(new Float32Array(weights, ...place));
    const channels = step.shape[2];
    const size = step.kernel[1];
    const made = { ...step, scale: full(step.scale), bias: full(step.bias) };
    const kernel = half(step.kernel);
    if (step.op === 'dense') {
      made.kernel = tf.tensor2d(kernel, [program.latent_size, size / program.latent_size]);
    } else {
      const shape = [3, 3, size / 9 / channels, channels];
      made.kernel = tf.tensor4d(step.op === 'double' ? doubled(kernel, shape) : kernel,
        step.op === 'double' ? [4, 4, shape[3], shape[2]] : shape);
    }
    if (step.modulate) {
      made.modulate = tf.tensor2d(half(step.modulate), [program.latent_size, 2 * channels]);
      made.modulateBias = tf.tensor2d(half(step.modulate_bias), [1, 2 * channels]);
    }
    return made;
  }

  run(step, code, inputs) {
    const { tf } = this;
    const [a, b] = inputs;
    const shape = [1, ...step.shape];
    switch (step.op) {
      case 'unfold': return tf.depthToSpace(a, step.block, 'NHWC');
      case 'blur': return tf.depthwiseConv2d(a, binomial(tf, step.shape[2]), 1, 'same');
      case 'add': return tf.add(a, b);
      case 'concat': return tf.concat(inputs, 3);
      case 'tanh': return tf.tanh(a);
    }
    let x;
    if (step.op === 'dense') x = tf.reshape(tf.matMul(code, step.kernel), shape);
    else if (step.op === 'conv') x = tf.conv2d(a, step.kernel, 1, 'same');
    else if (step.op === 'double') x = tf.conv2dTranspose(a, step.kernel, shape, 2, 'same');
    else throw new Error(`unknown step ${step.op}`);
    x = tf.add(tf.mul(x, step.scale), step.bias);
    if (step.modulate) {
      const change = tf.add(tf.matMul(code, step.modulate), step.modulateBias);
      const [gain, shift] = tf.split(change, 2, 1);
      x = tf.add(tf.mul(x, tf.add(gain, 1)), shift);
    }
    return step.slope === undefined ? x : tf.leakyRelu(x, step.slope);
  }

  /** The face of a code as RGBA bytes; the next face overwrites them. */
  async render(code) {
    const { tf, program, rgba } = this;
    const face = tf.tidy(() => {
      const start = tf.tensor2d(code, [1, program.latent_size]);
      const arrays = [];
      for (const step of this.steps) {
        arrays.push(this.run(step, start, step.from.map((number) => arrays[number] ?? start)));
      }
      const unit = tf.div(tf.sub(arrays.at(-1), program.low), program.high - program.low);
      return tf.mul(tf.clipByValue(unit, 0, 1), 255);
    });
    const values = await face.data();
    face.dispose();
    for (let p = 0, i = 0; p < rgba.length; p += 4) {
      for (let c = 0; c < 3; c += 1, i += 1) rgba[p + c] = values[i]; // the array rounds
    }
    return rgba;
  }
}

/** A number that is kept as float16. */
function number(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const rest = bits & 1023;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + rest / 1024) : 2 ** -24 * rest);
}

/** `[3, 3, i, o]` → `[4, 4, o, i]`: the mirrored kernel laid down four times, a pixel apart. */
function doubled(kernel, [, , inputs, outputs]) {
  const laid = new Float32Array(16 * inputs * outputs);
  for (const [down, right] of [[0, 0], [0, 1], [1, 0], [1, 1]]) {
    for (let y = 0; y < 3; y += 1) for (let x = 0; x < 3; x += 1) {
      const from = ((2 - y) * 3 + 2 - x) * inputs * outputs;
      const to = ((y + down) * 4 + x + right) * inputs * outputs;
      for (let i = 0; i < inputs; i += 1) for (let o = 0; o < outputs; o += 1) {
        laid[to + o * inputs + i] += kernel[from + i * outputs + o];
      }
    }
  }
  return laid;
}

function binomial(tf, channels) {
  const row = tf.tensor1d([0.25, 0.5, 0.25]);
  return tf.tile(tf.reshape(tf.outerProduct(row, row), [3, 3, 1, 1]), [1, 1, channels, 1]);
}
