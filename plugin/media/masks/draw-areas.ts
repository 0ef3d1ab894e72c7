// Areas → the filters that hide them, before any mark is drawn: a function of the areas and the picture, so that whoever has both can say word for word
// what must stand in a recipe.
import type { MaskArea } from '../../domain/mask-area.js';
import type { Filter } from '../ffmpeg.js';
import { boundsOf, boxesOf, type Box, type Picture } from './boxes-of.js';

export interface Drawn extends Picture {
  /** Recorder's time of the frame at presentation time 0. */
  firstUtcMicros: number;
  /** How many times larger than the camera's own picture this one is drawn; left out: not larger. */
  spread?: number;
}

/** Dots on the longer side of a blurred box: of a face or of a plate that fills it, nothing is left but its colours. */
const dots = 4;
/** Pixels: also a small box has no finer dots. */
const leastDot = 16;
/** A step that makes a picture smaller than this many times is made in two: old versions of the scaler know no longer reach. */
const mostShrink = 64;

/** From the beginning of the span up to its end, in seconds of presentation time; half a microsecond earlier, so that no rounding leaves out its first frame. */
function whileOf({ span }: MaskArea, { firstUtcMicros }: Drawn): { enable?: string } {
  if (!span) return {};
  const at = (instant: string): string => ((Date.parse(instant) * 1000 - firstUtcMicros) / 1_000_000 - 0.000_000_5).toFixed(7);
  return { enable: `gte(t,${at(span.from)})*lt(t,${at(span.to)})` };
}

const black = ({ x, y, width: w, height: h }: Box, when: { enable?: string }): Filter => ({
  filter: 'drawbox',
  options: { x, y, w, h, color: 'black', t: 'fill', ...when },
});

const scale = (w: number, h: number, flags: string): Filter => ({ filter: 'scale', options: { w, h, flags } });

/** Each dot is the mean of what lay under it. */
function blurred({ x, y, width: w, height: h }: Box, when: { enable?: string }, name: string): Filter[] {
  const dot = Math.max(leastDot, Math.ceil(Math.max(w, h) / dots));
  const few = (side: number): number => Math.max(1, Math.round(side / dot));
  const between = (side: number): number => Math.min(side, few(side) * mostShrink);
  const shrink = [...(between(w) < w || between(h) < h ? [scale(between(w), between(h), 'area')] : []), scale(few(w), few(h), 'area')];
  const [seen, hidden, spread] = [`${name}a`, `${name}b`, `${name}c`];
  return [
    { filter: 'split', options: { outputs: 2 }, outputs: [seen, hidden] },
    { filter: 'crop', inputs: [hidden], options: { w, h, x, y } },
    ...shrink,
    { ...scale(w, h, 'neighbor'), outputs: [spread] },
    { filter: 'overlay', inputs: [seen, spread], options: { x, y, ...when } },
  ];
}

/** In the order of the list, but what is solid over what is blurred. The picture's sides are even, or one pixel shorter. */
export function drawAreas(areas: readonly MaskArea[], drawn: Drawn): Filter[] {
  const spread = Math.max(1, drawn.spread ?? 1);
  const polygons = areas.filter(({ style, shape }) => style === 'solid' && shape.kind === 'polygon').length;
  const blurs = areas.filter(({ style }) => style === 'blur').flatMap((area, at) => blurred(boundsOf(area, drawn, spread), whileOf(area, drawn), `m${at}`));
  const solids = areas
    .filter(({ style }) => style === 'solid')
    .flatMap((area) => boxesOf(area, drawn, { polygons, spread }).map((box) => black(box, whileOf(area, drawn))));
  return [...blurs, ...solids];
}
