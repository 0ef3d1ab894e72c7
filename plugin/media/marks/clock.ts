// The recorder's time of the running frame: top right, a constant expression of our own over the frame's presentation time.
import { drawtext, fit } from './layout.js';
import type { MarkMaker, Scene } from './mark.js';

/** The one civil time of mainland China. Its offset is asked of the time zone database at the instant shown. */
const zone = 'Asia/Shanghai';

/** `+08:00`, and the same in seconds. */
export function offsetAt(instant: Date): { text: string; seconds: number } {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(instant);
  const [, sign, hours, minutes] = /^GMT([+-])(\d\d):(\d\d)$/.exec(parts.find(({ type }) => type === 'timeZoneName')?.value ?? '') ?? [];
  if (!sign) throw new Error(`no offset of ${zone}`);
  return { text: `${sign}${hours}:${minutes}`, seconds: (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60) };
}

/** Widest text the clock can show, to find its size. */
const sample = (label: string): string => `${label} 2026-03-01 00:00:00.000`;
const labelOf = ({ firstUtcMicros, times }: Scene): string =>
  `${times === 'proven' ? '录像机时间' : '推定时间'} UTC${offsetAt(new Date(firstUtcMicros / 1000)).text}`;
/** In a narrow picture the time moves under its label. */
const sizeAndBreak = (scene: Scene): { size: number; narrow: boolean } => {
  const { size, lines } = fit(scene, [sample(labelOf(scene))]);
  return { size, narrow: lines.length > 1 };
};

/** ffmpeg prints whole seconds of `pts` (gmtime); milliseconds are an expression of the same time. Half a microsecond keeps a time
 *  like 0.3 s from falling to 299 ms. */
function expression(scene: Scene): string {
  const base = scene.firstUtcMicros + offsetAt(new Date(scene.firstUtcMicros / 1000)).seconds * 1_000_000;
  const micros = ((base % 1_000_000) + 1_000_000) % 1_000_000;
  const seconds = `${(base - micros) / 1_000_000}.${String(micros).padStart(6, '0')}`;
  return `%{pts:gmtime:${seconds}:%Y-%m-%d %H\\:%M\\:%S}.%{eif:mod(floor((t*1000000+${micros}.5)/1000),1000):d:3}`;
}

export const clockMark: MarkMaker = {
  write: (scene) => `${labelOf(scene)}${sizeAndBreak(scene).narrow ? '\n' : ' '}${expression(scene)}`,
  filter: (scene, files) =>
    drawtext(sizeAndBreak(scene).size, files, 'normal', (distance) => ({ x: `w-tw-${distance}`, y: String(distance) })),
};
