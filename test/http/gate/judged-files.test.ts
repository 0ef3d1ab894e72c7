// Files that are known by their digest: what was never judged, or judged as something else, or changed on its way, is not known.
import assert from 'node:assert/strict';
import { readingOf, type Reading } from '../../../plugin/http/gate/answer-reading.js';
import { judgeOf } from '../../../plugin/http/gate/guard.js';
import { JudgedFiles } from '../../../plugin/http/gate/judged-files.js';
import { answering } from './through.js';

const upstream = { hosts: ['zm.internal'], replace: () => 'https://gate.example' };
const style = readingOf(answering('text/css', { isAsset: true })) as Reading;
const picture = readingOf(answering('image/png', { isAsset: true })) as Reading;

describe('files that were judged before', () => {
  const ask = (files: JudgedFiles, reading: Reading, file: Buffer): { out: string; asked: number } => {
    let asked = 0;
    const out = files.judge(reading, [file.subarray(0, 1000), file.subarray(1000)], () => {
      asked += 1;
      return judgeOf(reading, upstream);
    });
    return { out: Buffer.concat(out).toString('latin1'), asked };
  };
  const plain = '.a { color: #123 }\n'.repeat(100);
  const leading = `${plain}.b { background: url(http://zm.internal/b.css) }`;

  it('are not read through again, and every other one is', () => {
    const files = new JudgedFiles();
    assert.deepEqual(ask(files, style, Buffer.from(plain)), { out: plain, asked: 1 });
    assert.deepEqual(ask(files, style, Buffer.from(plain)), { out: plain, asked: 0 });
    const other = plain.replace('3', '4');
    assert.deepEqual(ask(files, style, Buffer.from(other)), { out: other, asked: 1 });
  });

  it('one that was changed on its way out is changed each time', () => {
    const files = new JudgedFiles();
    for (let round = 0; round < 2; round++)
      assert.deepEqual(ask(files, style, Buffer.from(leading)), { out: leading.replace('http://zm.internal', 'https://gate.example'), asked: 1 });
  });

  it('one that passed as one type is judged as the other', () => {
    const files = new JudgedFiles();
    ask(files, style, Buffer.from(plain));
    assert.throws(() => ask(files, picture, Buffer.from(plain)), { why: 'type-untrue' });
  });

  it('one that was found wrong is found wrong each time', () => {
    const files = new JudgedFiles();
    const wrong = Buffer.from(`${plain}a { b: url(data:video/mp4;base64,AAAAHGZ0eXBpc29tAAACAGlzb21pc28y) }`);
    for (let round = 0; round < 2; round++) assert.throws(() => ask(files, style, wrong), { why: 'inline-media' });
  });

  it('forgets rather than grows', () => {
    const files = new JudgedFiles();
    for (let number = 0; number < 5000; number++) ask(files, style, Buffer.from(`.a${number} {}`));
    assert.equal(ask(files, style, Buffer.from('.a4999 {}')).asked, 0);
    assert.equal(ask(files, style, Buffer.from('.a0 {}')).asked, 1);
  });
});
