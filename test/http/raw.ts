// HTTP as a hostile or an old client speaks it: the target goes out as it is written, and what comes back is not interpreted.
import http from 'node:http';

export interface Question {
  method?: string;
  /** As in the request line: nothing is normalised. */
  target: string;
  headers?: http.OutgoingHttpHeaders;
  body?: string | Buffer;
}

export interface RawAnswer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
}

/** `url`: whom to ask; only its host and port count. An upgrade or a CONNECT that is granted is an answer too. */
export function ask(url: string, { method = 'GET', target, headers = {}, body }: Question): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, method, path: target, agent: false, headers: { ...length, ...headers } });
    const take = (response: http.IncomingMessage): void => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject).on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString('utf8') });
      });
    };
    const takeSocket = (response: http.IncomingMessage, socket: NodeJS.WritableStream & { destroy(): unknown }): void => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text: '' });
    };
    request.on('response', take).on('upgrade', takeSocket).on('connect', takeSocket).on('error', reject);
    request.end(body);
  });
}

export const asJson = <T>({ text }: RawAnswer): T => JSON.parse(text) as T;
