// exportgate keys list | rotate | protect | public: the gate's own keys, in their folder. Needs the configuration and no running gate.
import { padTo } from './console.js';
import type { Context, Verb } from './context.js';

/** One key, as it is listed. */
export interface ListedKey {
  kind: string;
  number: number;
  fingerprint: string;
  kept: string;
  madeAt: Date | null;
  inUse: boolean;
}

export type KeyKindAsked = 'log' | 'manifest' | 'tokens' | 'master';

/** What only the front door can give. */
export interface KeyRing {
  list(context: Context): Promise<readonly ListedKey[]>;
  rotate(context: Context, kind: KeyKindAsked): Promise<{ name: string; from: string; to: string }>;
  /** Names of the files that were put under the passphrase. `former`: a file with the one that they are under now. */
  protect(context: Context, former: string | null): Promise<readonly string[]>;
  /** Public manifest keys (PEM), and the log's verifier keys; those in use first. */
  publicKeys(context: Context): Promise<{ manifest: string; log: readonly string[] }>;
}

const keptWords: Record<string, string> = {
  plain: '明文 plain',
  'under a passphrase': '口令保护 under a passphrase',
  'in the environment': '环境变量 in the environment',
};

export const listKeys =
  (ring: KeyRing): Verb<object> =>
  async (context) => {
    const keys = await ring.list(context);
    context.output.result(
      { keys },
      keys.map(({ kind, number, fingerprint, kept, madeAt, inUse }) =>
        [
          ...[padTo(`${kind} ${number}`, 12), fingerprint, padTo(inUse ? '在用 in use' : '旧 former', 12)],
          ...[madeAt?.toISOString().slice(0, 10) ?? '-         ', keptWords[kept] ?? kept],
        ].join('  '),
      ),
    );
    return 0;
  };

export const rotateKeys =
  (ring: KeyRing): Verb<{ kind: KeyKindAsked }> =>
  async (context, { kind }) => {
    const made = await ring.rotate(context, kind);
    context.output.result(made, [
      `${made.name}: ${made.to}`,
      `旧密钥继续用于验证 the former key goes on to verify: ${made.from}`,
      '下次启动时生效 the gate takes the new one at its next start, and records it first.',
      ...(kind === 'manifest' ? ['重新分发 hand out anew: exportgate keys public > gate.pub'] : []),
    ]);
    return 0;
  };

export const protectKeyFiles =
  (ring: KeyRing): Verb<{ former?: string }> =>
  async (context, { former = null }) => {
    const files = await ring.protect(context, former);
    const told = files.map((name) => `${name}: 已用口令保护 put under the passphrase`);
    context.output.result({ files }, told.length > 0 ? told : ['都已受保护 all were under the passphrase already']);
    return 0;
  };

export const printPublicKeys =
  (ring: KeyRing): Verb<{ log?: boolean }> =>
  async (context, { log }) => {
    const keys = await ring.publicKeys(context);
    context.output.result(keys, log ? keys.log : keys.manifest.trimEnd().split('\n'));
    return 0;
  };
