// exportgate request fetch ID --out PLACE: the released package, as an archive (PLACE ends in .zip) or as a folder.
import fs from 'node:fs';
import { Problem } from '../domain/problem.js';
import { clientOf, type Verb } from './context.js';

export const fetchRequest: Verb<{ id: string; out: string }> = async (context, { id, out }) => {
  const isArchive = out.endsWith('.zip');
  if (!isArchive && fs.existsSync(out)) throw new Problem('config-invalid', `--out: ${out} is there already; name a folder that is not.`);
  const archive = isArchive ? out : `${out}.fetched`;
  const bytes = await clientOf(context).download(`/api/v1/requests/${id}/package`, archive);
  if (!isArchive) await unpack(archive, out).finally(() => fs.promises.rm(archive, { force: true }));
  context.output.result({ package: out, bytes }, [`${out}: ${bytes} bytes; check it: exportgate verify ${out} --key gate.pub`]);
  return 0;
};

/** The reader of packages is loaded when there is one to read. */
const unpack = async (archive: string, out: string): Promise<void> => void (await (await import('../evidence/unpack.js')).unpackArchive(archive, out));
