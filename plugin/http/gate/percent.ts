// Percent-encoding (RFC 3986 §2.1), read strictly and written in one spelling.

const broken = /%(?![0-9A-Fa-f]{2})/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Decoded once; null where an escape is broken or the bytes are not UTF-8. `plus`: a plus sign is a blank, as in a form. */
export function percentDecode(text: string, { plus }: { plus: boolean }): string | null {
  if (broken.test(text)) return null;
  const blanks = plus ? text.replaceAll('+', ' ') : text;
  if (!/[%\u0080-\uffff]/.test(blanks)) return blanks;
  const bytes: Buffer[] = blanks
    .split(/(%[0-9A-Fa-f]{2})/)
    .map((part) => (part.startsWith('%') ? Buffer.from(part.slice(1), 'hex') : Buffer.from(part, 'latin1')));
  // What is not encoded is a byte each: a byte above 0x7f came raw, and is judged as UTF-8 along with the others.
  if (/[\u0100-\uffff]/.test(blanks)) return null;
  try {
    return utf8.decode(Buffer.concat(bytes));
  } catch {
    return null;
  }
}

/** Of a name or value in a query or form. */
export const encodePart = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);

/** Of one segment of a path. A plus sign is always encoded: some systems read a raw one as a blank. */
export const encodeSegment = (text: string): string => encodeURIComponent(text).replace(/%(?:24|26|2C|3A|3D|40)/g, decodeURIComponent);
