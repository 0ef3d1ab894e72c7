// Witnesses: keys that are keys, each once, and no quorum that can never be had.
import { FormatError } from '../domain/formats/format-error.js';
import { parseVerifierKey } from '../domain/formats/signed-note.js';
import { fault, type Check } from './check.js';

export const witnessesSound: Check = ({ journal }) => {
  if (!journal) return [];
  const { witnesses, quorum } = journal;
  const keys = witnesses.map(({ vkey }) => keyOf(vkey));
  return [
    ...keys.flatMap((key, at) =>
      key === null
        ? [
            fault(
              'not-allowed',
              `journal.witnesses[${at}].vkey`,
              'It is no verifier key of a witness; right is what exportgate witness printed.',
            ),
          ]
        : [],
    ),
    // One witness under two names would make a quorum of one.
    ...keys.flatMap((key, at) =>
      key !== null && keys.indexOf(key) < at
        ? [fault('named-twice', `journal.witnesses[${at}].vkey`, 'This key is there already; right is each witness once.')]
        : [],
    ),
    ...(quorum > witnesses.length
      ? [fault('not-allowed', 'journal.quorum', `Only ${witnesses.length} witnesses are configured; right is at most as many.`)]
      : []),
  ];
};

/** The raw key in hex, whatever it is called; null where it is none. */
function keyOf(vkey: string): string | null {
  try {
    return parseVerifierKey(vkey, 'cosignature').key.export({ type: 'spki', format: 'der' }).toString('hex');
  } catch (thrown) {
    if (thrown instanceof FormatError) return null;
    throw thrown;
  }
}
