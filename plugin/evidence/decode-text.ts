// UTF-8 or nothing: a decoder that repairs would let two files pass for one text.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** null where the bytes are not UTF-8. A byte order mark stays in the text. */
export function decodeText(bytes: Buffer): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}
