// Draws faces apart from the page, by the engine that it is told. Messages to it, numbered from 1:
// { number, start: engine, program, weights }  addresses of a program and of its weights
// { number, code, detail }                     a face to draw; `detail` where it changes, null for none
// From it: { number, ready: name }, { number, ms, rgba }, { number, failed: message }. Of faces that
// are asked for while one is drawn, only the last one is drawn, at once; the others get no answer.
'use strict';

const GPU = ['webgpu', 'webgl'];

let engine;
let size;
let detail = null;
let detailLoaded = false;

async function read(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer;
}

/** What a back end says of itself where it is only software: then it need not be tried. */
async function isSoftware(kind) {
  if (kind === 'webgpu') {
    const adapter = await navigator.gpu?.requestAdapter();
    return !adapter || adapter.isFallbackAdapter || adapter.info?.isFallbackAdapter
      || SOFTWARE.test(`${adapter.info?.description} ${adapter.info?.architecture}`);
  }
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  const names = gl?.getExtension('WEBGL_debug_renderer_info');
  const name = names && gl.getParameter(names.UNMASKED_RENDERER_WEBGL);
  gl?.getExtension('WEBGL_lose_context')?.loseContext();
  return !gl || SOFTWARE.test(name ?? '');
}
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software|basic render/i;

async function start({ number, start: kind, program, weights }) {
  if (GPU.includes(kind) && (await isSoftware(kind))) throw new Error(`${kind} in software only`);
  const [steps, numbers] = await Promise.all([
    read(program).then((answer) => answer.json()),
    read(weights).then((answer) => answer.arrayBuffer()),
  ]);
  if (steps.format !== 'ganssl generator 1' || numbers.byteLength !== steps.weights) {
    throw new Error('another program');
  }
  size = steps.size;
  if (GPU.includes(kind)) {
    importScripts('vendor/tf-core.min.js', `vendor/tf-backend-${kind}.min.js`, 'tensor_engine.js');
    engine = await TensorEngine.create(self.tf, kind, steps, numbers);
  } else {
    importScripts('wasm_engine.js');
    const file = (name) => read(new URL(name, self.location)).then((answer) => answer.arrayBuffer());
    engine = await WasmEngine.create(steps, numbers, file);
  }
  await engine.render(new Float32Array(steps.latent_size)); // the slow first time
  postMessage({ number, ready: engine.name });
}

async function draw({ number, code, detail: changed }) {
  if (changed !== undefined) {
    if (changed && !detailLoaded) importScripts('detail.js');
    detailLoaded ||= !!changed;
    detail = changed && new Detail(changed, size);
  }
  const begun = performance.now();
  const rgba = (await engine.render(code)).slice();
  detail?.add(rgba);
  postMessage({ number, ms: performance.now() - begun, rgba }, [rgba.buffer]);
}

/** Lets in the messages that have come meanwhile. */
function turn() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { port1.close(); resolve(); };
    port2.postMessage(0);
  });
}

let next = null;
let busy = false;
self.onmessage = async ({ data }) => {
  next = { ...next, ...data }; // a detail stays to be taken where its face is passed over
  if (busy) return;
  busy = true;
  while (next) {
    const { number } = next;
    const asked = next;
    next = null;
    try {
      await (asked.start ? start(asked) : draw(asked));
    } catch (error) {
      postMessage({ number, failed: String(error?.message ?? error) });
    }
    await turn();
  }
  busy = false;
};
