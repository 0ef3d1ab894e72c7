// Whose leavings are these? Folders and locks bear the number of their process; those of one that is gone may go.

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    // EPERM: it lives, and is somebody else's.
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}
