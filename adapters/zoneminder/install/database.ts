// ZoneMinder's database, by the client program that is on its machine and with ZoneMinder's own login.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Machine, Ran } from '../../../plugin/domain/install.js';
import { Problem } from '../../../plugin/domain/problem.js';

/** As text, whatever the column's type: a row that is read is then equal to one that was written. */
export type Row = Readonly<Record<string, string | null>>;

/** A value inside a statement, whatever is in it: as hexadecimal digits nothing in it can end the literal. */
export const literal = (value: string | null): string =>
  value === null ? 'NULL' : `CONVERT(X'${Buffer.from(value).toString('hex')}' USING utf8mb4)`;

/** A name that is compared with a column: as text of the statement it takes the column's own character set. */
export function named(name: string): string {
  if (!/^[\w.@-]{1,64}$/.test(name)) throw new Problem('config-invalid', `“${name}” is no name that ZoneMinder’s database is asked for.`);
  return `'${name}'`;
}

export class ZmDatabase {
  readonly #options: string;
  readonly #name: string;

  constructor(
    readonly machine: Machine,
    settings: ReadonlyMap<string, string>,
  ) {
    this.#name = settings.get('ZM_DB_NAME') ?? 'zm';
    this.#options = optionFile(settings);
  }

  /** The rows of a statement that selects one JSON object a row. Problems `vms-unreachable` (no client program, no database), `vms-fault`. */
  async rows(statement: string): Promise<Row[]> {
    const text = await this.#say(statement);
    try {
      return text
        .split('\n')
        .filter(Boolean)
        .map((line) => asText(JSON.parse(line) as Record<string, unknown>));
    } catch (cause) {
      throw new Problem('vms-fault', 'ZoneMinder’s database answered what is no JSON.', { cause });
    }
  }

  /** A statement that yields no rows. */
  async change(statement: string): Promise<void> {
    await this.#say(statement);
  }

  async #say(statement: string): Promise<string> {
    await fs.mkdir(this.machine.state, { recursive: true, mode: 0o700 });
    // Neither in the argument list nor in the environment, which other processes may read.
    const file = path.join(this.machine.state, `.login-${randomBytes(6).toString('hex')}`);
    try {
      await fs.writeFile(file, this.#options, { mode: 0o600, flag: 'wx' });
      const args = [`--defaults-file=${file}`, '--batch', '--raw', '--skip-column-names', '--default-character-set=utf8mb4', this.#name];
      let ran = await this.machine.run('mariadb', args, `${statement};\n`);
      if (ran.code === 127) ran = await this.machine.run('mysql', args, `${statement};\n`);
      if (ran.code !== 0) throw refused(ran);
      return ran.stdout;
    } finally {
      await fs.rm(file, { force: true });
    }
  }
}

const asText = (row: Record<string, unknown>): Row =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === null ? null : String(value)]));

function refused({ code, stderr }: Ran): Problem {
  if (code === 127) return new Problem('vms-unreachable', 'Neither mariadb nor mysql is there; right is the client program of ZoneMinder’s database.');
  // ERROR 1045 (28000) at line 1: … The number is enough: a message may quote a statement, with what is in it.
  const number = /ERROR (\d{1,5})/.exec(stderr)?.[1];
  const cannot = number === undefined || /^(1045|1049|2\d\d\d)$/.test(number);
  return new Problem(
    cannot ? 'vms-unreachable' : 'vms-fault',
    cannot
      ? `ZoneMinder’s database does not answer to the login in /etc/zm${number ? ` (error ${number})` : ''}; right is a database that runs.`
      : `ZoneMinder’s database refused a statement (error ${number}).`,
  );
}

/** `localhost`, `localhost:/path/of/socket`, `host:port` (ZM_DB_HOST) → an option file. */
export function optionFile(settings: ReadonlyMap<string, string>): string {
  const [, host = 'localhost', rest] = /^(\[[^\]]*\]|[^:]*)(?::(.+))?$/.exec(settings.get('ZM_DB_HOST') ?? 'localhost') ?? [];
  const lines: [string, string | undefined][] = [
    ['user', settings.get('ZM_DB_USER') ?? 'zmuser'],
    ['password', settings.get('ZM_DB_PASS') ?? ''],
    ['host', host || 'localhost'],
    [rest?.startsWith('/') ? 'socket' : 'port', rest],
    ['ssl-ca', settings.get('ZM_DB_SSL_CA_CERT')],
    ['ssl-key', settings.get('ZM_DB_SSL_CLIENT_KEY')],
    ['ssl-cert', settings.get('ZM_DB_SSL_CLIENT_CERT')],
  ];
  const told = lines.filter(([name, value]) => value || name === 'password') as [string, string][];
  if (told.some(([, value]) => /\p{Cc}/u.test(value)))
    throw new Problem('config-invalid', 'A ZM_DB_… value in /etc/zm holds a control character; right is one line of text.');
  return `[client]\n${told.map(([name, value]) => `${name}="${value.replaceAll('\\', '\\\\')}"\n`).join('')}`;
}
