// Parts of multipart bodies (RFC 2046; ZoneMinder's streams), and what is left of HTTP's chunks where somebody passed them on as content.
import { headerOf, type Headers, type Opened, type Payload } from './payload.js';

const none: Opened = { inner: [], closed: [] };

/** The boundary that the header names, or that the body itself begins with. */
export function openMultipart({ headers, bytes }: Payload): Opened {
  const type = headerOf(headers, 'content-type');
  const [, quoted, plain] = /^\s*multipart\/.*?boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))/is.exec(type) ?? [];
  const [, sniffed] = /^\s*--([^\r\n]{1,200}?)\s*\r?\n[\w-]+\s*:/.exec(bytes.toString('latin1', 0, 512)) ?? [];
  // Some name the boundary with the dashes that only the body has.
  const boundaries = new Set([quoted ?? plain, sniffed].flatMap((name) => (name ? [name, name.replace(/^--/, '')] : [])));
  return { ...none, inner: [...boundaries].flatMap((boundary) => split(bytes, Buffer.from(`--${boundary}`, 'latin1'))) };
}

function split(bytes: Buffer, delimiter: Buffer): Opened['inner'] {
  const parts: Opened['inner'] = [];
  for (let at = bytes.indexOf(delimiter); at >= 0;) {
    const next = bytes.indexOf(delimiter, at + delimiter.length);
    parts.push({ name: `part ${parts.length + 1}`, ...readPart(bytes.subarray(at + delimiter.length, next < 0 ? bytes.length : next)) });
    at = next;
  }
  return parts;
}

function readPart(part: Buffer): { headers: Headers; bytes: Buffer } {
  const ends = ['\r\n\r\n', '\n\n'].map((end) => ({ at: part.indexOf(end), length: end.length })).filter(({ at }) => at >= 0);
  const end = ends.sort((a, b) => a.at - b.at)[0];
  if (!end) return { headers: {}, bytes: part };
  const lines = part.toString('latin1', 0, end.at).split(/\r?\n/);
  const headers = lines.flatMap((line) => {
    const [, name, value] = /^([\w-]+)\s*:\s*(.*)$/.exec(line) ?? [];
    return name ? [[name.toLowerCase(), value!]] : [];
  });
  return { headers: Object.fromEntries(headers) as Headers, bytes: part.subarray(end.at + end.length) };
}

/** RFC 9112, 7.1, at the beginning or behind the head of a response inside of the response. */
export function openChunked({ bytes }: Payload): Opened {
  const behindHead = bytes.toString('latin1', 0, 5) === 'HTTP/' ? bytes.indexOf('\r\n\r\n') + 4 : 0;
  const chunks: Buffer[] = [];
  for (let at = Math.max(0, behindHead); at < bytes.length;) {
    const [line, hex] = /^([0-9a-f]{1,8})(?:;[^\r\n]*)?\r\n/i.exec(bytes.toString('latin1', at, at + 256)) ?? [];
    if (line === undefined) break;
    const length = parseInt(hex!, 16);
    chunks.push(bytes.subarray(at + line.length, at + line.length + length));
    at += line.length + length + 2;
    if (length === 0) break;
  }
  return chunks.length === 0 ? none : { ...none, inner: [{ name: 'chunks', bytes: Buffer.concat(chunks) }] };
}
