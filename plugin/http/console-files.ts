// The console's files, as they were built: read once, kept in memory, each under its exact name and nothing else, so that no spelling of an
// address ever comes near a disk. Its pages may load what the gate itself serves, and run nothing that stands in a page.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Request, RequestHandler, Response } from 'express';

/** Where it is served. */
export const consolePath = '/console/';

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  // No text becomes markup or a script, whoever wrote it.
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const types: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  woff2: 'font/woff2',
  json: 'application/json',
};

/** The strongest first. */
const encodings = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

interface ConsoleFile {
  type: string;
  /** Its name has its hash: what is under it never changes. */
  isHashed: boolean;
  plain: Buffer;
  packed: ReadonlyMap<string, Buffer>;
}

/** Null where it is not built. Looks upward, since the built sources lie one folder deeper. */
function readConsole(): ReadonlyMap<string, ConsoleFile> | null {
  for (let folder = path.dirname(fileURLToPath(import.meta.url)); ; folder = path.dirname(folder)) {
    const built = path.join(folder, 'dist', 'console');
    if (fs.existsSync(path.join(built, 'index.html'))) return readBuilt(built);
    if (folder === path.dirname(folder)) return null;
  }
}

/** Names as addresses have them, behind `consolePath`. */
export function readBuilt(folder: string): ReadonlyMap<string, ConsoleFile> {
  const names = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
  const read = (name: string): Buffer => fs.readFileSync(path.join(folder, name));
  const files = new Map<string, ConsoleFile>();
  for (const name of names) {
    const type = types[path.extname(name).slice(1)];
    if (!type) continue;
    const packed = encodings.filter(([, ending]) => names.includes(name + ending)).map(([encoding, ending]) => [encoding, read(name + ending)] as const);
    files.set(name, { type, isHashed: /^assets\/[\w.-]+-[\w-]{8,}\.\w+$/.test(name), plain: read(name), packed: new Map(packed) });
  }
  return files;
}

/** By exact name: every other spelling goes on, to where addresses are judged. Kept once it is there, for it may be built while the gate runs. */
export function consoleFiles(read: () => ReadonlyMap<string, ConsoleFile> | null = readConsole): RequestHandler {
  let kept: ReadonlyMap<string, ConsoleFile> | null = null;
  return (request, response, next) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const [address = '', query] = request.originalUrl.split('?', 2);
    if (!isRead) return next();
    if (address === '/' || address === '/console') return response.redirect(303, consolePath + (query === undefined ? '' : `?${query}`));
    if (!address.startsWith(consolePath)) return next();
    kept ??= read();
    const name = address.slice(consolePath.length) || 'index.html';
    const file = kept?.get(name);
    if (!kept && name === 'index.html') return void response.status(503).type('html').send(notBuilt);
    if (!file) return next();
    response.set('Content-Security-Policy', policy);
    send(file, request, response);
  };
}

function send(file: ConsoleFile, request: Request, response: Response): void {
  const accepted = String(request.headers['accept-encoding'] ?? '');
  const encoding = encodings.map(([name]) => name).find((name) => file.packed.has(name) && accepts(accepted, name));
  const bytes = encoding ? file.packed.get(encoding)! : file.plain;
  response.set({ 'Content-Type': file.type, 'Content-Length': String(bytes.length), Vary: 'Accept-Encoding' });
  if (encoding) response.set('Content-Encoding', encoding);
  if (file.isHashed) response.set('Cache-Control', 'public, max-age=31536000, immutable');
  response.status(200).end(request.method === 'HEAD' ? undefined : bytes);
}

/** RFC 9110, 12.5.3, as far as browsers go: named, and not refused with a weight of nothing. */
const accepts = (header: string, encoding: string): boolean =>
  header.split(',').some((each) => {
    const [name, ...weights] = each.trim().split(/\s*;\s*/);
    return name?.toLowerCase() === encoding && !weights.some((weight) => /^q=0(\.0*)?$/i.test(weight));
  });

const notBuilt = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>控制台尚未构建 · The console is not built</title>
<h1>控制台尚未构建</h1>
<p>网关运行正常，接口与命令行均可使用。请在程序目录执行 <code>npm run build:console</code>，然后刷新本页，无需重启网关。</p>
<h1 lang="en">The console is not built</h1>
<p lang="en">The gate runs; its interface and its command line can be used. Run <code>npm run build:console</code> in the program's folder and load this page
again; the gate need not be restarted.</p></html>
`;
