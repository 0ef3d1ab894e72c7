// The gate's place in front of ZoneMinder's web interface: what its requests are about, as ZoneMinder itself says with the gate's account.
import type { Asked } from '../../plugin/domain/asked.js';
import type { Footage, WebFront } from '../../plugin/domain/web-front.js';
import { Problem } from '../../plugin/domain/problem.js';
import { makeAgent } from './agent.js';
import { archiveOrdered, keyOf, streamCommanded } from './answers.js';
import type { CallOptions } from './api.js';
import { listMonitors } from './cameras.js';
import { deletes, unkeeps } from './deletes.js';
import type { Device } from './device.js';
import { liveOf } from './live-of.js';
import { lookUp, numberOf } from './lookup.js';
import { isPageCookie } from './page-cookies.js';
import { hidden, redactText } from './redact.js';
import { routes } from './routes.js';
import { makeTranscript } from './transcript.js';
import { wanted } from './wanted.js';
import { whoami } from './whoami.js';

/** Pages about one recording. */
const pages = new Set(['event', 'frame', 'frames', 'video']);

async function pageAbout(device: Device, { path, params }: Asked, options: CallOptions): Promise<Footage | null> {
  // A background request takes precedence over a page.
  if (!/^\/(index\.php)?$/.test(path) || params.get('request') || !pages.has(params.get('view') ?? '') || !params.has('eid')) return null;
  try {
    return (await lookUp(device, numberOf(params.get('eid')), options)).footage;
  } catch (thrown) {
    // The page itself says that there is no such recording.
    if (thrown instanceof Problem && thrown.code === 'footage-missing') return null;
    throw thrown;
  }
}

export function makeWebFront(device: Device): WebFront {
  const options = (signal: AbortSignal): CallOptions => ({ signal, transcript: makeTranscript() });
  return {
    table: routes,
    upstream: new URL(device.base),
    agent: makeAgent(device.base, device.account.tls),
    sessionCookie: 'ZMSESSID',
    isPageCookie,
    hidden,
    whoami: (login, signal) => whoami(device, login, signal),
    wanted: (asked, route, signal) => wanted(device, asked, route, signal),
    pageAbout: (asked, _route, signal) => pageAbout(device, asked, options(signal)),
    liveOf,
    keyOf,
    archiveOrdered,
    streamCommanded,
    deletes: (asked, _route, signal) => deletes(device, asked, options(signal)),
    unkeeps: (asked, _route, signal) => unkeeps(device, asked, options(signal)),
    async known(signal) {
      const monitors = await listMonitors(device, options(signal));
      return { cameras: new Set(monitors.map(({ Id }) => Id)), streams: new Set(), birdseye: false };
    },
    redact: (text, contentType, asked, swap) => redactText(text, contentType, asked.path, swap),
  };
}
