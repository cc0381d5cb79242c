import { describe, expect, it } from "vitest";
import { InputError, RunError } from "../../../src/errors.ts";
import { fileError } from "../../../src/files/errors.ts";

describe("fileError", () => {
  const failure = (code: string): Error => Object.assign(new Error("system text"), { code });

  it.each([
    ["ENOENT", InputError, "x: does not exist"],
    ["EACCES", InputError, "x: is not accessible (permissions)"],
    ["EROFS", InputError, "x: lies on a read-only file system"],
    ["ELOOP", InputError, "x: is a loop of symbolic links"],
    ["ENOSPC", RunError, "x: cannot be written: the disk is full"],
  ])("%s", (code, kind, message) => {
    const error = fileError("x", failure(code));
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toBe(message);
  });

  it("passes on what it does not know", () => {
    const error = failure("EWEIRD");
    expect(fileError("x", error)).toBe(error);
  });
});
