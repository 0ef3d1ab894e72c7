// The routes of ZoneMinder's web interface, as data (routes.json). What they say is judged where they are loaded.
import { createRequire } from 'node:module';

/** Named for TypeScript, so that the file is built along. */
type Data = typeof import('./routes.json');

export const routes: unknown = createRequire(import.meta.url)('./routes.json') as Data;
