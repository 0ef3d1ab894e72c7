// A recorder for the tests of this folder: two hours of footage, three recordings, and timeouts that do not make anybody wait.
import { fileURLToPath } from 'node:url';
import { defaultLimits, type Limits } from '../../../adapters/onvif/limits.js';
import type { RecorderAddress } from '../../../plugin/domain/adapter.js';
import { startRecorder, type Recorder, type RecorderOptions } from '../../support/recorder/start-recorder.js';

export const media = fileURLToPath(new URL('../../fixtures/street.mp4', import.meta.url));

export const quick: Limits = { ...defaultLimits, soapMs: 3000, rtspMs: 3000, firstDataMs: 300, idleMs: 250, searchMs: 2000, backoffMs: 5 };

export const aRecorder = (options: Partial<RecorderOptions> = {}): Promise<Recorder> =>
  startRecorder({
    media,
    user: 'gate<&>"ü',
    password: 'pä$$ & "wörd"',
    start: new Date('2026-03-01T02:00:00Z'),
    end: new Date('2026-03-01T04:00:00Z'),
    recordings: ['REC_0', 'R & D', 'REC_1'],
    ...options,
  });

export const addressOf = (recorder: Recorder): RecorderAddress => ({
  id: 'box',
  url: recorder.url,
  user: 'gate<&>"ü',
  password: 'pä$$ & "wörd"',
});

export const lengthPrefixed = (nals: readonly Buffer[]): Buffer =>
  Buffer.concat(
    nals.flatMap((nal) => [Buffer.of(nal.length >>> 24, (nal.length >> 16) & 255, (nal.length >> 8) & 255, nal.length & 255), nal]),
  );
