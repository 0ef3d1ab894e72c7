// A web server that does what Apache does with the few directives that matter here, written apart from the reader under test: listeners,
// aliases in their order, access by folder, file and location, a status page. The outside is 127.0.0.2. What is not a file is handed on.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

type Access = boolean | null;
interface Folder {
  pattern: RegExp;
  depth: number;
  access: Access;
  /** In a site: counts after the main file's of the same depth. */
  site: boolean;
  files: { pattern: RegExp; access: Access }[];
}
interface Rules {
  listens: { host: string; port: number }[];
  aliases: { url: string; folder: string }[];
  root: string;
  folders: Folder[];
  locations: { pattern: RegExp; access: Access; handler: string | null }[];
}

export type HandOn = (request: http.IncomingMessage, url: URL, body: string) => { status: number; type?: string; body?: string } | null;

const outside = '127.0.0.2';

export class BoxWebServer {
  #servers: http.Server[] = [];
  #rules: Rules | null = null;
  /** Words that it was told. */
  readonly told: string[] = [];
  /** What is wrong with its files, where a test says so. */
  fault: string | null = null;

  constructor(
    readonly root: string,
    readonly main: string,
    readonly handOn: HandOn,
  ) {}

  async say(word: string): Promise<{ code: number; stderr: string }> {
    this.told.push(word);
    try {
      if (word === 'configtest') {
        readRules(this.root, this.main);
        return this.fault === null ? { code: 0, stderr: 'Syntax OK\n' } : { code: 1, stderr: `${this.fault}\n` };
      }
      if (word === 'stop') await this.stop();
      else if (word === 'start') await this.start();
      else if (word === 'graceful') this.#rules = readRules(this.root, this.main);
      else return { code: 1, stderr: `what is ${word}?\n` };
      return { code: 0, stderr: '' };
    } catch (error) {
      return { code: 1, stderr: `${(error as Error).message}\n` };
    }
  }

  async start(): Promise<void> {
    if (this.#servers.length > 0) throw new Error('it runs already');
    const rules = (this.#rules = readRules(this.root, this.main));
    // A wide listener and a narrow one of the same port do not go together.
    for (const { host, port } of rules.listens) {
      for (const own of host === '*' ? ['127.0.0.1', outside] : [host]) {
        const server = http.createServer((request, response) => this.#answer(request, response));
        this.#servers.push(server);
        await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, own, resolve)).catch(async (error: unknown) => {
          await this.stop();
          throw error;
        });
      }
    }
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#servers.map((server) => {
        server.closeAllConnections();
        return new Promise((resolve) => server.close(resolve));
      }),
    );
    this.#servers = [];
  }

  #answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
      const url = new URL(request.url ?? '/', 'http://box');
      const { status, type = 'text/html', body = '' } = this.#judge(request, url, Buffer.concat(parts).toString());
      response.writeHead(status, { 'content-type': type, connection: 'close' }).end(body);
    });
  }

  #judge(request: http.IncomingMessage, url: URL, sent: string): { status: number; type?: string; body?: string } {
    const rules = this.#rules!;
    const where = decodeURIComponent(url.pathname).replace(/\/+/g, '/');
    const locations = rules.locations.filter(({ pattern }) => pattern.test(where));
    // What is said by location counts after what is said by folder.
    const byLocation = locations.findLast(({ access }) => access !== null)?.access ?? null;
    if (byLocation === false) return { status: 403 };
    if (locations.some(({ handler }) => handler === 'server-status')) return { status: 200, body: 'GET /zm/index.php?token=…' };
    const alias = rules.aliases.find((it) => where === it.url || where.startsWith(`${it.url}/`));
    const file = alias ? path.join(alias.folder, where.slice(alias.url.length)) : path.join(rules.root, where);
    if (byLocation === null && !allowed(rules, file)) return { status: 403 };
    const dynamic = this.handOn(request, url, sent);
    if (dynamic) return dynamic;
    const real = path.join(this.root, file);
    const kind = fs.statSync(real, { throwIfNoEntry: false });
    if (!kind) return { status: 404 };
    return kind.isFile() ? { status: 200, type: file.endsWith('.css') ? 'text/css' : 'application/octet-stream', body: fs.readFileSync(real, 'utf8') } : { status: 403 };
  }
}

