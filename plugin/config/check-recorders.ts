// Recorders and cameras: each once, each where it belongs, with a password that can be read.
import type { Fault } from '../domain/problem.js';
import { fault, readUrl, type Check } from './check.js';
import { readPassword } from './recorder-password.js';

export const recordersSound: Check = async ({ recorders }, around) => {
  const faults = await Promise.all(
    recorders.map(async (recorder, index): Promise<Fault[]> => {
      if (!recorder) return [];
      const where = `recorders[${index}]`;
      const url = readUrl(recorder.url);
      const password = await readPassword(recorder, where, around);
      return [
        ...(around.adapters.includes(recorder.adapter)
          ? []
          : [fault('adapter-unknown', `${where}.adapter`, `There is no such adapter; right is one of: ${around.adapters.join(', ')}.`)]),
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
      ];
    }),
  );
  return faults.flat();
};

/** Places of the elements whose key stood in the list before. */
function twice<T>(list: readonly (T | null)[], keyOf: (element: T) => string): number[] {
  const seen = new Set<string>();
  return list.flatMap((element, index) => {
    if (!element) return [];
    const key = keyOf(element);
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
  ...twice(cameras, ({ recorder, recording }) => JSON.stringify([recorder, recording])).map((index) =>
    fault('named-twice', `cameras[${index}].recording`, 'Another camera has this recording; right is one camera for each recording.'),
  ),
];

export const camerasPlaced: Check = ({ recorderIds, cameras }) => {
  const ids = new Set(recorderIds);
  const right = recorderIds.slice(0, 20).join(', ');
  return cameras.flatMap((camera, index) =>
    !camera || ids.has(camera.recorder)
      ? []
      : [fault('recorder-unknown', `cameras[${index}].recorder`, `There is no such recorder; right is one of: ${right}.`)],
  );
};
