// Two packages of one request, where the originals leave apart: each is intact by itself, for the command and the page, and neither passes for the
// other, nor for the only one.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { join } from 'node:path';
import { apartParts, type ApartPart } from '../../plugin/domain/package-part.js';
import { verifyPackage } from '../../plugin/evidence/verify.js';
import { filesOf, makeTempFolder, zipFiles } from '../support/evidence/bytes.js';
import { verifyByPage } from '../support/evidence/by-page.js';
import { publicPem } from '../support/evidence/keys.js';
import { aPartOf, apart, aSealedPackage, gateKey, type Content, type Twist } from '../support/evidence/sealed-package.js';

const pem = publicPem(gateKey);
const asLeft = (part: ApartPart, more: (all: readonly Content[]) => readonly Content[]) => (of: ApartPart, all: readonly Content[]): readonly Content[] =>
  (of === part ? [...apart(of, all), ...more(all)] : apart(of, all));
const role = (wanted: string) => (all: readonly Content[]): Content[] => all.filter((it) => it.role === wanted);

const table: [what: string, part: ApartPart, twist: Omit<Twist, 'part' | 'then'>, where: RegExp][] = [
  ['an original among the copies', 'copies', { partOf: asLeft('copies', (all) => all.filter(({ path }) => path === 'original/cam-1/02.mp4')) }, /#\/files\/0$/],
  ['units among the copies', 'copies', { partOf: asLeft('copies', role('units')) }, /#\/files\/1$/],
  ['a copy among the originals', 'originals', { partOf: asLeft('originals', role('viewing')) }, /#\/files\/\d$/],
  ['copies that name another package of originals', 'copies', { alter: (it) => ({ ...it, ...(it.part === 'copies' && { originals: 'ab'.repeat(32) }) }) }, /#\/originals$/],
  ['copies that name none', 'copies', { alter: ({ originals: _, ...it }) => it }, /#\/originals$/],
  ['originals that name one', 'originals', { alter: (it) => ({ ...it, originals: 'ab'.repeat(32) }) }, /#\/originals$/],
  ['copies that do not say which they are', 'copies', { alter: ({ part: _, originals: __, ...it }) => it }, /#\/part$/],
  ['originals that do not', 'originals', { alter: ({ part: _, ...it }) => it }, /manifest\.json$/],
  ['copies that say they were the originals', 'copies', { alter: (it) => ({ ...it, part: 'originals' }) }, /manifest\.json$/],
];

describe('originals that leave apart', () => {
  let root: string;
  before(() => void (root = makeTempFolder()));
  after(() => fs.rmSync(root, { recursive: true, force: true }));

  async function told(sealed: ReturnType<typeof aPartOf>): Promise<(string | null)[]> {
    const zip = await zipFiles(await filesOf(sealed));
    const path = join(fs.mkdtempSync(join(root, 'zip-')), 'package.zip');
    fs.writeFileSync(path, zip);
    const verdicts = [await verifyPackage(path, pem), await verifyByPage(zip, pem)];
    return verdicts.map((verdict) => (verdict.intact ? null : `${verdict.fault.code} ${verdict.fault.where}`));
  }

  for (const part of apartParts) it(`the ${part}, as the gate makes them: intact`, async () => assert.deepEqual(await told(aPartOf(part)), [null, null]));

  for (const [what, part, twist, where] of table)
    it(`${what}: manifest-changed`, async () => {
      for (const fault of await told(aPartOf(part, twist))) assert.match(fault ?? 'intact', new RegExp(`^manifest-changed .*${where.source}`));
    });

  it('one package under a plan that wants two, two under one that wants one', async () => {
    const one = aSealedPackage({ parts: { part: 'copies', originals: 'ab'.repeat(32) } });
    assert.deepEqual(await told(one), Array(2).fill('manifest-changed manifest.json#/part'));
  });

  it('the manifest of the one in the other’s package: not what was sealed', async () => {
    const [copies, originals] = [aPartOf('copies'), aPartOf('originals')];
    const { manifest, envelope } = originals;
    for (const fault of await told({ ...copies, manifest, envelope })) assert.match(fault ?? 'intact', /^file-(missing|unexpected)/);
  });
});
