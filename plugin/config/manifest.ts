// manifest.json: what the plugin says of itself, held at start against what is really there. A manifest that promises more, or
// less, than the code does stops the start.
import { isDeepStrictEqual } from 'node:util';
import { Problem, type Fault } from '../domain/problem.js';
import { configJsonSchema } from './config-schema.js';
import { faultsOf } from './faults.js';
import { knownKeys } from './known-keys.js';
import { capabilities, manifestJsonSchema, manifestSchema, ports, type Manifest } from './manifest-schema.js';
import { readSmallFile } from './small-file.js';

/** What is really there. */
export interface Really {
  /** Of package.json. */
  version: string;
  /** `engines.node` of package.json. */
  node: string;
  /** Of adapters/index.ts. */
  adapters: readonly { kind: string; capabilities: readonly string[]; rights: readonly string[] }[];
}

type Check = (manifest: Partial<Manifest>, really: Really) => Fault[];

const longestFile = 1024 * 1024;

/** Problem `config-invalid` with every fault. */
export async function readManifest(path: string, really: Really): Promise<Manifest> {
  const text = await readSmallFile(path, longestFile);
  const given = parseJson(text);
  const faults = judgeManifest(given, really);
  if (faults.length > 0) throw new Problem('config-invalid', `manifest.json has ${faults.length} fault(s).`, { faults });
  return manifestSchema.parse(given);
}

/** Every fault of shape and of truth, in one run; none where the manifest is right. `given`: parsed JSON of any kind. */
export function judgeManifest(given: unknown, really: Really): Fault[] {
  const shaped = manifestSchema.safeParse(given, { reportInput: true });
  const shape = shaped.success ? [] : faultsOf(shaped.error.issues, (path) => knownKeys(manifestJsonSchema(), path));
  const sound = soundParts(given);
  return [...shape, ...checks.flatMap((check) => check(sound, really))];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const faults = [{ code: 'json-malformed', where: '(file)', detail: 'It is not JSON; right is one JSON object.' }];
    throw new Problem('config-invalid', 'manifest.json is not JSON.', { cause: error, faults });
  }
}

/** The members that are sound by themselves, so that their truth is judged although another member has a fault. */
function soundParts(given: unknown): Partial<Manifest> {
  const members = (typeof given === 'object' && given !== null ? given : {}) as Record<string, unknown>;
  const sound = Object.entries(manifestSchema.shape).flatMap(([key, schema]) => {
    const result = schema.safeParse(members[key]);
    return result.success && members[key] !== undefined ? [[key, result.data] as const] : [];
  });
  return Object.fromEntries(sound) as Partial<Manifest>;
}

/** Words that stand twice, that are not true, that are true and left out. */
function compareWords(where: string, what: string, told: readonly string[], really: readonly string[]): Fault[] {
  const twice = new Set(told.filter((word, index) => told.indexOf(word) < index));
  const untrue = new Set(told.filter((word) => !really.includes(word)));
  const untold = really.filter((word) => !told.includes(word));
  return [
    ...[...twice].map((word) => ({ code: 'named-twice', where, detail: `${what} “${word}” stands there twice; right is once.` })),
    ...[...untrue].map((word) => ({
      code: 'untrue',
      where,
      detail: `${what} “${word}” is not there; right is: ${really.join(', ') || 'none'}.`,
    })),
    ...untold.map((word) => ({ code: 'untold', where, detail: `${what} “${word}” is there, so it must stand in the manifest.` })),
  ];
}

const same = (where: string, told: string | undefined, really: string, source: string): Fault[] =>
  told === undefined || told === really ? [] : [{ code: 'untrue', where, detail: `It differs from ${source}; right is: ${really}.` }];

const versions: Check = ({ version, engines }, really) => [
  ...same('version', version, really.version, 'package.json'),
  ...same('engines.node', engines?.node, really.node, 'package.json'),
];

const closedLists: Check = (manifest) => [
  ...(manifest.capabilities ? compareWords('capabilities', 'Capability', manifest.capabilities, capabilities) : []),
  ...(manifest.ports ? compareWords('ports', 'Port', manifest.ports, ports) : []),
];

const adapters: Check = ({ adapters: told }, really) => {
  if (!told) return [];
  const kinds = compareWords(
    'adapters',
    'Adapter',
    told.map(({ kind }) => kind),
    really.adapters.map(({ kind }) => kind),
  );
  const details = told.flatMap((adapter, index) => {
    const real = really.adapters.find(({ kind }) => kind === adapter.kind);
    if (!real) return [];
    return [
      ...compareWords(`adapters[${index}].capabilities`, 'Capability', adapter.capabilities, real.capabilities),
      ...compareWords(`adapters[${index}].rights`, 'Right', adapter.rights, real.rights),
    ];
  });
  return [...kinds, ...details];
};

const config: Check = ({ config: told }) =>
  !told || isDeepStrictEqual(told, configJsonSchema())
    ? []
    : [
        {
          code: 'untrue',
          where: 'config',
          detail: 'It is not the schema that exportgate.yaml is judged by; right is a fresh copy (UPDATE_GOLDEN=1 npm test).',
        },
      ];

const checks: readonly Check[] = [versions, closedLists, adapters, config];
