// witness.yaml: what a witness of other people's logs is told. A file of its own, for it runs where the gate does not.
import { z } from 'zod';
import { FormatError } from '../domain/formats/format-error.js';
import { parseVerifierKey } from '../domain/formats/signed-note.js';
import { Problem, type Fault } from '../domain/problem.js';
import { faultsOf } from './faults.js';
import { fromFile } from './folders.js';
import { knownKeys } from './known-keys.js';
import { readSmallFile } from './small-file.js';
import { readYaml } from './yaml.js';

export interface WitnessConfig {
  listen: { host: string; port: number };
  /** Of its key: what stands in each cosignature. */
  name: string;
  /** Its key and what it has cosigned. */
  dataFolder: string;
  /** Origin → verifier keys of the logs that it witnesses, in the order of the file. */
  logs: ReadonlyMap<string, readonly string[]>;
}

const text = (pattern: RegExp, right: string) => z.string(right).regex(pattern, right);
const portRight = 'a port, 1 to 65535, or 0 for any free one';
const mapRight = 'a map of keys and values';
const logsRight = 'a list of 1 to 1000 verifier keys, as the gates tell them';

const schema = z.strictObject(
  {
    listen: z
      .strictObject(
        {
          host: text(/^[A-Za-z0-9_.:-]{1,253}$/, 'a host name or IP address without brackets, like 127.0.0.1').default('127.0.0.1'),
          port: z.int(portRight).min(0, portRight).max(65_535, portRight).default(8449),
        },
        mapRight,
      )
      .prefault({}),
    name: text(
      /^(?=.{3,120}$)[a-z0-9][a-z0-9.-]*\.[a-z0-9-]+(?:\/[a-z0-9._-]+)*$/,
      'the witness’s own name, once and for ever, like witness.example/sh',
    ),
    dataFolder: text(/^[^\0]{1,1024}$/, 'a path; a relative one starts at the folder of this file'),
    logs: z.array(z.string(logsRight).max(400, logsRight), logsRight).min(1, logsRight).max(1000, logsRight),
  },
  mapRight,
);

const longestFile = 1024 * 1024;

/** Problem `config-invalid` with every fault. */
export async function loadWitnessConfig(file: string): Promise<WitnessConfig> {
  const yaml = readYaml(await readSmallFile(file, longestFile));
  if ('faults' in yaml) throw invalid(yaml.faults);
  const shaped = schema.safeParse(yaml.data, { reportInput: true });
  if (!shaped.success) throw invalid(faultsOf(shaped.error.issues, (path) => knownKeys(jsonSchema(), path)));
  const logs = new Map<string, string[]>();
  const faults: Fault[] = [];
  for (const [at, vkey] of shaped.data.logs.entries()) {
    const where = `logs[${at}]`;
    const origin = originOf(vkey);
    if (origin === null)
      faults.push({ code: 'not-allowed', where, detail: 'It is no verifier key of a log; right is what its gate tells, name+id+key.' });
    else if (logs.get(origin)?.includes(vkey)) faults.push({ code: 'named-twice', where, detail: 'This key is there already; right is each key once.' });
    else logs.set(origin, [...(logs.get(origin) ?? []), vkey]);
  }
  if (faults.length > 0) throw invalid(faults);
  return { ...shaped.data, dataFolder: fromFile(file, shaped.data.dataFolder), logs };
}

function originOf(vkey: string): string | null {
  try {
    return parseVerifierKey(vkey).name;
  } catch (thrown) {
    if (thrown instanceof FormatError) return null;
    throw thrown;
  }
}

const jsonSchema = (): Record<string, unknown> =>
  JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io: 'input' }))) as Record<string, unknown>;

const invalid = (faults: readonly Fault[]): Problem =>
  new Problem('config-invalid', `The configuration of the witness has ${faults.length} fault(s).`, { faults });
