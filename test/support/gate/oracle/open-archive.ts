// Members of ZIP archives, wherever one begins, and of tar archives. ZIP is read by the members' own heads: a directory may leave one out.
import { inflateStart } from './open-compressed.js';
import type { Opened, Payload } from './payload.js';

export function openArchive({ bytes }: Payload, room: number): Opened {
  const [zip, tar] = [openZip(bytes, room), openTar(bytes)];
  return { inner: [...zip.inner, ...tar.inner], closed: zip.closed };
}

/** APPNOTE 4.3.7. */
function openZip(bytes: Buffer, room: number): Opened {
  const found: Opened = { inner: [], closed: [] };
  for (
    let at = bytes.indexOf('PK\x03\x04', 0, 'latin1');
    at >= 0 && at + 30 < bytes.length;
    at = bytes.indexOf('PK\x03\x04', at + 4, 'latin1')
  ) {
    const [flags, method, packed] = [bytes.readUInt16LE(at + 6), bytes.readUInt16LE(at + 8), bytes.readUInt32LE(at + 18)];
    const nameEnd = at + 30 + bytes.readUInt16LE(at + 26);
    const data = bytes.subarray(nameEnd + bytes.readUInt16LE(at + 28));
    const name = `member ${bytes.toString('utf8', at + 30, nameEnd)}`;
    if (flags & 1) found.closed.push(`${name} is encrypted`);
    else if (method === 0) found.inner.push({ name, bytes: packed > 0 && packed < 0xffffffff ? data.subarray(0, packed) : data });
    else {
      const inflated = method === 8 ? inflateStart(data, room) : null;
      if (inflated) found.inner.push({ name, bytes: inflated });
      else found.closed.push(`${name} cannot be opened (method ${method})`);
    }
  }
  return found;
}

/** POSIX.1-1988 ustar and the older form without a name of its own: told by the sum over a head. */
function openTar(bytes: Buffer): Opened {
  const found: Opened = { inner: [], closed: [] };
  for (let at = 0; at + 512 <= bytes.length;) {
    const head = bytes.subarray(at, at + 512);
    const octal = (from: number, to: number): number => parseInt(head.toString('latin1', from, to).replace(/[\0 ]/g, ''), 8);
    const sum = head.reduce((total, byte, place) => total + (place >= 148 && place < 156 ? 32 : byte), 0);
    if (octal(148, 156) !== sum) break;
    // A size of 8 GiB and more is binary: no answer here is so large.
    const size = octal(124, 136);
    if (!Number.isFinite(size)) break;
    const name = head.toString('utf8', 0, 100).replace(/\0.*$/s, '');
    if (size > 0) found.inner.push({ name: `member ${name}`, bytes: bytes.subarray(at + 512, at + 512 + size) });
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return found;
}
