// exportgate request fetch ID --out PLACE: the released package, as an archive in the form that is wanted, or, plain, as a folder.
import fs from 'node:fs';
import type { DeliveryForm } from '../domain/audit-event.js';
import type { PackagePart } from '../domain/package-part.js';
import { Problem } from '../domain/problem.js';
import { clientOf, type Verb } from './context.js';
import { transferTo } from './transfer.js';

/** Where each form is kept: what it is called tells how it is opened. */
const isArchive = (out: string): boolean => /\.(zip|age)$/.test(out);

export const fetchRequest: Verb<{ id: string; out: string; form?: DeliveryForm; recipient?: string; part?: PackagePart }> = async (context, { id, out, form: named, recipient, part }) => {
  const form = named ?? (recipient === undefined ? 'zip' : 'age');
  if (!isArchive(out) && form !== 'plain')
    throw new Problem('config-invalid', `--out: ${out} is a folder; what comes encrypted is kept as a file (.zip, .age). Name one, or add --form plain.`);
  if (fs.existsSync(out)) throw new Problem('config-invalid', `--out: ${out} is there already; name a place that is not.`);
  const archive = isArchive(out) ? out : `${out}.fetched`;
  const { bytes, transfer, manifestSha256 } = await transferTo(clientOf(context), id, { form, recipient, part }, archive);
  if (!isArchive(out)) await unpack(archive, out).finally(() => fs.promises.rm(archive, { force: true }));
  context.output.result({ package: out, bytes, form, transfer, manifestSha256 }, [`${out}: ${bytes} bytes`, `manifest ${manifestSha256}`, ...next(out, form, id)]);
  return 0;
};

function next(out: string, form: DeliveryForm, id: string): string[] {
  const sign = `签收 then sign for it: exportgate request receipt ${id} --package PACKAGE`;
  if (form === 'plain') return [`check it: exportgate verify ${out} --key gate.pub`, sign];
  const open = form === 'zip' ? '用 7-Zip 和执行人告知的口令打开 open it with 7-Zip and the passphrase that the executor tells' : 'age -d -i KEY';
  return [`${open}; check what is inside: exportgate verify ${id}.zip --key gate.pub`, sign];
}

/** The reader of packages is loaded when there is one to read. */
const unpack = async (archive: string, out: string): Promise<void> => void (await (await import('../evidence/unpack.js')).unpackArchive(archive, out));
