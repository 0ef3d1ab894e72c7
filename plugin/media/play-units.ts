// Samples of a pull as a play takes them: judged, sorted into what is shown and what is only decoded, in one order of time with the sound.
import { Problem } from '../domain/problem.js';
import type { AudioTrack, Sample, VideoTrack } from '../domain/vms.js';
import { inTimeOrder } from './in-time-order.js';
import type { Pictures } from './pictures.js';

/** A picture is shown, or stands before or after what is shown and is there for the decoder alone. */
export type Place = 'before' | 'shown' | 'after';

export interface PictureUnit {
  kind: 'picture';
  place: Place;
  utcMicros: number;
  key: boolean;
  data: Buffer;
}

export interface SoundUnit {
  kind: 'sound';
  utcMicros: number;
  data: Buffer;
}

export type PlayUnit = PictureUnit | SoundUnit;

/** Somebody looks on, and the sound may be silent. Microseconds. */
const patience = 3_000_000;

export interface PlaySource {
  samples: AsyncIterable<Sample>;
  video: VideoTrack;
  /** Null: what comes of it is passed over. */
  sound: AudioTrack | null;
  /** Takes note of each picture before it is given on. */
  pictures: Pictures;
  /** Pictures before it are not shown either; microseconds since 1970. */
  from?: number | undefined;
}

const placeOf = ({ preRoll, postRoll, utcMicros }: Sample, from: number): Place => {
  if (postRoll) return 'after';
  return preRoll || utcMicros < from ? 'before' : 'shown';
};

/** A JPEG that is not shown is left out: nothing leans on it. Problems: `wrong-footage`, `codec-unsupported`, what `samples` throws. */
export async function* playUnits({ samples, video, sound, pictures, from = -Infinity }: PlaySource): AsyncGenerator<PlayUnit> {
  for await (const sample of inTimeOrder(samples, sound ? [video, sound] : [video], patience)) {
    const { track, utcMicros, key, data } = sample;
    if (data.length === 0) throw new Problem('wrong-footage', 'The recorder sent a unit without content.');
    if (track === sound?.track) yield { kind: 'sound', utcMicros, data };
    if (track !== video.track) continue;
    const place = placeOf(sample, from);
    if (place !== 'shown' && video.codec === 'jpeg') continue;
    pictures.note(data);
    yield { kind: 'picture', place, utcMicros, key, data };
  }
}
