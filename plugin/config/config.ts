// exportgate.yaml and the environment → the configuration: frozen, whole, judged before anything starts. Nothing else reads either.
import { join } from 'node:path';
import { Problem, type Fault } from '../domain/problem.js';
import type { RoleName, UserId } from '../domain/subject.js';
import type { Source } from '../domain/vms.js';
import { configJsonSchema, configSchema, type RawConfig } from './config-schema.js';
import type { KnownAdapter, Surroundings } from './check.js';
import { crossCheck } from './cross-checks.js';
import { faultsOf } from './faults.js';
import { fromFile } from './folders.js';
import { knownKeys } from './known-keys.js';
import { readClientSecret } from './client-secret.js';
import { readNotify, type NotifyConfig } from './notify-channels.js';
import { masterKeysOf, readPassphrase } from './key-secrets.js';
import { readPassword, type Environment } from './recorder-password.js';
import type { Secret } from './secret.js';
import { readSmallFile } from './small-file.js';
import { readAuthorities, readTrust } from './recorder-trust.js';
import { soundParts } from './sound-parts.js';
import { readYaml } from './yaml.js';

export interface RecorderConfig {
  id: string;
  adapter: string;
  /** Device service. */
  url: string;
  user: string;
  password: Secret;
  /** How many pulls it bears at once. */
  pulls: 1 | 2;
  /** Whom to believe behind https and rtsps: an authority (PEM) or one certificate. Null: the authorities that Node trusts. */
  tls: { ca: string } | { fingerprint: string } | null;
  /** A first picture older than the asked start by more than this is not the one asked for. */
  maxGopSeconds: number;
  /** For vendors' playback addresses; `zoneMinutes` east of UTC. */
  vendor: { rtspPort: number; zoneMinutes: number };
  /** Where ordinary clients reach this recorder through the gate. A listener of its own: HTTP digest signs the path, so the
   *  recorder's own paths must stay as they are. */
  front: { host: string; port: number; streams: 'refused' | 'recorder' } | null;
  /** Where clients of its own pages reach it through the gate. */
  web: WebConfig | null;
}

export interface WebConfig {
  host: string;
  port: number;
  tls: { certFile: string; keyFile: string } | null;
  /** Null: where it really listens. */
  publicUrl: string | null;
  /** Accounts on the video system, each one person's. Who is not here sees no footage. `administrator`: of the video system. */
  people: readonly { account: string; user: UserId; administrator: boolean }[];
  /** Routes on which the video system itself may send footage out; none is the rule. */
  egress: readonly string[];
}

/** Paths are absolute, sizes bytes, durations milliseconds. */
export interface Config {
  /** `port` 0: any free one. `publicUrl` null: where it really listens. */
  listen: { host: string; port: number; tls: { certFile: string; keyFile: string } | null; behindProxy: boolean; publicUrl: string | null };
  /** For whom backups are sealed, and where the keys' copy goes, which is written anew at each destruction; null: none is made. */
  backup: { recipient: string; keys: string | null } | null;
  dataFolder: string;
  keysFolder: string;
  keys: KeysConfig;
  /** Wiped at start. */
  workFolder: string;
  policiesFolder: string;
  journal: {
    origin: string;
    /** Hashes and proofs of the journal are for everybody. */
    public: boolean;
    /** A file off the machine; null: none. */
    heldCheckpoint: string | null;
    /** Without a slash at the end of `url`. */
    witnesses: readonly { url: string; vkey: string }[];
    /** So many of them must have cosigned a checkpoint before it is handed out. */
    quorum: number;
  };
  recorders: readonly RecorderConfig[];
  cameras: readonly { camera: string; recorder: string; source: Source }[];
  quotas: { unitBytes: number; installationBytes: number; reserveBytes: number; bytesPerSecond: number };
  /** `path` null: the one on PATH. */
  ffmpeg: { path: string | null };
  /** Months for which the personal values of log entries are kept. */
  keeping: { logMonths: number };
  audit: { everyHours: number };
  /** A minute and address. */
  limits: { requestsPerMinute: number; signInsPerMinute: number };
  tokens: { lifetime: number };
  /** Null: people sign in here alone. */
  oidc: OidcConfig | null;
  /** Whom packages are stamped by (RFC 3161). Null: nobody. `ca`: authorities in PEM. */
  timestamps: { url: string; ca: string; policy: string | null; timeoutMs: number; required: boolean } | null;
  /** Papers. `verifyUrl` null: the gate's own page, where people's address of it is configured. */
  documents: { verifyUrl: string | null; seal: { command: readonly [string, ...string[]]; ca: string; timeoutMs: number } | null };
  /** Where notices go beside the gate itself. */
  notify: NotifyConfig;
}

