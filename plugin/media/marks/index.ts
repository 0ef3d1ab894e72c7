// The list of marks: forget one and it does not compile.
import type { Mark } from '../../domain/duty.js';
import { clockMark } from './clock.js';
import type { MarkMaker } from './mark.js';
import { textMark } from './text.js';

export const markMakers = { text: textMark, clock: clockMark } as const satisfies Record<Mark, MarkMaker>;
