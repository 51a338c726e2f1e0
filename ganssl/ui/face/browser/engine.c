// The arithmetic of a program (ganssl/models/browser_program.py) for WebAssembly with SIMD.
//
// An array [h][w][c] lies in memory as [h + 2][w + 2][s] float32: a border of one pixel that stays
// zero, so that a convolution need not ask where it is, and s, the channels rounded up to 8, so
// that two vectors of four always fit. `build.sh` beside this file compiles it.

#include <stdint.h>
#include <wasm_simd128.h>

#define EXPORT(name) __attribute__((export_name(#name)))

#ifdef RELAXED
#define FMA(a, b, c) wasm_f32x4_relaxed_madd(a, b, c)
#else
#define FMA(a, b, c) wasm_f32x4_add(wasm_f32x4_mul(a, b), c)
#endif

extern unsigned char __heap_base;
static uint32_t top;

// So many bytes, aligned to 16, that are zero; nothing is ever given back. 0 where there are none.
EXPORT(reserve) void *reserve(uint32_t bytes) {
  if (!top) top = (uint32_t)&__heap_base;
  uint32_t start = (top + 15) & ~15u;
  uint32_t pages = (start + bytes + 65535) >> 16, have = __builtin_wasm_memory_size(0);
  if (pages > have && __builtin_wasm_memory_grow(0, pages - have) == (uint32_t)-1) return 0;
  top = start + bytes;
  return (void *)start;
}

// `count` numbers of float16 to float32.
EXPORT(widen) void widen(const uint16_t *half, uint32_t *full, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    uint32_t sign = (half[i] & 0x8000u) << 16, exponent = half[i] >> 10 & 31, rest = half[i] & 1023;
    union { float number; uint32_t bits; } small = {(float)rest * 0x1p-24f};
    full[i] = sign | (exponent ? (exponent + 112) << 23 | rest << 13 : small.bits);
  }
}

// Kernel [taps][in][out] to [out / 8][taps][in][8], the order in which `convolve` reads it. Taps
// may be sums of others, as `double` needs: `group[t]` is a mask of the taps that add up to t.
EXPORT(pack) void pack(const float *kernel, float *packed, int in, int out, int taps,
                       const int32_t *group) {
  int eights = (out + 7) / 8;
  for (int e = 0; e < eights; e++)
    for (int t = 0; t < taps; t++)
      for (int i = 0; i < in; i++)
        for (int k = 0; k < 8; k++, packed++) {
          float sum = 0;
          if (8 * e + k < out)
            for (int s = 0; s < 9; s++)
              if (group[t] >> s & 1) sum += kernel[(s * in + i) * out + 8 * e + k];
          *packed = sum;
        }
}

static inline v128_t finish(v128_t x, v128_t scale, v128_t shift, v128_t slope) {
  x = FMA(x, scale, shift);
  v128_t negative = wasm_f32x4_lt(x, wasm_f32x4_splat(0));
  return wasm_v128_bitselect(wasm_f32x4_mul(x, slope), x, negative);
}

// One convolution of `in` [h][w][channels] of stride `is`. `offset[t]`, in floats, leads from a
// pixel to the one that tap t sees. The result of pixel (y, x) goes to (y·step + down,
// x·step + right) of `out`, which has the width `ow` and the stride `os`. w is a multiple of 4.
EXPORT(convolve) void convolve(const float *in, int h, int w, int channels, int is,
                               const float *packed, const float *scale, const float *shift,
                               float slope, int taps, const int32_t *offset, float *out, int ow,
                               int os, int step, int down, int right) {
  v128_t bend = wasm_f32x4_splat(slope);
  for (int first = 0; first < os; first += 8, packed += taps * channels * 8) {
    v128_t s0 = wasm_v128_load(scale + first), s1 = wasm_v128_load(scale + first + 4);
    v128_t b0 = wasm_v128_load(shift + first), b1 = wasm_v128_load(shift + first + 4);
    for (int y = 0; y < h; y++)
      for (int x = 0; x < w; x += 4) {
        v128_t zero = wasm_f32x4_splat(0);
        v128_t p0 = zero, p1 = zero, q0 = zero, q1 = zero, r0 = zero, r1 = zero, t0 = zero, t1 = zero;
        const float *pixel = in + ((y + 1) * (w + 2) + x + 1) * is, *weight = packed;
        for (int t = 0; t < taps; t++) {
          const float *p = pixel + offset[t], *q = p + is, *r = q + is, *u = r + is;
          for (int c = 0; c < channels; c++, weight += 8) {
            v128_t w0 = wasm_v128_load(weight), w1 = wasm_v128_load(weight + 4), v;
            v = wasm_v128_load32_splat(p + c), p0 = FMA(v, w0, p0), p1 = FMA(v, w1, p1);
            v = wasm_v128_load32_splat(q + c), q0 = FMA(v, w0, q0), q1 = FMA(v, w1, q1);
            v = wasm_v128_load32_splat(r + c), r0 = FMA(v, w0, r0), r1 = FMA(v, w1, r1);
            v = wasm_v128_load32_splat(u + c), t0 = FMA(v, w0, t0), t1 = FMA(v, w1, t1);
          }
        }
        float *to = out + ((y * step + down + 1) * (ow + 2) + x * step + right + 1) * os + first;
        int next = step * os;
        wasm_v128_store(to, finish(p0, s0, b0, bend));
        wasm_v128_store(to + 4, finish(p1, s1, b1, bend));
        wasm_v128_store(to + next, finish(q0, s0, b0, bend));
        wasm_v128_store(to + next + 4, finish(q1, s1, b1, bend));
        wasm_v128_store(to + 2 * next, finish(r0, s0, b0, bend));
        wasm_v128_store(to + 2 * next + 4, finish(r1, s1, b1, bend));
        wasm_v128_store(to + 3 * next, finish(t0, s0, b0, bend));
        wasm_v128_store(to + 3 * next + 4, finish(t1, s1, b1, bend));
      }
  }
}

