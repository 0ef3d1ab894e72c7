// What ZoneMinder's web interface is asked for, as data: routes.json. The gate judges it (http/gate/load-table).
import { createRequire } from 'node:module';

/** Named for TypeScript, so that the file is built along. */
type Data = typeof import('./routes.json');

export const routes: unknown = createRequire(import.meta.url)('./routes.json') as Data;
