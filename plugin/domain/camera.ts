// Where footage comes from, as the policy files tell it.

/** Organisation default, not law: how many voices a city asks for. */
export type Tier = 1 | 2 | 3;

export interface City {
  /** GB/T 2260, six digits. */
  code: string;
  name: string;
  tier: Tier;
}

/** Which part of decree 799 binds the site: art 7 (full duty), art 9 (other public places), art 33 (non-public). */
export type Regime = 'ART7' | 'ART9' | 'PRIVATE';

export interface Site {
  id: string;
  city: string;
  regime: Regime;
  /** Declared retention of recordings, days. */
  retentionDays: number;
  name: string;
}

export interface Camera {
  id: string;
  site: string;
  /** `group:school`, …: what policy rows may name beside the camera. */
  groups: readonly string[];
  name: string;
}

/** A camera with all that its place implies. */
export interface Place {
  camera: Camera;
  site: Site;
  city: City;
}
