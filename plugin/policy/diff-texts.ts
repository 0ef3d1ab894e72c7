// The door to the line diff: what an edit of the policy files changed, as people read changes.
import { createTwoFilesPatch } from 'diff';
import { linesOf } from './csv.js';
import type { PolicyTexts } from './folder.js';
import { makePace } from './pace.js';

export interface FileDiff {
  file: string;
  /** Unified diff; null where the two differ so much that comparing them line by line takes too long. */
  patch: string | null;
}

/** Longest look at one file, and at all of them, milliseconds: a diff is for reading, and nobody reads a hundred thousand changed lines. */
const FILE_MS = 40;
const ALL_MS = 1_000;

export async function diffTexts(before: PolicyTexts, after: PolicyTexts): Promise<FileDiff[]> {
  const pace = makePace();
  const diffs: FileDiff[] = [];
  let spent = 0;
  for (const file of changedFiles(before, after)) {
    await pace.rest();
    const started = performance.now();
    diffs.push({ file, patch: spent > ALL_MS ? null : patchOf(file, tidy(before[file]), tidy(after[file])) });
    spent += performance.now() - started;
  }
  return diffs;
}

const patchOf = (file: string, before: string, after: string): string | null =>
  createTwoFilesPatch(file, file, before, after, undefined, undefined, { context: 1, timeout: FILE_MS }) ?? null;

export const changedFiles = (before: PolicyTexts, after: PolicyTexts): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((file) => before[file] !== after[file] && (tidy(before[file]) !== tidy(after[file]) || !(file in before) || !(file in after)))
    .sort();

/** As the version sees it: how an editor ends lines is no change. */
const tidy = (text = ''): string =>
  `${[...linesOf(text.replace(/^\uFEFF/, ''))]
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd()}\n`;
