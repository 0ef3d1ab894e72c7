// Could any part of the system behind the gate take this request for one that recorded footage answers? Told from the raw request in the most
// generous reading there is (decoded thrice, dots resolved, names and values in any case, from query and body alike) and from what is known of
// each system, and from nothing that the gate does: no table, no reader of the gate’s. It says yes too often rather than too seldom.
import type { RouteTable } from '../../../plugin/domain/route-table.js';
import type { RawRequest } from '../../../plugin/http/gate/raw-request.js';

export interface Loose {
  /** Every path that somebody could take it for, in small letters. */
  paths: readonly string[];
  /** Every value that somebody could find under a name, and every name; in small letters, but of ZoneMinder. */
  values(name: string): readonly string[];
  names: readonly string[];
  method: string;
}

/** Per system, by the first word of its name. */
const systems: Readonly<Record<string, (loose: Loose) => boolean>> = {
  zoneminder: ({ paths, values, names }) => {
    const at = (pattern: RegExp): boolean => paths.some((path) => pattern.test(path));
    const is = (name: string, ...words: string[]): boolean => values(name).some((value) => words.includes(value.replace(/^.*\//s, '')));
    if (at(/^\/zm\/(?:cache\/)?(?:events|images|temp)(?:\/|$)/)) return true;
    if (at(/^\/zm\/cgi-bin\/(?:nph-)?zms(?:\/|$)/))
      return (
        ['event', 'frame', 'time'].some((name) => names.includes(name)) ||
        is('source', 'event', 'fifo') ||
        values('buffer').some((value) => parseFloat(value) > 0)
      );
    if (!at(/^\/zm\/?$|^\/zm\/index\.php(?:\/|$)/)) return false;
    if (is('view', 'view_video', 'image', 'archive', 'download', 'files', 'view_hls')) return true;
    if (is('view', 'video') && (names.includes('downloadIndex') || names.includes('showIndex'))) return true;
    if (is('request', 'event') && is('action', 'export', 'download', 'video')) return true;
    // Commands that move a stream in time, or into another event.
    return is('request', 'stream') && values('command').some((value) => [4, 5, 6, 7, 12, 13, 14, 15, 16].includes(parseInt(value, 10)));
  },
  frigate: ({ paths, values, method }) => {
    const at = (pattern: RegExp): boolean => paths.some((path) => pattern.test(path));
    if (
      at(/^\/(?:recordings|exports|clips|vod|stream|cache)(?:\/|$)|^\/(?:api|live)\/(?:.*\/)?_replay_|^\/api\/(?:vod|debug_replay)(?:\/|$)/)
    )
      return true;
    if (at(/^\/api\/(?:.*\/)?(?:clip\.mp4|preview\.(?:gif|mp4)|snapshot\.(?:jpg|png)|snapshot-clean\.\w+|thumbnail\.\w+|best\.jpg)\/?$/))
      return true;
    if (at(/^\/api\/review\/[^/]+\/preview\/?$|^\/api\/exports\/batch|^\/api\/cases\/[^/]+\/download/)) return true;
    if (method === 'POST' && at(/^\/api\/export\/(?:custom\/)?[^/]+\/start\//)) return true;
    const source = values('src').some((value) => /[:/]/.test(value));
    return at(/^\/api\/go2rtc\/api\//) || (source && at(/^\/live|^\/api\/go2rtc\/webrtc/));
  },
  kerberos: ({ paths }) => paths.some((path) => /^\/file(?:\/|$)/.test(path)),
  mediamtx: ({ paths }) => paths.some((path) => /^\/playback\/get(?:\/|$)/.test(path)),
  milestone: ({ paths, names }) =>
    paths.some((path) => /^\/xprotectmobile(?:\/|$)|recordercommandservice/.test(path)) ||
    (paths.some((path) => /^\/api\/(?:rest\/v1\/webrtc|ws\/webrtc)/.test(path)) && names.some((name) => /^playback|^skipgaps/.test(name))),
  // The text that is told of a file holds no picture.
  moonfire: ({ paths }) => paths.some((path) => /^\/api\/cameras\/[^/]+\/[^/]+\/view\.(?:mp4|m4s)\/?$/.test(path)),
  nx: ({ paths, names }) => {
    const at = (pattern: RegExp): boolean => paths.some((path) => pattern.test(path));
    const past = names.some((name) => /^(?:pos|end|dur|time|start|accurate|download|sign)/.test(name));
    if (at(/^\/proxy(?:\/|$)|^\/hls(?:\/|$)|^\/webrtc|^\/ec2\/(?:camerathumbnail|analyticstrack)|^\/api\/image\/?$/)) return true;
    if (
      at(
        /^\/rest\/v\d+\/devices\/[^/]+\/(?:bookmarks\/[^/]+\/(?:media|hls)|webrtc)|^\/rest\/v\d+\/analytics\/objecttracks\/[^/]+\/(?:bestshot|title)image/,
      )
    )
      return true;
    return past && at(/^\/rest\/v\d+\/devices\/[^/]+\/(?:media|image)|^\/media\/./);
  },
  scrypted: ({ paths }) => {
    const at = (pattern: RegExp): boolean => paths.some((path) => pattern.test(path));
    if (at(/engine\.io|connectrpcobject|^\/endpoint\/(?:.*\/)?public\/(?:.*\/)?[0-9a-f-]{36,64}(?:\.\w+)?(?:\/|$)/)) return true;
    // Each plugin answers below its own name; pages of the core and current pictures are files of the web folder.
    const decoded = paths.filter((path) => !/%[0-9a-f]{2}/.test(path));
    return decoded.some((path) =>
      /^\/endpoint\/(?!@scrypted\/core\/public(?:\/|$)|@scrypted\/snapshot\/|\d+\/\d+\/camera(?:\/|$))/.test(path),
    );
  },
  shinobi: ({ paths, names }) => {
    const at = (pattern: RegExp): boolean => paths.some((path) => pattern.test(path));
    if (at(/^\/[^/]+\/(?:videos|cloudvideos)\/[^/]+\/[^/]+\/[^/]+(?:\/(?!(?:delete|status|archive|fix|compress)(?:\/|$))|$)/)) return true;
    if (at(/^\/[^/]+\/(?:zipvideos|zipcloudvideos|videosmerge|videosts|mergevideos|timelapsebuildvideo)(?:\/|$)/)) return true;
    if (at(/^\/[^/]+\/filebin\/[^/]+\/[^/]+\/(?!.*\/(?:delete|archive|status)\/?$)./)) return true;
    if (at(/^\/[^/]+\/(?:timelapse|cloudtimelapse)\/[^/]+\/[^/]+\/[^/]+\/[^/]/)) return true;
    return (names.includes('flags') && at(/^\/[^/]+\/icon\//)) || at(/^\/[^/]+\/hls\/.*(?:\.\.|\/videos\/)/);
  },
  viseron: ({ paths, values }) => {
    const at = (pattern: RegExp): boolean => paths.some((path) => pattern.test(path));
    if (at(/^\/files|^\/api\/v1\/hls\/[^/]+\/(?:[^/]+\/)?index\.m3u8|^\/api\/v1\/(?:download|publicimage)\/?$/)) return true;
    return at(/^\/live/) && values('src').some((value) => /[:/]/.test(value));
  },
};

export function asksForMedia({ vms }: RouteTable, raw: RawRequest): boolean {
  const [name = ''] = vms.toLowerCase().split(/[ /]/);
  const system = systems[name];
  if (!system) throw new Error(`Nothing is known of ${vms}.`);
  return system(loosely(raw, name === 'zoneminder'));
}

/** `exact`: one separator between pairs, names and values in their own case: PHP and ZoneMinder’s stream program (strcmp) know no other. */
function loosely({ method, target, body }: RawRequest, exact: boolean): Loose {
  const folded = (text: string): string => (exact ? text : text.toLowerCase());
  const relative = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '');
  const [path = '', ...rest] = relative.split('?');
  const names = new Map<string, string[]>();
  const put = (name: string, value: string): void => {
    const found = readings(value).map((reading) => folded(reading.trim()));
    for (const each of namesOf(name).map(folded)) names.set(each, [...(names.get(each) ?? []), ...found]);
  };
  const pairs = (text: string): void => {
    for (const token of text.split(exact ? '&' : /[&;]/)) {
      const [name = '', ...value] = token.split('=');
      put(name, value.join('='));
    }
  };
  const content = body.toString('latin1');
  pairs(rest.join('?'));
  pairs(content);
  for (const [, name = '', value = ''] of content.matchAll(/name="?([^"\r\n;]*)"?[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n([^\r\n]*)/gi))
    put(name, value);
  for (const [, name = '', value = ''] of content.matchAll(/"([^"]*)"\s*:\s*"?([^",}]*)/g)) put(name, value);
  return { method: method.toUpperCase(), paths: pathsOf(path), names: [...names.keys()], values: (name) => names.get(name) ?? [] };
}

/** A text as it stands, and decoded up to three times. */
function readings(text: string): string[] {
  const found = [text];
  for (let at = 0; at < 3; at += 1)
    found.push(found[at]!.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))));
  return [...new Set(found)];
}

const namesOf = (name: string): string[] => [
  ...new Set(
    readings(name.replaceAll('+', ' ')).flatMap((each) => {
      const trimmed = each.trim().split('\0', 1)[0]!;
      return [trimmed, trimmed.replace(/\[.*$/s, ''), trimmed.replace(/[ .[]/g, '_'), trimmed.replace(/[[\]]/g, '')];
    }),
  ),
];

function pathsOf(path: string): string[] {
  const found = readings(path).flatMap((reading) => {
    const plain = reading.split('\0', 1)[0]!.toLowerCase().replaceAll('\\', '/');
    const parts = plain.split('/').map((part) => part.replace(/;.*$/, ''));
    return [plain, resolved(parts), resolved(parts.map((part) => (/^\.+$/.test(part) ? part : part.replace(/[. ]+$/, ''))))];
  });
  return [...new Set(found)];
}

/** Without empty and dot segments. */
function resolved(parts: readonly string[]): string {
  const kept: string[] = [];
  for (const part of parts) {
    if (part === '..') kept.pop();
    else if (part !== '' && part !== '.') kept.push(part);
  }
  return `/${kept.join('/')}${/^\.{0,2}$/.test(parts.at(-1) ?? '') && kept.length > 0 ? '/' : ''}`;
}