// `out` [n] = code [d] · kernel [d][n]; the code's product with a dense layer or a modulation.
EXPORT(multiply) void multiply(const float *code, int d, const float *kernel, float *out, int n) {
  int even = n & ~3;
  for (int j = 0; j < n; j++) out[j] = 0;
  for (int i = 0; i < d; i++, kernel += n) {
    v128_t v = wasm_f32x4_splat(code[i]);
    for (int j = 0; j < even; j += 4)
      wasm_v128_store(out + j, FMA(v, wasm_v128_load(kernel + j), wasm_v128_load(out + j)));
    for (int j = even; j < n; j++) out[j] += code[i] * kernel[j];
  }
}

// x · scale + shift, then x · (1 + a) + b with [a, b] = change + bias: one scale and shift for both.
EXPORT(modulate) void modulate(const float *scale, const float *shift, const float *change,
                               const float *bias, float *new_scale, float *new_shift, int c) {
  for (int i = 0; i < c; i++) {
    float gain = 1 + change[i] + bias[i];
    new_scale[i] = scale[i] * gain;
    new_shift[i] = shift[i] * gain + change[c + i] + bias[c + i];
  }
}

// The products of a dense layer, [h][w][c] without a border, to an array.
EXPORT(spread) void spread(const float *in, int h, int w, int c, const float *scale,
                           const float *shift, float slope, float *out, int os) {
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++, in += c) {
      float *to = out + ((y + 1) * (w + 2) + x + 1) * os;
      for (int i = 0; i < c; i++) {
        float value = in[i] * scale[i] + shift[i];
        to[i] = value < 0 ? slope * value : value;
      }
    }
}

// Depth to space; `h`, `w` and `c` are those of `out`.
EXPORT(unfold) void unfold(const float *in, int is, float *out, int h, int w, int c, int os,
                           int block) {
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++) {
      const float *from = in + ((y / block + 1) * (w / block + 2) + x / block + 1) * is +
                          (y % block * block + x % block) * c;
      float *to = out + ((y + 1) * (w + 2) + x + 1) * os;
      for (int i = 0; i < c; i++) to[i] = from[i];
    }
}

EXPORT(blur) void blur(const float *in, float *out, int h, int w, int s) {
  static const float weight[3] = {0.25f, 0.5f, 0.25f};
  int row = (w + 2) * s;
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++) {
      int middle = (y + 1) * row + (x + 1) * s;
      for (int c = 0; c < s; c += 4) {
        v128_t sum = wasm_f32x4_splat(0);
        for (int i = 0; i < 3; i++)
          for (int j = 0; j < 3; j++)
            sum = FMA(wasm_f32x4_splat(weight[i] * weight[j]),
                      wasm_v128_load(in + middle + (i - 1) * row + (j - 1) * s + c), sum);
        wasm_v128_store(out + middle + c, sum);
      }
    }
}

// Sum of two arrays of `count` floats, border included.
EXPORT(add) void add(const float *a, const float *b, float *out, int count) {
  for (int i = 0; i < count; i += 4)
    wasm_v128_store(out + i, wasm_f32x4_add(wasm_v128_load(a + i), wasm_v128_load(b + i)));
}

// `c` channels of each pixel, border included, to the channels from `first` on of another array.
EXPORT(join) void join(const float *in, int is, float *out, int os, int first, int pixels, int c) {
  for (int p = 0; p < pixels; p++, in += is, out += os)
    for (int i = 0; i < c; i++) out[first + i] = in[i];
}

static float hyperbolic_tangent(float x) {
  float z = 2 * x;
  if (z > 18) return 1;
  if (z < -18) return -1;
  float whole = __builtin_nearbyintf(z * 1.44269504f), r = z - whole * 0.693359375f;
  r += whole * 2.12194440e-4f;
  float e = 1 + r * (1 + r * (0.5f + r * (0.166666667f + r * (0.0416666667f + r * 0.00833333333f))));
  union { uint32_t bits; float number; } power = {(uint32_t)((int)whole + 127) << 23};
  return 1 - 2 / (e * power.number + 1);
}

EXPORT(tangents) void tangents(const float *in, float *out, int h, int w, int c, int s) {
  for (int y = 1; y <= h; y++)
    for (int x = 1; x <= w; x++)
      for (int i = 0; i < c; i++) {
        int at = (y * (w + 2) + x) * s + i;
        out[at] = hyperbolic_tangent(in[at]);
      }
}

// Values from `low` to `high` as RGBA bytes [h][w][4], rounded as NumPy does.
EXPORT(paint) void paint(const float *in, int h, int w, int s, float low, float high,
                         uint8_t *rgba) {
  for (int y = 1; y <= h; y++)
    for (int x = 1; x <= w; x++, rgba += 4) {
      const float *from = in + (y * (w + 2) + x) * s;
      for (int i = 0; i < 3; i++) {
        float unit = (from[i] - low) / (high - low);
        unit = unit < 0 ? 0 : unit > 1 ? 1 : unit;
        rgba[i] = (uint8_t)__builtin_nearbyintf(unit * 255);
      }
      rgba[3] = 255;
    }
}
