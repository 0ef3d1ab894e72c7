// What the tests of this folder begin with: a stand-in, a device that asks it, deadlines that make nobody wait.
import { makeDevice, type Device } from '../../../adapters/zoneminder/device.js';
import { defaultLimits, type Limits } from '../../../adapters/zoneminder/limits.js';
import { makeTranscript } from '../../../adapters/zoneminder/transcript.js';
import type { CallOptions } from '../../../adapters/zoneminder/api.js';
import type { RecorderAddress } from '../../../plugin/domain/adapter.js';
import { account, type StandIn } from './stand-in.js';

export const quick: Limits = { ...defaultLimits, askMs: 3000, pieceMs: 3000, backoffMs: 1 };

export const addressOf = ({ url }: Pick<StandIn, 'url'>, more: Partial<RecorderAddress> = {}): RecorderAddress => ({ id: 'zm-1', url, ...account, ...more });

export const deviceOf = (standIn: Pick<StandIn, 'url'>, limits: Partial<Limits> = {}, more: Partial<RecorderAddress> = {}): Device =>
  makeDevice(addressOf(standIn, more), { ...quick, ...limits }, () => new Date());

export const calling = (signal = new AbortController().signal): CallOptions => ({ signal, transcript: makeTranscript({ keep: true }) });
