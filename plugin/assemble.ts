// The one file that knows every concrete part: configuration in, a running gate out, and back down in the opposite order.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { RunningGate } from './cli/serve.js';
import type { Config } from './config/config.js';
import { algorithmOf } from './domain/formats/key-algorithm.js';
import { keyIdOf } from './domain/formats/key-id.js';
import { verifierKey } from './domain/formats/signed-note.js';
import type { Log } from './domain/log.js';
import { gateCode } from './domain/paper-number.js';
import { Problem } from './domain/problem.js';
import { keyNoteName, readKeyNote } from './backup/key-note.js';
import { readRecipient } from './backup/recipient.js';
import { askSeal, mostSealBytes } from './evidence/ask-seal.js';
import { askTime } from './evidence/ask-time.js';
import { readAuthorities } from './evidence/cms.js';
import { signManifest } from './evidence/sign.js';
import { systemClock, type Synchronised } from './clock/system-clock.js';
import { ClockWatch } from './export/clock-watch.js';
import { Delegations } from './export/delegations.js';
import { doAll, finishDestruction } from './export/destroy-with.js';
import { finishErasure } from './export/erase.js';
import { recordFound } from './export/found-gone.js';
import { ReadRecord } from './export/read-record.js';
import { recordRotations } from './export/record-rotations.js';
import { Speeds } from './export/speeds.js';
import { cardOf } from './export/accounts.js';
import { finishAdmission } from './export/admit.js';
import { NoticeFollower } from './export/follow-notices.js';
import { fulfil } from './export/fulfil.js';
import { stopAccess } from './export/intercept.js';
import { keyBookOf, type KeyBook } from './export/key-book.js';
import { makeLogKeeping } from './export/keeping.js';
import { MonthIndex } from './export/month-index.js';
import { lackedByRequests } from './export/needs.js';
import type { PaperDesk } from './export/paper-making.js';
import { Policies } from './export/policies.js';
import { estimateBytes, preserve } from './export/preserve.js';
import { redecideAll } from './export/redecide.js';
import { rehearse } from './export/rehearse.js';
import { Requests } from './export/requests.js';
import { Roll } from './export/roll.js';
import { shortage } from './export/room.js';
import { authenticate } from './export/sessions.js';
import { ScanTurns } from './export/scan-turns.js';
import { releaseStrayScans } from './export/scans.js';
import { sweep } from './export/sweep.js';
import { Screens } from './export/screens.js';
import { endLost, Transfers } from './export/transfers.js';
import { Turns } from './export/turns.js';
import { MarkedCopies } from './export/marked-copies.js';
import { Viewings } from './export/viewings.js';
import { Tickets } from './http/gate/tickets.js';
import { NoticePictures } from './media/notice-picture.js';
import { openAccount, personOf } from './export/people.js';
import { Work } from './export/work.js';
import type { ApiParts } from './http/api/parts.js';
import { ProgressHub } from './http/progress-hub.js';
import { makeOidc } from './identity/oidc.js';
import type { PasswordCost } from './identity/passwords.js';
import { makeSessionMarks } from './identity/session-marks.js';
import { makeSetupToken } from './identity/setup-token.js';
import { makeFailures } from './identity/sign-in.js';
import { makeTokens } from './identity/token.js';
import type { Cosigners } from './journal/cosigned.js';
import { Journal } from './journal/journal.js';
import { expectProfile, loadKeys, type Keys } from './keys/keys.js';
import { KeptKeyCopy } from './key-copy.js';
import { rotationsOf } from './keys/rotate.js';
import { judgeCameras } from './configured.js';
import { findFfmpeg, type Tools } from './media/find-ffmpeg.js';
import { wipeAll } from './media/work-folder.js';
import type { Channel } from './notify/channel.js';
import { makeChannels } from './notify/channels.js';
import { Delivery, letterRetries } from './notify/deliver.js';
import { systemResolve } from './notify/resolve-host.js';
import { makeAudits } from './self-audits.js';
import { makeRecorders } from './recorders.js';
import { startRounds } from './rounds.js';
import { addressOf, makeServer, openFront, openWeb, shut } from './servers.js';
import { Objects } from './store/objects.js';
import { holdLock } from './store/sqlite.js';
import { openStore } from './store/store.js';
import { Witnesses } from './witness/witnesses.js';

