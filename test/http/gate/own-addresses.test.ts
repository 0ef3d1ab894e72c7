// Addresses on the system's own machine in its pages: its web's become the gate's, all others are hidden, and a form cannot send them back.
import assert from 'node:assert/strict';
import { beforePages, type BeforePages, type Client } from '../../support/gate/before-pages.js';

describe('addresses on the machine of the video system', function () {
  this.timeout(60_000);
  let all: BeforePages;
  let client: Client;
  before(async () => {
    all = await beforePages();
    client = await all.client('guard');
  });
  after(() => all.close());

  const shown = async (text: string): Promise<string> => {
    all.answer = (target) => (target.includes('view=console') ? { body: `<!doctype html><p>${text}</p>` } : undefined);
    return /<p>(.*)<\/p>/s.exec(await (await client.ask('index.php?view=console')).text())?.[1] ?? '';
  };
  const system = (): string => new URL(all.web()).host;

  it('of its web: the gate’s', async () => {
    assert.equal(await shown(`http://${system()}/zm/x`), `${new URL(all.pages).origin}/zm/x`);
    assert.equal(await shown(`href="//${system()}/zm/x"`), `href="//${new URL(all.pages).host}/zm/x"`);
    assert.equal(await shown(`http:\\/\\/${system()}\\/zm`), `${new URL(all.pages).origin.replaceAll('/', '\\/')}\\/zm`);
  });

  for (const address of ['rtsp://127.0.0.1:8554/cam1', 'rtsp://127.0.0.1/cam1', 'rtsp://user:pass@127.0.0.1:8554/cam1', 'http://127.0.0.1:1/mjpeg', 'https://127.0.0.1/x', '//127.0.0.1:1/x'])
    it(`${address}: hidden`, async () => {
      const text = await shown(`a ${address} b`);
      assert.match(text, /^a (\w+:)?\/\/\[hidden\]\/\w+ b$/);
    });

  it('a field of a form with one is switched off, so that saving changes nothing', async () =>
    assert.equal(await shown('<input type="text" name="newMonitor[Path]" value="rtsp://127.0.0.1:8554/cam1"/>'), '<input disabled type="text" name="newMonitor[Path]" value="rtsp://[hidden]/cam1"/>'));
});
