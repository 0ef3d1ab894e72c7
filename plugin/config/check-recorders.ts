// Recorders and cameras: each once, each where it belongs, with a password that can be read.
import type { Fault } from '../domain/problem.js';
import { fault, readUrl, type Check } from './check.js';
import { readPassword } from './recorder-password.js';
import { readTrust } from './recorder-trust.js';

export const recordersSound: Check = async ({ recorders }, around) => {
  const faults = await Promise.all(
    recorders.map(async (recorder, index): Promise<Fault[]> => {
      if (!recorder) return [];
      const where = `recorders[${index}]`;
      const url = readUrl(recorder.url);
      const password = await readPassword(recorder, where, around);
      const trust = await readTrust(recorder.tls, where, around);
      return [
        ...(around.adapters.some(({ kind }) => kind === recorder.adapter)
          ? []
          : [fault('adapter-unknown', `${where}.adapter`, `There is no such adapter; right is one of: ${around.adapters.map(({ kind }) => kind).join(', ')}.`)]),
        ...(url
          ? []
          : [fault('not-allowed', `${where}.url`, 'It is not an address; right is one like http://192.0.2.10/onvif/device_service.')]),
        ...(url && (url.username || url.password)
          ? [
              fault(
                'not-allowed',
                `${where}.url`,
                'It holds a user or password; right is the address alone, with user and passwordEnv beside it.',
              ),
            ]
          : []),
        ...('faults' in password ? password.faults : []),
        ...('faults' in trust ? trust.faults : []),
      ];
    }),
  );
  return faults.flat();
};

/** Places of the elements whose key stood in the list before; one without a key is like no other. */
function twice<T>(list: readonly (T | null)[], keyOf: (element: T) => string | null): number[] {
  const seen = new Set<string>();
  return list.flatMap((element, index) => {
    if (!element) return [];
    const key = keyOf(element);
    if (key === null) return [];
    return seen.has(key) ? [index] : (seen.add(key), []);
  });
}

export const namedOnce: Check = ({ recorders, cameras }) => [
  ...twice(recorders, ({ id }) => id).map((index) =>
    fault('named-twice', `recorders[${index}].id`, 'Another recorder has this id; right is one that no other has.'),
  ),
  // Threat: two entries for one recorder would double the pulls that it is asked to bear.
  ...twice(recorders, ({ url }) => readUrl(url)?.href ?? url).map((index) =>
    fault('named-twice', `recorders[${index}].url`, 'Another recorder has this address; right is one entry for each recorder.'),
  ),
  ...twice(cameras, ({ camera }) => camera).map((index) =>
    fault('named-twice', `cameras[${index}].camera`, 'This camera stands here twice; right is one line for each camera.'),
  ),
  // Threat: the same footage under a second name, which the policy may guard less.
  ...twice(cameras, ({ recorder, recording }) => (recording === undefined ? null : JSON.stringify([recorder, recording]))).map((index) =>
    fault('named-twice', `cameras[${index}].recording`, 'Another camera has this recording; right is one camera for each recording.'),
  ),
  // The streams of a channel show the same pictures.
  ...twice(cameras, ({ recorder, playback }) => (playback ? JSON.stringify([recorder, playback.channel]) : null)).map((index) =>
    fault('named-twice', `cameras[${index}].playback`, 'Another camera has this channel; right is one camera for each channel.'),
  ),
];

/** Exactly one way to the footage, and by vendors' addresses only where the adapter knows them. */
export const camerasFound: Check = ({ recorders, cameras }, { adapters }) =>
  cameras.flatMap((camera, index): Fault[] => {
    if (!camera) return [];
    const where = `cameras[${index}]`;
    if ((camera.recording === undefined) === (camera.playback === undefined))
      return [
        fault(
          camera.playback ? 'not-allowed' : 'missing',
          `${where}.recording`,
          'Right is exactly one of recording (a token) and playback: {vendor, channel}.',
        ),
      ];
    const adapter = recorders.find((recorder) => recorder?.id === camera.recorder)?.adapter;
    const known = adapters.find(({ kind }) => kind === adapter)?.vendors ?? [];
    if (!camera.playback || adapter === undefined || known.includes(camera.playback.vendor)) return [];
    const right = known.length > 0 ? `right is one of: ${known.join(', ')}` : 'this adapter knows none, so right is a recording';
    return [fault('vendor-unknown', `${where}.playback.vendor`, `There are no playback addresses of this vendor; ${right}.`)];
  });

export const camerasPlaced: Check = ({ recorderIds, cameras }) => {
  const ids = new Set(recorderIds);
  const right = recorderIds.slice(0, 20).join(', ');
  return cameras.flatMap((camera, index) =>
    !camera || ids.has(camera.recorder)
      ? []
      : [fault('recorder-unknown', `cameras[${index}].recorder`, `There is no such recorder; right is one of: ${right}.`)],
  );
};
