// How many frames really came out of a run of ffmpeg: it ends well also where it left out what it could not decode.

/** Frames that came out, as `-progress` counts them; lines of complaints pass by. */
export function watchFrames(): { hear(text: string): void; frames(): number } {
  let [rest, frames] = ['', 0];
  return {
    hear(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!.slice(-1024);
      for (const line of lines) frames = Number(/^frame=\s*(\d+)\s*$/.exec(line)?.[1] ?? frames);
    },
    frames: () => frames,
  };
}
