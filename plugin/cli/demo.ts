// exportgate demo: the whole path for real, on this machine alone: a recorder, the gate, an ordinary client, invented people.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { PackagePart } from '../domain/package-part.js';
import { Problem } from '../domain/problem.js';
import type { Progress } from '../domain/progress.js';
import type { Span } from '../domain/span.js';
import { codeAt, fromBase32, stepOf } from '../identity/totp.js';
import { Client } from './client.js';
import { bar, type Output } from './console.js';
import type { Verb } from './context.js';
import { demoPaper } from './demo-paper.js';
import { approvers, people, secondOfficer, type Person } from './demo-people.js';
import { entryLine } from './journal.js';
import type { Credentials } from './login.js';
import { lines } from './request.js';
import { transferTo } from './transfer.js';
import { untilState } from './until-state.js';
import { unwrapTo } from './unwrap.js';

/** A recorder and a gate, running; made by the front door, which knows every room. */
export interface Stage {
  url: string;
  frontUrl: string;
  setupToken: string;
  camera: string;
  /** Recorded and long past. */
  span: Span;
  /** Asks the recorder, through the gate, what an ordinary ONVIF client asks. Resolves the fault text, or null where it got an address. */
  askForReplay(): Promise<string | null>;
  /** Said loudly where the shipped fallback renders. */
  ffmpegWarning: string | null;
  close(): Promise<void>;
}

export interface DemoParts {
  raise(): Promise<Stage>;
  newPassword(): string;
  now(): Date;
}

/** `secret`: of the second factor, for whoever stays and looks around. */
type Seeded = Credentials & { secret: string | null };

type View = Extract<Parameters<typeof lines>[0], { applicant: string }> & { planDigest: string };

export const demo =
  ({ raise, newPassword, now }: DemoParts): Verb<{ out: string; stay?: boolean }> =>
  async ({ output }, { out, stay = false }) => {
    const stage = await raise();
    const leave = (): void => void stage.close().then(() => process.exit(130));
    if (!stay) process.once('SIGINT', leave).once('SIGTERM', leave);
    try {
      if (stage.ffmpegWarning) process.stderr.write(`\n!!! ${stage.ffmpegWarning}\n\n`);
      output.say(`录像机与网关已启动 Recorder and gate run: ${stage.url}`);
      await anOrdinaryClient(stage, output);
      const logins = await seed(stage, newPassword, now);
      const clients = new Map([...logins].map(([user, login]) => [user, new Client(stage.url, login)]));
      const as = (person: Person): Client => clients.get(person.user)!;
      const requestId = await applyAndApprove(stage, output, as);
      const result = await releaseAndVerify(output, as, requestId, out);
      await aDeniedRequest(stage, output, as);
      await theJournal(output, as);
      output.result({ ...result, requestId, from: stage.span.from, to: stage.span.to }, [
        `完成 Done: ${result.package}, key ${result.key}`,
      ]);
      if (stay) await stayUp(stage, output, logins);
      return 0;
    } finally {
      process.off('SIGINT', leave).off('SIGTERM', leave);
      await stage.close();
    }
  };

async function anOrdinaryClient(stage: Stage, output: Output): Promise<void> {
  const fault = await stage.askForReplay();
  if (fault === null) throw new Problem('internal', 'The gate let an ordinary client have a replay address.');
  output.say(
    `\n1. 普通 ONVIF 客户端请求回放地址,被网关拦截 An ordinary ONVIF client asks for a replay address and is stopped:\n   ${fault}`,
  );
}

/** First run: the one-time token makes the administrator, who invites the others; each of them chooses a password. */
async function seed(stage: Stage, newPassword: () => string, now: () => Date): Promise<Map<string, Seeded>> {
  const logins = new Map<string, Seeded>();
  const open = new Client(stage.url, null);
  const { admin, ...others } = people;
  const join = async ({ user }: Person, path: string, said: object): Promise<void> => {
    const password = newPassword();
    const { secondFactor } = await open.post<{ secondFactor: { secret: string } | null }>(path, { ...said, password });
    const secret = secondFactor?.secret ?? null;
    logins.set(user, { user, password, secret, ...(secret && { otp: () => codeAt(fromBase32(secret)!, stepOf(now())) }) });
  };
  const whom = ({ user, name, unit }: Person) => ({ user, name, unit });
  await join(admin, '/api/v1/setup', { token: stage.setupToken, ...whom(admin) });
  const manager = new Client(stage.url, logins.get(admin.user)!);
  for (const [at, person] of Object.values(others).entries()) {
    const card = { idKind: 'WORK', idNumber: `示例-1${String(at).padStart(5, '0')}` };
    const { code } = await manager.post<{ code: string }>('/api/v1/invitations', { ...whom(person), card });
    await join(person, '/api/v1/invitations/acceptance', { code });
  }
  return logins;
}

