// What the verbs that need the whole house are given. Loaded when one of them asks: most verbs speak to a running gate or to a file, and
// must not wait for casbin, SQLite and the adapters to be read.
import path from 'node:path';
import { adapters } from '../adapters/index.js';
import { patientRetries, startGate, type Surroundings } from './assemble.js';
import { judgeCameras } from './recorders.js';
import type { FrontDoor } from './cli/program.js';
import { checkConfig, loadConfig } from './config/config.js';
import { readManifest } from './config/manifest.js';
import { verifierKey } from './domain/formats/signed-note.js';
import { Problem } from './domain/problem.js';
import { examine, makeRecorders } from './examine.js';
import { makeSetupToken } from './identity/setup-token.js';
import { verifyJournal } from './journal/verify.js';
import { loadKeys } from './keys/keys.js';
import { makeLog } from './log/winston.js';
import { checkPolicies, judgeFolder, loadPolicy } from './policy/load.js';

/** Where the plugin lies and what it is: from package.json. */
export interface Plugin {
  /** The folder of manifest.json. */
  root: string;
  version: string;
  /** `engines.node`. */
  node: string;
}

type Whole = Omit<FrontDoor, 'version' | 'policies' | 'now' | 'demo'> & Pick<FrontDoor['demo'], 'raise'> & { close(): Promise<void> };

export function openFrontDoor({ root, version, node }: Plugin, now: () => Date): Whole {
  const kinds = adapters.map((adapter) => adapter.kind);
  const vendors = Object.fromEntries(adapters.map((adapter) => [adapter.kind, adapter.vendors ?? []]));
  /** The configuration, held against what the gate has adapters for. Problem `config-invalid`. */
  const load = (file: string, env: NodeJS.ProcessEnv) => loadConfig(file, env, kinds, vendors);
  const loud = makeLog({ level: 'info', stream: process.stderr, now });
  const quiet = makeLog({ level: 'error', stream: process.stderr, now });
  const around: Surroundings = {
    version,
    log: loud.log,
    now,
    searchPath: process.env['PATH'] ?? '',
    allowBundledFfmpeg: false,
    retryDelays: patientRetries,
  };
  /** manifest.json is held against what is really there. Problem `config-invalid` with every fault. */
  const holdManifest = () => readManifest(path.join(root, 'manifest.json'), { version, node, adapters });
  return {
    start: async (file, env) => {
      await holdManifest();
      return startGate(await load(file, env), around);
    },
    checkManifest: () =>
      holdManifest().then(
        () => [],
        (thrown: unknown) => Problem.from(thrown).faults ?? [],
      ),
    judgePolicies: judgeFolder,
    checkConfig: async (file, env) => {
      const faults = await checkConfig(file, env, kinds, vendors);
      if (faults.length > 0) return faults;
      const config = await load(file, env);
      const policyFaults = await checkPolicies(config.policiesFolder);
      return policyFaults.length > 0 ? policyFaults : judgeCameras(config, await loadPolicy(config.policiesFolder));
    },
    examine: async (file, env) => examine(await load(file, env), around),
    recorders: makeRecorders(load),
    makeSetupToken: async (file, env) => {
      const { keysFolder } = await load(file, env);
      // Makes the folder and judges it, as a start would.
      loadKeys(keysFolder);
      return makeSetupToken(keysFolder);
    },
    verifyJournal: async (file, env) => {
      const config = await load(file, env);
      const keys = loadKeys(config.keysFolder);
      return verifyJournal(path.join(config.dataFolder, 'journal'), verifierKey(config.journal.origin, keys.log));
    },
    // The stage brings a recorder with it, which a server never loads.
    raise: async () => (await import('./demo-stage.js')).raiseStage(root, { ...around, log: quiet.log, allowBundledFfmpeg: true }),
    close: async () => {
      await loud.closeLog();
      await quiet.closeLog();
    },
  };
}
