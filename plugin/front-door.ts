// What the verbs that need the whole house are given. Loaded when one of them asks: most verbs speak to a running gate or to a file, and
// must not wait for casbin, SQLite and the adapters to be read; those that only look must not wait for the gate itself.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { adapters } from '../adapters/index.js';
import type { Surroundings } from './assemble.js';
import { askNewPassphrase, askPassphrase } from './cli/ask-passphrase.js';
import type { KeyRing } from './cli/keys.js';
import type { FrontDoor } from './cli/program.js';
import type { Config, KeysConfig } from './config/config.js';
import { masterKeysOf, readFormerPassphrase } from './config/key-secrets.js';
import { Secret } from './config/secret.js';
import { checkConfig, loadConfig } from './config/config.js';
import { readManifest } from './config/manifest.js';
import { installationOf, judgeCameras, makeRecorders, waysAround } from './configured.js';
import { verifierKey } from './domain/formats/signed-note.js';
import { Problem } from './domain/problem.js';
import { inPassingFolder } from './passing-folder.js';

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
  /** What opens the keys: as configured, else typed on the terminal where they want it. */
  const openers = async ({ keysFolder, keys }: Config): Promise<KeysConfig> => {
    const { wantsPassphrase } = await import('./keys/keys.js');
    if (keys.passphrase || !wantsPassphrase(keysFolder, keys.masterFolder)) return keys;
    const typed = await askPassphrase(process.stdin, process.stderr);
    return { ...keys, passphrase: typed === null ? null : new Secret(typed) };
  };
  const loadAll = async (config: Config) => (await import('./keys/keys.js')).loadKeys(config.keysFolder, await openers(config));
  const keys: KeyRing = {
    list: async (at) => (await loadAll(await load(at.config, at.env))).known,
    rotate: async (at, kind) => {
      const config = await load(at.config, at.env);
      return (await import('./keys/rotate.js')).rotateKey(config.keysFolder, kind, await openers(config));
    },
    protect: async (at, file) => {
      const config = await load(at.config, at.env);
      const former = file === null ? null : await readFormerPassphrase(file);
      // Who changes it gives the new one: nobody is asked for what opens the keys now.
      const opened = former ? config.keys : await openers(config);
      const passphrase = opened.passphrase ?? new Secret(await askNewPassphrase(process.stdin, process.stderr));
      return (await import('./keys/protect.js')).protectKeys(config.keysFolder, { ...opened, passphrase, former });
    },
    publicKeys: async (at) => {
      const config = await load(at.config, at.env);
      const all = await loadAll(config);
      return { manifest: all.publicPem('manifest'), log: [all.log, ...all.formerLogs].map((key) => verifierKey(config.journal.origin, key)) };
    },
  };
  const searchPath = process.env['PATH'] ?? '';
  /** manifest.json is held against what is really there. Problem `config-invalid` with every fault. */
  const holdManifest = () => readManifest(path.join(root, 'manifest.json'), { version, node, adapters });
  return {
    start: async (file, env) => {
      await holdManifest();
      const { startGate } = await import('./assemble.js');
      const config = await load(file, env);
      return startGate({ ...config, keys: await openers(config) }, await around('info'));
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
    examine: async (file, env) => {
      const config = await load(file, env);
      return (await import('./examine.js')).examine({ ...config, keys: await openers(config) }, { searchPath, now });
    },
    keys,
    backups: {
      makeKeys: async () => (await import('./backup/recipient.js')).makeBackupKeys(),
      backUp: async (at, to, keysTo, options) => {
        const config = await load(at.config, at.env);
        const { openKeys } = await import('./keys/keys.js');
        return (await import('./back-up.js')).backUp({ config, keys: openKeys(config.keysFolder, await openers(config)), version, now }, to, keysTo, options);
      },
      restore: async (at, from, keysFrom, identityFile, to) => {
        const identity = await fs.promises.readFile(identityFile, 'utf8').catch((cause: unknown) => {
          throw new Problem('key-invalid', `${identityFile} cannot be read.`, { cause });
        });
        const passphrase = at.env['EXPORTGATE_KEYS_PASSPHRASE'];
        const sources = { passphrase: passphrase ? new Secret(passphrase) : null, masterKeys: masterKeysOf(at.env) };
        const { restore } = await import('./restore.js');
        if ('folder' in to) return restore({ from, keysFrom, identity, to: to.folder, now, sources });
        return inPassingFolder(to.drillIn ?? os.tmpdir(), (folder) => restore({ from, keysFrom, identity, to: folder, now, sources }));
      },
    },
    recorders: makeRecorders(load),
    installation: installationOf,
    waysAround,
    makeSetupToken: async (file, env) => {
      const config = await load(file, env);
      const { makeSetupToken } = await import('./identity/setup-token.js');
      // Makes the folder and judges it, as a start would.
      await loadAll(config);
      return makeSetupToken(config.keysFolder);
    },
    verifyJournal: async (file, env, kept) => {
      const config = await load(file, env);
      const { verifyJournal } = await import('./journal/verify.js');
      const { log, formerLogs } = await loadAll(config);
      const vkeys = [log, ...formerLogs].map((key) => verifierKey(config.journal.origin, key));
      return verifyJournal(path.join(config.dataFolder, 'journal'), vkeys, kept);
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
