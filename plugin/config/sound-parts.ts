// What can be read of a configuration that has faults: the parts that are sound, so that the cross-checks find their faults in the
// same run. A sound configuration is all of it.
import { configSchema, type RawConfig } from './config-schema.js';

/** Elements of a list keep their place; one that is not sound is null. */
export type SoundParts = Partial<Omit<RawConfig, 'recorders' | 'cameras'>> & {
  recorders: (RawConfig['recorders'][number] | null)[];
  cameras: (RawConfig['cameras'][number] | null)[];
  /** Ids of all recorders, those of unsound ones too: a camera that names one of them is not at fault. */
  recorderIds: string[];
};

type Reads<T> = { safeParse(value: unknown): { success: true; data: T } | { success: false } };

const read = <T>(schema: Reads<T>, value: unknown): T | null => {
  const result = schema.safeParse(value);
  return result.success ? result.data : null;
};
const readList = <T>(schema: Reads<T>, value: unknown): (T | null)[] =>
  Array.isArray(value) ? value.map((element) => read(schema, element)) : [];

export function soundParts(data: unknown): SoundParts {
  const given = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
  const { recorders, cameras, ...rest } = configSchema.shape;
  const parts = Object.entries(rest).map(([key, schema]) => [key, read(schema as Reads<unknown>, given[key])] as const);
  return {
    ...(Object.fromEntries(parts.filter(([, value]) => value !== null)) as Partial<RawConfig>),
    // An unknown key is told by the schema; the rest of the element is judged all the same.
    recorders: readList(recorders.element.strip(), given['recorders']),
    cameras: readList(cameras.element.strip(), given['cameras']),
    recorderIds: readList(recorders.element.pick({ id: true }).strip(), given['recorders']).flatMap((recorder) => recorder?.id ?? []),
  };
}
