// A witness on loopback in a temporary folder, with real files and a real socket.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { noLog, type Log } from '../../plugin/domain/log.js';
import { holdLock } from '../../plugin/store/sqlite.js';
import { startWitness, type RunningWitness } from '../../plugin/witness/start-witness.js';
import { origin, vkey } from '../journal/a-journal.js';

export const witnessTime = new Date('2026-03-01T04:00:00.000Z');

export const witnessFolder = (): string => fs.mkdtempSync(path.join(os.tmpdir(), 'exportgate-witness-'));

export const aWitness = (
  dataFolder: string,
  parts: { name?: string; port?: number; log?: Log; logs?: ReadonlyMap<string, readonly string[]> } = {},
): Promise<RunningWitness> =>
  startWitness({
    listen: { host: '127.0.0.1', port: parts.port ?? 0 },
    name: parts.name ?? 'witness.example/w1',
    dataFolder,
    logs: parts.logs ?? new Map([[origin, [vkey]]]),
    now: () => witnessTime,
    log: parts.log ?? noLog,
    hold: holdLock,
  });

export const recordsIn = (dataFolder: string): string[] => fs.readdirSync(path.join(dataFolder, 'logs'));
