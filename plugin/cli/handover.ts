// exportgate handover ID PLACE: a package onto a medium, read again and compared before the gate records it; then label and list, and the signatures.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { PackagePart } from '../domain/package-part.js';
import { Problem } from '../domain/problem.js';
import { clientOf, type Verb } from './context.js';
import { howToOpen, labelOf, listOf, type HandedOver } from './handover-papers.js';
import { readAgain, sumOf } from './read-again.js';
import { uploadScanFile } from './read-scan.js';
import { lines } from './request.js';
import { runProgram } from './run-program.js';
import { transferTo } from './transfer.js';
import { openNew } from './write-new.js';

interface Said {
  id: string;
  place: string;
  serial: string;
  bag: string;
  receiver: readonly string[];
  form: 'zip' | 'plain';
  part?: PackagePart;
}

type View = Parameters<typeof lines>[0];

export const handOver: Verb<Said> = async (context, { id, place, serial, bag, receiver: receivers, form, part }) => {
  const isImage = place.endsWith('.iso');
  if (fs.existsSync(place)) throw new Problem('config-invalid', `${place} is there already; name a place that is not.`);
  // Before the transfer, which is counted.
  if (isImage) await expectImager();
  const client = clientOf(context);
  const work = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'exportgate-handover-'));
  try {
    const fetched = path.join(work, 'package');
    const begun = await transferTo(client, id, { form, part }, fetched);
    const { fileName, bytes, transfer, manifestSha256 } = begun;
    const sha256 = await sumOf(fetched);
    const content = new Map<string, { file: string } | { text: string }>([
      [fileName, { file: fetched }],
      ['HOW-TO-OPEN.txt', { text: howToOpen(fileName, form) }],
    ]);
    const folder = isImage ? path.join(work, 'disc') : place;
    await writeFolder(folder, content);
    if (isImage) await makeImage(folder, place, id);
    const read = isImage ? await readFromImage(place, fileName, work) : await readAgain(path.join(place, fileName));
    if (read.sha256 !== sha256) throw new Problem('object-corrupt', `What was read from ${place} is not what was written. Take another medium; nothing was recorded.`);
    const medium = { transfer, serial, bag, bytes, sha256, receivers };
    const { made } = await client.post<{ made: Pick<HandedOver, 'handover' | 'at' | 'by'> }>(`/api/v1/requests/${id}/handovers`, medium);
    const told: HandedOver = { id, serial, bag, receivers, form, fileName, bytes, sha256, manifestSha256, ...made };
    await writeNew(`${place}.list.txt`, listOf(told));
    await writeNew(`${place}.label.txt`, labelOf(told));
    const cold = read.isCold ? '' : '（可能读自缓存 it may have come from the cache: read it on another machine too）';
    context.output.result({ ...told, place, readCold: read.isCold }, [
      ...labelOf(told).trimEnd().split('\n'),
      `写入后已重读并比对一致 written, read again, and the same ${cold}`,
      `清单 list: ${place}.list.txt; 标签 label: ${place}.label.txt`,
      `签字 then, each officer: exportgate handover-sign ${id} ${told.handover}`,
    ]);
    return 0;
  } finally {
    await fs.promises.rm(work, { recursive: true, force: true });
  }
};

export const signHandOver: Verb<{ id: string; handover: string; scan?: string }> = async (context, { id, handover, scan }) => {
  const client = clientOf(context);
  const said = scan === undefined ? {} : { scanSha256: (await uploadScanFile(client, scan)).sha256 };
  const view = await client.post<View>(`/api/v1/requests/${id}/handovers/${encodeURIComponent(handover)}/signature`, said);
  context.output.result(view, [`签字 signed: ${handover}`, ...lines(view)]);
  return 0;
};

/** A new folder, each file on disk when it resolves. */
async function writeFolder(folder: string, content: ReadonlyMap<string, { file: string } | { text: string }>): Promise<void> {
  await fs.promises.mkdir(folder).catch((cause: unknown) => {
    throw new Problem('config-invalid', `${folder} cannot be made.`, { cause });
  });
  for (const [name, what] of content) {
    const target = path.join(folder, name);
    const failed = (cause: unknown): never => {
      throw new Problem('disk-full', `${target} cannot be written; is the medium full?`, { cause });
    };
    if ('file' in what) await fs.promises.copyFile(what.file, target, fs.constants.COPYFILE_EXCL).catch(failed);
    else await fs.promises.writeFile(target, what.text, { flag: 'wx' }).catch(failed);
    const handle = await fs.promises.open(target, 'r+');
    await handle.sync().finally(() => handle.close());
  }
  const handle = await fs.promises.open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

async function writeNew(file: string, text: string): Promise<void> {
  await (await openNew(file)).write(text);
}

const expectImager = (): Promise<unknown> =>
  runProgram('xorriso', ['-version']).catch((cause: unknown) => {
    throw new Problem('config-invalid', 'A disc image is made by xorriso (Debian: apt-get install xorriso), which is not here; name a folder instead.', { cause });
  });

/** ISO 9660 at level 3, for files of more than 4 GiB, with the long names of Linux and Windows. */
const makeImage = (folder: string, place: string, id: string): Promise<void> =>
  runProgram('xorriso', ['-as', 'mkisofs', '-quiet', '-iso-level', '3', '-R', '-J', '-joliet-long', '-V', id.slice(-16).replaceAll('-', '_'), '-o', path.resolve(place), folder]);

/** Out of the image, as a computer of the receiver's would. */
async function readFromImage(place: string, fileName: string, work: string): Promise<{ sha256: string; isCold: boolean }> {
  // As far as the kernel can be made to: the image itself from the disk.
  const { isCold } = await readAgain(place);
  const out = path.join(work, 'read');
  await runProgram('xorriso', ['-osirrox', 'on', '-indev', path.resolve(place), '-extract', `/${fileName}`, out]);
  return { sha256: await sumOf(out), isCold };
}