function form({ camera, span }: Stage, scanSha256: string) {
  const { name, unit } = people.officer;
  return {
    basis: 'CRIMINAL_CASE',
    items: [{ camera, ...span }],
    officers: [{ name, unit, idKind: 'POLICE', idNumber: '示例-000001' }, secondOfficer],
    reason: '示例案件:核实某日傍晚路口的一起电动车被盗',
    caseNumber: '示例刑立字〔2026〕第7号',
    instrument: {
      type: 'RETRIEVAL_NOTICE',
      number: '示例公(刑)调证字〔2026〕12号',
      issuer: '示例市公安局 云帆分局',
      sealPresent: true,
      issuedOn: span.from.slice(0, 10),
      covers: [{ cameras: [camera], ...span }],
      scanSha256,
    },
  };
}

/** The officer's own scan of the notice; the same bytes again are the same scan. */
const scanned = async (as: (person: Person) => Client): Promise<string> =>
  (await as(people.officer).upload<{ sha256: string }>('/api/v1/scans', demoPaper())).sha256;

async function applyAndApprove(stage: Stage, output: Output, as: (person: Person) => Client): Promise<string> {
  const view = await as(people.officer).post<View>('/api/v1/requests', form(stage, await scanned(as)));
  const { requestId } = view;
  output.say(`\n2. ${people.officer.name} 申请调取 applies for ${stage.camera}, ${stage.span.from} – ${stage.span.to} (60 s)`);
  lines(view).forEach((line) => output.say(`   ${line}`));
  const stop = as(people.officer).watch(requestId, drawProgress(output));
  output.say('   录像同时提取并封存 meanwhile the footage is pulled and sealed:');
  for (const person of approvers) {
    const after = await as(person).post<View>(`/api/v1/requests/${requestId}/reviews`, { verdict: 'approve', planDigest: view.planDigest });
    output.say(
      `   ${person.name} 同意 agrees (${person.what}) → ${after.state}${after.waitsFor ? `, waits for ${after.waitsFor.step}` : ''}`,
    );
  }
  await untilState(as(people.officer), requestId, 'packaged');
  stop();
  return requestId;
}

/** One line per stage and camera, drawn over; on a pipe one line per quarter. */
function drawProgress(output: Output): (progress: Progress) => void {
  let shown = '';
  return ({ stage, camera, percent }) => {
    output.progress(`   ${stage.padEnd(7)} ${camera} ${bar(percent)}`);
    const quarter = `${stage} ${camera} ${Math.floor(percent / 25)}`;
    if (percent === 100 && process.stdout.isTTY) output.say('');
    if (!process.stdout.isTTY && quarter !== shown) output.say(`   ${stage.padEnd(7)} ${camera} ${bar(percent)}`);
    shown = quarter;
  };
}

async function releaseAndVerify(output: Output, as: (person: Person) => Client, requestId: string, out: string) {
  output.say('\n3. 双人执行放行 Two executors release:');
  for (const person of [people.executor, people.second]) {
    const view = await as(person).post<View>(`/api/v1/requests/${requestId}/release`, {});
    output.say(`   ${person.name} (${person.what}) → ${view.state}`);
  }
  await fs.promises.mkdir(out, { recursive: true });
  const [file, key] = [path.join(out, 'package.zip'), path.join(out, 'gate.pub')];
  const { transfer, manifestSha256 } = await transferTo(as(people.officer), requestId, { form: 'plain' }, file);
  await as(people.officer).download('/api/v1/keys/gate.pub', key, { mode: 0o644 });
  const { verifierPage } = await import('../evidence/page.js');
  await fs.promises.writeFile(path.join(out, 'verify.html'), verifierPage());
  await verified(output, file, key, '查阅件与随包文书 copies and papers');
  output.say('   随包文书 papers in it:');
  for (const paper of await papersIn(file)) output.say(`     ${paper}`);
  const folder = path.join(out, 'delivery');
  await fs.promises.mkdir(folder, { recursive: true });
  const delivery = { file: path.join(folder, 'package.zip'), word: path.join(folder, 'passphrase.txt') };
  const again = `${delivery.file}.opened`;
  await fetchAndOpen(output, as, requestId, 'copies', delivery, again);
  const same = (await sha256Of(again)) === (await sha256Of(file));
  await fs.promises.rm(again);
  if (!same) throw new Problem('object-corrupt', `${delivery.file} does not hold the package.`);
  const originals = path.join(out, 'originals.zip');
  await fetchAndOpen(output, as, requestId, 'originals', { file: path.join(folder, 'originals.zip'), word: path.join(folder, 'originals-passphrase.txt') }, originals);
  await verified(output, originals, key, '原件,另行移交 originals, handed over apart');
  await as(people.officer).post(`/api/v1/requests/${requestId}/receipt`, { manifest: manifestSha256, transfer });
  output.say(`   ${people.officer.name} 核对清单哈希并签收 compares the manifest's hash and signs for it`);
  return { package: file, originals, key, delivery: delivery.file };
}

