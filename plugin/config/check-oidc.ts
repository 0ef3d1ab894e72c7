// The identity provider: over TLS, unless it runs on this machine, and with a secret that can be read.
import { fault, readUrl, type Check } from './check.js';
import { isLoopback } from './check-listeners.js';
import { readClientSecret } from './client-secret.js';

/** Threat: who stands between could answer in the provider's name, or take the code on its way back. */
export const providerSound: Check = async ({ oidc }, around) => {
  if (!oidc) return [];
  const secret = await readClientSecret(oidc, around);
  const places = [
    ['oidc.issuer', oidc.issuer],
    ['oidc.redirectUrl', oidc.redirectUrl],
  ] as const;
  return [
    ...('faults' in secret ? secret.faults : []),
    ...places.flatMap(([where, text]) => {
      if (text === undefined) return [];
      const url = readUrl(text);
      if (!url) return [fault('not-allowed', where, 'It is not an address; right is one like https://login.example.')];
      const isOpen = url.protocol === 'http:' && !isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
      return isOpen ? [fault('listen-open', where, 'It would be spoken to without TLS; right is an https address.')] : [];
    }),
  ];
};
