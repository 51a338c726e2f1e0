// Draws faces by an engine of the live face, outside a browser.
// node live_engine.mjs ENGINES FOLDER: of FOLDER it reads program.json, weights.bin, codes.bin and,
// where it is there, detail.json, and writes faces.bin, RGBA bytes.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { runInThisContext } from 'node:vm';

const [engines, folder] = process.argv.slice(2);
const load = (name, made) => runInThisContext(
  `${readFileSync(`${engines}/${name}`, 'utf8')};${made}`);
const bytes = (path) => Uint8Array.from(readFileSync(path));

const WasmEngine = load('wasm_engine.js', 'WasmEngine');
const program = JSON.parse(readFileSync(`${folder}/program.json`, 'utf8'));
const weights = bytes(`${folder}/weights.bin`).buffer;
const codes = new Float32Array(bytes(`${folder}/codes.bin`).buffer);

let detail = null;
if (existsSync(`${folder}/detail.json`)) {
  const Detail = load('detail.js', 'Detail');
  const told = JSON.parse(readFileSync(`${folder}/detail.json`, 'utf8'));
  for (const name of ['photo', 'reconstruction']) told[name] = Uint8Array.from(told[name]);
  detail = new Detail(told, program.size);
}
const faces = [];
for (const relaxed of [true, false]) {
  const file = relaxed ? (name) => name : () => 'engine.wasm';
  const engine = await WasmEngine.create(
    program, weights, async (name) => bytes(`${engines}/${file(name)}`));
  for (let i = 0; i < codes.length; i += program.latent_size) {
    const face = engine.render(codes.subarray(i, i + program.latent_size)).slice();
    detail?.add(face);
    faces.push(new Uint8Array(face.buffer));
  }
}
writeFileSync(`${folder}/faces.bin`, Buffer.concat(faces));
