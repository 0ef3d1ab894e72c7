// Master keys: each object's key is wrapped by the newest, and opened by the one that wrapped it.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { gmEncipher, gmIvBytes, gmOpen, gmTagBytes } from '../domain/formats/gm-cipher.js';
import { Problem } from '../domain/problem.js';

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
/** In front of what the 国密 profile wraps. The nonce that stands there otherwise is random: one in 2^64 looks like it. */
const gmMagic = Buffer.from('EGWRAP2\n');

/** Object and key version are held by the wrapping: a wrapped key put into another object does not open. */
const associated = (object: string, version: number): Buffer => Buffer.from(`exportgate-object-key\n${version}\n${object}`);

export class MasterKeys {
  readonly #keys: ReadonlyMap<number, Buffer>;
  /** Version of the newest master key. */
  readonly current: number;

  /** Version → 32 bytes; at least one. `suite`: how is wrapped, and how objects are sealed; both are opened. Problem `key-invalid`. */
  constructor(
    keys: ReadonlyMap<number, Buffer>,
    readonly suite: 'aes' | 'sm4' = 'aes',
  ) {
    for (const [version, key] of keys)
      if (key.length !== keyBytes)
        throw new Problem('key-invalid', `master-${version}.key has ${key.length} bytes; a master key has ${keyBytes}.`);
    this.#keys = keys;
    this.current = Math.max(...keys.keys());
  }

  /**
   * Wraps an object's data key: nonce (12, random) ‖ AES-256-GCM text ‖ tag (16); or `EGWRAP2` and a newline ‖ iv (16, random) ‖ SM4-CTR
   * text ‖ HMAC-SM3 (16).
   */
  wrap(dataKey: Buffer, object: string): { version: number; wrapped: Buffer } {
    const version = this.current;
    if (this.suite === 'sm4') {
      const iv = randomBytes(gmIvBytes);
      return {
        version,
        wrapped: Buffer.concat([gmMagic, iv, ...gmEncipher(this.#keys.get(version)!, iv, associated(object, version), dataKey)]),
      };
    }
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#keys.get(version)!, nonce, { authTagLength: tagBytes }).setAAD(
      associated(object, version),
    );
    return { version, wrapped: Buffer.concat([nonce, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]) };
  }

  /** The data key. Problem `key-invalid`: no such master key, or the wrapping is not what was made with it for this object. */
  unwrap(wrapped: Buffer, version: number, object: string): Buffer {
    const key = this.#keys.get(version);
    if (!key) throw new Problem('key-invalid', `Master key ${version} is not there; put master-${version}.key back into the keys folder.`);
    if (wrapped.subarray(0, gmMagic.length).equals(gmMagic)) return unwrapGm(key, wrapped.subarray(gmMagic.length), version, object);
    const end = wrapped.length - tagBytes;
    try {
      if (end < nonceBytes) throw new RangeError('The wrapped key is too short.');
      const cipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(0, nonceBytes), { authTagLength: tagBytes });
      cipher.setAAD(associated(object, version)).setAuthTag(wrapped.subarray(end));
      return Buffer.concat([cipher.update(wrapped.subarray(nonceBytes, end)), cipher.final()]);
    } catch (cause) {
      throw foreign(version, object, cause);
    }
  }
}

function unwrapGm(key: Buffer, wrapped: Buffer, version: number, object: string): Buffer {
  const end = wrapped.length - gmTagBytes;
  if (end < gmIvBytes) throw foreign(version, object);
  const text = wrapped.subarray(gmIvBytes, end);
  const opened = gmOpen(key, wrapped.subarray(0, gmIvBytes), associated(object, version), text, wrapped.subarray(end));
  if (!opened) throw foreign(version, object);
  return opened.update(text);
}

const foreign = (version: number, object: string, cause?: unknown): Problem =>
  new Problem('key-invalid', `Master key ${version} does not open the key of object ${object}.`, { cause });