export interface KeysConfig {
  /** Null: keys are plain, or somebody is asked on the terminal. */
  passphrase: Secret | null;
  /** Null: master keys lie beside the others. */
  masterFolder: string | null;
  /** Those of the environment, by number, in base64. */
  masterKeys: ReadonlyMap<number, Secret>;
  rotateAfterDays: number;
  /** By what packages are signed and footage is sealed. */
  profile: 'international' | 'gm';
}

export interface OidcConfig {
  issuer: string;
  clientId: string;
  clientSecret: Secret;
  /** Null: the callback at the address that people use. */
  redirectUrl: string | null;
  userClaim: string;
  roleClaim: string;
  /** What the provider calls a role → what roles.csv calls it. */
  roles: Readonly<Record<string, RoleName>>;
  /** Words in `amr` or `acr` that mean a second factor. */
  secondFactorAmr: readonly string[];
}

const longestFile = 8 * 1024 * 1024;

/** Problem `config-invalid` with every fault. `adapters`: those that the gate has. */
export async function loadConfig(file: string, env: Environment, adapters: readonly KnownAdapter[]): Promise<Config> {
  const judged = await judge({ file, env, adapters });
  if ('config' in judged) return judged.config;
  throw new Problem('config-invalid', `The configuration has ${judged.faults.length} fault(s).`, { faults: judged.faults });
}

/** The same judgement without starting anything: every fault, none where it is sound. */
export async function checkConfig(file: string, env: Environment, adapters: readonly KnownAdapter[]): Promise<Fault[]> {
  try {
    const judged = await judge({ file, env, adapters });
    return 'faults' in judged ? judged.faults : [];
  } catch (error) {
    if (error instanceof Problem && error.faults) return [...error.faults];
    throw error;
  }
}

async function judge(around: Surroundings): Promise<{ config: Config } | { faults: Fault[] }> {
  const yaml = readYaml(await readSmallFile(around.file, longestFile));
  if ('faults' in yaml) return yaml;
  const shaped = configSchema.safeParse(yaml.data, { reportInput: true });
  const faults = [
    ...(shaped.success ? [] : faultsOf(shaped.error.issues, (path) => knownKeys(configJsonSchema(), path))),
    ...(await crossCheck(soundParts(yaml.data), around)),
  ];
  if (!shaped.success || faults.length > 0) return { faults };
  return { config: freeze(await finish(shaped.data, around)) };
}

async function finish(raw: RawConfig, around: Surroundings): Promise<Config> {
  const at = (path: string): string => fromFile(around.file, path);
  const { listen, ffmpeg } = raw;
  const { profile: _profile, ...rest } = raw;
  return {
    ...rest,
    listen: {
      ...listen,
      tls: listen.tls && { certFile: at(listen.tls.certFile), keyFile: at(listen.tls.keyFile) },
      publicUrl: listen.publicUrl?.replace(/\/$/, '') ?? null,
    },
    dataFolder: at(raw.dataFolder),
    keysFolder: at(raw.keysFolder),
    keys: await finishKeys(raw, around),
    workFolder: raw.workFolder ? at(raw.workFolder) : join(at(raw.dataFolder), 'work'),
    policiesFolder: at(raw.policiesFolder),
    journal: {
      ...raw.journal,
      heldCheckpoint: raw.journal.heldCheckpoint && at(raw.journal.heldCheckpoint),
      witnesses: raw.journal.witnesses.map(({ url, vkey }) => ({ url: url.replace(/\/$/, ''), vkey })),
    },
    recorders: await Promise.all(raw.recorders.map((recorder, index) => finishRecorder(recorder, index, around))),
    cameras: raw.cameras.map(({ camera, recorder, recording, playback }) => ({
      camera,
      recorder,
      source: playback ?? { recording: recording ?? '' },
    })),
    backup: raw.backup && { ...raw.backup, keys: raw.backup.keys && at(raw.backup.keys) },
    ffmpeg: { path: ffmpeg.path && at(ffmpeg.path) },
    timestamps: raw.timestamps && (await finishTimestamps(raw.timestamps, around)),
    documents: { ...raw.documents, seal: raw.documents.seal && (await finishSeal(raw.documents.seal, around)) },
    oidc: raw.oidc && (await finishOidc(raw.oidc, around)),
    notify: await finishNotify(raw.notify, around),
  };
}

