// What the verbs that need the whole house are given. Loaded when one of them asks: most verbs speak to a running gate or to a file, and
// must not wait for casbin, SQLite and the adapters to be read; those that only look must not wait for the gate itself.
import path from 'node:path';
import { adapters } from '../adapters/index.js';
import type { Surroundings } from './assemble.js';
import type { FrontDoor } from './cli/program.js';
import { checkConfig, loadConfig } from './config/config.js';
import { readManifest } from './config/manifest.js';
import { installationOf, judgeCameras, makeRecorders, waysAround } from './configured.js';
import { verifierKey } from './domain/formats/signed-note.js';
import { Problem } from './domain/problem.js';

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
  /** The configuration, held against what the gate has adapters for. Problem `config-invalid`. */
  const load = (file: string, env: NodeJS.ProcessEnv) => loadConfig(file, env, adapters);
  const closings: (() => Promise<void>)[] = [];
  const around = async (level: 'info' | 'error'): Promise<Surroundings> => {
    const [{ makeLog }, { patientRetries }] = await Promise.all([import('./log/winston.js'), import('./assemble.js')]);
    const { log, closeLog } = makeLog({ level, stream: process.stderr, now });
    closings.push(closeLog);
    return { version, log, now, searchPath, allowBundledFfmpeg: false, retryDelays: patientRetries };
  };
  const searchPath = process.env['PATH'] ?? '';
  /** manifest.json is held against what is really there. Problem `config-invalid` with every fault. */
  const holdManifest = () => readManifest(path.join(root, 'manifest.json'), { version, node, adapters });
  return {
    start: async (file, env) => {
      await holdManifest();
      const { startGate } = await import('./assemble.js');
      return startGate(await load(file, env), await around('info'));
    },
    checkManifest: () =>
      holdManifest().then(
        () => [],
        (thrown: unknown) => Problem.from(thrown).faults ?? [],
      ),
    judgePolicies: async (folder) => (await import('./policy/load.js')).judgeFolder(folder),
    checkConfig: async (file, env) => {
      const faults = await checkConfig(file, env, adapters);
      if (faults.length > 0) return faults;
      const config = await load(file, env);
      const { checkPolicies, loadPolicy } = await import('./policy/load.js');
      const policyFaults = await checkPolicies(config.policiesFolder);
      return policyFaults.length > 0 ? policyFaults : judgeCameras(config, await loadPolicy(config.policiesFolder));
    },
    examine: async (file, env) => (await import('./examine.js')).examine(await load(file, env), searchPath),
    recorders: makeRecorders(load),
    installation: installationOf,
    waysAround,
    makeSetupToken: async (file, env) => {
      const { keysFolder } = await load(file, env);
      const [{ loadKeys }, { makeSetupToken }] = await Promise.all([import('./keys/keys.js'), import('./identity/setup-token.js')]);
      // Makes the folder and judges it, as a start would.
      loadKeys(keysFolder);
      return makeSetupToken(keysFolder);
    },
    verifyJournal: async (file, env, kept) => {
      const config = await load(file, env);
      const [{ verifyJournal }, { loadKeys }] = await Promise.all([import('./journal/verify.js'), import('./keys/keys.js')]);
      const keys = loadKeys(config.keysFolder);
      return verifyJournal(path.join(config.dataFolder, 'journal'), verifierKey(config.journal.origin, keys.log), kept);
    },
    startWitness: async (file) => {
      const [{ loadWitnessConfig }, { startWitness }, { holdLock }] = await Promise.all([
        import('./config/witness-config.js'),
        import('./witness/start-witness.js'),
        import('./store/sqlite.js'),
      ]);
      const { log } = await around('info');
      return startWitness({ ...(await loadWitnessConfig(file)), now, log, hold: holdLock });
    },
    // The stage brings a recorder with it, which a server never loads.
    raise: async () => (await import('./demo-stage.js')).raiseStage(root, { ...(await around('error')), allowBundledFfmpeg: true }),
    close: async () => {
      for (const closing of closings) await closing();
    },
  };
}
