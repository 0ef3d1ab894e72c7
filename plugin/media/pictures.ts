// What a video track's samples hold, codec by codec: whether decoding them needs something new, and what the file must say of them.
import type { VideoCodec, VideoTrack } from '../domain/vms.js';
import { describeH264, noParameterSets, withParameterSets } from './h264-parameter-sets.js';
import { describeH265, noH265Sets, withH265Sets } from './h265-parameter-sets.js';
import { readJpegSize } from './jpeg-size.js';
import { splitUnits } from './nal-units.js';
import type { Picture } from './part-file.js';

/** Problems of both: `codec-unsupported`, `wrong-footage`. */
export interface Pictures {
  /** Takes note of a sample. True: it brought other parameter sets, or another size, than the one before. */
  note(data: Buffer): boolean;
  /** Of the sample that was noted last. */
  describe(data: Buffer): Picture;
}

function ofUnits<Sets>(
  none: Sets,
  told: readonly Buffer[],
  withSets: (sets: Sets, units: readonly Buffer[]) => Sets,
  describe: (sets: Sets, units: readonly Buffer[]) => Picture,
): Pictures {
  let sets = withSets(none, told);
  return {
    note(data) {
      const before = sets;
      sets = withSets(sets, splitUnits(data));
      return sets !== before;
    },
    describe: (data) => describe(sets, splitUnits(data)),
  };
}

function ofJpeg(): Pictures {
  let size: { width: number; height: number } | undefined;
  return {
    note(data) {
      const before = size;
      size = readJpegSize(data);
      return before !== undefined && (before.width !== size.width || before.height !== size.height);
    },
    describe: (data) => ({ codec: 'mjpeg', ...readJpegSize(data), configuration: Buffer.alloc(0) }),
  };
}

const makers = {
  h264: ({ parameterSets }) => ofUnits(noParameterSets, parameterSets, withParameterSets, describeH264),
  h265: ({ parameterSets }) => ofUnits(noH265Sets, parameterSets, withH265Sets, describeH265),
  jpeg: ofJpeg,
} as const satisfies Record<VideoCodec, (track: VideoTrack) => Pictures>;

export const watchPictures = (track: VideoTrack): Pictures => makers[track.codec](track);
