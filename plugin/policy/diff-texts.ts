// The door to the line diff: what an edit of the policy files changed, as people read changes.
import { createTwoFilesPatch } from 'diff';
import type { PolicyTexts } from './folder.js';

export interface FileDiff {
  file: string;
  /** Unified diff; null where the two differ so much that comparing them line by line takes too long. */
  patch: string | null;
}

/** Longest look at one file, milliseconds: a diff is for reading, and nobody reads a hundred thousand changed lines. */
const TIMEOUT_MS = 100;

export function diffTexts(before: PolicyTexts, after: PolicyTexts): FileDiff[] {
  return changedFiles(before, after).map((file) => ({
    file,
    patch:
      createTwoFilesPatch(file, file, before[file] ?? '', after[file] ?? '', undefined, undefined, { context: 1, timeout: TIMEOUT_MS }) ??
      null,
  }));
}

export const changedFiles = (before: PolicyTexts, after: PolicyTexts): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((file) => before[file] !== after[file]).sort();
