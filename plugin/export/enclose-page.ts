// The page that verifies travels with each package. Sealed with it, so that a package stays the same bytes when the gate gets a newer page.
import type { Artifact } from '../domain/artifact.js';
import { pagePath } from '../evidence/layout.js';
import { verifierPage } from '../evidence/page.js';
import type { Objects } from '../store/objects.js';
import { sealBytes } from './custody.js';

/** Problem `disk-full`. */
export const enclosePage = async (objects: Objects): Promise<Artifact> => ({
  path: pagePath,
  role: 'verifier',
  ...(await sealBytes(objects, verifierPage())),
});