async function finishKeys({ keys, profile }: RawConfig, around: Surroundings): Promise<KeysConfig> {
  const { passphraseFile, masterFolder, rotateAfterDays } = keys;
  const read = await readPassphrase(passphraseFile, around);
  // Judged once already; a file that changed in between is a fault all the same.
  if ('faults' in read) throw new Problem('config-invalid', 'The passphrase of the keys cannot be read.', { faults: read.faults });
  return {
    passphrase: read.passphrase,
    masterFolder: masterFolder === undefined ? null : fromFile(around.file, masterFolder),
    masterKeys: masterKeysOf(around.env),
    rotateAfterDays,
    profile,
  };
}

async function finishTimestamps(
  { caFile, timeoutSeconds, ...given }: NonNullable<RawConfig['timestamps']>,
  around: Surroundings,
): Promise<NonNullable<Config['timestamps']>> {
  const read = await readAuthorities(caFile, 'timestamps.caFile', around);
  if ('faults' in read) throw new Problem('config-invalid', 'The authorities of time stamps cannot be read.', { faults: read.faults });
  return { ...given, ca: read.ca, timeoutMs: timeoutSeconds * 1000 };
}

async function finishSeal(
  { command, caFile, timeoutSeconds }: NonNullable<RawConfig['documents']['seal']>,
  around: Surroundings,
): Promise<NonNullable<Config['documents']['seal']>> {
  const read = await readAuthorities(caFile, 'documents.seal.caFile', around);
  if ('faults' in read) throw new Problem('config-invalid', 'The authorities of the e-seal cannot be read.', { faults: read.faults });
  return { command: command as [string, ...string[]], ca: read.ca, timeoutMs: timeoutSeconds * 1000 };
}

async function finishNotify(raw: RawConfig['notify'], around: Surroundings): Promise<NotifyConfig> {
  const read = await readNotify(raw, around);
  // Judged once already; a file that changed in between is a fault all the same.
  if ('faults' in read) throw new Problem('config-invalid', 'A channel for notices cannot be read.', { faults: read.faults });
  return read.value;
}

function finishWeb({ tls, publicUrl, people, ...web }: NonNullable<RawConfig['recorders'][number]['web']>, around: Surroundings): WebConfig {
  const at = (path: string): string => fromFile(around.file, path);
  return {
    ...web,
    tls: tls && { certFile: at(tls.certFile), keyFile: at(tls.keyFile) },
    publicUrl: publicUrl?.replace(/\/$/, '') ?? null,
    people: people.map(({ user, ...it }) => ({ ...it, user: user as UserId })),
  };
}

async function finishRecorder(
  { id, adapter, url, user, pulls, front, web, tls, maxGopSeconds, vendor, ...named }: RawConfig['recorders'][number],
  index: number,
  around: Surroundings,
): Promise<RecorderConfig> {
  const where = `recorders[${index}]`;
  const [read, trust] = await Promise.all([readPassword({ id, ...named }, where, around), readTrust(tls, where, around)]);
  // Judged once already; a file that changed in between is a fault all the same.
  const faults = [read, trust].flatMap((it) => ('faults' in it ? it.faults : []));
  if ('faults' in read || 'faults' in trust) throw new Problem('config-invalid', 'A password or a certificate cannot be read.', { faults });
  const zoned = { rtspPort: vendor.rtspPort, zoneMinutes: vendor.zone };
  return { id, adapter, url, user, password: read.password, pulls, front, web: web && finishWeb(web, around), tls: trust.tls, maxGopSeconds, vendor: zoned };
}

async function finishOidc(
  { clientSecretEnv, clientSecretFile, redirectUrl, roles, ...oidc }: NonNullable<RawConfig['oidc']>,
  around: Surroundings,
): Promise<OidcConfig> {
  const read = await readClientSecret({ clientSecretEnv, clientSecretFile }, around);
  if ('faults' in read) throw new Problem('config-invalid', 'The client secret cannot be read.', { faults: read.faults });
  return { ...oidc, clientSecret: read.password, redirectUrl: redirectUrl ?? null, roles: roles as Record<string, RoleName> };
}

function freeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) freeze(inner as object);
  return Object.freeze(value);
}
