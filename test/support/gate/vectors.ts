// Requests that got recorded footage out of the real systems, as they were sent.
import { readFileSync } from 'node:fs';

export interface Vector {
  id: string;
  family: string;
  vms: string;
  method: string;
  target: string;
  body?: string;
  content_type?: string;
  ws?: boolean;
  /** Classes or problems, any of which is right. */
  expect: string[];
}

const file = new URL('../../fixtures/bypass-vectors.json', import.meta.url);
export const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: readonly Vector[] };
