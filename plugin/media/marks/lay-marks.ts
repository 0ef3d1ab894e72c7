// Marks as they are laid over pictures: what never changes is drawn once and laid over each picture, what runs is drawn on each.
import type { Filter } from '../ffmpeg.js';
import type { Scene } from './mark.js';

/** Is what a mark says another thing on each picture? Those are drawn last. */
export const isRunning = ({ options }: Filter): boolean => options.expansion === 'normal';

/** Of the layer's one picture, seconds: before every picture, also one that a recorder dated before its part. */
const layerTime = -1_000_000;
const chain = (filter: string, options: Filter['options'], more: Pick<Filter, 'inputs' | 'outputs'> = {}): Filter => ({ filter, options, ...more });

/**
 * drawtext draws a whole picture's letters anew on each, which costs as much as to decode it. Drawn once on white and once on black they tell how much of
 * a picture shows through (1 - white + black) and what colour the rest has (black ÷ that): laid over, the same pixels within a rounding.
 */
export function layMarks(marks: readonly Filter[], { width, height }: Pick<Scene, 'width' | 'height'>): Filter[] {
  const [still, running] = [marks.filter((one) => !isRunning(one)), marks.filter(isRunning)];
  if (still.length === 0) return running;
  const drawnOn = (color: string, name: string): Filter[] => [
    chain('color', { c: color, s: `${width}x${height}`, r: 1, d: 1 }),
    chain('format', { pix_fmts: 'gbrp' }),
    ...still.slice(0, -1),
    { ...still.at(-1)!, outputs: [name] },
  ];
  return [
    chain('null', {}, { outputs: ['picture'] }),
    ...drawnOn('white', 'onwhite'),
    ...drawnOn('black', 'onblack'),
    chain('split', { outputs: 2 }, { inputs: ['onblack'], outputs: ['black1', 'black2'] }),
    chain('blend', { all_mode: 'difference' }, { inputs: ['onwhite', 'black1'] }),
    chain('negate', {}),
    chain('split', { outputs: 2 }, { outputs: ['opaque1', 'opaque2'] }),
    chain('extractplanes', { planes: 'g' }, { inputs: ['opaque1'], outputs: ['opacity'] }),
    chain('blend', { all_mode: 'divide' }, { inputs: ['black2', 'opaque2'] }),
    chain('format', { pix_fmts: 'yuv420p' }, { outputs: ['colour'] }),
    chain('alphamerge', {}, { inputs: ['colour', 'opacity'] }),
    chain('setpts', { expr: layerTime }, { outputs: ['layer'] }),
    chain('overlay', { format: 'yuv420' }, { inputs: ['picture', 'layer'] }),
    ...running,
  ];
}
