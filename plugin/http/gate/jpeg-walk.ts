// One JPEG walked from its first byte to its last (ITU-T T.81, B.1.1), so that nothing travels behind a picture or in its place. What is between
// markers is not decoded; the markers say where it ends.
import { GuardHit } from './guard-hit.js';

/** Bytes of one picture; and of what cameras write about it, where another file could hide. */
const LARGEST_PICTURE = 8 * 1024 * 1024;
const MOST_REMARKS = 128 * 1024;

/** Baseline to arithmetic frames, tables, scans and their parameters. */
const isSegment = (marker: number): boolean =>
  (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc8) || (marker >= 0xda && marker <= 0xdf) || isRemark(marker);
const isRemark = (marker: number): boolean => (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe;

type Place = 'first' | 'second' | 'marker' | 'kind' | 'length' | 'length-low' | 'segment' | 'coded' | 'end';

export class JpegWalk {
  private place: Place = 'first';
  private marker = 0;
  private left = 0;
  private size = 0;
  private remarks = 0;
  private frame = false;
  private scan = false;

  /** `name`: which picture, for a hit. */
  constructor(private readonly name: string) {}

  get ended(): boolean {
    return this.place === 'end';
  }

  /** Walks on from `from`; gives how far it came: the end of `bytes`, or the first byte behind the picture. Throws `GuardHit`. */
  walk(bytes: Buffer, from: number): number {
    let at = from;
    while (at < bytes.length && this.place !== 'end') {
      if (this.place === 'coded') at = this.walkCoded(bytes, at);
      else if (this.place === 'segment') {
        const taken = Math.min(this.left, bytes.length - at);
        at += taken;
        this.left -= taken;
        if (this.left === 0) this.place = this.marker === 0xda ? 'coded' : 'marker';
      } else this.step(bytes[at++]!);
    }
    this.size += at - from;
    if (this.size > LARGEST_PICTURE) throw this.fault(`more than ${LARGEST_PICTURE} bytes`);
    return at;
  }

  /** Coded data: a byte FF is followed by 00, or by the number of a restart, or a marker ends it. */
  private walkCoded(bytes: Buffer, from: number): number {
    for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at)) {
      const next = bytes[at + 1];
      if (next === undefined) {
        this.place = 'kind';
        return at + 1;
      }
      if (next === 0 || (next >= 0xd0 && next <= 0xd7)) at += 2;
      else if (next === 0xff) at += 1;
      else {
        this.place = 'kind';
        return at + 1;
      }
    }
    return bytes.length;
  }

  private step(byte: number): void {
    switch (this.place) {
      case 'first':
      case 'second':
        if (byte !== (this.place === 'first' ? 0xff : 0xd8)) throw this.fault('does not begin as a JPEG');
        this.place = this.place === 'first' ? 'second' : 'marker';
        return;
      case 'marker':
        if (byte !== 0xff) throw this.fault('no marker where one belongs');
        this.place = 'kind';
        return;
      case 'kind':
        return this.takeMarker(byte);
      case 'length':
        this.left = byte << 8;
        this.place = 'length-low';
        return;
      case 'length-low':
        this.left += byte - 2;
        if (this.left < 0) throw this.fault('a segment without length');
        if (isRemark(this.marker)) this.remarks += this.left;
        if (this.remarks > MOST_REMARKS) throw this.fault(`more than ${MOST_REMARKS} bytes of remarks`);
        this.place = this.left > 0 ? 'segment' : this.marker === 0xda ? 'coded' : 'marker';
        return;
      default:
        throw new Error(`no step in ${this.place}`);
    }
  }

  private takeMarker(byte: number): void {
    // Fill bytes. In coded data, FF 00 and restarts come here where a chunk ended between the two bytes.
    if (byte === 0xff) return;
    if (this.scan && this.marker === 0xda && (byte === 0 || (byte >= 0xd0 && byte <= 0xd7))) {
      this.place = 'coded';
      return;
    }
    if (byte === 0xd9) {
      if (!this.scan) throw this.fault('ends without a picture');
      this.place = 'end';
      return;
    }
    if (!isSegment(byte)) throw this.fault('a marker that no JPEG has');
    if (byte === 0xda && !this.frame) throw this.fault('a scan before its frame');
    if (byte >= 0xc0 && byte <= 0xcf && byte !== 0xc4 && byte !== 0xcc) this.frame = true;
    this.scan ||= byte === 0xda;
    this.marker = byte;
    this.place = 'length';
  }

  private fault(what: string): GuardHit {
    return new GuardHit('picture-malformed', `${this.name}: ${what}`);
  }
}
