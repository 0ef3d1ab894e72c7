// What a person does to a package who wants it to say something else: edits of its files, by their names.
import { canonicalJson } from '../../../plugin/domain/formats/canonical-json.js';
import { checkpointText, parseCheckpoint } from '../../../plugin/domain/formats/checkpoint.js';
import { leafHash } from '../../../plugin/domain/formats/merkle.js';
import { openNote, signNote, verifierKey } from '../../../plugin/domain/formats/signed-note.js';
import { parseTlogProof, tlogProof } from '../../../plugin/domain/formats/tlog-proof.js';
import { logKey, origin } from './sealed-package.js';

export type Files = Map<string, Buffer>;
export type Entry = Record<string, unknown> & { index: number; requestSequence: number; previous: string | null };

export const entries = 'journal/entries.ndjson';
export const original = 'original/cam-1/01.mp4';

export const linesOf = (files: Files): Entry[] => files.get(entries)!.toString().trimEnd().split('\n').map((line) => JSON.parse(line) as Entry);
export const putLines = (files: Files, lines: readonly Entry[]): void =>
  void files.set(entries, Buffer.from(lines.map((line) => `${canonicalJson(line)}\n`).join('')));
export const editLines = (edit: (lines: Entry[], files: Files) => Entry[]) => (files: Files) => putLines(files, edit(linesOf(files), files));
export const without = (i: number) => editLines((lines) => lines.toSpliced(i, 1));
export const proofOf = (files: Files, i: number): string => `journal/${String(linesOf(files)[i]!.index).padStart(12, '0')}.tlog-proof`;
export const move = (from: string, to: string) => (files: Files) => {
  files.set(to, files.get(from)!);
  files.delete(from);
};

/** As an attacker without the key would: every later link made to fit again. */
export function relink(lines: Entry[]): Entry[] {
  for (const [i, line] of lines.entries()) {
    line.requestSequence = i;
    line.previous = i === 0 ? null : leafHash(Buffer.from(canonicalJson(lines[i - 1]))).toString('hex');
  }
  return lines;
}

/** The checkpoint, and every proof's copy of it, replaced. */
export const replaceCheckpoint = (make: (note: string) => string) => (files: Files) => {
  const note = make(files.get('journal/checkpoint')!.toString());
  files.set('journal/checkpoint', Buffer.from(note));
  for (const [path, bytes] of files) {
    if (!path.endsWith('.tlog-proof')) continue;
    const { index, proof } = parseTlogProof(bytes.toString());
    files.set(path, Buffer.from(tlogProof(index, proof, note)));
  }
};
export const vkey = verifierKey(origin, logKey);
export const resign = (name: string, key = logKey, size = 0) => (note: string) => {
  const told = parseCheckpoint(openNote(note, vkey));
  return signNote(checkpointText(name, told.size + size, told.root), name, key);
};
