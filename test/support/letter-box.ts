// Who takes letters in tests: a webhook over real HTTP or HTTPS, and an SMTP server on real sockets, both of which write down every byte.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import tls from 'node:tls';

const pem = (name: string): string => readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url), 'utf8');
export const namedCert = pem('named-cert');
export const hooksHost = 'hooks.exportgate.example';
export const smtpHost = 'smtp.exportgate.example';

export interface Heard {
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: string;
  servername: string | false | null;
}

export interface HookServer {
  port: number;
  heard: Heard[];
  close(): Promise<void>;
}

/** `answer` writes what the other side says; null: nothing, ever. */
export async function aHookServer(answer: ((heard: Heard, response: ServerResponse) => void) | null, { secure = true } = {}): Promise<HookServer> {
  const heard: Heard[] = [];
  const sockets = new Set<Socket>();
  const onRequest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url!, 'http://here');
    const one = { path: url.pathname, query: url.searchParams, headers: request.headers, body: Buffer.concat(chunks).toString('utf8'), servername: (request.socket as tls.TLSSocket).servername ?? null };
    heard.push(one);
    response.on('error', () => undefined);
    answer?.(one, response);
  };
  const options = { cert: namedCert, key: pem('named-key') };
  const server: Server = secure ? https.createServer(options, (...it) => void onRequest(...it)) : http.createServer((...it) => void onRequest(...it));
  server.on('connection', (socket: Socket) => void sockets.add(socket.on('error', () => undefined))).on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    heard,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const says = (status: number, body: string, headers: Record<string, string> = {}) => (_: Heard, response: ServerResponse): void => {
  response.writeHead(status, headers).end(body);
};

export interface Mail {
  from: string;
  to: string[];
  data: string;
  /** Was it sent over TLS? */
  secure: boolean;
  login: string | null;
}

export interface SmtpServer {
  port: number;
  mails: Mail[];
  /** Every byte that came in, in the clear or decrypted. */
  bytes: () => string;
  close(): Promise<void>;
}

export interface SmtpOptions {
  /** From the first byte. */
  implicit?: boolean;
  starttls?: boolean;
  /** Answers to a command instead of the usual one; null: none, ever. */
  answers?: Record<string, string | null>;
}

/** SMTP as RFC 5321 has it, as far as one client needs it, with AUTH PLAIN and STARTTLS. */
export async function anSmtpServer({ implicit = false, starttls = false, answers = {} }: SmtpOptions = {}): Promise<SmtpServer> {
  const mails: Mail[] = [];
  const sockets = new Set<Socket>();
  let bytes = '';
  const secureContext = tls.createSecureContext({ cert: namedCert, key: pem('named-key') });

  const talk = (socket: Socket, secure: boolean, greet: boolean): void => {
    let rest = '';
    let inData = false;
    let mail: Mail = { from: '', to: [], data: '', secure, login: null };
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    const usual = (command: string, line: string): string | null => {
      switch (command) {
        case 'EHLO':
          return ['250-box.example', ...(starttls && !secure ? ['250-STARTTLS'] : []), '250 AUTH PLAIN'].join('\r\n');
        case 'AUTH':
          mail.login = Buffer.from(line.split(' ')[2] ?? '', 'base64').toString('utf8');
          return '235 good';
        case 'MAIL':
          mail.from = /<(.*?)>/.exec(line)![1]!;
          return '250 good';
        case 'RCPT':
          mail.to.push(/<(.*?)>/.exec(line)![1]!);
          return '250 good';
        case 'DATA':
          inData = true;
          return '354 go on';
        case 'STARTTLS':
          return starttls ? '220 go on' : '502 what';
        default:
          return command === 'QUIT' ? '221 bye' : '500 what';
      }
    };
    const onLine = (line: string): void => {
      if (inData && line !== '.') return void (mail.data += `${line}\n`);
      const command = inData ? '.' : line.split(' ')[0]!.toUpperCase();
      if (command === '.') {
        inData = false;
        mails.push(mail);
        mail = { ...mail, to: [], data: '' };
        return say(answers['.'] ?? '250 taken');
      }
      const answer = command in answers ? answers[command]! : usual(command, line);
      if (answer !== null) say(answer);
      if (command !== 'STARTTLS' || !starttls) return;
      socket.removeAllListeners('data');
      const upgraded = new tls.TLSSocket(socket, { isServer: true, secureContext });
      sockets.add(upgraded.on('error', () => undefined));
      talk(upgraded, true, false);
    };
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.toString('utf8');
      rest += chunk.toString('utf8');
      for (let at = rest.indexOf('\r\n'); at >= 0; at = rest.indexOf('\r\n')) {
        const line = rest.slice(0, at);
        rest = rest.slice(at + 2);
        onLine(line);
      }
    });
    if (greet) say(answers['greeting'] ?? '220 box.example');
  };

  const onSocket = (secure: boolean) => (socket: Socket): void => {
    sockets.add(socket.on('error', () => undefined));
    talk(socket, secure, true);
  };
  const server: Server = implicit ? tls.createServer({ cert: namedCert, key: pem('named-key') }, onSocket(true)) : net.createServer(onSocket(false));
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    mails,
    bytes: () => bytes,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
