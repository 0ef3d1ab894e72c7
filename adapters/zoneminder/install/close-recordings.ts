// Recordings that the web server gives out as files, past ZoneMinder and its login. Debian's own configuration does so: /zm/cache is
// /var/cache/zoneminder, open to everybody, and the recordings lie in it. The pages need the style sheets and scripts there, nothing else.
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Machine } from '../../../plugin/domain/install.js';
import { Problem } from '../../../plugin/domain/problem.js';
import { ask } from './ask.js';
import { newTexts, quotedPath, type Edit, type NewText } from './edit-apache.js';
import { readApache, type Apache, type Directive } from './read-apache.js';
import type { InstallRecord } from './record.js';
import { withProbeFile, type Seen, type WebStep } from './web-step.js';
import type { WebServer } from './web-server.js';

/** Where the pages put what they serve (ZM_DIR_CACHE, ZM_DIR_TEMP of includes/config.php: built in, not configured). */
const cache = '/var/cache/zoneminder';
const temporary = '/tmp/zm';

/** How many names of a served folder are looked at for links. */
const mostNames = 5_000;

/** A way by the web server to a folder with recordings. */
interface Exposure {
  /** Path of an address, without a slash at its end. */
  url: string;
  /** Folder that it shows, on the machine. */
  folder: string;
  /** The directive, where it serves recordings and nothing else. */
  alone: Directive | null;
}

const liesIn = (outer: string, inner: string): boolean => inner === outer || inner.startsWith(outer.endsWith('/') ? outer : `${outer}/`);

/** Folders of the machine that hold recordings or what is made of them, and where these really lie. The package's own counts even where
 *  another one is configured: what was recorded before that lies there still. */
export async function recordingFolders(machine: Machine, settings: ReadonlyMap<string, string>, storages: readonly string[]): Promise<string[]> {
  const web = settings.get('ZM_PATH_WEB') ?? '/usr/share/zoneminder/www';
  const named = [settings.get('ZM_DIR_EVENTS'), settings.get('ZM_DIR_EXPORTS'), settings.get('ZM_PATH_SWAP'), temporary, `${cache}/events`, ...storages];
  const given = named.filter((it) => it !== undefined && it !== '').map((it) => path.resolve(web, it!));
  const real = await Promise.all(given.map((it) => fs.realpath(path.join(machine.root, it)).then((found) => onMachine(machine, found), () => it)));
  return [...new Set([...given, ...real])].filter((it) => it !== '/').sort();
}

const onMachine = ({ root }: Machine, real: string): string => (root === '/' ? real : liesIn(root, real) ? real.slice(root.length) || '/' : real);

const isAlias = ({ name }: Directive): boolean => ['alias', 'scriptalias', 'aliasmatch', 'scriptaliasmatch'].includes(name);

