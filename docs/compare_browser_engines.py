"""What one face takes in a browser, by each engine for processors that could draw it.

    npm install --prefix DIR onnxruntime-web @tensorflow/tfjs-backend-wasm@4.22.0
    python docs/compare_browser_engines.py DIR

Chromium draws the same codes by the engine of the live face (`ganssl/ui/face/browser`), by
TensorFlow.js's WebAssembly back end and by onnxruntime-web, in turn, on one thread each; the faces
are compared with the server's. What is not in DIR is left out.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

FACES = 20
TENSORFLOW_JS, ONNX_RUNTIME = "@tensorflow/tfjs-backend-wasm", "onnxruntime-web"
FILES = {
    TENSORFLOW_JS: ("tf-backend-wasm.es2017.min.js", "tfjs-backend-wasm-simd.wasm"),
    ONNX_RUNTIME: ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"),
}
"""Of each package those that a page loads, in its folder `dist`."""

DRAW = """
const [found, faces] = arguments;
const done = arguments[arguments.length - 1];
const script = (address) => new Promise((resolve, reject) => {
  const tag = Object.assign(document.createElement('script'),
    { src: address, onload: resolve, onerror: () => reject(new Error(address)) });
  document.head.append(tag);
});
const bytes = async (address) => (await fetch(address)).arrayBuffer();

async function engines(program, weights) {
  const made = {};
  await script('/browser/wasm_engine.js');
  const own = await WasmEngine.create(program, weights, (name) => bytes(`/browser/${name}`));
  made['engine.c'] = (code) => own.render(code);
  if (found.includes('@tensorflow/tfjs-backend-wasm')) {
    const folder = '/packages/@tensorflow/tfjs-backend-wasm/dist/';
    await script('/browser/vendor/tf-core.min.js');
    await script(`${folder}tf-backend-wasm.es2017.min.js`);
    await script('/browser/tensor_engine.js');
    tf.wasm.setWasmPaths(folder);
    const theirs = await TensorEngine.create(tf, 'wasm', program, weights);
    made['TensorFlow.js, as on GPUs'] = (code) => theirs.render(code);
    class Doubling extends TensorEngine { // the image is doubled, then convolved
      prepare(step, file) {
        if (step.op !== 'double') return super.prepare(step, file);
        return { ...super.prepare({ ...step, op: 'conv' }, file), op: 'twice' };
      }
      run(step, code, inputs) {
        if (step.op !== 'twice') return super.run(step, code, inputs);
        const image = tf.image.resizeNearestNeighbor(inputs[0], step.shape.slice(0, 2));
        return super.run({ ...step, op: 'conv' }, code, [image]);
      }
    }
    const doubling = new Doubling(tf, 'wasm', program, weights);
    made['TensorFlow.js, images doubled'] = (code) => doubling.render(code);
  }
  if (found.includes('onnxruntime-web')) {
    const folder = '/packages/onnxruntime-web/dist/';
    const ort = await import(`${folder}ort.wasm.min.mjs`);
    Object.assign(ort.env.wasm, { wasmPaths: new URL(folder, location).href, numThreads: 1 });
    const session = await ort.InferenceSession.create(
      '/generator.onnx', { executionProviders: ['wasm'] });
    made['onnxruntime-web'] = async (code) => {
      const { out } = await session.run({ in: new ort.Tensor('float32', code, [1, code.length]) });
      return out.data;
    };
  }
  return made;
}

(async () => {
  const program = await (await fetch('/program.json')).json();
  const made = await engines(program, await bytes('/weights.bin'));
  const codes = new Float32Array(await bytes('/codes.bin'));
  const expected = new Uint8Array(await bytes('/faces.bin'));
  const { size, latent_size: length } = program;
  const times = {};
  const off = {};
  for (let i = -2; i < faces; i += 1) { // two to warm up
    const k = Math.max(i, 0);
    for (const [name, draw] of Object.entries(made)) {
      const begun = performance.now();
      const pixels = await draw(codes.slice(k * length, (k + 1) * length));
      const passed = performance.now() - begun;
      if (i >= 0) (times[name] ??= []).push(passed);
      const step = pixels.length / size ** 2; // 3 or 4 bytes of a pixel
      for (let p = 0; p < size ** 2; p += 1) {
        for (let c = 0; c < 3; c += 1) {
          const apart = Math.abs(pixels[p * step + c] - expected[(k * size ** 2 + p) * 3 + c]);
          off[name] = Math.max(off[name] ?? 0, apart);
        }
      }
    }
  }
  done({ times, off });
})().catch((error) => done({ failed: String(error?.stack ?? error) }));
"""


class Files(SimpleHTTPRequestHandler):
    """Serves a folder, and others under names of their own."""

    def __init__(self, *arguments, folders: dict[str, Path], **settings) -> None:
        self.folders = folders
        super().__init__(*arguments, **settings)

    def translate_path(self, path: str) -> str:
        first, _, rest = path.partition("?")[0].lstrip("/").partition("/")
        if first in self.folders:
            return str(self.folders[first] / rest)
        return super().translate_path(path)

    def log_message(self, *_) -> None:
        pass


def write_model(folder: Path) -> None:
    """The default model's generator as a program and as a graph, codes, and the server's faces."""
    from ganssl.models.browser_program import browser_program
    from ganssl.models.catalogue import load_model

    model = load_model()
    program = browser_program(model)
    codes = model.sample(FACES, seed=0)
    (folder / "index.html").write_text("<!doctype html><title>Engines</title>", encoding="utf-8")
    (folder / "program.json").write_text(program.steps, encoding="utf-8")
    (folder / "weights.bin").write_bytes(program.weights)
    (folder / "generator.onnx").write_bytes(model.generator_graph())
    (folder / "codes.bin").write_bytes(codes.tobytes())
    (folder / "faces.bin").write_bytes(model.decode(codes).tobytes())
    print(f"{model.name} {model.id}, {FACES} faces")


def megabytes(paths: list[Path]) -> float:
    return sum(path.stat().st_size for path in paths) / 1e6


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    from ganssl.base.processor import this_processor
    from ganssl.benchmarks.browser_windows import open_browser
    from ganssl.ui.face.live_files import FOLDER

    packages = Path(sys.argv[1]) / "node_modules"
    found = [name for name in FILES if (packages / name).is_dir()]
    with tempfile.TemporaryDirectory() as place:
        write_model(Path(place))
        folders = {"browser": FOLDER, "packages": packages}
        server = ThreadingHTTPServer(
            ("127.0.0.1", 0), partial(Files, directory=place, folders=folders)
        )
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with open_browser() as window:
            window.get(f"http://127.0.0.1:{server.server_port}/index.html")
            answer = window.execute_async_script(DRAW, found, FACES)
            version = window.capabilities["browserVersion"]
        server.shutdown()
    if "failed" in answer:
        sys.exit(answer["failed"])
    print(f"Chromium {version}, {this_processor()}\n")
    print(f"{'engine':<32}{'ms a face':>10}{'quickest':>10}{'off by':>8}")
    for name, times in answer["times"].items():
        off = answer["off"][name]
        print(f"{name:<32}{np.median(times):>10.1f}{min(times):>10.1f}{off:>8}")
    core = FOLDER / "vendor" / "tf-core.min.js"
    print(f"\nengine.c: {megabytes([FOLDER / 'wasm_engine.js', FOLDER / 'engine.wasm']):.2f} MB")
    for name in found:
        files = [packages / name / "dist" / file for file in FILES[name]]
        files += [core] if name == TENSORFLOW_JS else []
        print(f"{name}: {megabytes(files):.2f} MB")


if __name__ == "__main__":
    main()
