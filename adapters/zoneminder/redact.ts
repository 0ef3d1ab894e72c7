// A text answer of ZoneMinder without what a browser may not hold. Its pages write the secret that signs all tokens into a script for
// everybody who is signed in, and logins of cameras into forms and lists.

/** What stands in a secret's place. A form's field with it is switched off: saved, it would become the secret. */
export const hidden = '[hidden]';

/** Gives what stands in the place of a credential that the client sends back. */
export type Swap = (credential: string) => string;

/** Names of settings whose value is a secret: `ZM_AUTH_HASH_SECRET`, `ZM_DB_PASS`, `ZM_UPLOAD_PASS`; not `ZM_UPLOAD_FTP_PASSIVE`. */
const isSecretSetting = (name: string): boolean => /^ZM_\w*?(?:SECRET|PASSWORD|_TOKEN|_PASS(?=_|$))/.test(name);
/** Of a camera's row: its login. */
const cameraLogin = new Set(['User', 'Pass', 'ONVIF_Username', 'ONVIF_Password']);
const isSecretField = (name: string): boolean => {
  const [, form, field] = /^(newConfig|newMonitor)\[(\w+)\]$/.exec(name) ?? [];
  return form === 'newConfig' ? isSecretSetting(field!) : form === 'newMonitor' && cameraLogin.has(field!);
};

