// The self-audits of a running gate, put together: what each question asks, and of which room.
import path from 'node:path';
import type { Config } from './config/config.js';
import { signEnvelope } from './domain/formats/dsse.js';
import { auditPayloadType } from './domain/self-audit.js';
import { signBytes } from './evidence/signature.js';
import { Audits } from './export/audits.js';
import type { SelfAuditParts } from './export/self-audit.js';
import { verifyJournal } from './journal/verify.js';
import { loadKeys, type Keys } from './keys/keys.js';
import type { Log } from './domain/log.js';
import { looseFiles, type Loose } from './store/loose-files.js';

const HOUR_MS = 3_600_000;

type Given = Pick<SelfAuditParts, 'journal' | 'policy' | 'clock' | 'version' | 'now' | 'named' | 'recorders' | 'firstFootage' | 'keptAt' | 'judgeKeyCopy'> & { keys: Keys; log: Log };

export function makeAudits(config: Config, given: Given): Audits {
  const { dataFolder, keysFolder, workFolder } = config;
  const { keys } = given;
  return new Audits({
    ...given,
    // The one in force when it is asked for.
    get policy() {
      return given.policy;
    },
    origin: config.journal.origin,
    reserveBytes: config.quotas.reserveBytes,
    folder: path.join(dataFolder, 'audits'),
    everyMs: config.audit.everyHours * HOUR_MS,
    sign: (report) => signEnvelope(auditPayloadType, report, keys.keyId('manifest'), keys.manifest, signBytes),
    verifyJournal: () => verifyJournal(path.join(dataFolder, 'journal'), given.journal.vkey),
    keysThere: () => keys.requests.ids(),
    judgeKeys: () => void loadKeys(keysFolder, config.keys),
    looseFiles: () => looseIn({ data: dataFolder, keys: keysFolder, work: workFolder }),
  });
}

async function* looseIn(folders: Record<string, string>): AsyncGenerator<Loose | null> {
  for (const [name, folder] of Object.entries(folders))
    for await (const loose of looseFiles(folder)) yield loose && { ...loose, path: `${name}: ${loose.path}` };
}
