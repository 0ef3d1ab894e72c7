// What no schema can say: things that must fit together, and things that must be there. Every check tells all of its faults.
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import type { Fault } from '../domain/problem.js';
import { checkpointApart, foldersApart, thingsThere } from './check-folders.js';
import { listening, portsApart } from './check-listeners.js';
import { providerSound } from './check-oidc.js';
import { channelsSound } from './check-notify.js';
import { camerasFound, camerasPlaced, namedOnce, recordersSound } from './check-recorders.js';
import { witnessesSound } from './check-witnesses.js';
import { websApart } from './check-web.js';
import { readAuthorities } from './recorder-trust.js';
import { passphraseSound } from './key-secrets.js';
import { fault, type Check, type Surroundings } from './check.js';
import type { SoundParts } from './sound-parts.js';

const shortestToken = 60_000;
const longestToken = 15 * 60_000;

const amountsSound: Check = ({ quotas, tokens }) => [
  ...(quotas && quotas.unitBytes > quotas.installationBytes
    ? [fault('not-allowed', 'quotas.unitBytes', 'It is larger than quotas.installationBytes; right is at most that.')]
    : []),
  ...(quotas && quotas.unitBytes === 0
    ? [fault('not-allowed', 'quotas.unitBytes', 'No unit could keep anything; right is a size like 20GiB.')]
    : []),
  ...(quotas && quotas.bytesPerSecond < 1024
    ? [
        fault(
          'not-allowed',
          'quotas.bytesPerSecond',
          'No camera records that little; right is what one second of footage takes at most, like 1MiB.',
        ),
      ]
    : []),
  ...(tokens && (tokens.lifetime < shortestToken || tokens.lifetime > longestToken)
    ? [fault('not-allowed', 'tokens.lifetime', 'A token that was copied must end soon; right is 1m to 15m.')]
    : []),
];

const stampingSound: Check = async ({ timestamps }, around) => {
  const read = timestamps ? await readAuthorities(timestamps.caFile, 'timestamps.caFile', around) : null;
  return read && 'faults' in read ? read.faults : [];
};

const sealSound: Check = async ({ documents }, around) => {
  if (!documents?.seal) return [];
  const { command, caFile } = documents.seal;
  const read = await readAuthorities(caFile, 'documents.seal.caFile', around);
  const runs = await access(command[0]!, constants.X_OK).then(
    () => true,
    () => false,
  );
  return [
    ...('faults' in read ? read.faults : []),
    ...(runs ? [] : [fault('file-missing', 'documents.seal.command', 'Its program is not there, or this process may not run it.')]),
  ];
};

const checks: readonly Check[] = [
  listening,
  foldersApart,
  checkpointApart,
  thingsThere,
  passphraseSound,
  stampingSound,
  sealSound,
  recordersSound,
  namedOnce,
  camerasPlaced,
  camerasFound,
  portsApart,
  websApart,
  amountsSound,
  providerSound,
  channelsSound,
  witnessesSound,
];

/** All faults of all checks, in the order of the list above. */
export async function crossCheck(parts: SoundParts, around: Surroundings): Promise<Fault[]> {
  return (await Promise.all(checks.map(async (check) => check(parts, around)))).flat();
}
