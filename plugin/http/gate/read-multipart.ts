// multipart/form-data (RFC 7578) as browsers write fields, and nothing else: PHP finds a delimiter behind a bare line feed, takes headers in
// many spellings and files by a name in a header, and every such liberty is a second reading. A file is refused: no page that may pass needs
// one.
import type { Param } from '../../domain/asked.js';
import { malformed } from './ambiguous.js';

const boundary = /^multipart\/form-data; ?boundary=([A-Za-z0-9'()+_,./:=?-]{1,70})$/i;
const head = /^Content-Disposition: form-data; name="([^"\\%\r\n]+)"$/i;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** `contentType`: the whole header. Problem `body-malformed`. */
export function readMultipart(contentType: string, body: Buffer): Param[] {
  const [, mark] = boundary.exec(contentType) ?? [];
  if (!mark) throw malformed('Write “multipart/form-data; boundary=…” and nothing else.');
  let text: string;
  try {
    text = utf8.decode(body);
  } catch {
    throw malformed('The fields are not UTF-8.');
  }
  // Every occurrence of the delimiter counts, wherever it stands: PHP's and ours must be the same ones.
  const [before, ...parts] = text.split(`--${mark}`);
  const last = parts.pop();
  if (before !== '' || (last !== '--' && last !== '--\r\n')) throw malformed('The fields are not between their delimiters.');
  return parts.map((part): Param => {
    const cut = part.indexOf('\r\n\r\n');
    if (!part.startsWith('\r\n') || cut < 0 || !part.endsWith('\r\n') || cut + 4 > part.length - 2)
      throw malformed('A field is not whole.');
    const [, name] = head.exec(part.slice(2, cut)) ?? [];
    if (name === undefined) throw malformed('A part has one header, Content-Disposition with one name: no file, no encoding.');
    return [name, part.slice(cut + 4, -2)];
  });
}
