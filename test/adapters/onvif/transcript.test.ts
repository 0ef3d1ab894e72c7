// The transcript: a hash of what was said, a text where it is kept, no login in either.
import assert from 'node:assert/strict';
import { makeTranscript } from '../../../adapters/onvif/transcript.js';

describe('the transcript', () => {
  const rows: [string, string, string][] = [
    ['an ordinary line', 'GetServices /onvif', 'GetServices /onvif'],
    ['a login in an address', '<Uri>rtsp://admin:hush%21@10.0.0.5/a?b=1</Uri>', '<Uri>rtsp://[login]@10.0.0.5/a?b=1</Uri>'],
    ['a login with a sign in it that it should not hold', 'rtsp://admin:hu@sh@10.0.0.5/a', 'rtsp://[login]@10.0.0.5/a'],
    ['a login in a query', 'rtsp://10.0.0.5/a?user=admin&amp;password=hush&amp;b=1', 'rtsp://10.0.0.5/a?user=[login]&amp;password=[login]&amp;b=1'],
    ['an address without one', 'rtsp://10.0.0.5/a@b', 'rtsp://10.0.0.5/a@b'],
    ['a listed password', '<tt:Password>hush</tt:Password><Password a="1">hush</Password>', '<tt:Password>[password]</tt:Password><Password a="1">[password]</Password>'],
  ];
  for (const [name, said, kept] of rows)
    it(`keeps ${name} as ${kept}`, () => {
      const transcript = makeTranscript({ keep: true });
      transcript.note('<', said);
      assert.equal(transcript.text(), `< ${kept}\n\n`);
    });
  it('hashes each message with its direction and length', () => {
    const hashOf = (...notes: ['<' | '>', string][]): string => {
      const transcript = makeTranscript();
      for (const [direction, text] of notes) transcript.note(direction, text);
      assert.equal(transcript.text(), '');
      return transcript.sha256();
    };
    const hashes = [hashOf(['>', 'ab']), hashOf(['<', 'ab']), hashOf(['>', 'a'], ['>', 'b']), hashOf(['>', 'a'], ['>', ''], ['>', 'b'])];
    assert.equal(new Set(hashes).size, 4);
    assert.equal(hashOf(['>', 'ab']), hashes[0]);
  });
  it('keeps 4 MB and says that there was more', () => {
    const transcript = makeTranscript({ keep: true });
    for (let message = 0; message < 6; message++) transcript.note('<', 'x'.repeat(1024 * 1024));
    assert.ok(transcript.text().length < 4.1 * 1024 * 1024);
    assert.match(transcript.text().slice(-60), /longer than 4 MB/);
  });
});