export interface Surroundings {
  version: string;
  log: Log;
  now: () => Date;
  /** Milliseconds that only ever grow; left out: the process’s own. */
  monotonic?: () => number;
  /** Is the system’s clock kept in step? Left out: the system is asked. */
  synchronised?: () => Promise<Synchronised>;
  /** PATH, to find ffmpeg in. */
  searchPath: string;
  /** Found before: for tests, which start a hundred gates and would run ffmpeg three times for each. Left out: it is looked for. */
  tools?: Tools;
  /** Only the demo and tests may render with the bundled build of 2018. */
  allowBundledFfmpeg: boolean;
  /** Cheaper hashes of passwords: for tests, which sign up hundreds. Left out: the real cost. */
  passwordCost?: PasswordCost;
  /** Milliseconds before each further try; past the last one a request ends as not available. */
  retryDelays: readonly number[];
  /** The same for letters to channels; without it half a minute to six hours. */
  letterRetries?: readonly number[];
}

/** A recorder that is away for an hour is waited for. */
export const patientRetries: readonly number[] = [1_000, 5_000, 30_000, 120_000, 600_000, 1_200_000, 1_800_000];
/** Who looks at sealed footage at once: each is one ffmpeg that encodes. */
const MOST_STREAMS = 4;
/** Marked copies for players: each making is one ffmpeg that encodes, as fast as it can. */
const COPIES = {
  most: 4,
  mostWaiting: 16,
  longestWaitMs: 20_000,
  share: 0.5,
  graceMs: 10_000,
  keptMs: 10 * 60_000,
  mostBytes: 4 * 1024 ** 3,
  mostCopies: 200,
};
/** How far back a saved policy is rehearsed. Longer on demand: `exportgate rehearse`. */
const REHEARSED_MS = 30 * 86_400_000;

export interface StartedGate extends RunningGate {
  tools: Tools;
  /** What the gate does every half minute, done now: clock, deadlines, expiry. */
  look(): Promise<void>;
}

