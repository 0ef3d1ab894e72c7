// What the egress guard says when it stops an answer. It fires only where a route table is wrong, so every hit is rung and looked into.

/** Why an answer was stopped. */
export const hitReasons = {
  'class-never-passes': 'An answer of this class is the gate’s own and never the video system’s',
  'status-never-passes': 'The video system answered with a status that has no place here',
  'type-ambiguous': 'The answer names more than one content type, or one that cannot be read',
  'media-type': 'The answer says that it is video, sound, an archive or bytes of any kind',
  'picture-type': 'The answer says that it is a picture where none belongs',
  'file-offered': 'The answer offers a file to keep',
  'part-of-file': 'The answer is a part of a file, and not its beginning',
  'body-encoded': 'The body is encoded although none was asked for',
  'too-large': 'The answer is larger than this route’s may be',
  'media-bytes': 'The body begins like video, sound, a picture or an archive',
  'type-untrue': 'The body is not what its content type says',
  'binary-in-text': 'What says that it is text holds bytes that are none',
  'inline-media': 'A text holds a picture, video or sound in a data: address',
  'spelled-media': 'A text holds video, sound or a picture spelled in letters or numbers',
  'stream-malformed': 'A stream of pictures holds something beside its pictures',
  'picture-malformed': 'A live picture is not one JPEG from its first to its last byte',
  'handshake-refused': 'The change to WebSocket is not the one that was asked for',
  'frame-malformed': 'A WebSocket frame breaks RFC 6455, or uses an extension',
  'frame-too-large': 'A WebSocket message is larger than it may be',
  'frame-binary': 'A binary WebSocket message came where only text belongs',
  'message-denied': 'A WebSocket message asks for what does not pass',
} as const;
export type HitReason = keyof typeof hitReasons;

/** `where`: which header, which byte of the body, which message. Holds nothing of the body. */
export interface Hit {
  why: HitReason;
  where: string;
}

/** The answer is broken off where it stands: what was judged before has left, nothing of what was found has. */
export class GuardHit extends Error implements Hit {
  constructor(
    readonly why: HitReason,
    readonly where: string,
  ) {
    super(`${why}: ${where}`);
    this.name = 'GuardHit';
  }
}
