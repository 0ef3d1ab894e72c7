// Master keys: each request's key, and the key of each object that belongs to no request, is wrapped by the newest, and opened by the one that
// wrapped it.
import { Problem } from '../domain/problem.js';
import { keyBytes, unwrapKey, wrapKey, type WrapSuite } from './wrap-key.js';

/** Object and key version are held by the wrapping: a wrapped key put into another object does not open. */
const associated = (object: string, version: number): Buffer => Buffer.from(`exportgate-object-key\n${version}\n${object}`);

export class MasterKeys {
  readonly #keys: ReadonlyMap<number, Buffer>;
  /** Version of the newest master key. */
  readonly current: number;

  /** Version → 32 bytes; at least one. `suite`: how is wrapped, and how objects are sealed; both are opened. Problem `key-invalid`. */
  constructor(
    keys: ReadonlyMap<number, Buffer>,
    readonly suite: WrapSuite = 'aes',
  ) {
    for (const [version, key] of keys)
      if (key.length !== keyBytes)
        throw new Problem('key-invalid', `master-${version}.key has ${key.length} bytes; a master key has ${keyBytes}.`);
    this.#keys = keys;
    this.current = Math.max(...keys.keys());
  }

  /** Wraps an object's data key, as of `wrapKey`. */
  wrap(dataKey: Buffer, object: string): { version: number; wrapped: Buffer } {
    const version = this.current;
    return { version, wrapped: wrapKey(this.suite, this.#keys.get(version)!, associated(object, version), dataKey) };
  }

  /** The data key. Problem `key-invalid`: no such master key, or the wrapping is not what was made with it for this object. */
  unwrap(wrapped: Buffer, version: number, object: string): Buffer {
    const key = this.#keys.get(version);
    if (!key) throw new Problem('key-invalid', `Master key ${version} is not there; put master-${version}.key back into the keys folder.`);
    const dataKey = unwrapKey(key, associated(object, version), wrapped);
    if (!dataKey) throw new Problem('key-invalid', `Master key ${version} does not open the key of object ${object}.`);
    return dataKey;
  }
}
