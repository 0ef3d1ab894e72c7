// The released package as it is, to a file, as the command line fetches it.
import type { Client } from '../../plugin/cli/client.js';
import { transferTo, type Begun, type WishedTransfer } from '../../plugin/cli/transfer.js';

/** Without a second try where the gate does not answer: who broke the line wants to see it. */
export const fetchPackage = (client: Client, id: string, file: string, wish: WishedTransfer = { form: 'plain' }): Promise<Begun> => transferTo(client, id, wish, file, []);
