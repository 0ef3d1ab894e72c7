// Base64 (RFC 4648 section 4) in its one spelling: padded, no line ends, unused bits zero.
import { FormatError } from './format-error.js';

/** Text → bytes. Node skips what it does not know, so a text counts only if it re-encodes to itself. Throws FormatError. */
export function decodeBase64(text: string, what: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new FormatError(`${what} is not base64 in its canonical form.`);
  return bytes;
}
