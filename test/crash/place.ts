// Where one run lives: a folder with configuration, data, keys and a temporary folder of its own, copied from a template.
import fs from 'node:fs';
import path from 'node:path';
import { root } from '../support/gate.js';

export interface Place {
  folder: string;
  config: string;
  data: string;
  keys: string;
  /** Plaintext may lie here, while ffmpeg runs and nowhere else. */
  work: string;
  journal: string;
  objects: string;
  /** TMPDIR of the server. */
  temporary: string;
  /** Where the officer puts what was fetched. */
  desk: string;
}

export const origin = 'test.exportgate.example/crash';

export function placeIn(folder: string): Place {
  const at = (...names: string[]): string => path.join(folder, ...names);
  return {
    folder, config: at('exportgate.yaml'), data: at('data'), keys: at('keys'), work: at('data', 'work'), journal: at('data', 'journal'),
    objects: at('data', 'objects'), temporary: at('tmp'), desk: at('desk'),
  };
}

/** A gate that was never started; over a folder that is there, the same gate with another recorder. */
export async function makePlace(folder: string, recorderUrl: string): Promise<Place> {
  const place = placeIn(folder);
  for (const made of [folder, place.temporary, place.desk]) await fs.promises.mkdir(made, { recursive: true, mode: 0o700 });
  await fs.promises.writeFile(
    place.config,
    `listen: { host: 127.0.0.1, port: 0 }
dataFolder: data
keysFolder: keys
policiesFolder: ${JSON.stringify(path.join(root, 'policies'))}
journal: { origin: ${origin} }
tokens: { lifetime: 15m }
recorders:
  - { id: nvr-1, adapter: onvif, url: "${recorderUrl}", user: operator, front: { host: 127.0.0.1, port: 0 } }
cameras:
  - { camera: sh-yf-street, recorder: nvr-1, recording: REC_1 }
`,
  );
  return place;
}

export async function copyPlace(template: Place, folder: string): Promise<Place> {
  await fs.promises.cp(template.folder, folder, { recursive: true });
  return placeIn(folder);
}

/** Paths of all files under a folder; those that go while we look are left out. */
export async function filesUnder(folder: string): Promise<string[]> {
  const entries = await fs.promises.readdir(folder, { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries) {
    const file = path.join(folder, entry.name);
    found.push(...(entry.isDirectory() ? await filesUnder(file) : [file]));
  }
  return found.sort();
}
