// What lies where in a package, and in which order: names and limits that writer and verifier must share. See docs/spec/package.md.

export const manifestPath = 'manifest.json';
export const envelopePath = 'manifest.dsse.json';
/** RFC 3161 answer over manifest.dsse.json; only where one was obtained. */
export const timeStampPath = 'manifest.tsr';
export const entriesPath = 'journal/entries.ndjson';
export const checkpointPath = 'journal/checkpoint';
/** The page that verifies the package it lies in: a convenience, listed like any other file. */
export const pagePath = 'verify.html';

/** Papers lie here, and nothing else: they speak of the rest, so the rest is summed without them. */
export const isDocumentPath = (path: string): boolean => path.startsWith('documents/');

/** Twelve digits: names sort as numbers do, up to 10^12 entries. */
export const proofPath = (index: number): string => `journal/${String(index).padStart(12, '0')}.tlog-proof`;

export const isProofPath = (path: string): boolean => /^journal\/\d{12,}\.tlog-proof$/.test(path);

/** Files of one package. Keeps a ZIP's directory, and the verifier's memory, within a few megabytes. */
export const maxFiles = 20_000;
export const maxPathBytes = 255;
export const maxManifestBytes = 16 * 1024 * 1024;
/** One entry of the journal (docs/spec/journal.md). */
export const maxEntryBytes = 8 * 1024;

/** Letters, digits, `.`, `_`, `-`; no segment begins with a dot, a dash or a blank: nothing that a shell or another system reads anew. */
const segment = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}._-]*$/u;

/** May a file of the package bear this path? Relative, `/` between segments, NFC. */
export const isPackagePath = (path: string): boolean =>
  path === path.normalize('NFC') && Buffer.byteLength(path) <= maxPathBytes && path.split('/').every((part) => segment.test(part));

/** Paths that manifest.files cannot name: they are made after it. */
export const isReserved = (path: string): boolean =>
  path === manifestPath || path === envelopePath || path === timeStampPath || path === 'journal' || path.startsWith('journal/');

/** By UTF-8 bytes, the order of `LC_ALL=C sort`. */
export const comparePaths = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const rank = (path: string): number => {
  if (path === manifestPath) return 0;
  if (path === envelopePath) return 1;
  if (path === timeStampPath) return 2;
  if (!path.startsWith('journal/')) return 3;
  if (path === entriesPath) return 4;
  return path === checkpointPath ? 6 : 5;
};

/** Order of files in the archive: manifest, envelope, time stamp, files by path, entries, proofs by index, checkpoint. */
export const compareInPackage = (a: string, b: string): number => rank(a) - rank(b) || comparePaths(a, b);
