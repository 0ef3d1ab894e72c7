// Identity numbers leave the house only masked.

/** `POLICE-0012345` → `**********2345`: at most four characters stay, and never more than a third. */
export function maskNumber(text: string): string {
  const characters = [...text];
  const kept = Math.min(4, Math.floor(characters.length / 3));
  return '*'.repeat(characters.length - kept) + characters.slice(characters.length - kept).join('');
}
