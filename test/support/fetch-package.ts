// The released package to a file, as the command line fetches it: as it is, or wrapped and opened again.
import fs from 'node:fs';
import type { Client } from '../../plugin/cli/client.js';
import { transferTo, type Begun, type WishedTransfer } from '../../plugin/cli/transfer.js';
import { unwrapTo } from '../../plugin/cli/unwrap.js';
import type { PackagePart } from '../../plugin/domain/package-part.js';

/** Without a second try where the gate does not answer: who broke the line wants to see it. */
export const fetchPackage = (client: Client, id: string, file: string, wish: WishedTransfer = { form: 'plain' }): Promise<Begun> => transferTo(client, id, wish, file, []);

/** Encrypted, and opened with the passphrase that one who released it is told. `of`: what it is; `part`: what is asked for, or whatever there is for who asks. */
export async function fetchOpened(client: Client, executor: Client, id: string, file: string, of: PackagePart, part?: PackagePart): Promise<void> {
  const wrapped = `${file}.wrapped`;
  await fetchPackage(client, id, wrapped, { form: 'zip', part });
  const { passphrase } = await executor.post<{ passphrase: string }>(`/api/v1/requests/${id}/passphrase`, { part: of });
  await unwrapTo(wrapped, passphrase, file);
  await fs.promises.rm(wrapped);
}

/** Originals that leave apart leave in no other way. */
export const fetchOriginals = (client: Client, executor: Client, id: string, file: string): Promise<void> => fetchOpened(client, executor, id, file, 'originals', 'originals');
