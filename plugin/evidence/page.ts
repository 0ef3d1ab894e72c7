// The static page that verifies packages, as it is shipped: made from verifier/ by tools/verifier-page.ts.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const place = path.join('assets', 'verify.html');

/** Bytes of verify.html. Looks upward, since the built files lie one folder deeper than the sources. */
export function verifierPage(): Buffer {
  for (let folder = path.dirname(fileURLToPath(import.meta.url)); ; folder = path.dirname(folder)) {
    const file = path.join(folder, place);
    if (existsSync(file)) return readFileSync(file);
    if (folder === path.dirname(folder)) throw new Error(`${place} is not there`);
  }
}
