// exportgate request link | passphrase | receipt: what is passed on with a released package, and what comes back for it.
import { createHash } from 'node:crypto';
import type { PackagePart } from '../domain/package-part.js';
import { Problem } from '../domain/problem.js';
import { clientOf, type Verb } from './context.js';
import { lines } from './request.js';
import { openNew } from './write-new.js';

type View = Parameters<typeof lines>[0];

export const deliveryLink: Verb<{ id: string }> = async (context, { id }) => {
  const { link } = await clientOf(context).get<{ link: string }>(`/api/v1/requests/${id}/link`);
  context.output.result({ link }, [link, '链接不含口令；口令另行告知 the passphrase goes by another way']);
  return 0;
};

/** Into a file that others cannot read, unless it is wanted on the screen: a terminal keeps what it showed. */
export const deliveryPassphrase: Verb<{ id: string; out: string; part?: PackagePart }> = async (context, { id, out, part }) => {
  const place = out === '-' ? null : await openNew(out);
  try {
    const { passphrase } = await clientOf(context).post<{ passphrase: string }>(`/api/v1/requests/${id}/passphrase`, { ...(part && { part }) });
    await place?.write(`${passphrase}\n`);
    const told = '请以链接以外的途径告知领取人 pass it on by another way than the link';
    context.output.result(place ? { file: out } : { passphrase }, place ? [`${out}: ${told}`] : [passphrase, told]);
    return 0;
  } catch (thrown) {
    await place?.drop();
    throw thrown;
  }
};

export const signReceipt: Verb<{ id: string; package?: string; manifest?: string; refuse?: string; transfer?: string }> = async (context, options) => {
  const { id, package: place, manifest, refuse, transfer } = options;
  if ([place, manifest, refuse].filter((it) => it !== undefined).length !== 1)
    throw new Problem('config-invalid', 'Say one of: --package PLACE (what you hold), --manifest SHA256, --refuse REASON.');
  const said = refuse === undefined ? { manifest: manifest ?? (await manifestOf(place!)) } : { refused: refuse };
  const view = await clientOf(context).post<View>(`/api/v1/requests/${id}/receipt`, { ...said, ...(transfer !== undefined && { transfer }) });
  context.output.result(view, ['manifest' in said ? `签收 confirmed: manifest ${said.manifest}` : '拒签已记录 the refusal is noted', ...lines(view)]);
  return 0;
};

const mostManifest = 64 * 1024 * 1024;

/** SHA-256, hex, of the manifest in this package. */
async function manifestOf(place: string): Promise<string> {
  const { openSource, readWhole } = await import('../evidence/source.js');
  const { Broken } = await import('../evidence/package-fault.js');
  try {
    const source = await openSource(place);
    try {
      return createHash('sha256').update(await readWhole(source, 'manifest.json', mostManifest, 'manifest-changed')).digest('hex');
    } finally {
      await source.close();
    }
  } catch (thrown) {
    if (!(thrown instanceof Broken)) throw thrown;
    throw new Problem('object-corrupt', `${place} is no package: ${thrown.code} at ${thrown.where}. Is it still encrypted?`, { cause: thrown });
  }
}
