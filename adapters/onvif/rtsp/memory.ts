// What came before a break, to know it again: pictures by their content, since the last key frame; audio by its time.
import { createHash } from 'node:crypto';
import { Problem } from '../../../plugin/domain/problem.js';
import type { VideoCodec } from '../../../plugin/domain/vms.js';
import { memoryBytes, mostInGroup } from '../limits.js';
import type { AccessUnit } from './access-unit.js';
import { codedPicture } from './depacketize/nal-units.js';

/** A picture that was given out: its coded bytes, or where a group of pictures is very large, their SHA-256. */
interface Known {
  utcMicros: number;
  picture: Buffer[] | string;
}

export interface Memory {
  /** A new session begins: until it has caught up, its units are compared. */
  begin(): void;
  /** Is this one not known yet? Problem: `wrong-footage` where the recorder sends something else than the first time. */
  isNew(unit: AccessUnit): boolean;
  /** It was given out. */
  keep(unit: AccessUnit): void;
  /** Where to begin again, microseconds since 1970; null where no key frame was given out. */
  from(): number | null;
  /** Has this session shown again all that came before it? */
  caughtUp(): boolean;
  /** The latest picture; null where there was none. */
  latest(): number | null;
}

/** NTP to microseconds may be rounded in two ways. */
const sameTime = 1000;
/** Audio may lie behind the pictures that it was recorded with; further back than this it has ended. Microseconds. */
const furthestBack = 10_000_000;
/** Times that are only counted on begin anywhere: the known key frame is sought for so long. Microseconds. */
const furthestOn = 60_000_000;

const otherwise = (): Problem => new Problem('wrong-footage', 'The recorder sent something else than the first time it was asked.');

const digest = (picture: readonly Buffer[]): string => {
  const hash = createHash('sha256');
  for (const slice of picture) hash.update(slice);
  return hash.digest('hex');
};

function isSame(known: Known, picture: readonly Buffer[]): boolean {
  if (typeof known.picture === 'string') return known.picture === digest(picture);
  return known.picture.length === picture.length && known.picture.every((slice, index) => slice.equals(picture[index] as Buffer));
}

export function makeMemory(codec: VideoCodec): Memory {
  let known: Known[] = [];
  let [bytes, latest] = [0, -Infinity];
  /** Of `known`, how many came again in this session; null: it has caught up. */
  let compared: number | null = null;
  /** Times counted on in this session are so much off those of the first. */
  let shift = 0;
  const audio = new Map<number, { utcMicros: number; step: number }>();
  const behind = new Set<number>();

  const isKnownKey = (unit: AccessUnit, anchor: Known): boolean => {
    const away = unit.utcMicros - anchor.utcMicros;
    if (unit.counted) {
      if (away > furthestOn) throw otherwise();
      return unit.key && isSame(anchor, codedPicture(codec, unit.data));
    }
    if (!unit.key || away < -sameTime) return false;
    if (away > sameTime || !isSame(anchor, codedPicture(codec, unit.data))) throw otherwise();
    return true;
  };
  const isNewPicture = (unit: AccessUnit): boolean => {
    if (unit.counted) unit.utcMicros += shift;
    if (compared === null) return known.length > 0 || unit.key;
    const next = known[compared] as Known;
    if (compared === 0) {
      if (!isKnownKey(unit, next)) return false;
      if (unit.counted) shift = next.utcMicros - unit.utcMicros;
    } else if ((!unit.counted && Math.abs(unit.utcMicros - next.utcMicros) > sameTime) || !isSame(next, codedPicture(codec, unit.data)))
      throw otherwise();
    compared++;
    if (compared === known.length) compared = null;
    return false;
  };
  const isNewAudio = ({ track, utcMicros }: AccessUnit): boolean => {
    const last = audio.get(track);
    if (!last || !behind.has(track)) return true;
    if (utcMicros < last.utcMicros + last.step / 2) return false;
    behind.delete(track);
    return true;
  };

  return {
    begin() {
      [compared, shift] = [known.length ? 0 : null, 0];
      for (const track of audio.keys()) behind.add(track);
    },
    isNew: (unit) => (unit.track === 0 ? isNewPicture(unit) : isNewAudio(unit)),
    keep(unit) {
      const { track, utcMicros, key, data } = unit;
      if (track !== 0) {
        const last = audio.get(track);
        const step = last ? utcMicros - last.utcMicros : 0;
        // Steps of more than a second are holes.
        audio.set(track, { utcMicros, step: step > 0 && step < 1e6 ? step : (last?.step ?? 2000) });
        return;
      }
      if (key) [known, bytes] = [[], 0];
      const picture = codedPicture(codec, data);
      bytes += data.length;
      known.push({ utcMicros, picture: bytes > memoryBytes ? digest(picture) : picture });
      if (known.length > mostInGroup)
        throw new Problem('wrong-footage', 'The recorder sends pictures without end and no key frame among them.');
      latest = Math.max(latest, utcMicros);
    },
    from() {
      const anchor = known[0]?.utcMicros;
      if (anchor === undefined) return null;
      const heard = [...audio.values()].map((each) => each.utcMicros).filter((each) => each > anchor - furthestBack);
      return Math.min(anchor, ...heard);
    },
    caughtUp: () => compared === null,
    latest: () => (latest === -Infinity ? null : latest),
  };
}