/** Starts everything in the order in which each part can rely on the one before. Problems: all of the rooms'. */
export async function startGate(config: Config, around: Surroundings): Promise<StartedGate> {
  const { log, now, version } = around;
  const undo: (() => Promise<unknown> | unknown)[] = [];
  const close = async (): Promise<void> => {
    // Each part is brought down, whatever the one above it says.
    for (const step of undo.splice(0).reverse())
      await (async () => step())().catch((cause: unknown) => log('error', { event: 'close-failed', cause }));
  };
  try {
    const tools = around.tools ?? (await usableFfmpeg(config, around));
    const keys = loadKeys(config.keysFolder, config.keys);
    expectProfile(keys, config.keys.profile);
    await keepPrivate(config.dataFolder);
    const store = await openStore(path.join(config.dataFolder, 'store.sqlite'));
    undo.push(() => store.close());
    const journal = await Journal.open({
      folder: path.join(config.dataFolder, 'journal'),
      origin: config.journal.origin,
      key: keys.log,
      formerKeys: keys.formerLogs,
      beforeSigning: (opened) => recordRotations(opened, rotationsOf(keys.known)),
      now,
      held: config.journal.heldCheckpoint === null ? null : { file: config.journal.heldCheckpoint, failed: (cause) => log('error', { event: 'checkpoint-not-held', cause }) },
      cosigners: cosignersOf(config, log, now),
      hold: holdLock,
    });
    undo.push(() => journal.close());
    const objects = new Objects({ folder: path.join(config.dataFolder, 'objects'), keys: keys.requests, newId: randomUUID });
    const requests = new Requests({ journal, store, log });
    const keyCopy = keyCopyOf(config, keys, () => keyBookOf(requests.ids().map((id) => requests.state(id))), now, log);
    // Whatever becomes of one here, none of them stays in the copy.
    const shred = (ended: readonly string[]): Promise<void> => doAll([...ended.map((key) => () => keys.requests.destroy(key)), () => keyCopy?.write()]);
    const roll = new Roll(journal);
    const policies = await Policies.open({
      folder: config.policiesFolder,
      journal,
      objects,
      log,
      now,
      lacks: async (policy) => [...judgeCameras(config, policy), ...(await lackedByRequests({ requests, store }, policy))],
      mayEdit: async (person, inForce) => {
        const user = await store.people.userOf(person);
        const found = user && (await openAccount({ store, roll, now }, user));
        return Boolean(found && found.known.administrator && inForce.allows(found.account.user, 'edit-policy', 'policy:*', null));
      },
      rehearse: (policy, inForce) => rehearse({ requests, store }, inForce, policy, new Date(now().getTime() - REHEARSED_MS)),
      redecide: (policy) => redecideAll({ policy, requests, store, log }),
    });
    const strangers = judgeCameras(config, policies.inForce);
    if (strangers.length > 0)
      throw new Problem('config-invalid', 'The configuration names cameras that the policy in force does not.', { faults: strangers });

    const delivery = new Delivery({
      channels: channelsOf(config, now),
      outbox: store.outbox,
      log,
      now,
      retryDelays: around.letterRetries ?? letterRetries,
    });
    undo.push(() => delivery.close());
    const delegations = new Delegations(journal);
    const follower = new NoticeFollower({
      journal,
      store,
      get policy() {
        return policies.inForce;
      },
      delegations,
      channels: delivery.channels,
      log,
      onLetters: () => delivery.wake(),
    });
    undo.push(() => follower.close());

    await wipeAll(config.workFolder);
    await requests.catchUp();
    const note = readKeyNote(config.keysFolder);
    if (note && note.origin !== config.journal.origin) throw new Problem('key-invalid', `The keys were restored from a copy of those of ${note.origin}; this gate is ${config.journal.origin}.`);
    if (note) await recordFound(requests, note);
    for (const id of requests.ids()) await finishErasure(store, requests.state(id));
    await finishDestruction({ requests, shred }, (key) => keys.requests.isThere(key));
    // Also those of requests that came after the end of a restored journal.
    note?.destroyed.forEach((key) => keys.requests.destroy(key));
    // A crash between a key's end and that of its copy left the copy with it.
    await keyCopy?.write();
    if (note) await fs.promises.rm(path.join(config.keysFolder, keyNoteName));
    await follower.begin();
    await delivery.begin();
    await releaseStrayScans({ store, isRequest: (id) => requests.isKnown(id) });
    await sweep({ requests, objects, policyTexts: policies.record.texts(), scans: await store.scans.objects() });
    await journal.append({ event: 'gate-started', by: 'gate', data: { version, policyVersion: policies.inForce.version } });

    await endLost(requests);
    const months = new MonthIndex(journal);
    const keepLogs = makeLogKeeping({ journal, store, months, log, now, logMonths: config.keeping.logMonths });
    const speeds = new Speeds();
    const reads = new ReadRecord({ journal, now });
    const clockWatch = await ClockWatch.start({
      journal,
      get policy() {
        return policies.inForce;
      },
      log,
      now,
      monotonic: around.monotonic ?? (() => performance.now()),
      synchronised: around.synchronised ?? systemClock(around.searchPath, () => performance.now()),
    });
    const recorders = makeRecorders(config);
    const papers = deskOf(config, keys, now);
    const progress = new ProgressHub();
    const workParts = {
      journal,
      store,
      people: { roll },
      objects,
      requests,
      // Whoever takes it gets the one in force at that moment.
      get policy() {
        return policies.inForce;
      },
      tools,
      now,
      speeds,
      newId: randomUUID,
      workFolder: config.workFolder,
      onProgress: progress.tell,
      vmsOf: recorders.vmsOf,
      sign: (manifest: Buffer) => signManifest(manifest, keys.manifest),
      stamp: config.timestamps && stamper(config.timestamps, now, log),
      method: { exportgate: version, node: process.version, ffmpeg: tools.version },
      log: { origin: config.journal.origin, vkey: verifierKey(config.journal.origin, keys.log) },
      camerasOf: recorders.camerasOf,
      papers,
    };
    const work = new Work({
      requests,
      log,
      now,
      retryDelays: around.retryDelays,
      finishAdmission: (turn) =>
        finishAdmission({ policy: policies.inForce, requests, store, now, isConnected: recorders.isConnected }, turn),
      estimate: (state) => estimateBytes(state, config.quotas.bytesPerSecond),
      shortage: (state, estimate, underWay) => shortage({ requests, store, objects, quotas: config.quotas }, state, estimate, underWay),
      preserve: (id, estimate, signal) => preserve(workParts, id, estimate, signal),
      fulfil: (id, signal) => fulfil(workParts, id, signal),
    });
    undo.push(() => work.close());

    const tokens = makeTokens({
      secret: keys.tokens,
      formerSecrets: keys.formerTokens,
      audience: config.journal.origin,
      lifetime: config.tokens.lifetime,
      now,
      newId: randomUUID,
    });
    const screens = new Screens(MOST_STREAMS);
    undo.push(() => screens.close());
    const people = {
      journal,
      store,
      get policy() {
        return policies.inForce;
      },
      roll,
      tokens,
      marks: makeSessionMarks(keys.tokens, keys.formerTokens),
      failures: makeFailures(now),
      master: keys.master,
      keysFolder: config.keysFolder,
      passwordCost: around.passwordCost,
      origin: config.journal.origin,
      now,
      newId: randomUUID,
      log,
      changes: new Turns(1),
    };
    const audits = makeAudits(config, {
      ...{ journal, clock: clockWatch, version, now, keys, log, recorders: recorders.clocks, firstFootage: recorders.firstFootage(now), keptAt: recorders.keptAt },
      named: async () => ({ requests, objects, policyTexts: policies.record.texts(), scans: await store.scans.objects() }),
      judgeKeyCopy: keyCopy && (() => keyCopy.judge()),
      get policy() {
        return policies.inForce;
      },
    });
    undo.push(() => audits.close());
    const transfers = new Transfers({ journal, objects, requests, clock: clockWatch, log, now, newId: randomUUID });
    undo.push(() => transfers.close());
    let url = '';
    const viewings = new Viewings({ journal, requests, store, delegations, people: { roll }, now, get policy() { return policies.inForce; } });
    const copies = new MarkedCopies({ workFolder: config.workFolder, now, ...COPIES });
    undo.push(() => copies.close());
    const pictures = new NoticePictures(tools, config.workFolder);
    const tickets = new Tickets(now);
    const origins = new Map<string, string>();
    const api: ApiParts = {
      journal,
      papers,
      objects,
      policies,
      get policy() {
        return policies.inForce;
      },
      requests,
      shred,
      store,
      log,
      delegations,
      clock: clockWatch,
      audits,
      reads,
      months,
      speeds,
      vmsOf: recorders.vmsOf,
      camerasOf: recorders.camerasOf,
      progress,
      tools,
      screens,
      workFolder: config.workFolder,
      now,
      newId: randomUUID,
      scanTurns: new ScanTurns(),
      transfers,
      reserveBytes: config.quotas.reserveBytes,
      version,
      logIsPublic: config.journal.public,
      gatePublicKey: keys.publicPem('manifest'),
      gateCode: gateCode(config.journal.origin),
      isConnected: recorders.isConnected,
      wake: (id) => work.wake(id),
      authenticate: (presented) => authenticate(people, presented),
      people,
      oidc: config.oidc && makeOidc({ ...config.oidc, ...oidcWords(config.oidc, () => url), now }),
      get url() {
        return url;
      },
      cardOf: (user) => cardOf(people, user),
      channels: delivery.channels.map(({ name }) => name),
      wakeDelivery: () => delivery.wake(),
      look: { tickets, viewings, origins },
    };
    const server = await makeServer(config, api, log);
    undo.push(() => shut(server));
    url = config.listen.publicUrl ?? addressOf(server, config.listen.tls ? 'https' : 'http', config.listen.host);
    const fronts = [];
    const webs = config.recorders.filter((it) => it.web);
    for (const recorder of webs) {
      const web = await openWeb(recorder, {
        ...{ viewings, copies, requests, objects, clock: clockWatch, tools, workFolder: config.workFolder, journal, store, tickets, now, log },
        ...{ vmsOf: recorders.vmsOf, camerasOf: recorders.camerasOf, pictures, gateUrl: url },
        get policy() {
          return policies.inForce;
        },
        personOf: async (user) => {
          const found = await openAccount({ store, roll, now }, user);
          return found && personOf(found);
        },
      });
      undo.push(() => shut(web.server));
      origins.set(recorder.id, web.origin);
      fronts.push({ recorder: recorder.id, url: web.origin });
    }
    for (const recorder of config.recorders.filter((it) => it.front)) {
      const front = await openFront(recorder, { applyUrl: `${url}/apply`, log, stopAccess: (attempt) => stopAccess({ journal, store }, attempt) });
      undo.push(() => shut(front.server));
      fronts.push({ recorder: recorder.id, url: front.url });
    }
    // What a crash kept from being decided again after a policy came into force.
    await redecideAll({ policy: policies.inForce, requests, store, log });
    await work.resume();
    const rounds = await startRounds({ ...api, keysThere: () => keys.requests.ids(), copies, keyCopy, policiesFolder: config.policiesFolder, follower, keepLogs, keepCheckpoint: keepsCheckpoint(config) ? () => journal.tend() : null });
    undo.push(() => rounds.stop());
    const setupToken = roll.isSetUp(now()) ? null : await makeSetupToken(config.keysFolder);
    log('info', { event: 'gate-started', version, port: (server.address() as AddressInfo).port });
    return { url, fronts, setupToken, close, tools, look: rounds.look };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** Null where none is configured. */
function keyCopyOf({ backup, keysFolder, dataFolder, journal: { origin }, keys: { masterFolder } }: Config, { known }: Keys, book: () => KeyBook, now: () => Date, log: Log): KeptKeyCopy | null {
  if (!backup?.keys) return null;
  return new KeptKeyCopy({ to: backup.keys, recipient: readRecipient(backup.recipient), keysFolder, masterFolder, dataFolder, origin, known, book, now, log });
}

/** Where a stamp is not required, a package does not wait for one: the log and the journal say that there is none. */
function stamper({ required, ca, ...authority }: NonNullable<Config['timestamps']>, now: () => Date, log: Log) {
  const asked = { ...authority, authorities: readAuthorities(ca) };
  return async (envelope: Buffer, signal: AbortSignal): Promise<{ answer: Buffer; at: Date } | null> => {
    try {
      return await askTime(asked, envelope, now(), signal);
    } catch (thrown) {
      const problem = Problem.from(thrown);
      if (required || signal.aborted) throw problem;
      log('error', { event: 'time-stamp-missing', problem: problem.code, cause: problem });
      return null;
    }
  };
}

/** What the papers say of this gate. */
function deskOf({ listen, journal, timestamps, documents: { verifyUrl, seal } }: Config, keys: Keys, now: () => Date): PaperDesk {
  const program = seal && { ...seal, authorities: readAuthorities(seal.ca) };
  return {
    origin: journal.origin,
    keyId: keyIdOf(keys.manifest),
    algorithm: algorithmOf(keys.manifest) ?? '',
    isStamped: timestamps !== null,
    verifyUrl: verifyUrl ?? (listen.publicUrl && `${listen.publicUrl}/verify.html`),
    seal: program && { most: mostSealBytes, sign: (signed) => askSeal(program, signed, now()) },
  };
}

/** Names, ID numbers and password hashes lie here; a folder that an operator made may be open to everybody. */
async function keepPrivate(folder: string): Promise<void> {
  try {
    await fs.promises.mkdir(folder, { recursive: true, mode: 0o700 });
    await fs.promises.chmod(folder, 0o700);
  } catch (cause) {
    throw new Problem('config-invalid', 'The data folder cannot be made, or cannot be closed to others (mode 0700).', { cause });
  }
}

async function usableFfmpeg({ ffmpeg }: Config, { searchPath, allowBundledFfmpeg }: Surroundings): Promise<Tools> {
  const tools = await findFfmpeg({ ...(ffmpeg.path !== null && { path: ffmpeg.path }), searchPath });
  if (tools.bundled && !allowBundledFfmpeg)
    throw new Problem(
      'ffmpeg-missing',
      'Only the bundled ffmpeg of 2018 was found; its decoders have known holes, so it never gets footage from a recorder. Install ffmpeg and ffprobe (Debian: apt-get install ffmpeg).',
    );
  return tools;
}

/** Is there anybody who keeps checkpoints against us? Then a quiet gate does not wait for its 64th entry. */
const keepsCheckpoint = ({ journal }: Config): boolean => journal.heldCheckpoint !== null || journal.witnesses.length > 0;

/** For connecting, sending and the whole answer of one witness; a package waits for it. */
const WITNESS_TIMEOUT_MS = 5_000;

function cosignersOf({ journal: { witnesses, quorum } }: Config, log: Log, now: () => Date): Cosigners | null {
  if (witnesses.length === 0) return null;
  const asked = new Witnesses({ witnesses, log, now, timeoutMs: WITNESS_TIMEOUT_MS });
  return {
    quorum,
    vkeys: witnesses.map(({ vkey }) => vkey),
    cosign: (candidate) => asked.cosign(candidate),
    failed: (cause) => log('error', { event: 'cosignatures-not-kept', cause }),
  };
}

/** The secret is told to the one part that needs it. */
const oidcWords = ({ clientSecret, redirectUrl }: NonNullable<Config['oidc']>, url: () => string) => ({
  clientSecret: clientSecret.reveal(),
  redirectUrl: () => redirectUrl ?? `${url()}/api/v1/session/oidc/callback`,
});

/** For resolving, connecting, sending and the whole answer of one letter. */
const LETTER_TIMEOUT_MS = 15_000;

/** Secrets are handed to the channels and to nobody else. */
function channelsOf({ notify: { webhooks, mail } }: Config, now: () => Date): Channel[] {
  return makeChannels(
    webhooks.map(({ url, secret, ...rest }) => ({ ...rest, url: url.reveal(), secret: secret?.reveal() ?? '' })),
    mail && { ...mail, login: mail.login && { user: mail.login.user, password: mail.login.password.reveal() } },
    { resolve: systemResolve, now, timeoutMs: LETTER_TIMEOUT_MS },
  );
}

