// Where a camera is, for what outlives its row of the policy.
import type { Place } from '../domain/camera.js';
import { Problem } from '../domain/problem.js';
import type { Policy } from '../policy/load.js';

/** Null for a camera that the policy in force does not know, or no longer. */
export function placeOf(policy: Policy, camera: string): Place | null {
  try {
    return policy.place(camera);
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.code === 'camera-unknown') return null;
    throw thrown;
  }
}
