// The gate in front of a ZoneMinder 1.36, on ZoneMinder's own machine: step by step, each written down before it is made, proved by a
// request, and taken back whole by an undoing.
import fs from 'node:fs/promises';
import type { Installation, InstallPlace, InstallReport, InstallStep, Machine } from '../../../plugin/domain/install.js';
import { Problem } from '../../../plugin/domain/problem.js';
import { adviceFor } from './advice.js';
import { ask } from './ask.js';
import { bindLoopback, isLoopback } from './bind-loopback.js';
import { closeConfigInterface, closeStatusPages } from './close-pages.js';
import { closeRecordings, recordingFolders } from './close-recordings.js';
import { ZmDatabase } from './database.js';
import { holdLock } from './hold-lock.js';
import { makeAccount } from './make-account.js';
import { lookAtFile } from './put-file.js';
import { foreign, InstallRecord, nameOf } from './record.js';
import { readSettings } from './settings.js';
import { rotateSecret, settleSignIn } from './settle-sign-in.js';
import { signIn } from './sign-in.js';
import { webServerOf, type WebServer } from './web-server.js';
import { runWebStep, type WebStep } from './web-step.js';

const knownVersion = /^1\.36\./;

export function zoneminderInstallation(place: InstallPlace, machine: Machine): Installation {
  return {
    install: (dry) => held(machine, () => install(place, machine, dry)),
    undo: (dry) => held(machine, () => undo(place, machine, dry)),
  };
}

async function held<T>(machine: Machine, work: () => Promise<T>): Promise<T> {
  const letGo = await holdLock(machine.state);
  try {
    return await work();
  } finally {
    await letGo();
    // Gone where nothing is kept in it.
    await fs.rmdir(machine.state).catch(() => undefined);
  }
}

async function install(place: InstallPlace, machine: Machine, dry: boolean): Promise<InstallReport> {
  judgePlace(place);
  const settings = await readSettings(machine);
  const database = new ZmDatabase(machine, settings);
  const server = webServerOf(machine, place);
  await judgeSystem(database);
  const record = await InstallRecord.open(machine, database, place.id);
  if (!dry) {
    await record.settle();
    // Cut off between the web server's end and its new beginning: nobody else will begin it.
    if (record.things.length > 0) await server.begin();
  }
  await judgePages(server);
  const { base } = server;
  const password = async (): Promise<string> => (await lookAtFile(place.passwordFile))?.content.toString('utf8').trimEnd() ?? '';
  const storages = (await database.rows("SELECT JSON_OBJECT('Path', Path) FROM Storage")).map((row) => row['Path'] ?? '');
  const folders = await recordingFolders(machine, settings, storages);
  const web = (work: WebStep) => () => runWebStep(work, { record, server, dry });
  const parts = async () => ({ database, record, base, settings, login: { user: place.user, password: await password() }, dry });
  const steps: readonly (readonly [string, () => Promise<InstallStep>])[] = [
    ['account', () => makeAccount(place, { machine, database, record, base, dry })],
    ['recordings', web(closeRecordings({ machine, record, server, folders }))],
    ['status-pages', web(closeStatusPages({ machine, server }))],
    ['config-interface', web(closeConfigInterface({ machine, server, token: async () => (await signIn(base, place.user, await password()))?.access ?? null }))],
    ['loopback', web(bindLoopback({ machine, server }))],
    // Behind the loopback: who reads the new secret as the old one was read would have to be inside already. Before the old ways are
    // closed: only then can a hash of the old way be tried.
    ['secret', async () => rotateSecret(await parts())],
    ['sign-in', async () => settleSignIn(await parts())],
  ];
  const done: InstallStep[] = [];
  for (const [step, run] of steps) {
    const failed = done.find(({ verdict }) => verdict === 'failed');
    if (failed) done.push({ step, zh: '未开始', en: 'not begun', verdict: 'left', detail: `${failed.step} failed`, changes: [], proofs: [] });
    else done.push(await run());
  }
  return { ok: done.every(({ verdict }) => ['done', 'already', 'would'].includes(verdict)), steps: done, advice: await adviceFor(database, base) };
}

