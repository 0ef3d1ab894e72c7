// Builds the console into dist/console: types out of the API's description, Vite, and each file packed beside itself. Where nothing that goes in
// has changed since the last time, nothing is done.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';
import { build, type Plugin } from 'vite';
import { writeTypes } from './console-schema.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const [source, target] = [path.join(root, 'console'), path.join(root, 'dist', 'console')];
/** Holds the sum of all that went in. */
const stamp = path.join(root, 'dist', 'console.stamp');

/** Everything that the result depends on. */
function sumOfSources(): string {
  const files = fs
    .readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const sum = createHash('sha256');
  for (const file of [...files, path.join(root, 'package-lock.json'), fileURLToPath(import.meta.url)].sort())
    sum.update(`${path.relative(root, file)}\0`).update(createHash('sha256').update(fs.readFileSync(file)).digest());
  return sum.digest('hex');
}

/** antd's packages put styles into the page as text, which the console's policy forbids; ours hands the same texts to the browser as sheets. */
const ownStyles: Plugin = {
  name: 'own-styles',
  enforce: 'pre',
  load: (id) =>
    /@rc-component\/util\/(es|lib)\/Dom\/dynamicCSS\.js$/.test(id.split(path.sep).join('/'))
      ? `export * from ${JSON.stringify(path.join(source, 'src/look/inject-style.ts'))};`
      : null,
};

/** Beside each file the same, packed, where that is worth it. */
function pack(folder: string): void {
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const plain = fs.readFileSync(file);
    if (plain.length < 512) continue;
    const brotli = zlib.brotliCompressSync(plain, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 10, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: plain.length } });
    fs.writeFileSync(`${file}.br`, brotli);
    fs.writeFileSync(`${file}.gz`, zlib.gzipSync(plain, { level: 9 }));
  }
}

writeTypes();
const sum = sumOfSources();
const built = fs.existsSync(path.join(target, 'index.html')) && fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === sum;
if (!built) {
  fs.rmSync(stamp, { force: true });
  await build({
    root: source,
    configFile: false,
    base: './',
    logLevel: 'warn',
    publicDir: false,
    plugins: [ownStyles],
    build: {
      rolldownOptions: { onLog: (level, log, tell) => (log.code === 'MODULE_LEVEL_DIRECTIVE' ? undefined : tell(level, log)) },
      outDir: target, emptyOutDir: true, target: ['chrome111', 'firefox115'], assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false, chunkSizeWarningLimit: 1_500,
    },
  });
  pack(target);
  fs.writeFileSync(stamp, sum);
}
