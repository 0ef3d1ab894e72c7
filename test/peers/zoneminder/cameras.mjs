#!/usr/bin/env node
// Cameras for the peer: moving pictures with the UTC time and the number of the frame in each, in digits for people and as a strip of blocks
// for programs, encoded by ffmpeg and served by RTSP (interleaved TCP) on loopback. Accounts in the address are not asked for.
//
//   cameras.mjs --port 18554 cam1=1280x720@15 cam2=1280x720@15 cam3=640x360@5
//
// The strip is the top 16 of 180 lines: two rows of 40 blocks, white is 1, the first bit is the highest. 41 bits milliseconds since 1970,
// 24 bits frame number, 3 bits camera, 12 bits sum (read-strip.ts reads it). Each frame is painted with the instant that it is due at, so
// the times of two frames lie apart exactly as their RTP times do.
import { spawn } from 'node:child_process';
import net from 'node:net';

const [columns, lines] = [320, 180];
const [luma, chroma] = [columns * lines, (columns * lines) / 4];
/** Of each camera: Cb and Cr, so that a person knows which one it is. */
const tints = [
  [110, 160],
  [160, 110],
  [110, 110],
];

/** Seven segments: top, upper left, upper right, middle, lower left, lower right, bottom. */
const segments = { 0: 0b1110111, 1: 0b0010010, 2: 0b1011101, 3: 0b1011011, 4: 0b0111010, 5: 0b1101011, 6: 0b1101111, 7: 0b1010010, 8: 0b1111111, 9: 0b1111011 };

function fill(frame, x, y, width, height, light) {
  for (let line = y; line < y + height; line++) frame.fill(light, line * columns + x, line * columns + x + width);
}

function paintGlyph(frame, glyph, x, y) {
  if (glyph === ':') return [8, 20].forEach((dy) => fill(frame, x + 6, y + dy, 4, 4, 235));
  if (glyph === '.') return fill(frame, x + 6, y + 26, 4, 4, 235);
  const on = segments[glyph] ?? 0;
  const places = [[2, 0, 12, 3], [0, 2, 3, 13], [13, 2, 3, 13], [2, 14, 12, 3], [0, 16, 3, 13], [13, 16, 3, 13], [2, 27, 12, 3]];
  places.forEach(([dx, dy, width, height], at) => on & (64 >> at) && fill(frame, x + dx, y + dy, width, height, 235));
}

function paintText(frame, text, x, y) {
  fill(frame, x - 4, y - 4, text.length * 20 + 4, 38, 16);
  [...text].forEach((glyph, at) => paintGlyph(frame, glyph, x + at * 20, y));
}

/** 80 bits as text. */
function stripBits(millis, number, camera) {
  const body = BigInt(millis).toString(2).padStart(41, '0') + number.toString(2).padStart(24, '0') + camera.toString(2).padStart(3, '0');
  let sum = 0xabc;
  for (let at = 0; at < 68; at++) sum = ((sum << 1) ^ (sum >> 11 ? 0x80f : 0) ^ (body[at] === '1' ? 0x5a5 : 0)) & 0xfff;
  return body + sum.toString(2).padStart(12, '0');
}

function paint(camera, number, millis) {
  const frame = Buffer.from(camera.background);
  fill(frame, (number * 3) % (columns - 40), 30 + (number % 40), 40, 40, 60 + ((number * 7) % 150));
  const clock = new Date(millis).toISOString();
  paintText(frame, clock.slice(11, 21), 20, 100);
  paintText(frame, String(number).padStart(7, '0'), 20, 142);
  const bits = stripBits(millis, number, camera.index);
  [...bits].forEach((bit, at) => fill(frame, (at % 40) * 8, at < 40 ? 0 : 8, 8, 8, bit === '1' ? 235 : 16));
  return frame;
}

function background(index) {
  const frame = Buffer.alloc(luma + 2 * chroma);
  for (let at = 0; at < luma; at++) frame[at] = 40 + (((at % columns) + Math.floor(at / columns)) >> 2);
  frame.fill(tints[index % 3][0], luma, luma + chroma).fill(tints[index % 3][1], luma + chroma);
  return frame;
}

