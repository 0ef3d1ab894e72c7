// Front door: one verb of the command line. Everything it needs is found here and handed in.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './cli/program.js';
import type { openFrontDoor, Plugin } from './front-door.js';

/** From dist/plugin/ and from plugin/ alike: the folder of manifest.json. */
const root = [
  path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..'),
  path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..'),
].find((folder) => fs.existsSync(path.join(folder, 'manifest.json')))!;
const {
  version,
  engines: { node },
} = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string; engines: { node: string } };
const plugin: Plugin = { root, version, node };
const now = (): Date => new Date();

type Whole = ReturnType<typeof openFrontDoor>;
let opened: Promise<Whole> | null = null;
const whole = (): Promise<Whole> => (opened ??= import('./front-door.js').then((it) => it.openFrontDoor(plugin, now)));

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

process.exitCode = await run(process.argv.slice(2), {
  version,
  policies: path.join(root, 'policies'),
  now,
  start: async (...asked) => (await whole()).start(...asked),
  checkManifest: async () => (await whole()).checkManifest(),
  judgePolicies: async (...asked) => (await whole()).judgePolicies(...asked),
  checkConfig: async (...asked) => (await whole()).checkConfig(...asked),
  examine: async (...asked) => (await whole()).examine(...asked),
  makeSetupToken: async (...asked) => (await whole()).makeSetupToken(...asked),
  verifyJournal: async (...asked) => (await whole()).verifyJournal(...asked),
  startWitness: async (...asked) => (await whole()).startWitness(...asked),
  keys: {
    list: async (...asked) => (await whole()).keys.list(...asked),
    rotate: async (...asked) => (await whole()).keys.rotate(...asked),
    protect: async (...asked) => (await whole()).keys.protect(...asked),
    publicKeys: async (...asked) => (await whole()).keys.publicKeys(...asked),
  },
  backups: {
    makeKeys: async () => (await whole()).backups.makeKeys(),
    backUp: async (...asked) => (await whole()).backups.backUp(...asked),
    restore: async (...asked) => (await whole()).backups.restore(...asked),
  },
  recorders: {
    recorder: async (...asked) => (await whole()).recorders.recorder(...asked),
    camera: async (...asked) => (await whole()).recorders.camera(...asked),
    discover: async (...asked) => (await whole()).recorders.discover(...asked),
  },
  installation: async (...asked) => (await whole()).installation(...asked),
  waysAround: async (...asked) => (await whole()).waysAround(...asked),
  demo: {
    raise: async () => (await whole()).raise(),
    newPassword: () => randomBytes(9).toString('base64url'),
    now,
  },
});
// Lines of the log on their way out would be lost with the process.
if (opened) await (await whole()).close();
