// A key for each thing that ends as one: a request's sealed original, and what was made of it to be handed over. It wraps the keys of the objects
// that belong to it, and lies wrapped by a master key in a folder of its own, apart from the objects. Destroyed, it takes them along wherever copies
// of them lie: what their headers hold opens by nothing else.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../domain/problem.js';
import { expectPrivateFolder, namesIn, readKeyFile, readOrMake, syncFolder } from './key-files.js';
import type { MasterKeys } from './master.js';
import { keyBytes, unwrapKey, wrapKey } from './wrap-key.js';

/** Beside the other keys, below their folder. */
export const requestKeysFolder = 'requests';

/** In an object's header, in the place of a master key's version: its key is wrapped by the one that the wrapping names. */
const ownVersion = 0;
const magic = Buffer.from('EGRKEY1\n');

/** `EG-310000-SZX01-2026-000123/original`: its `/` becomes a dot in the file's name. As long as an object's header has room for. */
const idPattern = /^([A-Za-z0-9][A-Za-z0-9-]{0,44})\/(original|copies)$/;
const namePattern = /^([A-Za-z0-9][A-Za-z0-9-]{0,44})\.(original|copies)\.key$/;

/** Another object's wrapped key, or another request's, does not open. */
const associated = (id: string, object: string): Buffer => Buffer.from(`exportgate-request-object-key\n${id}\n${object}`);

export class RequestKeys {
  /** `folder` is made, closed to others, with the first key. */
  constructor(
    readonly folder: string,
    private readonly master: MasterKeys,
  ) {}

  get suite(): MasterKeys['suite'] {
    return this.master.suite;
  }

  /** For what belongs to no request. */
  wrap(dataKey: Buffer, object: string): { version: number; wrapped: Buffer } {
    return this.master.wrap(dataKey, object);
  }

  /** Whoever wrapped it. Problem `key-invalid`: that key is not there, or the wrapping is not what was made with it for this object. */
  unwrap(wrapped: Buffer, version: number, object: string): Buffer {
    if (version !== ownVersion) return this.master.unwrap(wrapped, version, object);
    const id = keyIdIn(wrapped);
    const dataKey = unwrapKey(this.#open(id), associated(id, object), wrapped.subarray(1 + id.length));
    if (!dataKey) throw new Problem('key-invalid', `The key ${id} does not open the key of object ${object}.`);
    return dataKey;
  }

  /** The same, and new objects belong to this key, which is made with the first of them: `id length u8 ‖ id ‖ wrapping`, version 0. */
  under(id: string): Pick<RequestKeys, 'suite' | 'wrap' | 'unwrap'> {
    requestKeyFile(id);
    return {
      suite: this.suite,
      wrap: (dataKey, object) => {
        const wrapping = wrapKey(this.suite, this.#made(id), associated(id, object), dataKey);
        return { version: ownVersion, wrapped: Buffer.concat([Buffer.from([id.length]), Buffer.from(id), wrapping]) };
      },
      unwrap: (wrapped, version, object) => this.unwrap(wrapped, version, object),
    };
  }

  isThere(id: string): boolean {
    return fs.existsSync(path.join(this.folder, requestKeyFile(id)));
  }

  /** Ids of all keys, sorted. Problem `key-invalid`. */
  ids(): string[] {
    return keyIdsIn(this.folder);
  }

  /**
   * Nothing opens any more what it wrapped. Written over first: on a disk that writes elsewhere (flash, copy on write) what was there may outlive
   * it, and opens with the master key alone. Nothing happens where there is none. Problem `key-invalid`.
   */
  destroy(id: string): void {
    const file = path.join(this.folder, requestKeyFile(id));
    try {
      if (!fs.existsSync(file)) return;
      const handle = fs.openSync(file, 'r+');
      try {
        fs.writeSync(handle, randomBytes(fs.fstatSync(handle).size), 0, undefined, 0);
        fs.fsyncSync(handle);
      } finally {
        fs.closeSync(handle);
      }
      fs.rmSync(file);
      syncFolder(this.folder);
    } catch (cause) {
      throw new Problem('key-invalid', `The key ${id} cannot be destroyed.`, { cause });
    }
  }

  #made(id: string): Buffer {
    expectPrivateFolder(this.folder);
    return this.#opened(id, readOrMake(this.folder, requestKeyFile(id), () => this.#seal(id, randomBytes(keyBytes))).bytes);
  }

  #open(id: string): Buffer {
    if (!this.isThere(id)) throw new Problem('key-invalid', `The key ${id} is not there: it was destroyed, or was not put back.`);
    return this.#opened(id, readKeyFile(this.folder, requestKeyFile(id)).bytes);
  }

  /** `EGRKEY1` and a newline ‖ master key version u32 ‖ the key as that wraps it for `id`: a name that no object has. */
  #seal(id: string, key: Buffer): Buffer {
    const { version, wrapped } = this.master.wrap(key, id);
    const number = Buffer.alloc(4);
    number.writeUInt32BE(version);
    return Buffer.concat([magic, number, wrapped]);
  }

  #opened(id: string, bytes: Buffer): Buffer {
    const start = magic.length + 4;
    if (bytes.length <= start || !bytes.subarray(0, magic.length).equals(magic))
      throw new Problem('key-invalid', `The file of the key ${id} does not begin like one.`);
    return this.master.unwrap(bytes.subarray(start), bytes.readUInt32BE(magic.length), id);
  }
}

/** Of what lies in such a folder, sorted; other files are none. Problem `key-invalid`. */
export const keyIdsIn = (folder: string): string[] =>
  namesIn(folder)
    .flatMap((name) => {
      const found = namePattern.exec(name);
      return found ? [`${found[1]!}/${found[2]!}`] : [];
    })
    .sort();

/** Which key wrapped it, of a wrapping of version 0. Problem `key-invalid`. */
export function keyIdIn(wrapped: Buffer): string {
  const id = wrapped.subarray(1, 1 + (wrapped[0] ?? 0)).toString('latin1');
  requestKeyFile(id);
  return id;
}

/** Ids become file names: nothing that could leave the folder. Problem `key-invalid`. */
export function requestKeyFile(id: string): string {
  if (!idPattern.test(id)) throw new Problem('key-invalid', 'A request’s key has the request’s number for a name, and original or copies.');
  return `${id.replace('/', '.')}.key`;
}
