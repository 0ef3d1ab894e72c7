// A gate over policy files that a test edits as an administrator does: a file is written beside and renamed over, and the gate notices.
import { access, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Fault } from '../../plugin/domain/problem.js';
import type { Candidate } from '../../plugin/export/policies.js';
import { readFolder, versionOf } from '../../plugin/policy/folder.js';
import { shipped, type Edits } from '../policy/policy-folder.js';
import { aGate, type GateOptions, type TestGate } from './gate.js';

export interface PolicyState {
  inForce: { version: string; since: string; by: string };
  candidate: (Candidate & { agreedBy: string[] }) | null;
}

export interface PolicyDesk extends TestGate {
  policies: string;
  /** Edits files of the folder as shipped: what an earlier save changed is put back. */
  save(edits: Edits): Promise<void>;
  /** Saves, and gives what the gate then thinks of it. */
  propose(edits: Edits): Promise<Candidate & { agreedBy: string[] }>;
  /** Saves, and two administrators put it in force. Its version. */
  enact(edits: Edits): Promise<string>;
  state(): Promise<PolicyState>;
}

const inShort = ({ code, where }: Fault): string => `${code} ${where}`;

/** The two of the shipped files. */
export const [luo, bai] = ['user:root.luo', 'user:root.bai'];

/** Of a path that the shipped folder does not have: the folder or file, from the top, where it leaves it (`sites` of `sites/a.csv`). */
async function firstStranger(file: string): Promise<string> {
  const steps = file.split('/');
  for (let length = 1; length < steps.length; length++) {
    const place = steps.slice(0, length).join('/');
    if (await access(path.join(shipped, place)).then(() => false, () => true)) return place;
  }
  return file;
}

export async function aPolicyDesk(options: GateOptions = {}): Promise<PolicyDesk> {
  const policies = await mkdtemp(path.join(os.tmpdir(), 'exportgate-desk-'));
  await cp(shipped, policies, { recursive: true });
  const gate = await aGate({ ...options, policiesFolder: policies });
  const edited = new Set<string>();
  const write = async (file: string, text: string | Buffer): Promise<void> => {
    const beside = path.join(policies, `.${path.basename(file)}.swp`);
    await mkdir(path.dirname(path.join(policies, file)), { recursive: true });
    await writeFile(beside, text);
    await rename(beside, path.join(policies, file));
  };
  const save = async (edits: Edits): Promise<void> => {
    for (const file of [...edited].filter((it) => !(it in edits))) {
      const original = await readFile(path.join(shipped, file)).catch(() => null);
      if (original !== null) await write(file, original);
      else await rm(path.join(policies, await firstStranger(file)), { force: true, recursive: true });
      edited.delete(file);
    }
    for (const [file, edit] of Object.entries(edits)) {
      edited.add(file);
      if (edit === null) await rm(path.join(policies, file), { force: true });
      else await write(file, typeof edit === 'function' ? edit(await readFile(path.join(shipped, file), 'utf8').catch(() => '')) : edit);
    }
  };
  const state = async (): Promise<PolicyState> => (await gate.as(luo)).get<PolicyState>('/api/v1/policy');
  const propose: PolicyDesk['propose'] = async (edits) => {
    await save(edits);
    // A look in the middle of a save may have judged half of it: what counts is what lies there now.
    const faults: Fault[] = [];
    const texts = await readFolder(policies, faults);
    const version = texts && (await versionOf(texts));
    const isSeen = (candidate: Candidate): boolean =>
      candidate.version === version && (version !== null || candidate.faults.map(inShort).join() === faults.map(inShort).join());
    for (let tries = 0; tries < 300; tries++) {
      const { candidate } = await state();
      if (candidate && isSeen(candidate)) return candidate;
      await wait(50);
    }
    throw new Error('The gate noticed nothing.');
  };
  return Object.assign(Object.create(gate) as TestGate, {
    policies,
    save,
    state,
    propose,
    enact: async (edits: Edits) => {
      const { version, faults } = await propose(edits);
      if (faults.length > 0) throw new Error(JSON.stringify(faults));
      for (const admin of [luo, bai]) await (await gate.as(admin)).post('/api/v1/policy/activations', { version });
      return version!;
    },
    close: async () => {
      await gate.close();
      await rm(policies, { recursive: true, force: true });
    },
  });
}