/** Folders from the shortest on, then files inside them: the last that says something counts. */
function allowed({ folders }: Rules, file: string): boolean {
  const parents = file.split('/').slice(0, -1).map((_, at, all) => all.slice(0, at + 1).join('/') || '/');
  const matching = folders.filter(({ pattern }) => [...parents, file].some((it) => pattern.test(it))).sort((a, b) => a.depth - b.depth || Number(a.site) - Number(b.site));
  const byFolder = matching.findLast(({ access }) => access !== null)?.access ?? null;
  const byFile = matching.flatMap(({ files }) => files).findLast(({ pattern, access }) => access !== null && pattern.test(path.basename(file)))?.access ?? null;
  return (byFile ?? byFolder) === true;
}

function readRules(root: string, main: string): Rules {
  const rules: Rules = { listens: [], aliases: [], root: '/var/www/html', folders: [], locations: [] };
  const stack: string[] = [];
  let folder: Folder | null = null;
  let files: Folder['files'][number] | null = null;
  let location: Rules['locations'][number] | null = null;
  const wild = (text: string): RegExp => new RegExp(`^${text.replace(/[.+^${}()|\\]/g, '\\$&').replaceAll('*', '[^/]*')}$`);
  const read = (file: string): void => {
    for (const raw of fs.readFileSync(path.join(root, file), 'utf8').replaceAll('\\\n', '').split('\n')) {
      const line = raw.trim();
      if (line === '' || line.startsWith('#')) continue;
      const [name = '', first = '', second = ''] = line.replace(/^<([^>]*)>$/, '<$1').match(/"[^"]*"|\S+/g)!.map((word) => word.replaceAll('"', ''));
      if (name.startsWith('</')) {
        const kind = stack.pop();
        if (kind === 'Directory') folder = null;
        if (kind === 'FilesMatch') files = null;
        if (kind?.startsWith('Location')) location = null;
      } else if (name.startsWith('<')) {
        stack.push(name.slice(1));
        if (name === '<Directory') rules.folders.push((folder = { pattern: wild(first.replace(/(?<=.)\/$/, '')), depth: first.split('/').filter(Boolean).length, access: null, site: stack.includes('VirtualHost'), files: [] }));
        if (name === '<FilesMatch' && folder) folder.files.push((files = { pattern: new RegExp(first), access: null }));
        if (name === '<Location') rules.locations.push((location = { pattern: new RegExp(`^${first}(/|$)`), access: null, handler: null }));
        if (name === '<LocationMatch') rules.locations.push((location = { pattern: new RegExp(first.replace('(?i)', ''), first.includes('(?i)') ? 'i' : ''), access: null, handler: null }));
      } else if (name === 'Require') {
        const at = files ?? location ?? folder;
        if (at) at.access = second !== 'denied';
      } else if (name === 'SetHandler' && location) location.handler = first;
      else if (name === 'Alias' || name === 'ScriptAlias') rules.aliases.push({ url: first, folder: second });
      else if (name === 'DocumentRoot') rules.root = first;
      else if (name === 'Listen') {
        const [, host = '*', port] = /^(?:(.*):)?(\d+)$/.exec(first)!;
        rules.listens.push({ host: host === '0.0.0.0' ? '*' : host, port: Number(port) });
      } else if (name === 'Include' || name === 'IncludeOptional') {
        const at = path.resolve('/etc/apache2', first);
        const inside = at.includes('*') ? fs.readdirSync(path.join(root, path.dirname(at))).filter((it) => wild(path.basename(at)).test(it)).sort().map((it) => path.join(path.dirname(at), it)) : [at];
        inside.forEach(read);
      }
    }
  };
  read(main);
  return rules;
}
