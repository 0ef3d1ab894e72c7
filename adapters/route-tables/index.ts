// Route tables of systems whose web interface has no adapter yet: what is known of them, as data. They are judged and attacked along with
// ZoneMinder's, and tell an operator what HTTP cannot close.
import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

/** Named for TypeScript, so that the files are built along. */
type Data =
  | typeof import('./frigate.json')
  | typeof import('./kerberos-agent.json')
  | typeof import('./mediamtx.json')
  | typeof import('./milestone.json')
  | typeof import('./moonfire-nvr.json')
  | typeof import('./nxwitness.json')
  | typeof import('./scrypted.json')
  | typeof import('./shinobi.json')
  | typeof import('./viseron.json');

/** By the name of the file; not judged yet. */
export const routeTables: Readonly<Record<string, unknown>> = {
  frigate: load('./frigate.json') as Data,
  'kerberos-agent': load('./kerberos-agent.json') as Data,
  mediamtx: load('./mediamtx.json') as Data,
  milestone: load('./milestone.json') as Data,
  'moonfire-nvr': load('./moonfire-nvr.json') as Data,
  nxwitness: load('./nxwitness.json') as Data,
  scrypted: load('./scrypted.json') as Data,
  shinobi: load('./shinobi.json') as Data,
  viseron: load('./viseron.json') as Data,
};
