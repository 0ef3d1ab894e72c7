// Front door: one verb of the command line. Everything it needs is found here and handed in.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { adapters } from '../adapters/index.js';
import { judgeCameras, patientRetries, startGate, type Surroundings } from './assemble.js';
import { run } from './cli/program.js';
import { checkConfig, loadConfig } from './config/config.js';
import { readManifest } from './config/manifest.js';
import { verifierKey } from './domain/formats/signed-note.js';
import { Problem } from './domain/problem.js';
import { examine, makeRecorders } from './examine.js';
import { verifyJournal } from './journal/verify.js';
import { loadKeys } from './keys/keys.js';
import { makeLog } from './log/winston.js';
import { checkPolicies, loadPolicy } from './policy/load.js';

/** From dist/plugin/ and from plugin/ alike: the folder of manifest.json. */
const root = [
  path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..'),
  path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..'),
].find((folder) => fs.existsSync(path.join(folder, 'manifest.json')))!;
const {
  version,
  engines: { node },
} = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string; engines: { node: string } };
const kinds = adapters.map((adapter) => adapter.kind);
const vendors = Object.fromEntries(adapters.map((adapter) => [adapter.kind, adapter.vendors ?? []]));
/** The configuration, held against what the gate has adapters for. Problem `config-invalid`. */
const load = (file: string, env: NodeJS.ProcessEnv) => loadConfig(file, env, kinds, vendors);
const now = (): Date => new Date();
const { log, closeLog } = makeLog({ level: 'info', stream: process.stderr, now });
const quiet = makeLog({ level: 'error', stream: process.stderr, now });

const around: Surroundings = {
  version,
  log,
  now,
  searchPath: process.env['PATH'] ?? '',
  allowBundledFfmpeg: false,
  retryDelays: patientRetries,
};

/** manifest.json is held against what is really there. Problem `config-invalid` with every fault. */
const holdManifest = () => readManifest(path.join(root, 'manifest.json'), { version, node, adapters });

async function start(file: string, env: NodeJS.ProcessEnv) {
  await holdManifest();
  return startGate(await load(file, env), around);
}

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

process.exitCode = await run(process.argv.slice(2), {
  version,
  policies: path.join(root, 'policies'),
  start,
  checkManifest: () =>
    holdManifest().then(
      () => [],
      (thrown: unknown) => Problem.from(thrown).faults ?? [],
    ),
  checkPolicies,
  checkConfig: async (file, env) => {
    const faults = await checkConfig(file, env, kinds, vendors);
    if (faults.length > 0) return faults;
    const config = await load(file, env);
    const policyFaults = await checkPolicies(config.policiesFolder);
    return policyFaults.length > 0 ? policyFaults : judgeCameras(config, await loadPolicy(config.policiesFolder));
  },
  examine: async (file, env) => examine(await load(file, env), around),
  recorders: makeRecorders(load),
  now,
  verifyJournal: async (file, env) => {
    const config = await load(file, env);
    const keys = loadKeys(config.keysFolder);
    return verifyJournal(path.join(config.dataFolder, 'journal'), verifierKey(config.journal.origin, keys.log));
  },
  demo: {
    // The stage brings a recorder with it, which a server never loads.
    raise: async () => (await import('./demo-stage.js')).raiseStage(root, { ...around, log: quiet.log, allowBundledFfmpeg: true }),
    newPassword: () => randomBytes(9).toString('base64url'),
  },
});
await closeLog();
await quiet.closeLog();
