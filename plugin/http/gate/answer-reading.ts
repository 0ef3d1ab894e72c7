// How an answer must be read, by what its headers say of it: the first half of the guard. Whether that is true is seen in the body.
import type { WebClass } from '../../domain/route-table.js';
import type { Hit } from './guard-hit.js';
import { boundaryOf } from './live-pictures.js';
import type { MagicKind } from './magic.js';
import { valuesOf } from './raw-headers.js';
import type { RawHeaders } from './raw-headers.js';

/** An answer that the video system gave on a route. */
export interface Answer {
  class: WebClass;
  /** Of the route: content types that a live answer may have; empty: JPEGs. */
  expects: readonly string[];
  /** The route gives a file of the system's own web folder. */
  isAsset: boolean;
  status: number;
  headers: RawHeaders;
}

/** What the body has to be. `most`: its bytes; null: a stream that does not end by itself. */
export type Reading =
  | { as: 'text'; most: number; playlist: boolean }
  | { as: 'picture'; kinds: readonly MagicKind[]; most: number }
  | { as: 'font'; most: number }
  | { as: 'live-picture'; most: number }
  | { as: 'live-pictures'; boundary: string; most: null }
  | { as: 'live-media'; kinds: readonly MagicKind[]; most: null };

const MIB = 1024 * 1024;
export const MOST_ON_ROUTE = 8 * MIB;
export const MOST_OF_ASSET = 32 * MIB;
export const MOST_OF_PICTURE = MIB;

const passing: readonly WebClass[] = ['safe', 'auth', 'admin', 'live'];

const pictures: Readonly<Record<string, readonly MagicKind[]>> = {
  'image/png': ['png'],
  'image/jpeg': ['jpeg'],
  'image/jpg': ['jpeg'],
  'image/pjpeg': ['jpeg'],
  'image/gif': ['gif'],
  'image/webp': ['webp'],
  'image/bmp': ['bmp'],
  'image/x-icon': ['icon', 'png', 'bmp'],
  'image/vnd.microsoft.icon': ['icon', 'png', 'bmp'],
};
const media: Readonly<Record<string, readonly MagicKind[]>> = {
  ...pictures,
  'video/mp4': ['iso-media'],
  'audio/mp4': ['iso-media'],
  'video/iso.segment': ['iso-media'],
  'application/mp4': ['iso-media'],
  'video/quicktime': ['iso-media'],
  'image/avif': ['iso-media'],
  'video/webm': ['matroska'],
  'audio/webm': ['matroska'],
  'video/x-matroska': ['matroska'],
  'video/mp2t': ['mpeg-ts'],
  'video/x-flv': ['flv'],
  'video/h264': ['h26x'],
  'video/h265': ['h26x'],
  'audio/mpeg': ['sound'],
  'audio/aac': ['sound'],
  'audio/ogg': ['sound'],
};
const playlists = ['application/vnd.apple.mpegurl', 'application/x-mpegurl', 'audio/mpegurl', 'audio/x-mpegurl', 'application/dash+xml'];

/** Never, but where a live route expects it. */
const mediaType =
  /^(?:video|audio)\/|^multipart\/(?:x-mixed-replace|byteranges)$|^application\/(?:zip|x-zip.*|x-tar|tar|x-gtar|gzip|x-gzip|x-bzip2?|x-xz|zstd|octet-stream|x-octet-stream|x-binary|binary|x-7z.*|vnd\.rar|x-rar.*|vnd\.apple\.mpegurl|x-mpegurl|dash\+xml|mp4|mp21|ogg|mxf|x-matroska|vnd\.ms-sstr\+xml|force-download|x-download|download)$|^binary\/|^x-?(?:world|application)\/.*(?:video|zip)/;
const font = /^font\/|^application\/(?:x-)?font-|^application\/(?:vnd\.ms-fontobject|x-font.*)$/;
/** Names of files that are no page's. */
const mediaFile =
  /\.(?:mp4|m4v|m4s|mov|mkv|webm|avi|mpe?g|ts|m2ts|flv|asf|wmv|h26[45]|dav|jpe?g|png|gif|webp|bmp|zip|tar|t?gz|7z|rar|m3u8|mpd)\b/i;