/** What an alias shows and where; one with a single word stands in a Location. A pattern counts by what stands before its first wildcard. */
function partsOf({ args, sections }: Directive): { url: string; folder: string } | null {
  const [url, folder] = args.length >= 2 ? args : [sections.findLast(({ name }) => name === 'location')?.args[0], args[0]];
  if (url === undefined || folder === undefined) return null;
  const plain = (text: string): string => text.split(/[$(*?[\\^]/)[0]!;
  return { url: plain(url.replace(/^\^/, '')).replace(/\/$/, ''), folder: plain(folder).replace(/(?<=.)\/$/, '') };
}

/** Every way by which the web server would show one of the folders. */
export async function exposuresOf(machine: Machine, { directives }: Apache, folders: readonly string[]): Promise<{ exposures: Exposure[]; links: string[] }> {
  const served = directives.flatMap((directive) => {
    const parts = isAlias(directive) ? partsOf(directive) : directive.name === 'documentroot' && directive.args[0] ? { url: '', folder: directive.args[0].replace(/(?<=.)\/$/, '') } : null;
    return parts ? [{ ...parts, directive }] : [];
  });
  const exposures = served.flatMap(({ url, folder, directive }): Exposure[] => {
    if (isAlias(directive) && folders.some((it) => liesIn(it, folder))) return [{ url, folder, alone: directive }];
    return folders.filter((it) => liesIn(folder, it)).map((it) => ({ url: `${url}/${path.relative(folder, it)}`.replace(/\/$/, ''), folder: it, alone: null }));
  });
  // A link in a served folder: the web server judges the way that it was asked for, not where that leads.
  const links: Exposure[] = [];
  for (const { url, folder } of served) {
    const inside = await fs.readdir(path.join(machine.root, folder), { withFileTypes: true }).catch(() => []);
    for (const name of inside.slice(0, mostNames).filter((it) => it.isSymbolicLink()).map((it) => it.name)) {
      // In a folder that is closed itself, as ZoneMinder's own links by the names of cameras: closed with it.
      if (folders.some((it) => liesIn(it, path.join(folder, name)))) continue;
      const real = await fs.realpath(path.join(machine.root, folder, name)).catch(() => null);
      if (real !== null && folders.some((it) => liesIn(it, onMachine(machine, real)))) links.push({ url: `${url}/${name}`, folder: path.join(folder, name), alone: null });
    }
  }
  const once = new Map([...exposures, ...links].map((it) => [`${it.url} ${it.folder}`, it]));
  return { exposures: [...once.values()], links: links.map(({ folder }) => folder) };
}

/** Rules of a site count after those of the main file (httpd.apache.org/docs/2.4/sections.html), so a grant for such a folder has to go. */
const grantsOf = ({ directives }: Apache, folders: readonly string[]): Directive[] =>
  directives.filter(({ name, sections }) => {
    const folder = sections.findLast((it) => it.name === 'directory')?.args[0];
    return name === 'require' && folder !== undefined && sections.some((it) => it.name === 'virtualhost') && folders.some((it) => liesIn(it, folder.replace(/(?<=.)\/$/, '')));
  });

const denied = (folder: string): string[] => [`<Directory ${quoted(folder)}>`, '  Require all denied', '  <FilesMatch ".">', '    Require all denied', '  </FilesMatch>', '</Directory>'];

function quoted(folder: string): string {
  const found = quotedPath(folder);
  if (found === null) throw new Problem('config-invalid', `The folder of recordings ${folder} cannot be written into Apache’s configuration; right is a plain path.`);
  return found;
}

/**
 * All of the cache is closed, and what the pages need of it is opened by its address: one name behind /cache/, nothing in folders. The
 * shortest path first, as Apache merges them: a deeper one has the last word. `base`: path of the pages.
 */
export function blockOf(base: string, folders: readonly string[]): string[] {
  const pages = `${base.replace(/\/$/, '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}/cache`;
  return [
    `<Directory "${cache}">`,
    '  Require all denied',
    '</Directory>',
    `<LocationMatch "^${pages}/[A-Za-z0-9_.-]+\\.(css|js)$">`,
    '  Require all granted',
    '</LocationMatch>',
    ...[...folders].sort((a, b) => a.length - b.length).flatMap(denied),
  ];
}

export function closeRecordings({ machine, record, server, folders }: { machine: Machine; record: InstallRecord; server: WebServer; folders: readonly string[] }): WebStep {
  /** Ways that were there when the step began: those that it took out must be tried as well. */
  let known: Exposure[] | null = null;
  const look = async (): Promise<{ apache: Apache; exposures: Exposure[]; links: string[] }> => {
    const apache = await readApache(machine, server.main);
    const found = await exposuresOf(machine, apache, folders);
    known ??= found.exposures;
    return { apache, ...found };
  };
  return {
    step: 'recordings',
    zh: '录像文件不经登录可取:关闭网页服务器通向录像目录的路径',
    en: 'recordings as plain files, without login: the web server’s ways to their folders are closed',
    activate: 'reload',
    plan: async (): Promise<NewText[]> => {
      const { apache, exposures, links } = await look();
      const edits = [...exposures.flatMap(({ alone }) => alone ?? []), ...grantsOf(apache, folders)].map((at): Edit => ({ at }));
      const unique = [...new Map(edits.map((edit) => [`${edit.at.file}:${edit.at.line}`, edit])).values()];
      return newTexts(unique, { file: apache.main, name: 'recordings', lines: blockOf(server.base.pathname, [...folders, ...links]) });
    },
    measure: async () => {
      await look();
      const seen: Seen[] = [];
      for (const { url, folder } of known!) {
        const real = path.join(machine.root, folder);
        if (!(await fs.stat(real).catch(() => null))?.isDirectory()) continue;
        seen.push(await withProbeFile(record, 'recordings', path.join(real, 'exportgate-probe.txt'), () => tried(server.base, `${url}/exportgate-probe.txt`)));
      }
      return seen;
    },
  };
}

async function tried(base: URL, where: string): Promise<Seen> {
  const target = encodeURI(where);
  const { status } = await ask(base, target);
  return { what: `GET ${target}`, told: String(status), closed: status === 403 || status === 404 };
}