/** NAL units of an access unit (Annex B) as RTP payloads of at most 1400 bytes (RFC 6184, single and FU-A). */
function payloadsOf(nals) {
  return nals.flatMap((nal) => {
    if (nal.length <= 1400) return [nal];
    const found = [];
    for (let at = 1; at < nal.length; at += 1398) {
      const [first, last] = [at === 1, at + 1398 >= nal.length];
      const head = Buffer.from([(nal[0] & 0xe0) | 28, (first ? 0x80 : 0) | (last ? 0x40 : 0) | (nal[0] & 0x1f)]);
      found.push(Buffer.concat([head, nal.subarray(at, at + 1398)]));
    }
    return found;
  });
}

/** Of an avcC (ISO/IEC 14496-15, 5.3.3.1), with one SPS and one PPS. */
function parameterSetsOf(avcC) {
  const sps = avcC.subarray(8, 8 + avcC.readUInt16BE(6));
  const at = 8 + sps.length + 1;
  return [sps, avcC.subarray(at + 2, at + 2 + avcC.readUInt16BE(at))];
}

function nalsOf(unit) {
  const found = [];
  for (let at = 0; at < unit.length; at += 4 + unit.readUInt32BE(at)) found.push(unit.subarray(at + 4, at + 4 + unit.readUInt32BE(at)));
  return found;
}

class Camera {
  constructor(index, name, width, height, rate) {
    Object.assign(this, { index, name, width, height, rate, listeners: new Set(), sequence: 0, background: background(index) });
    this.begun = Date.now();
    this.painted = 0;
  }

  start() {
    const args = ['-hide_banner', '-loglevel', 'error', '-probesize', '32', '-fflags', 'nobuffer', '-f', 'rawvideo', '-pix_fmt', 'yuv420p'];
    args.push('-s', `${columns}x${lines}`, '-r', String(this.rate), '-i', '-', '-vf', `scale=${this.width}:${this.height}:flags=neighbor`);
    args.push('-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-threads', '1', '-g', String(this.rate), '-keyint_min', String(this.rate));
    args.push('-sc_threshold', '0', '-b:v', '1500k', '-maxrate', '3000k', '-bufsize', '1500k', '-vsync', 'passthrough');
    // FLV tells the length of each access unit before it: none has to wait for the next one to be known whole.
    args.push('-f', 'flv', '-flvflags', 'no_duration_filesize', '-flush_packets', '1', '-');
    this.encoder = spawn('ffmpeg', args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.encoder.stdin.on('error', () => undefined);
    // A camera that stands still is no camera: whoever started this sees it end.
    this.encoder.on('exit', (code) => stop(`the encoder of ${this.name} ended with ${code}`));
    let rest = Buffer.alloc(0);
    let header = true;
    let count = 0;
    this.encoder.stdout.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      if (header && rest.length >= 13) [header, rest] = [false, rest.subarray(13)];
      while (!header && rest.length >= 15 && rest.length >= 15 + rest.readUIntBE(1, 3)) {
        const [type, body] = [rest[0], rest.subarray(11, 11 + rest.readUIntBE(1, 3))];
        rest = rest.subarray(15 + body.length);
        if (type === 9 && body[1] === 0) this.sets = parameterSetsOf(body.subarray(5));
        if (type === 9 && body[1] === 1) this.send(nalsOf(body.subarray(5)), count++);
      }
    });
    this.tick();
  }

  tick() {
    const due = () => this.begun + Math.round((this.painted * 1000) / this.rate);
    for (; due() <= Date.now(); this.painted++) this.encoder.stdin.write(paint(this, this.painted, due()));
    setTimeout(() => this.tick(), Math.max(1, due() - Date.now()));
  }

  send(nals, count) {
    const key = nals.some((nal) => (nal[0] & 0x1f) === 5);
    const payloads = payloadsOf(key ? [...this.sets, ...nals] : nals);
    payloads.forEach((payload, at) => {
      const head = Buffer.alloc(12);
      head.writeUInt16BE(0x8060 | (at === payloads.length - 1 ? 0x80 : 0), 0);
      head.writeUInt16BE((this.sequence = (this.sequence + 1) & 0xffff), 2);
      head.writeUInt32BE(Math.round((count * 90_000) / this.rate) % 2 ** 32, 4);
      head.writeUInt32BE(this.index + 1, 8);
      for (const listener of this.listeners) listener(Buffer.concat([head, payload]), key && at === 0);
    });
  }

  sdp() {
    if (!this.sets) return null;
    const sets = this.sets.map((set) => set.toString('base64')).join(',');
    const level = this.sets[0].subarray(1, 4).toString('hex');
    return [
      ...['v=0', 'o=- 0 0 IN IP4 127.0.0.1', `s=${this.name}`, 'c=IN IP4 0.0.0.0', 't=0 0', 'a=control:*', 'm=video 0 RTP/AVP 96'],
      ...['a=rtpmap:96 H264/90000', `a=fmtp:96 packetization-mode=1;profile-level-id=${level};sprop-parameter-sets=${sets}`, 'a=control:track0', ''],
    ].join('\r\n');
  }
}

