import { InputError, RunError } from "../errors.ts";

/** What a system error says about a path that a person gave: theirs to correct. */
const INPUT_REASONS: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  ENOTDIR: "lies below something that is not a folder",
  EISDIR: "is a folder, expected a file",
  EEXIST: "is a file, expected a folder",
  EACCES: "is not accessible (permissions)",
  EPERM: "is not accessible (permissions)",
  EROFS: "lies on a read-only file system",
  ENAMETOOLONG: "has too long a name",
  ELOOP: "is a loop of symbolic links",
  ENXIO: "is a device or a socket, expected a file",
  ERR_INVALID_ARG_VALUE: "is no path (it holds a null character)",
  ERR_STRING_TOO_LONG: "is too large to be read as text",
};

/** What a system error says about the machine. */
const RUN_REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "cannot be written: the disk is full",
  EDQUOT: "cannot be written: the disk quota is used up",
  EFBIG: "cannot be written: larger than files may be here",
  EIO: "cannot be accessed: input/output error",
  EMFILE: "cannot be opened: too many open files",
  ENFILE: "cannot be opened: too many open files",
};

/**
 * One line for a failed file operation: an InputError for what the person can correct (missing, a folder, permissions),
 * a RunError for what the machine lacks (disk full). Anything else comes back unchanged.
 */
export function fileError(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? "";
  const shown = path.replaceAll("\0", "\\0");
  if (Object.hasOwn(INPUT_REASONS, code)) return new InputError(`${shown}: ${INPUT_REASONS[code]}`);
  if (Object.hasOwn(RUN_REASONS, code)) return new RunError(`${shown}: ${RUN_REASONS[code]}`);
  return error;
}
