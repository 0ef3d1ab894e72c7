// The list of marks: forget one and it does not compile.
import type { Mark } from '../../domain/duty.js';
import { clockMark } from './clock.js';
import type { MarkMaker } from './mark.js';
import { textMark } from './text.js';
import { tileMark } from './tile.js';

/** In the order in which they are drawn: what is faint lies under what must be read. */
export const markMakers = { tile: tileMark, text: textMark, clock: clockMark } as const satisfies Record<Mark, MarkMaker>;

export const inDrawingOrder = (asked: readonly Mark[]): Mark[] => (Object.keys(markMakers) as Mark[]).filter((mark) => asked.includes(mark));
