// Which tracks of a pull can be worked on, judged before the first sample.
import { Problem } from '../domain/problem.js';
import type { AudioTrack, Track, VideoTrack } from '../domain/vms.js';

const mostConfiguration = 1024;

/** One track of pictures, and one of sound or none. Problem `codec-unsupported`. */
export function keptTracks(tracks: readonly Track[]): { video: VideoTrack; sound: AudioTrack | null } {
  const videos = tracks.filter((track) => track.kind === 'video');
  const sounds = tracks.filter((track) => track.kind === 'audio');
  if (videos.length !== 1 || videos[0]!.track !== 0 || sounds.length > 1)
    throw new Problem(
      'codec-unsupported',
      'The recorder sends more than one track of video or of sound, or no video; one of each can be kept.',
    );
  const sound = sounds[0] ?? null;
  const told = sound?.codec !== 'aac' || (sound.configuration.length >= 2 && sound.configuration.length <= mostConfiguration);
  const plausible = !sound || (sound.channels >= 1 && sound.channels <= 8 && sound.clockRate >= 4000 && sound.clockRate <= 192_000);
  if (!told || !plausible)
    throw new Problem('codec-unsupported', 'The recorder’s sound is not described in a way that a decoder could read.');
  return { video: videos[0]!, sound };
}