const no = (why: Hit['why'], where: string): Hit => ({ why, where });
/** A value of a header, short and printable, for a hit. */
const shown = (value: string): string => value.replace(/[^ -~]/g, '?').slice(0, 60);

/** How the body is to be read, or why it must not leave at all. */
export function readingOf(answer: Answer): Reading | Hit {
  const { headers, status, isAsset } = answer;
  if (!passing.includes(answer.class)) return no('class-never-passes', `class ${answer.class}`);
  if (isAsset && answer.class !== 'safe') return no('class-never-passes', `an asset of class ${answer.class}`);
  if (status < 200 || status > 599) return no('status-never-passes', `status ${status}`);

  const types = valuesOf(headers, 'content-type');
  if (types.length > 1 || types.some((type) => /,/.test(type.replace(/"[^"]*"/g, ''))))
    return no('type-ambiguous', 'header content-type, repeated');
  const header = types[0] ?? '';
  const type = header.split(';')[0]!.trim().toLowerCase();
  if (type !== '' && !/^[a-z0-9!#$&^_.+-]{1,64}\/[a-z0-9!#$&^_.+-]{1,64}$/.test(type))
    return no('type-ambiguous', `header content-type: ${shown(header)}`);

  const encodings = [
    ...valuesOf(headers, 'content-encoding'),
    ...valuesOf(headers, 'transfer-encoding').map((value) => value.replace(/\bchunked\b/i, '')),
  ];
  if (encodings.some((value) => !/^(?:identity)?[\s,]*$/i.test(value))) return no('body-encoded', 'header content-encoding');
  for (const value of valuesOf(headers, 'content-disposition'))
    if (!/^inline\b/i.test(value) || mediaFile.test(value)) return no('file-offered', 'header content-disposition');
  const part = partOf(answer);
  if (part) return part;

  const reading = byType(answer, type, header);
  if ('why' in reading) return reading;
  const length = valuesOf(headers, 'content-length').map(Number);
  if (reading.most !== null && length.some((bytes) => !(bytes <= reading.most!)))
    return no('too-large', `header content-length: more than ${reading.most}`);
  return reading;
}

/** A part that does not begin at the beginning hides what the file begins with. */
function partOf({ headers, status, isAsset }: Answer): Hit | null {
  const ranges = valuesOf(headers, 'content-range');
  if (status !== 206 && ranges.length === 0) return null;
  if (!isAsset) return no('part-of-file', status === 206 ? 'status 206' : 'header content-range');
  // 416 names no part.
  const begins = ranges.length === 1 && (status === 416 || /^bytes 0-\d+\/(?:\d+|\*)$/i.test(ranges[0]!));
  return begins ? null : no('part-of-file', 'header content-range');
}

function byType({ class: of, expects, isAsset }: Answer, type: string, header: string): Reading | Hit {
  const text = (playlist = false): Reading => ({ as: 'text', most: isAsset ? MOST_OF_ASSET : MOST_ON_ROUTE, playlist });
  if (of === 'live') {
    const live = expects.length > 0 ? expects : ['image/jpeg', 'multipart/x-mixed-replace'];
    if (live.includes(type)) {
      if (type === 'multipart/x-mixed-replace') {
        const boundary = boundaryOf(header);
        return boundary ? { as: 'live-pictures', boundary, most: null } : no('stream-malformed', 'header content-type: boundary');
      }
      if (playlists.includes(type)) return text(true);
      if (/^image\/p?jpe?g$/.test(type)) return { as: 'live-picture', most: MOST_ON_ROUTE };
      const kinds = media[type];
      if (kinds) return { as: 'live-media', kinds, most: null };
    }
  }
  if (type === 'image/svg+xml' && isAsset) return text();
  if (type.startsWith('image/')) {
    const kinds = pictures[type];
    return isAsset && kinds ? { as: 'picture', kinds, most: MOST_OF_PICTURE } : no('picture-type', `header content-type: ${type}`);
  }
  if (font.test(type)) return isAsset ? { as: 'font', most: MOST_OF_ASSET } : no('media-type', `header content-type: ${type}`);
  if (mediaType.test(type)) return no('media-type', `header content-type: ${type}`);
  // Whatever else it says, or nothing at all: it must be text from its first byte to its last.
  return text();
}
