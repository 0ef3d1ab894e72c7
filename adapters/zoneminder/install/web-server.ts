// The web server in front of ZoneMinder's pages: its configuration tried, read anew, or the server begun anew.
import type { InstallPlace, Machine } from '../../../plugin/domain/install.js';
import { Problem } from '../../../plugin/domain/problem.js';
import { ask, isListening, untilSo, type Answer } from './ask.js';

export const usualMain = '/etc/apache2/apache2.conf';

/** How long a start may take until it is told once more, milliseconds. */
const startMs = 3_000;

export interface WebServer {
  /** Path of its main file on the machine. */
  main: string;
  base: URL;
  /** What it would say of its files; null: they are sound. */
  fault(): Promise<string | null>;
  /** Reads its files anew. */
  reload(): Promise<void>;
  /** Begins, where nobody listens. */
  begin(): Promise<void>;
  /**
   * Ends and begins: a listener that becomes narrower cannot be opened while the wide one is there
   * (httpd.apache.org/docs/2.4/bind.html, "Special Consideration When Restarting").
   */
  restart(): Promise<void>;
  /** The login page, with a style sheet that it names. Null: both are there; else what is wrong. */
  pagesFault(): Promise<string | null>;
}

export function webServerOf(machine: Machine, { url, webServer }: InstallPlace): WebServer {
  const base = new URL(url);
  const main = webServer ?? usualMain;
  // Debian's own command knows the machine's service manager, but only by its own words.
  const say = (word: 'stop' | 'start' | 'graceful') => machine.run('apache2ctl', webServer === null ? [word] : ['-f', webServer, '-k', word]);
  const must = async (word: 'stop' | 'start' | 'graceful'): Promise<void> => {
    const { code, stderr, stdout } = await say(word);
    if (code !== 0) throw new Problem('vms-fault', `apache2ctl ${word} ended with ${code ?? 'a signal'}: ${lastLine(stderr || stdout)}`);
  };
  const port = Number(base.port || 80);
  const host = base.hostname.replace(/^\[|\]$/g, '');
  const begin = async (): Promise<void> => {
    // The old one may hold the port, or its own file of its number, a while after it took the last connection: told to start in that moment
    // the new one ends at once, and even says that all is well. So it is told again until it listens.
    let last: unknown = new Problem('vms-fault', `The web server does not listen on ${host}:${port} after its start.`);
    const begun = async (): Promise<boolean> => {
      await must('start').catch((problem: unknown) => (last = problem));
      return untilSo(() => isListening(host, port), Boolean, startMs);
    };
    if (!(await untilSo(begun, Boolean, 10 * startMs))) throw last;
  };
  return {
    main,
    base,
    fault: async () => {
      const { code, stderr } = await machine.run('apache2ctl', webServer === null ? ['configtest'] : ['-f', webServer, '-t']);
      return code === 0 ? null : lastLine(stderr);
    },
    reload: () => must('graceful'),
    begin: async () => {
      if (!(await isListening(host, port))) await begin();
    },
    restart: async () => {
      if (await isListening(host, port)) await must('stop');
      if (await untilSo(() => isListening(host, port), (taken) => !taken)) throw new Problem('vms-fault', `The web server still listens on port ${port} after it was told to stop.`);
      await begin();
    },
    pagesFault: async () => {
      const page = await untilSo(
        () => ask(base, `${base.pathname}index.php?view=login`).catch((problem: Problem): Answer => ({ status: 0, type: '', body: problem.detail })),
        ({ status, body }) => status === 200 && body !== '',
      );
      if (page.status !== 200) return `${base.href}index.php?view=login answers ${page.status || 'nothing'}`;
      const sheet = /(?:href|src)="(cache\/[\w.-]+\.(?:css|js))"/.exec(page.body)?.[1];
      if (sheet === undefined) return null;
      const { status } = await ask(base, `${base.pathname}${sheet}`);
      return status === 200 ? null : `${base.href}${sheet} answers ${status}`;
    },
  };
}

const lastLine = (text: string): string => text.trim().split('\n').slice(-2).join(' ').slice(0, 300);
