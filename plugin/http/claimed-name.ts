// Whom a client of a recorder says that it is, in its HTTP login. Nobody has proved it: the register tells what was said, beside the address.

/** ONVIF's own limit is 64 characters; what is longer names nobody, and need not fill the store. */
const LONGEST = 128;

/** Of Digest (RFC 7616) and Basic (RFC 7617); the password of the latter is not looked at. Null where none is told. */
export function claimedName(authorization: string | undefined): string | null {
  const [, scheme = '', rest = ''] = /^(Digest|Basic)\s+(.*)$/is.exec(authorization ?? '') ?? [];
  const name = scheme.toLowerCase() === 'digest' ? ofDigest(rest) : ofBasic(rest);
  return name.replace(/\p{Cc}/gu, '').slice(0, LONGEST) || null;
}

/** A header line carries one byte in each character. */
const inUtf8 = (line: string): string => Buffer.from(line, 'latin1').toString('utf8');

function ofDigest(parameters: string): string {
  const quoted = /(?:^|[\s,])username\s*=\s*"((?:[^"\\]|\\.)*)"/i.exec(parameters)?.[1];
  return inUtf8(quoted?.replace(/\\(.)/g, '$1') ?? '');
}

function ofBasic(encoded: string): string {
  const [name = ''] = Buffer.from(encoded.trim(), 'base64').toString('utf8').split(':');
  return name;
}