/** JSON writes `:\/\/`. */
const slashes = String.raw`:(?:\\?/){2}`;
/** What has to stand somewhere in a text before the expression behind it is worth its time; the expression; what it leaves. */
const patterns: readonly (readonly [RegExp, RegExp, string])[] = [
  // Up to the last @: a password may hold any sign.
  [/@/, new RegExp(String.raw`(\b(?:rtsps?|rtmps?|mms|rtp)${slashes})[^\s<>"']{1,512}@`, 'gi'), `$1${hidden}@`],
  // The name ends at the first colon: with more than one place for it to end, a line of colons costs the square.
  [/@/, new RegExp(String.raw`(\b[a-z]{2,10}${slashes})[^\s<>"'/\\@?#:]{1,256}:[^\s<>"'/\\@]{0,512}@`, 'gi'), `$1${hidden}@`],
  // Logins in addresses: of cameras, and ZoneMinder's own where its relay is `plain`.
  [/pass|pwd/i, /((?:[?&;']|&amp;)(?:pass|passwd|password|pwd)=)[^&;"'<>\s\\]{1,256}/gi, `$1${hidden}`],
  // Hashes of passwords: bcrypt, and MySQL's.
  [/\$2/, /\$2[aby]\$\d\d\$(?:[.A-Za-z0-9]|\\?\/){53}/g, hidden],
  [/\*/, /\*[0-9A-F]{40}\b/g, hidden],
];

/** A relay hash opens everything for hours. Of the same form are the nonces of scripts, which must stay. */
const relayHash = /\b[0-9a-f]{32}\b(?<!\bnonce(?:-|=\\?["'])[0-9a-f]{32})/g;
const HASH_LENGTH = 32;
const isHashLetter = (code: number): boolean => (code >= 48 && code <= 57) || (code >= 97 && code <= 102);

/** Whether one may be in it. Looks back from where it would end: most of the text is never read. */
function mayHoldHash(text: string): boolean {
  let end = HASH_LENGTH;
  while (end <= text.length) {
    let at = end;
    while (at > end - HASH_LENGTH && isHashLetter(text.charCodeAt(at - 1))) at--;
    if (at === end - HASH_LENGTH) return true;
    end = at + HASH_LENGTH;
  }
  return false;
}

/** Of a web token what follows its first part. */
const tokenRest = /\.eyJ[\w-]{8,2048}\.[\w-]{16,1024}/y;
const LONGEST_TOKEN_HEAD = 1027;
const isTokenLetter = (code: number): boolean => (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || code === 45;
const setting = /\b(const (ZM_[A-Z0-9_]{1,80}) = )'(?:[^'\\]|\\.){0,4096}'/g;
const field = /<(?:input|textarea|select)\b/g;
const area = /<textarea\b/g;
const LONGEST_TAG = 8192;
const attribute = (tag: string, name: string): string => new RegExp(String.raw`\s${name}=\\?["']([^"'\\]*)`).exec(tag)?.[1] ?? '';

function hideField(tag: string): string {
  const bare = isSecretField(attribute(tag, 'name')) ? tag.replace(/(\svalue=(\\?["']))[^"'\\]*/, `$1${hidden}`) : tag;
  return bare.includes(hidden) || isSecretField(attribute(tag, 'name')) ? bare.replace(/^<\w+/, '$& disabled') : tag;
}

/**
 * Each tag that begins so, and where it ends. What it ends with is looked for once and not from each beginning: a page of beginnings without an
 * end would cost the product, and hold up everybody for half a minute.
 */
function* tagsIn(text: string, beginning: RegExp): Generator<{ start: number; end: number }> {
  let [close, given] = [-1, -1];
  for (const { index } of text.matchAll(beginning)) {
    if (index < given) continue;
    if (close < index) close = text.indexOf('>', index);
    if (close < 0) return;
    // Longer than a page writes one: a tag that begins inside of it may end in time.
    if (close - index > LONGEST_TAG) continue;
    given = close;
    yield { start: index, end: close + 1 };
  }
}

function hideFields(text: string): string {
  let [bare, from] = ['', 0];
  for (const { start, end } of tagsIn(text, field)) {
    bare += text.slice(from, start) + hideField(text.slice(start, end));
    from = end;
  }
  return bare + text.slice(from);
}

function hideAreas(text: string): string {
  let [bare, from] = ['', 0];
  for (const { start, end } of tagsIn(text, area)) {
    const next = text.indexOf('<', end);
    if (next < 0 || !text.startsWith('</textarea>', next) || !isSecretField(attribute(text.slice(start, end), 'name'))) continue;
    bare += text.slice(from, end) + hidden;
    from = next;
  }
  return bare + text.slice(from);
}

/** Found by the dot behind the first part: beginnings may stand in each other, dots may not. */
function swapTokens(text: string, swap: Swap): string {
  let [bare, from] = ['', 0];
  for (let dot = text.indexOf('.eyJ'); dot >= 0; dot = text.indexOf('.eyJ', Math.max(dot + 1, from))) {
    tokenRest.lastIndex = dot;
    if (!tokenRest.test(text)) continue;
    let begin = dot;
    while (begin > Math.max(from, dot - LONGEST_TOKEN_HEAD) && isTokenLetter(text.charCodeAt(begin - 1))) begin--;
    const at = text.slice(begin, dot).search(/\beyJ[\w-]{8}/);
    if (at < 0) continue;
    bare += text.slice(from, begin + at) + swap(text.slice(begin + at, tokenRest.lastIndex));
    from = tokenRest.lastIndex;
  }
  return bare + text.slice(from);
}

/** A sign that every other secret has in it, or before it: most of a list's words have none. */
const sign = /[@=$*<]|eyJ|const ZM_/;

function hideInText(text: string, swap: Swap): string {
  const bare = sign.test(text) ? hideSigned(text, swap) : text;
  return mayHoldHash(bare) ? bare.replace(relayHash, (found) => swap(found)) : bare;
}

function hideSigned(text: string, swap: Swap): string {
  const bare = patterns.reduce((left, [holds, pattern, by]) => (holds.test(left) ? left.replace(pattern, by) : left), text);
  const unset = bare.replace(setting, (whole, before: string, name: string) => (isSecretSetting(name) ? `${before}'${hidden}'` : whole));
  return swapTokens(hideFields(hideAreas(unset)), swap);
}

/** Hides within what was parsed. `named`: the name of the setting that was asked for, where the answer does not repeat it. */
function hideInValue(value: unknown, swap: Swap, named: string | null, depth = 0): unknown {
  if (typeof value === 'string') return hideInText(value, swap);
  if (typeof value !== 'object' || value === null) return value;
  // Deeper than anything that ZoneMinder writes: what is not looked through does not go on.
  if (depth > 32) return null;
  if (Array.isArray(value)) return value.map((each) => hideInValue(each, swap, named, depth + 1));
  const of = value as Record<string, unknown>;
  const isCamera = 'Pass' in of || 'ONVIF_Password' in of;
  const isSecret = isSecretSetting(typeof of['Name'] === 'string' ? of['Name'] : (named ?? ''));
  for (const key of Object.keys(of)) of[key] = isHidden(key, of[key], isCamera, isSecret) ? hidden : hideInValue(of[key], swap, named, depth + 1);
  return of;
}

const isHidden = (key: string, value: unknown, isCamera: boolean, isSecret: boolean): boolean =>
  typeof value === 'string' &&
  value !== '' &&
  (/^pass(word|wordHash)?$/i.test(key) || (isCamera && cameraLogin.has(key)) || (isSecret && key === 'Value') || isSecretSetting(key));

/** The same of JSON as it is written, with the names of its fields and escaped ASCII: what has none of these need not be parsed. */
const documentSign = new RegExp(String.raw`${sign.source}|[Pp][Aa][Ss][Ss]|ZM_|\\u00`);

function hideInDocument(text: string, swap: Swap, named: string | null): string {
  if (named === null && !documentSign.test(text) && !mayHoldHash(text)) return text;
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return hideInText(text, swap);
  }
  return JSON.stringify(hideInValue(document, swap, named));
}

/** An answer of the interface for programs as it may be told to people and kept. */
export const hideInJson = (text: string): string => hideInDocument(text, () => '[credential]', null);

/**
 * `contentType` as the answer has it; `path` is what was asked for, behind the base path. Other than text comes back as it is. Scripts and
 * forms keep working, but that a field with a secret in it is switched off.
 */
export function redactText(text: string, contentType: string, path: string, swap: Swap): string {
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase();
  if (!/^(text\/|application\/([\w.-]+\+)?(x-)?(json|javascript|xml)$)/.test(type) && type !== '') return text;
  // A setting asked for by its name comes back as `{"config":{"Value":…}}`.
  const named = /\/viewByName\/(ZM_\w{1,80})/i.exec(path)?.[1] ?? null;
  // ZoneMinder writes JSON as text/html too.
  return /json$/.test(type) || /^\s*[[{]/.test(text) ? hideInDocument(text, swap, named) : hideInText(text, swap);
}
