// exportgate handover ID PLACE: a package onto a medium, read again and compared before the gate records it; then label and list, and the signatures.
import fs from 'node:fs';
import path from 'node:path';
import type { PackagePart } from '../domain/package-part.js';
import { Problem } from '../domain/problem.js';
import { clientOf, type Verb } from './context.js';
import type { Client } from './client.js';
import { openWork, type Recorded, type Work } from './handover-work.js';
import { howToOpen, labelOf, listOf, type HandedOver } from './handover-papers.js';
import { readAgain, sumOf } from './read-again.js';
import { uploadScanFile } from './read-scan.js';
import { lines } from './request.js';
import { runProgram } from './run-program.js';
import { bringAll } from './transfer.js';
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

export const handOver: Verb<Said> = async (context, said) => {
  const { id, form, part } = said;
  const place = path.resolve(said.place);
  // Before the transfer, which is counted: all that it takes to bring it to its end.
  if (place.endsWith('.iso')) await expectImager();
  const client = clientOf(context);
  const work = await openWork([context.gate, id, form, part ?? '']);
  try {
    const recorded = (await work.recorded()) ?? (await writeAndRecord(client, said, place, work));
    const { told, isCold } = recorded;
    if (recorded.place !== place || told.serial !== said.serial || told.bag !== said.bag)
      throw new Problem('config-invalid', `This transfer was handed over already, as ${told.handover}, in ${recorded.place}, serial ${told.serial}, bag ${told.bag}: finish it by the command with these.`);
    if (!fs.existsSync(place)) await fs.promises.rename(`${place}.part`, place);
    for (const [file, text] of [[`${place}.list.txt`, listOf(told)], [`${place}.label.txt`, labelOf(told)]] as const)
      if ((await fs.promises.readFile(file, 'utf8').catch(() => null)) !== text) await (await openNew(file)).write(text);
    await work.end();
    const cold = isCold ? '' : '（可能读自缓存 it may have come from the cache: read it on another machine too）';
    context.output.result({ ...told, place: said.place, readCold: isCold }, [
      ...labelOf(told).trimEnd().split('\n'),
      `写入后已重读并比对一致 written, read again, and the same ${cold}`,
      `清单 list: ${said.place}.list.txt; 标签 label: ${said.place}.label.txt`,
      `签字 then, each officer: exportgate handover-sign ${id} ${told.handover}`,
    ]);
    return 0;
  } finally {
    await work.leave();
  }
};

/** The medium lies under its final name only when it is recorded: until then behind it stands `.part`. */
async function writeAndRecord(client: Client, { id, serial, bag, receiver: receivers, form, part }: Said, place: string, work: Work): Promise<Recorded> {
  const [isImage, half] = [place.endsWith('.iso'), `${place}.part`];
  await expectFree(place, half, id);
  const fetched = work.file('package');
  const begun = await bringAll(client, id, { form, part }, fetched);
  const { fileName, bytes, transfer, manifestSha256 } = begun;
  const sha256 = await sumOf(`${fetched}.part`);
  const content = new Map<string, { file: string } | { text: string }>([
    [fileName, { file: `${fetched}.part` }],
    ['HOW-TO-OPEN.txt', { text: howToOpen(fileName, form) }],
  ]);
  try {
    const folder = isImage ? work.file('disc') : half;
    await fs.promises.rm(work.file('disc'), { recursive: true, force: true });
    await writeFolder(folder, content);
    if (isImage) await makeImage(folder, half, id);
    const read = isImage ? await readFromImage(half, fileName, work) : await readAgain(path.join(half, fileName));
    if (read.sha256 !== sha256) throw new Problem('object-corrupt', `What was read from ${place} is not what was written. Take another medium, by the same command; nothing was recorded.`);
    const made = await record(client, id, { transfer, serial, bag, bytes, sha256, receivers });
    const recorded = { place, told: { id, serial, bag, receivers, form, fileName, bytes, sha256, manifestSha256, ...made }, isCold: read.isCold };
    await work.record(recorded);
    return recorded;
  } catch (thrown) {
    await fs.promises.rm(half, { recursive: true, force: true });
    throw thrown;
  }
}

type Made = Pick<HandedOver, 'handover' | 'number' | 'at' | 'by' | 'name'>;

/** One whose answer was lost is recorded all the same: it is found again by what it is about. */
async function record(client: Client, id: string, medium: { transfer: string; serial: string; bag: string; bytes: number; sha256: string; receivers: readonly string[] }): Promise<Made> {
  try {
    return (await client.post<{ made: Made }>(`/api/v1/requests/${id}/handovers`, medium)).made;
  } catch (thrown) {
    if (Problem.from(thrown).code !== 'state-conflict') throw thrown;
    const { handovers } = await client.get<{ handovers: (Made & Pick<HandedOver, 'serial' | 'bag' | 'sha256'> & { transfer: string })[] }>(`/api/v1/requests/${id}`);
    const { transfer, serial, bag, sha256 } = medium;
    const found = handovers.find((it) => it.transfer === transfer && it.serial === serial && it.bag === bag && it.sha256 === sha256);
    if (!found) throw thrown;
    const { handover, number, at, by, name } = found;
    return { handover, number, at, by, name };
  }
}

/** Each place takes what is to come, and holds nothing of anybody else's. Problem `config-invalid`. */
async function expectFree(place: string, half: string, id: string): Promise<void> {
  if (fs.existsSync(place)) throw new Problem('config-invalid', `${place} is there already; name a place that is not.`);
  const found = fs.lstatSync(half, { throwIfNoEntry: false });
  const isOurs = found?.isDirectory() ? fs.readdirSync(half).every((name) => name === 'HOW-TO-OPEN.txt' || name.startsWith(id)) : found?.isFile() !== false;
  if (!isOurs) throw new Problem('config-invalid', `${half} is there, and no half medium of an earlier run; remove it, or name another place.`);
  await fs.promises.rm(half, { recursive: true, force: true });
  await fs.promises.mkdir(half).then(() => fs.promises.rmdir(half), (cause: unknown) => {
    throw new Problem('config-invalid', `${half} cannot be made.`, { cause });
  });
  for (const end of ['list', 'label']) await (await openNew(`${place}.${end}.txt`)).drop();
}

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

const expectImager = (): Promise<unknown> =>
  runProgram('xorriso', ['-version']).catch((cause: unknown) => {
    throw new Problem('config-invalid', 'A disc image is made by xorriso (Debian: apt-get install xorriso), which is not here; name a folder instead.', { cause });
  });

/** ISO 9660 at level 3, for files of more than 4 GiB, with the long names of Linux and Windows. */
const makeImage = (folder: string, place: string, id: string): Promise<void> =>
  runProgram('xorriso', ['-as', 'mkisofs', '-quiet', '-iso-level', '3', '-R', '-J', '-joliet-long', '-V', id.slice(-16).replaceAll('-', '_'), '-o', path.resolve(place), folder]);

/** Out of the image, as a computer of the receiver's would. */
async function readFromImage(place: string, fileName: string, work: Work): Promise<{ sha256: string; isCold: boolean }> {
  // As far as the kernel can be made to: the image itself from the disk.
  const { isCold } = await readAgain(place);
  const out = work.file('read');
  await fs.promises.rm(out, { force: true });
  await runProgram('xorriso', ['-osirrox', 'on', '-indev', path.resolve(place), '-extract', `/${fileName}`, out]);
  return { sha256: await sumOf(out), isCold };
}
