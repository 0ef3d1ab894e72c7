// The other end of the plain copy: sends so many bytes to whoever connects, as fast as they are taken.
import { randomBytes } from 'node:crypto';
import net, { type AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';

const { bytes } = (await json(process.stdin)) as { bytes: number };
const piece = randomBytes(256 * 1024);

function* pieces(): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= piece.length) yield piece.subarray(0, left);
}

const server = net.createServer(
  (socket) =>
    void Readable.from(pieces(), { objectMode: false })
      .on('error', () => socket.destroy())
      .pipe(socket),
);
process.on('SIGTERM', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.stdout.write(`listening ${(server.address() as AddressInfo).port}\n`));
