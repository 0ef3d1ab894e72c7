// Where things are by the configuration, without its secrets: for what is done before a recorder's password is there, and for what must not
// know it.
import { Problem } from '../domain/problem.js';
import { configJsonSchema, configSchema, type RawConfig } from './config-schema.js';
import { faultsOf } from './faults.js';
import { fromFile } from './folders.js';
import { knownKeys } from './known-keys.js';
import { readSmallFile } from './small-file.js';
import { readYaml } from './yaml.js';

const longestFile = 8 * 1024 * 1024;

export type RecorderPlace = Omit<RawConfig['recorders'][number], 'passwordFile'> & {
  /** Absolute; null: the password comes from the environment. */
  passwordFile: string | null;
};

export interface Places {
  listen: RawConfig['listen'];
  /** Absolute. */
  dataFolder: string;
  recorders: readonly RecorderPlace[];
}

/** Problem `config-invalid`: the shape alone is judged, with every fault; `check` judges the rest. */
export async function readPlaces(file: string): Promise<Places> {
  const refuse = (faults: Problem['faults']): Problem => new Problem('config-invalid', `The configuration has ${faults!.length} fault(s).`, { ...(faults && { faults }) });
  const yaml = readYaml(await readSmallFile(file, longestFile));
  if ('faults' in yaml) throw refuse(yaml.faults);
  const shaped = configSchema.safeParse(yaml.data, { reportInput: true });
  if (!shaped.success) throw refuse(faultsOf(shaped.error.issues, (path) => knownKeys(configJsonSchema(), path)));
  const { listen, dataFolder, recorders } = shaped.data;
  return {
    listen,
    dataFolder: fromFile(file, dataFolder),
    recorders: recorders.map(({ passwordFile, ...it }) => ({ ...it, passwordFile: passwordFile === undefined ? null : fromFile(file, passwordFile) })),
  };
}