async function verified(output: Output, file: string, key: string, what: string): Promise<void> {
  const { verifyPackage } = await import('../evidence/verify.js');
  const found = await verifyPackage(file, await fs.promises.readFile(key, 'utf8'));
  if (!found.intact) throw new Problem('object-corrupt', `${file} is not intact: ${found.fault.code} at ${found.fault.where}.`);
  output.say(`   ${file}(${what}): 验证通过 verified with ${key}: ${found.files} files, ${found.entries} journal entries`);
}

/** As it leaves by default: encrypted, its passphrase told to an executor; opened with it, it is the package. Old ones make way. */
async function fetchAndOpen(
  output: Output, as: (person: Person) => Client, requestId: string, part: PackagePart, { file, word }: { file: string; word: string }, opened: string,
): Promise<void> {
  await transferTo(as(people.officer), requestId, { form: 'zip', part }, file);
  const { passphrase } = await as(people.executor).post<{ passphrase: string }>(`/api/v1/requests/${requestId}/passphrase`, { part });
  for (const old of [word, opened]) await fs.promises.rm(old, { force: true });
  await fs.promises.writeFile(word, `${passphrase}\n`, { mode: 0o600, flag: 'wx' });
  await unwrapTo(file, passphrase, opened);
  output.say(`   ${file}: AES-256, 7-Zip 可打开 opens with 7-Zip; 口令 passphrase in ${word}`);
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of fs.createReadStream(file)) hash.update(piece as Buffer);
  return hash.digest('hex');
}

async function papersIn(file: string): Promise<string[]> {
  const { openSource } = await import('../evidence/source.js');
  const source = await openSource(file);
  try {
    return [...source.files.keys()].filter((path) => path.startsWith('documents/'));
  } finally {
    await source.close();
  }
}

async function aDeniedRequest(stage: Stage, output: Output, as: (person: Person) => Client): Promise<void> {
  const foreign = { ...form(stage, await scanned(as)), basis: 'FOREIGN', reason: '示例:境外机构来函' };
  const problem = await as(people.officer)
    .post('/api/v1/requests', foreign)
    .then(
      () => null,
      (thrown: unknown) => Problem.from(thrown),
    );
  if (problem?.code !== 'request-denied') throw new Problem('internal', 'A foreign request was not denied.');
  output.say(
    `\n4. 境外机构的请求被拒绝并记录 A foreign request is denied and recorded:\n   ${problem.detail} (${problem.reasons?.join(', ') ?? ''})`,
  );
}

async function theJournal(output: Output, as: (person: Person) => Client): Promise<void> {
  const { entries, size } = await as(people.auditor).get<{ size: number; entries: Parameters<typeof entryLine>[0][] }>(
    '/api/v1/journal?count=8',
  );
  output.say(`\n5. 日志末尾 The journal's tail (${size} entries):`);
  for (const entry of entries) output.say(`   ${entryLine(entry)}`);
  output.say('');
}

async function stayUp(stage: Stage, output: Output, logins: ReadonlyMap<string, Seeded>): Promise<void> {
  output.say(
    `网关继续运行 The gate goes on serving ${stage.url} (recorder fronted at ${stage.frontUrl}); Ctrl-C ends it. Demo logins (password, secret of the second factor), for this run only:`,
  );
  const lines = Object.values(people).map(({ user, name, what }) => ({ ...logins.get(user)!, name, what }));
  for (const { user, password, secret, name, what } of lines)
    output.say(`   ${user.padEnd(16)} ${password}  ${(secret ?? '(no second factor)').padEnd(32)}  ${name}  ${what}`);
  output.say(`\n控制台 Console: ${stage.url}/console/`);
  output.say(
    '   用户名如 User for instance: sh.lu; 密码见上 its password stands above; 有第二因素者另需六位一次性口令 with a second factor also six digits: ' +
      (process.stdin.isTTY ? '按回车显示当前口令 Enter shows those of this half minute.' : '用验证器登记上列密钥 put the secret into an authenticator.'),
  );
  const tell = (): void => {
    for (const { user, otp } of logins.values()) if (otp) output.say(`   ${user.slice('user:'.length).padEnd(12)} ${String(otp())}`);
    output.say('');
  };
  if (process.stdin.isTTY) process.stdin.on('data', tell);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  process.stdin.off('data', tell).pause();
}