async function undo(place: InstallPlace, machine: Machine, dry: boolean): Promise<InstallReport> {
  const database = new ZmDatabase(machine, await readSettings(machine));
  const server = webServerOf(machine, place);
  const record = await InstallRecord.open(machine, database, place.id);
  if (!dry) await record.sweep();
  const steps: InstallStep[] = [];
  const restored: (typeof record.things)[number][] = [];
  for (const it of [...record.things].reverse()) {
    const words = { step: it.steps.join(', '), zh: '恢复原状', en: 'as it was before', changes: [nameOf(it.thing)], proofs: [] };
    try {
      const how = await record.restore(it.thing, dry);
      if (how === 'undone') restored.push(it);
      const detail = how === 'foreign' ? foreign(it.thing, it.backup ? ` (${it.backup})` : '') : '';
      steps.push({ ...words, verdict: how === 'undone' && dry ? 'would' : how, detail });
    } catch (thrown) {
      // The others are given back all the same.
      if (!(thrown instanceof Problem)) throw thrown;
      steps.push({ ...words, verdict: 'failed', detail: thrown.detail });
    }
  }
  const files = restored.some(({ thing }) => thing.kind === 'file' && !thing.whole);
  const fault = files && !dry ? await begunAnew(server) : null;
  if (fault !== null) steps.push({ step: 'web-server', zh: '网页服务器', en: 'web server', verdict: 'failed', detail: fault, changes: [], proofs: [] });
  // Only when it runs by them: an undoing that was cut off begins it anew once more.
  else if (!dry) for (const { thing } of restored) await record.forget(thing);
  return { ok: steps.every(({ verdict }) => verdict === 'undone' || verdict === 'would'), steps, advice: [] };
}

async function begunAnew(server: WebServer): Promise<string | null> {
  const fault = await server.fault();
  if (fault !== null) return `It refuses its files: ${fault}`;
  try {
    await server.restart();
    return await server.pagesFault();
  } catch (thrown) {
    return Problem.from(thrown).detail;
  }
}

function judgePlace({ url, user }: InstallPlace): void {
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'http:' || !isLoopback(hostname))
    throw new Problem('config-invalid', `The gate stands on ZoneMinder’s own machine, and ZoneMinder listens there alone; right is a url like http://127.0.0.1/zm/, not ${url}.`);
  if (!url.endsWith('/')) throw new Problem('config-invalid', `The url is the base of ZoneMinder’s pages; right is ${url}/.`);
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/.test(user))
    throw new Problem('config-invalid', `“${user}” is no name for the gate’s account; right is at most 32 letters, digits, points and hyphens.`);
}

/** Nothing is begun in front of what is not known, or not there. */
async function judgeSystem(database: ZmDatabase): Promise<void> {
  const names = ['ZM_DYN_CURR_VERSION', 'ZM_OPT_USE_AUTH', 'ZM_OPT_USE_API'];
  const rows = await database.rows(`SELECT JSON_OBJECT('Name', Name, 'Value', Value) FROM Config WHERE Name IN (${names.map((name) => `'${name}'`).join(', ')})`);
  const [version, login, programs] = names.map((name) => rows.find((row) => row['Name'] === name)?.['Value'] ?? '');
  if (!knownVersion.test(version!)) throw new Problem('config-invalid', `ZoneMinder ${version || 'of an unknown version'} is not one that this installation knows; right is 1.36.`);
  if (login !== '1') throw new Problem('config-invalid', 'ZoneMinder asks nobody who they are (OPT_USE_AUTH is off); right is to give the administrator a password and to switch it on first.');
  if (programs !== '1') throw new Problem('config-invalid', 'ZoneMinder’s interface for programs is off (OPT_USE_API); right is to switch it on: the gate looks recordings up by it.');
}

async function judgePages({ base }: WebServer): Promise<void> {
  const { status } = await ask(base, `${base.pathname}index.php?view=login`);
  if (status !== 200) throw new Problem('vms-fault', `${base.href}index.php?view=login answers ${status}, not ZoneMinder’s login page.`);
}
