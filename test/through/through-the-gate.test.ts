// A hundred thousand changed requests for footage, as bytes through sockets, against the running gate: none that asks for footage reaches the
// system behind it. GATE_SEED and GATE_THROUGH take another seed and number.
import assert from 'node:assert/strict';
import { headerLines } from '../../plugin/http/gate/raw-request.js';
import { beforePages, type BeforePages } from '../support/gate/before-pages.js';
import { asksForMedia } from '../support/gate/media-asked.js';
import { mutantsOf } from '../support/gate/mutants.js';
import { each, sendRaw } from '../support/gate/send-raw.js';
import { CodedSlices } from '../support/gate/oracle/coded-slices.js';
import { tables } from '../support/gate/tables.js';

const seed = Number(process.env['GATE_SEED'] ?? 20_261_129);
const count = Number(process.env['GATE_THROUGH'] ?? 100_000);

describe(`through the gate (seed ${seed})`, function () {
  this.timeout(1_800_000);
  let all: BeforePages;
  before(async () => void (all = await beforePages()));
  after(() => all?.close());

  it(`${count} mutants of requests for footage: what reaches the system asks for none, and no answer holds any`, async () => {
    const originals = new CodedSlices();
    for (const { id, film } of all.standIn.events) originals.add(String(id), film!);
    // Who may most: an administrator of the system, who looks at live pictures, and nobody.
    const cookies = [(await all.client('keeper')).cookie, (await all.client('guard')).cookie, undefined];
    const origin = new URL(all.pages);
    const statuses = new Map<number, number>();
    const leaks: string[] = [];
    const mutants = mutantsOf(tables['zoneminder']!, seed, count);
    await each(mutants, 16, async (mutant, at) => {
      const answer = await sendRaw(mutant, { origin, cookie: cookies[at % 3] });
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      const leak = originals.leaks(answer.body);
      if (leak) leaks.push(`${mutant.method} ${mutant.target}: ${leak}`);
      // What went on is judged as it comes, so that the list does not grow with the run.
      for (const { line, headers, body } of all.reached.splice(0)) {
        const [method = '', target = ''] = line.split(' ');
        const asked = { method, target, headers: headerLines(Object.entries(headers).flatMap(([name, value]) => [name, String(value)])), body: Buffer.from(body), upgrade: false };
        if (asksForMedia(tables['zoneminder']!, asked)) leaks.push(`reached: ${line} ${body.slice(0, 200)}`);
      }
    });
    assert.deepEqual(leaks.slice(0, 10), [], `${leaks.length} in all`);
    process.stdout.write(`      ${JSON.stringify(Object.fromEntries([...statuses].sort(([a], [b]) => a - b)))}\n`);
    // A gate that falls over would let nothing through either.
    assert.equal((await (await all.client('guard')).ask('index.php?view=console')).status, 200);
    assert.ok((statuses.get(403) ?? 0) > count / 10, 'few were read and refused');
  });
});