/** Packets for one client, from the next key frame on; who does not read is left. */
function listen(socket, channel) {
  let started = false;
  return (packet, key) => {
    if (!(started ||= key)) return;
    if (socket.writableLength > 8 * 1024 * 1024) return socket.destroy();
    socket.write(Buffer.concat([Buffer.from([0x24, channel, packet.length >> 8, packet.length & 255]), packet]));
  };
}

function answer(socket, state, head) {
  const [method, url = ''] = head.split(' ', 2);
  const header = (name) => new RegExp(`^${name}:\\s*(.*)$`, 'im').exec(head)?.[1] ?? '';
  const reply = (status, headers = {}, body = '') => {
    const all = { CSeq: header('cseq'), ...headers, ...(body && { 'Content-Length': Buffer.byteLength(body) }) };
    const told = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join('');
    socket.write(`RTSP/1.0 ${status}\r\n${told}\r\n${body}`);
  };
  const camera = cameras.find(({ name }) => name === /^rtsp:\/\/[^/]+\/(\w+)/.exec(url)?.[1]);
  if (method === 'OPTIONS') return reply('200 OK', { Public: 'OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER' });
  if (method === 'GET_PARAMETER') return reply('200 OK', { Session: '1' });
  if (!camera) return reply('404 Not Found');
  if (method === 'DESCRIBE') {
    const sdp = camera.sdp();
    return sdp ? reply('200 OK', { 'Content-Type': 'application/sdp', 'Content-Base': `${url.replace(/\/\/[^/@]*@/, '//')}/` }, sdp) : reply('503 Service Unavailable');
  }
  if (method === 'SETUP') {
    if (!/RTP\/AVP\/TCP/.test(header('transport'))) return reply('461 Unsupported Transport');
    const channel = Number(/interleaved=(\d+)/.exec(header('transport'))?.[1] ?? 0);
    state.listener = listen(socket, channel);
    return reply('200 OK', { Session: '1;timeout=60', Transport: `RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1}` });
  }
  if (method === 'PLAY') {
    reply('200 OK', { Session: '1' });
    if (state.listener) camera.listeners.add(state.listener);
    return undefined;
  }
  if (method === 'TEARDOWN') {
    reply('200 OK', { Session: '1' });
    return socket.end();
  }
  return reply('405 Method Not Allowed');
}

const server = net.createServer((socket) => {
  const state = {};
  let read = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  socket.on('close', () => cameras.forEach(({ listeners }) => listeners.delete(state.listener)));
  socket.on('data', (chunk) => {
    read = Buffer.concat([read, chunk]);
    for (;;) {
      if (read[0] === 0x24) {
        // The client's RTCP: nothing is done with it.
        if (read.length < 4 || read.length < 4 + read.readUInt16BE(2)) return;
        read = read.subarray(4 + read.readUInt16BE(2));
        continue;
      }
      const end = read.indexOf('\r\n\r\n');
      if (end < 0) return read.length > 65_536 ? socket.destroy() : undefined;
      const head = read.subarray(0, end).toString('latin1');
      read = read.subarray(end + 4);
      answer(socket, state, head);
    }
  });
});

function stop(why) {
  if (why) process.stderr.write(`cameras: ${why}\n`);
  for (const { encoder } of cameras) {
    encoder?.removeAllListeners('exit');
    encoder?.kill('SIGTERM');
  }
  process.exit(why ? 1 : 0);
}

const port = Number(process.argv[process.argv.indexOf('--port') + 1]);
const cameras = process.argv.flatMap((word) => {
  const parts = /^(\w+)=(\d+)x(\d+)@(\d+)$/.exec(word);
  return parts ? [parts] : [];
}).map(([, name, ...numbers], index) => new Camera(index, name, ...numbers.map(Number)));
process.on('SIGTERM', () => stop());
process.on('SIGINT', () => stop());
server.on('error', (error) => stop(error.message));
server.listen(port, '127.0.0.1', () => {
  cameras.forEach((camera) => camera.start());
  process.stdout.write(`cameras: rtsp://127.0.0.1:${port}/\n`);
});
