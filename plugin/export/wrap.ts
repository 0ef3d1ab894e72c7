// A package in the form in which it leaves: encrypted, unless the receiver asks for it as it is, which neither the plan forbids nor the part: originals
// that leave apart leave under a passphrase of their own.
import { randomBytes } from 'node:crypto';
import type { DeliveryForm } from '../domain/audit-event.js';
import { sha256Hex } from '../domain/formats/digest.js';
import { isGone, type RequestState } from '../domain/lifecycle.js';
import { packageName, type PackagePart } from '../domain/package-part.js';
import { Problem } from '../domain/problem.js';
import { ageDrawBytes, ageFile } from '../delivery/age-file.js';
import { readAgeKey } from '../delivery/age-key.js';
import { aesZip, saltBytes } from '../delivery/aes-zip.js';
import type { Readable, Wrapped } from '../delivery/readable.js';
import { passphraseOf, secretBytes } from '../delivery/secret.js';
import type { Objects } from '../store/objects.js';

type Form = { form: Exclude<DeliveryForm, 'age'> } | { form: 'age'; recipient: string };
/** What a receiver asks for. */
export type Asked = Form & { part?: PackagePart | undefined };
export type Wish = Form & { part: PackagePart };

/** As `clip-transferred` keeps the key. */
export const recipientOf = (wish: Wish): string | null => (wish.form === 'age' ? sha256Hex(wish.recipient) : null);

/** Problem `form-refused`. */
export function judgeForm({ plan, requestId }: RequestState, { form, part }: Wish): void {
  if (form !== 'plain') return;
  if (part === 'originals') throw new Problem('form-refused', `The originals of ${requestId} leave apart, encrypted by themselves: ask for the form zip or age.`);
  if (plan?.encrypt === 'required') throw new Problem('form-refused', `The plan of ${requestId} wants what leaves encrypted: ask for the form zip or age.`);
}

/** Problems: `body-malformed` (the age key), `object-corrupt`. */
export async function wrap(objects: Objects, state: RequestState, archive: Readable, wish: Wish): Promise<Wrapped> {
  const name = packageName(state.requestId, wish.part);
  switch (wish.form) {
    case 'plain':
      return { ...archive, fileName: name, mediaType: 'application/zip' };
    case 'zip':
      return aesZip(archive, { name, passphrase: await passphraseFor(objects, state, wish.part), salt: randomBytes(saltBytes) });
    case 'age': {
      const [ephemeral, fileKey, nonce] = [ageDrawBytes.ephemeral, ageDrawBytes.fileKey, ageDrawBytes.nonce].map((many) => randomBytes(many));
      return ageFile(archive, { name, recipient: readAgeKey(wish.recipient), draw: { ephemeral: ephemeral!, fileKey: fileKey!, nonce: nonce! } });
    }
  }
}

export const passphraseFor = async (objects: Objects, state: RequestState, part: PackagePart): Promise<string> =>
  passphraseOf(await readSecret(objects, state), state.requestId, part);

/** Of a released request. Problems: `release-expired` (destroyed since), `object-corrupt`. */
export async function readSecret(objects: Objects, state: RequestState): Promise<Buffer> {
  const { release, requestId } = state;
  if (state.copiesDestroyed || isGone(state)) throw new Problem('release-expired', `The package of ${requestId} was destroyed, and what opened it.`);
  const chunks: Buffer[] = [];
  for await (const chunk of objects.read(release!.delivery.object)) chunks.push(chunk);
  const secret = Buffer.concat(chunks);
  // What leaves would be encrypted under something that nobody was told.
  if (secret.length !== secretBytes || sha256Hex(secret) !== release!.delivery.sha256)
    throw new Problem('object-corrupt', `The secret of the release of ${requestId} is not what was sealed.`);
  return secret;
}
