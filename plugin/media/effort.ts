// What the encoder takes for a viewing copy, by the word that a policy says of it.
import type { Effort } from '../domain/duty.js';

/**
 * x264 (docs/design/0007-a-copy-in-a-third-of-the-time.md). Of a camera that stands still most of a picture is used again by those behind it: to look far ahead
 * for that (mbtree, rc-lookahead) saves more than to look closely for movement, which is what the slow presets do.
 */
const settings = {
  speed: { preset: 'superfast', rateFactor: 22, more: 'mbtree=1:rc-lookahead=20' },
  balance: { preset: 'veryfast', rateFactor: 20.8, more: 'me=dia:subme=1:rc-lookahead=20' },
  quality: { preset: 'medium', rateFactor: 19, more: 'rc-lookahead=40' },
} as const satisfies Record<Effort, { preset: string; rateFactor: number; more: string }>;

export function effortOptions(effort: Effort): string[] {
  const { preset, rateFactor, more } = settings[effort];
  return ['-preset', preset, '-crf', String(rateFactor), '-x264-params', more];
}
