/** Exit statuses of the command line. */
export const ExitStatus = {
  done: 0,
  failed: 1,
  badInput: 2,
  /** By SIGINT or SIGTERM, with a checkpoint saved. */
  interrupted: 130,
} as const;
