// What a paper stands on, and what it is not: at its end, in the words of law.json.
import type { Block, Making } from './paper.js';

export const lawBlocks = ({ law }: Pick<Making, 'law'>): Block[] => law.map((text) => ({ kind: 'text', text }));
