// The register handed out: recorded first, then as JSON, CSV, a spreadsheet or PDF. One at a time: to lay out a long month is work.
import { createPublicKey } from 'node:crypto';
import fs from 'node:fs';
import { keyIdOf } from '../domain/formats/key-id.js';
import type { Person } from '../domain/subject.js';
import { Problem } from '../domain/problem.js';
import type { Journal } from '../journal/journal.js';
import { findFont } from '../media/font.js';
import { tableCsv } from '../documents/table-csv.js';
import { tablePdf } from '../documents/table-pdf.js';
import { tableXlsx } from '../documents/table-xlsx.js';
import type { Policy } from '../policy/load.js';
import { makePace } from '../policy/pace.js';
import { inBeijing } from './beijing.js';
import { noSite, registerOf, type Register, type RegisterParts, type RegisterWish } from './register.js';
import { registerSheet, registerTable } from './register-cells.js';
import { nameSite, type SiteParts } from './site-name.js';
import { Turns } from './turns.js';

export interface RegisterPaperParts extends RegisterParts {
  journal: Journal;
  now: () => Date;
  /** PEM, the key in use first: its fingerprint stands on the paper, so that who verifies a package has it from elsewhere. */
  gatePublicKey: string;
}

export const registerFormats = ['json', 'csv', 'xlsx', 'pdf'] as const;
export type RegisterFormat = (typeof registerFormats)[number];

export interface RegisterPaper {
  register: Register;
  fileName: string;
  mediaType: string;
  bytes: Buffer;
}

const mediaTypes: Record<RegisterFormat, string> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pdf: 'application/pdf',
};

const turns = new Turns(1);

/**
 * Who may `read-journal` at the site; what is confidential, or of no site, or of one that is none any more, who may everywhere.
 * Problems: `not-permitted`; `site-unknown` for who may read everywhere.
 */
export function judgeRegisterReader(parts: SiteParts, { user }: Person, site: string | null): void {
  const { policy } = parts;
  const everywhere = policy.allows(user, 'read-journal', 'journal:*', null);
  if (site !== null && everywhere) nameSite(parts, site);
  if (!everywhere && !policy.allows(user, 'read-journal', 'journal:*', site))
    throw new Problem(
      'not-permitted',
      `No policy row lets ${user} read-journal ${site === null ? 'everywhere' : `at ${site.slice(0, 20)}`}.`,
    );
}

/** Problems: `not-permitted`, `body-malformed`, `site-unknown`, `journal-unwritable`, `store-unavailable`. */
export function handOutRegister(
  parts: RegisterPaperParts,
  person: Person,
  wish: RegisterWish,
  format: RegisterFormat,
): Promise<RegisterPaper> {
  judgeRegisterReader(parts, person, wish.confidential === true || wish.site === noSite ? null : wish.site);
  return turns.take(async () => {
    const register = await registerOf(parts, wish);
    const bytes = await written(parts, register, format);
    const { site, month, confidential, part, rows } = register;
    await parts.journal.append({ event: 'register-read', by: person.pseudonym, data: { site, month, rows: rows.length, confidential } });
    const name = [
      'register',
      site === noSite ? 'none' : site,
      month,
      ...(confidential ? ['confidential'] : []),
      ...(register.parts > 1 ? [part] : []),
    ];
    return { register, fileName: `${name.join('-')}.${format}`, mediaType: mediaTypes[format], bytes };
  });
}

async function written({ policy, now, gatePublicKey }: RegisterPaperParts, register: Register, format: RegisterFormat): Promise<Buffer> {
  const { rows } = register;
  const pace = makePace();
  const rest = async (): Promise<void> => void (pace.isDue() && (await pace.rest()));
  const title = register.confidential ? '信息调用登记表(涉密事项)' : '信息调用登记表';
  const keyId = keyIdOf(createPublicKey(gatePublicKey));
  const head = [...headOf(register), `网关公钥指纹(SHA-256,核对证据包时以此为准):${keyId}`];
  const foot = footOf(policy);
  switch (format) {
    case 'json':
      return Buffer.from(JSON.stringify({ ...register, keyId, lawAsOf: policy.law.asOf, disclaimer: policy.law.disclaimer }), 'utf8');
    case 'csv':
      return tableCsv(registerTable(policy, rows));
    case 'xlsx': {
      const lines = [['表名', title], ...head.map((line) => ['', line]), ...foot.map((line) => ['说明', line])] as [string, string][];
      return tableXlsx('登记', registerTable(policy, rows), { sheet: '说明', lines }, rest);
    }
    case 'pdf': {
      const madeAt = now();
      const made = `制表时间:${inBeijing(madeAt.toISOString())}(北京时间)`;
      const font = await fs.promises.readFile(findFont());
      return tablePdf(registerSheet(policy, rows), { title, head: [...head, made], foot, font, madeAt, rest });
    }
  }
}

const headOf = ({ site, siteName, cityName, month, part, parts, total, formsRead }: Register): string[] => [
  `场所:${[cityName, siteName].filter(Boolean).join(' ')}(${site})  月份:${month}(北京时间)  登记 ${total} 条${parts > 1 ? `,本件为第 ${part} 部分,共 ${parts} 部分` : ''}`,
  `本月查阅申请材料 ${formsRead} 次(不属调用录像,不列入登记)。`,
];

/** The articles that the register and its time of keeping stand on, in the words of law.json. */
const footOf = ({ law }: Policy): string[] => [
  ...law.floor.filter(({ id }) => id === 'F1' || id === 'F7').map(({ id, zh, source }) => `${id} ${zh}(${source})`),
  `${law.caution.zh}${law.disclaimer.zh}法规截至 ${law.asOf}。`,
];
