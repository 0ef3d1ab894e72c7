// Events, one behind the other → their films or pictures, opened; and what the tracks of all of them together are.
import { Problem } from '../../plugin/domain/problem.js';
import type { AudioTrack, LeftOut, Track, VideoCodec, VideoTrack } from '../../plugin/domain/vms.js';
import type { CallOptions } from './api.js';
import type { Device } from './device.js';
import { anchorOf, type Anchor } from './event-time.js';
import type { ZmEvent } from './events.js';
import { openFilm, type Resumes } from './film.js';
import { openPictures } from './jpeg-event.js';
import type { OpenEvent } from './join-events.js';
import { openMovie, type Movie } from './read-movie.js';

/** Of a film, the part from so long before what is wanted: its first picture's time is a guess. Microseconds. */
const margin = 3_000_000;
/** RTP's clock of pictures, where no film tells one. */
const usualClockRate = 90_000;

export interface Opening {
  events: AsyncGenerator<OpenEvent, void>;
  /** Known once the first event was opened. */
  tracks(): Track[];
  leftOut(): LeftOut[];
  /** From now on the tracks stay as they are. */
  settle(): void;
  /** A film could not be read, or not to its end. */
  isDamaged(): boolean;
}

interface Opened {
  codec: VideoCodec;
  clockRate: number;
  parameterSets: readonly Buffer[];
  firstMicros: number;
  anchor: Anchor;
  movie: Movie | null;
  /** From a time on the film's clock; -Infinity: all. */
  units(from: number): OpenEvent['units'];
}

const shifted = ({ low, best, high }: Anchor, micros: number): Anchor => ({ low: low + micros, best: best + micros, high: high + micros });

/** `from`: microseconds since 1970. Problems, while `events` is read: `codec-unsupported`, `vms-unreachable`, `vms-refused`,
 *  `vms-fault`. */
export function openEvents(
  device: Device,
  list: readonly ZmEvent[],
  { from, zone, resumes }: { from: number; zone: string; resumes: Resumes },
  options: CallOptions,
): Opening {
  let video: VideoTrack | null = null;
  let audio: AudioTrack | null = null;
  const leftOut = new Map<string, LeftOut>();
  let [settled, damaged] = [false, false];
  const leave = (what: LeftOut): void => void leftOut.set(JSON.stringify(what), what);

  async function open(event: ZmEvent): Promise<Opened | null> {
    if (event.video === '') {
      const pictures = await openPictures(device, event, zone, options);
      if (!pictures) return null;
      const anchor = shifted(anchorOf(event, event.lengthMs * 1000), pictures.firstMicros);
      return {
        codec: 'jpeg',
        clockRate: usualClockRate,
        parameterSets: [],
        firstMicros: pictures.firstMicros,
        anchor,
        movie: null,
        units: (wanted) => pictures.units(wanted),
      };
    }
    const film = await openFilm(device, event.id, resumes, options);
    const movie = film.size === 0 ? null : await openMovie(film);
    // One that is being recorded may hold no picture yet.
    damaged ||= !movie && film.size > 0 && event.end !== null;
    if (!movie) return null;
    const { codec, clockRate, parameterSets } = movie.video;
    return {
      codec,
      clockRate,
      parameterSets,
      firstMicros: movie.firstMicros,
      anchor: anchorOf(event, movie.lastMicros - movie.firstMicros),
      movie,
      units: (wanted) => movie.units(wanted),
    };
  }

  /** Takes the event's tracks for those of all, or holds them against those. */
  function judgeTracks({ codec, clockRate, parameterSets, movie }: Opened, event: ZmEvent): { sound: boolean } {
    if (!video || (video.codec !== codec && !settled)) {
      video = { kind: 'video', track: 0, token: `${event.monitor}/video`, codec, clockRate, parameterSets };
      audio = movie?.audio ? { kind: 'audio', track: 1, token: `${event.monitor}/audio`, codec: 'aac', ...movie.audio } : null;
    } else if (video.codec !== codec)
      throw new Problem(
        'codec-unsupported',
        `The recording changes from ${video.codec} to ${codec} at ${new Date(event.start).toISOString()}; ask for each side by itself.`,
      );
    movie?.leftOut.forEach(leave);
    const own = movie?.audio ?? null;
    const same =
      own !== null &&
      audio !== null &&
      own.clockRate === audio.clockRate &&
      own.channels === audio.channels &&
      own.configuration.equals(audio.configuration);
    if (own && !same) leave({ kind: 'audio', encoding: 'aac', why: 'codec' });
    return { sound: same };
  }

  async function* events(): AsyncGenerator<OpenEvent, void> {
    let first = true;
    for (const event of list) {
      const opened = await open(event);
      if (!opened) continue;
      const { sound } = judgeTracks(opened, event);
      const { firstMicros, anchor, parameterSets, movie } = opened;
      // Behind the first event nothing is left out: what it repeats of the one before joins them.
      const wanted = first ? firstMicros + (from - margin - anchor.best) : -Infinity;
      first = false;
      try {
        const units = opened.units(wanted > firstMicros ? wanted : -Infinity);
        yield { firstMicros, anchor, parameterSets, units: sound || !movie?.audio ? units : silent(units) };
        damaged ||= movie?.isDamaged() === true && event.end !== null;
      } finally {
        movie?.close();
      }
    }
  }
  return {
    events: events(),
    tracks: () => [video, audio].filter((track) => track !== null),
    leftOut: () => [...leftOut.values()],
    settle: () => void (settled = true),
    isDamaged: () => damaged,
  };
}

async function* silent(units: OpenEvent['units']): OpenEvent['units'] {
  for await (const unit of units) if (unit.kind === 'video') yield unit;
}
