// The list that `sha256sum` writes and reads: one line per file, by UTF-8 bytes of the path (GNU coreutils).
import { sha256Hex } from './digest.js';

/** SHA-256 of the list, hex. Paths hold neither backslash nor line break, which sha256sum would write otherwise. */
export const sumListDigest = (files: readonly { path: string; sha256: string }[]): string =>
  sha256Hex(
    [...files]
      .sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
      .map(({ path, sha256 }) => `${sha256}  ${path}\n`)
      .join(''),
  );
