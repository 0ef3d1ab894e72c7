// The measure: bytes from a TCP socket into a file, fsynced. Nothing is looked at.
import fs from 'node:fs';
import net from 'node:net';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { peakMegabytes } from './memory.js';

const { port, file } = (await json(process.stdin)) as { port: number; file: string };
const begun = performance.now();
const target = fs.createWriteStream(file, { flush: true });
await pipeline(net.connect(port, '127.0.0.1'), target);
const seconds = (performance.now() - begun) / 1000;
process.stdout.write(JSON.stringify({ seconds, bytes: target.bytesWritten, megabytes: peakMegabytes() }));
