// How far a piece of work is, for server-sent events and the terminal.

export interface Progress {
  requestId: string;
  stage: 'pull' | 'render' | 'package';
  camera: string;
  /** 0 to 100, of the wanted duration. Never goes back within one stage and camera. */
  percent: number;
}

export type OnProgress = (progress: Progress) => void;
