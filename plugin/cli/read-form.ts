// The form of an application, from a file: the scans that it names beside itself are uploaded, and their hashes go into it.
import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../domain/problem.js';

interface Paper {
  scanFile?: string;
  scanSha256?: string;
}

interface Form {
  instrument?: Paper & { approval?: Paper };
  officers?: { card?: Paper; cardSha256?: string }[];
}

/** Uploads a file and gives its hash; `where` is the place of the form that names it. */
export type Upload = (file: string, where: string) => Promise<string>;

/** As it stands in the file. Problem `body-malformed`. */
export async function readJson(file: string): Promise<unknown> {
  const text = await fs.promises.readFile(file, 'utf8').catch(() => {
    throw new Problem('body-malformed', `${file} cannot be read.`);
  });
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem('body-malformed', `${file} is not JSON.`);
  }
}

/** `scanFile` of a paper (the instrument, its approval, an officer's card) names the scan, from the folder of the form. */
export async function readForm(file: string, upload: Upload): Promise<unknown> {
  const form = (await readJson(file)) as Form;
  for (const [where, paper] of papersOf(form)) {
    if (typeof paper?.scanFile !== 'string') continue;
    paper.scanSha256 = await upload(path.resolve(path.dirname(file), paper.scanFile), `${where}.scanFile`);
    delete paper.scanFile;
  }
  // The copy of a card stands with its officer.
  for (const officer of Array.isArray(form?.officers) ? form.officers : []) {
    if (officer?.card?.scanSha256 === undefined) continue;
    if (officer.card.scanSha256) officer.cardSha256 = officer.card.scanSha256;
    delete officer.card;
  }
  return form;
}

/** What is not of the form's shape the gate will tell. */
function papersOf(form: Form | null): [where: string, paper: Paper | undefined][] {
  const officers = Array.isArray(form?.officers) ? form.officers : [];
  return [
    ['instrument', form?.instrument],
    ['instrument.approval', form?.instrument?.approval],
    ...officers.map((officer, at): [string, Paper | undefined] => [`officers.${at}.card`, officer?.card]),
  ];
}
