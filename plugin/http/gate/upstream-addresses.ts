// Addresses of the video system itself, in what it writes: whoever follows one goes round the gate. They are made the gate's, in the spelling in
// which they stand.
import { anySpelling } from './spelling.js';

/** Which addresses, and what stands in their place. */
export interface Upstream {
  /** Names and addresses of the system, without port: `zm.internal`, `192.0.2.7`, `[2001:db8::7]`. */
  hosts: readonly string[];
  /** `origin`: `scheme://host:port` as it is written, `//host` where no scheme is; gives the same for the gate. */
  replace(origin: string): string;
}

export interface Edit {
  start: number;
  end: number;
  text: string;
}

const [colon, slash] = [anySpelling(':'), anySpelling('/')];
const lead = `(?:\\b([a-z][a-z0-9+.-]{1,11})(${colon}))?(${slash})${slash}`;
const bare = new RegExp(`${lead}$`, 'i');
const withLogin = new RegExp(`${lead}[^\\s"'<>/\\\\@]{0,96}(?:@|%40|&#0*64;|&#x0*40;)$`, 'i');
const port = new RegExp(`${colon}(\\d{1,5})(?!\\d)`, 'iy');
/** Characters before a host name in which its scheme must stand, with its login and without; and behind it for its port. */
const BEFORE = 192;
const BEFORE_BARE = 64;
const AROUND_HOST = 288;
export const LONGEST_ADDRESS = BEFORE + AROUND_HOST;

const quoted = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
/** As it stood: a JSON string keeps its `\/`, an encoded parameter its `%2F`. */
const spelled = (origin: string, colonAs: string, slashAs: string): string =>
  origin.replace(/[:/]/g, (character) => (character === ':' ? colonAs : slashAs));

/** Finds them in a text. A name that begins in the last `AROUND_HOST` characters is left for the next text, unless nothing follows. */
export type AddressFinder = (text: string, final: boolean) => Edit[];

/** One for each system: its expression is made once, and not for each answer and message. */
const finders = new WeakMap<Upstream, AddressFinder>();

export function addressFinder(upstream: Upstream): AddressFinder {
  const finder = finders.get(upstream) ?? makeFinder(upstream);
  finders.set(upstream, finder);
  return finder;
}

function makeFinder(upstream: Upstream): AddressFinder {
  if (upstream.hosts.length === 0) return () => [];
  // Brackets of an IPv6 address may be escaped in a parameter.
  const spellings = upstream.hosts.map((host) => quoted(host).replaceAll('\\[', '(?:\\[|%5b)').replaceAll('\\]', '(?:\\]|%5d)'));
  // The longest first: a name may begin like another one.
  const host = new RegExp(`(?:${spellings.sort((a, b) => b.length - a.length).join('|')})(?![\\w-]|\\.\\w)`, 'gi');
  return (text, final) => {
    const edits: Edit[] = [];
    const limit = final ? text.length : text.length - AROUND_HOST;
    host.lastIndex = 0;
    for (let match = host.exec(text); match && match.index < limit; match = host.exec(text)) {
      const found =
        bare.exec(text.slice(Math.max(0, match.index - BEFORE_BARE), match.index)) ??
        withLogin.exec(text.slice(Math.max(0, match.index - BEFORE), match.index));
      if (!found) continue;
      const start = match.index - found[0].length;
      port.lastIndex = match.index + match[0].length;
      const behind = port.exec(text);
      const end = match.index + match[0].length + (behind?.[0].length ?? 0);
      const [, scheme, colonAs = ':', slashAs = '/'] = found;
      const origin = `${scheme ? `${scheme.toLowerCase()}:` : ''}//${match[0].toLowerCase()}${behind ? `:${behind[1]}` : ''}`;
      edits.push({ start, end, text: spelled(upstream.replace(origin), colonAs, slashAs) });
    }
    return edits;
  };
}
