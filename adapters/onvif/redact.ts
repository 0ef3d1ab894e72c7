// A conversation that will be sent to strangers: the login goes out of it wherever it stands, and so does what tells one device from another.
import type { RecorderAddress } from '../../plugin/domain/adapter.js';
import { escapeText } from './write-xml.js';

const pattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** A text as it may stand in a message: as it is, in XML, in an address, in base64. The longest first: one may hold another. */
const spellings = (text: string): string[] =>
  [text, escapeText(text), encodeURIComponent(text), encodeURI(text), Buffer.from(text).toString('base64')]
    .filter((each, at, all) => each !== '' && all.indexOf(each) === at)
    .sort((a, b) => b.length - a.length);

const replaceAll = (text: string, words: readonly string[], by: string, alone = false): string =>
  words.reduce(
    (left, word) => left.replace(new RegExp(alone ? `(?<![A-Za-z0-9])${pattern(word)}(?![A-Za-z0-9])` : pattern(word), 'g'), by),
    text,
  );

/** Names in addresses whose values tell which footage, not who asks. */
const harmless = new Set([
  'channel',
  'subtype',
  'stream',
  'starttime',
  'endtime',
  'recording',
  'profile',
  'streamtype',
  'unicast',
  'proto',
  'localtime',
  'trackid',
]);

/**
 * What the transcript leaves out already (headers with logins and challenges) may stand in a body too: some recorders put the login into an
 * address, or a challenge into an error page.
 */
export function redact(transcript: string, { user, password }: Pick<RecorderAddress, 'user' | 'password'>): string {
  const both = Buffer.from(`${user}:${password}`).toString('base64');
  const bare = replaceAll(replaceAll(transcript, [both, ...spellings(password)], '[password]'), spellings(user), '[user]', true);
  return (
    bare
      // Up to the last @: a password may hold any sign.
      .replace(/(\b[a-z]{3,6}:\/\/)[^\s<>"]{1,256}@/gi, '$1[login]@')
      // In queries and, with some vendors, in paths (`/user=…_password=…_channel=1`): every value whose name is none of these.
      .replace(/([?&;/_]|&amp;)([A-Za-z][\w-]{0,31}?)=([^&;/\s<>"_]{1,256})/g, (whole, before: string, name: string) =>
        harmless.has(name.toLowerCase()) ? whole : `${before}${name}=[value]`,
      )
      .replace(/<!\[CDATA\[[^\]]{0,4096}\]\]>/g, '[left out]')
      .replace(/\b(c?nonce|response|opaque|authorization|www-authenticate)(\s*[=:]\s*)("[^"\n]*"|[^\s,;"<]+)/gi, '$1$2[challenge]')
      .replace(/(<(?:[\w.-]{1,32}:)?(SerialNumber|HwAddress|Nonce|Password)(?:\s[^<>]{0,256})?>)[^<]{1,1024}(?=<)/gi, '$1[left out]')
  );
}
