// A device whose recorder gives prepared answers, and keeps what it was asked.
import { makeDevice, type Device } from '../../../adapters/onvif/device.js';
import type { Limits } from '../../../adapters/onvif/limits.js';
import type { Reply } from '../../../adapters/onvif/shape-reply.js';
import { SoapFault, type Operation } from '../../../adapters/onvif/soap.js';
import { makeTranscript } from '../../../adapters/onvif/transcript.js';
import { quick } from './rig.js';

export const url = new URL('http://127.0.0.1:9/onvif/service');
export const now = new Date('2026-03-02T00:00:00Z');
export const notSupported = new SoapFault(['Receiver', 'ActionNotSupported']);

export interface Saying {
  device: Device;
  asked: Operation[];
  bodies: string[];
}

type Answers = Partial<Record<Operation, readonly (Reply | Error)[]>>;

/** Answers of one operation come one after the other, the last one for ever; an Error is thrown; what is not prepared is not supported.
 *  EndSearch is answered with a fault, as some do. */
export function deviceSaying(answers: Answers, limits: Partial<Limits> = {}): Saying {
  const address = { id: 'r', url: url.href, user: 'a', password: 'b' };
  const device = makeDevice(address, { ...quick, searchMs: 200, ...limits }, () => now);
  const [asked, bodies]: [Operation[], string[]] = [[], []];
  const next = new Map<Operation, number>();
  device.soap = {
    setSkew: () => undefined,
    loginKind: () => 'none',
    call: (operation, _url, body) => {
      asked.push(operation);
      bodies.push(body);
      const at = next.get(operation) ?? 0;
      next.set(operation, at + 1);
      const prepared = answers[operation] ?? [operation === 'EndSearch' ? new SoapFault(['Sender', 'InvalidToken']) : notSupported];
      const answer = prepared[Math.min(at, prepared.length - 1)];
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  };
  return { device, asked, bodies };
}

export const callOptions = () => ({ signal: new AbortController().signal, transcript: makeTranscript() });
