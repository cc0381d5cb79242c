import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { dataFolder, fetchFile, type RemoteFile } from "../../../src/data/download.ts";
import { InputError, RunError } from "../../../src/errors.ts";
import { serveFiles } from "../../support/file-server.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const content = Buffer.from("published bytes");
const other = Buffer.from("other bytes");
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

function remote(...urls: string[]): RemoteFile {
  return { path: "set/file.gz", urls, mostBytes: 1_000_000, checksum: { algorithm: "sha256", hex: sha256(content) } };
}

describe("fetchFile", () => {
  it("fetches once, keeps, and then asks no more", async () => {
    const folder = await temporaryFolder();
    const { url, requests } = await serveFiles({ "/file.gz": content });
    const lines: string[] = [];
    const options = { folder, report: (line: string) => lines.push(line) };
    expect(Buffer.from(await fetchFile(remote(`${url}file.gz`), options))).toEqual(content);
    expect(Buffer.from(await fetchFile(remote(`${url}file.gz`), options))).toEqual(content);
    expect(requests).toEqual(["/file.gz"]);
    expect(lines).toEqual([`fetching ${url}file.gz`]);
    expect(await readdir(join(folder, "set"))).toEqual(["file.gz"]);
    expect(await readFile(join(folder, "set", "file.gz"))).toEqual(content);
  });

  it("goes on to the next address after a missing, a wrong and a cut-off file", async () => {
    const folder = await temporaryFolder();
    const { url, requests } = await serveFiles({ "/wrong": other, "/cut": () => content, "/right": content });
    const bytes = await fetchFile(remote(`${url}none`, `${url}wrong`, `${url}cut`, `${url}right`), { folder });
    expect(Buffer.from(bytes)).toEqual(content);
    expect(requests).toEqual(["/none", "/wrong", "/cut", "/right"]);
  });

  it("keeps nothing where no address delivers the right bytes, and says what each did", async () => {
    const folder = await temporaryFolder();
    const { url } = await serveFiles({ "/wrong": other, "/cut": () => content });
    const host = new URL(url).host;
    const failure = await fetchFile(remote(`${url}none`, `${url}wrong`, `${url}cut`), { folder }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(RunError);
    const { message } = failure as Error;
    expect(message).toContain(
      `file.gz: cannot be fetched (${host}: HTTP status 404; ${host}: wrong content, sha256 ${sha256(other)}`,
    );
    expect(message).toContain(`fetch ${url}none elsewhere and put it at ${join(folder, "set", "file.gz")}`);
    expect(message).not.toContain("\n");
    expect(await readdir(join(folder, "set"))).toEqual([]);
  });

  it("gives up an address that sends without end, or nothing, and keeps no part of it", async () => {
    const folder = await temporaryFolder();
    const { url } = await serveFiles({ "/endless": "endless", "/silent": "silent" });
    const host = new URL(url).host;
    const failed = fetchFile(remote(`${url}endless`, `${url}silent`), { folder, silenceTimeout: 300 });
    await expect(failed).rejects.toThrow(
      `file.gz: cannot be fetched (${host}: wrong content, more than 1000000 bytes; ${host}: sent nothing for 0.3 s)`,
    );
    expect(await readdir(join(folder, "set"))).toEqual([]);
  });

  it("does not read a kept file that is larger than the published one, or a pipe", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "set", "file.gz");
    await mkdir(join(folder, "set"));
    await writeFile(path, "");
    await truncate(path, 2 ** 40); // a terabyte of nothing
    await expect(fetchFile(remote("http://127.0.0.1:1/"), { folder })).rejects.toThrow(
      /got a file of 1099511627776 bytes; remove it/,
    );
    await rm(path);
    execFileSync("mkfifo", [path]);
    await expect(fetchFile(remote("http://127.0.0.1:1/"), { folder })).rejects.toThrow(/is a pipe, expected a file/);
  });

  it("refuses a data folder that is a loop of symbolic links", async () => {
    const folder = await temporaryFolder();
    await symlink("loop", join(folder, "loop"));
    const { url } = await serveFiles({ "/file.gz": content });
    const failed = fetchFile(remote(`${url}file.gz`), { folder: join(folder, "loop") });
    await expect(failed).rejects.toThrow(InputError);
    await expect(failed).rejects.toThrow(/is a loop of symbolic links$/);
  });

  it("says why there is no connection", async () => {
    const folder = await temporaryFolder();
    const unreachable = fetchFile(remote("http://127.0.0.1:1/file.gz"), { folder });
    // port 1 is refused by fetch itself or by the machine
    await expect(unreachable).rejects.toThrow(
      /cannot be fetched \(127\.0\.0\.1:1: (?!fetch failed).+\); without a network/,
    );
  });

  it("refuses a kept file that is another, and leaves it", async () => {
    const folder = await temporaryFolder();
    const { url, requests } = await serveFiles({ "/file.gz": content });
    await mkdir(join(folder, "set"));
    await writeFile(join(folder, "set", "file.gz"), other);
    const refused = fetchFile(remote(`${url}file.gz`), { folder });
    await expect(refused).rejects.toThrow(InputError);
    await expect(refused).rejects.toThrow(
      `not the published file, expected sha256 ${sha256(content)}, got ${sha256(other)}; remove it`,
    );
    expect(requests).toEqual([]);
    expect(await readFile(join(folder, "set", "file.gz"))).toEqual(other);
  });

  it("names a folder that cannot be made", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "taken"), "");
    const { url } = await serveFiles({ "/file.gz": content });
    const failed = fetchFile(remote(`${url}file.gz`), { folder: join(folder, "taken") });
    await expect(failed).rejects.toThrow(InputError);
  });
});

describe("dataFolder", () => {
  afterEach(() => vi.unstubAllEnvs());

  it("is OTLEARN_DATA, else in the user's cache", () => {
    vi.stubEnv("OTLEARN_DATA", "/somewhere");
    expect(dataFolder()).toBe("/somewhere");
    vi.stubEnv("OTLEARN_DATA", "");
    expect(dataFolder()).toMatch(/otlearn/);
  });
});
