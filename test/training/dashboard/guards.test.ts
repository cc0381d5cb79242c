import { mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { RunSummary } from "../../../training/dashboard/messages.ts";
import { hostNames } from "../../../training/dashboard/guards.ts";
import type { Dashboard } from "../../../training/dashboard/server.ts";
import { ask, openDashboard, tokenOf, writeRun } from "../../support/dashboard.ts";
import { temporaryFolder } from "../../support/temporary.ts";

let folder: string;
let dashboard: Dashboard;
let host: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  await writeRun(join(folder, "runs", "a"));
  await writeFile(join(folder, "secret.html"), "secret");
  dashboard = await openDashboard(join(folder, "runs"));
  ({ host } = new URL(dashboard.url));
});

async function idOfRun(): Promise<string> {
  return (JSON.parse((await ask(dashboard, "/runs")).text) as RunSummary[])[0].id;
}

describe("who may ask", () => {
  it.each(["localhost", "127.0.0.1", "[::1]", "LOCALHOST"])("by the name %s", async (name) => {
    const { port } = new URL(dashboard.url);
    expect(await ask(dashboard, "/runs", { headers: { host: `${name}:${port}` } })).toMatchObject({ status: 200 });
  });

  it.each(["evil.example", "127.0.0.1.evil.example", "localhost", "127.0.0.1:1", "192.168.0.1"])(
    "a foreign host name, as after DNS rebinding, is refused: %s",
    async (name) => {
      const { status, text } = await ask(dashboard, "/runs", { headers: { host: name } });
      expect({ status, text }).toEqual({
        status: 403,
        text: `host "${name}": not a name of this dashboard; open it as ${host}\n`,
      });
    },
  );

  it("the address that --host asked for counts, and any own one where that is all of them", () => {
    expect(hostNames("192.0.2.7", 4343)).toContain("192.0.2.7:4343");
    expect(hostNames("::", 80)).toContain("[::1]");
    expect(hostNames("127.0.0.1", 4343)).not.toContain("192.0.2.7:4343");
  });

  it.each(["https://evil.example", "null", "http://localhost:1"])(
    "a page of another origin is refused: %s",
    async (origin) => {
      const path = `/runs/${await idOfRun()}/stop`;
      const answer = await ask(dashboard, path, { method: "POST", headers: { ...tokenOf(dashboard), origin } });
      expect(answer).toMatchObject({
        status: 403,
        text: `origin "${origin}": a page of another site may not use this dashboard\n`,
      });
    },
  );

  it.each(["/events", "/runs", "/pages/x", "/dashboard.js"])(
    "a request from another site is refused: %s",
    async (path) => {
      for (const site of ["cross-site", "same-site"]) {
        const { status, text } = await ask(dashboard, path, { headers: { "sec-fetch-site": site } });
        expect({ status, text }).toEqual({
          status: 403,
          text: `a request from another site ("${site}") is not answered\n`,
        });
      }
    },
  );

  it("a link from another site may lead to the page", async () => {
    const headers = { "sec-fetch-site": "cross-site", "sec-fetch-dest": "document" };
    expect((await ask(dashboard, "/", { headers })).status).toBe(200);
  });

  it.each(["PUT", "DELETE", "OPTIONS", "PATCH"])("%s is refused", async (method) => {
    expect(await ask(dashboard, "/runs", { method })).toMatchObject({
      status: 405,
      text: `method ${method}: expected GET, HEAD or POST\n`,
    });
  });
});

describe("what changes anything", () => {
  it.each(["stop", "resume"])("%s needs the token", async (action) => {
    const path = `/runs/${await idOfRun()}/${action}`;
    for (const token of [undefined, "", dashboard.token.slice(1), `${dashboard.token}x`]) {
      const headers: Record<string, string> = token === undefined ? {} : { "x-otlearn-token": token };
      const { status, text } = await ask(dashboard, path, { method: "POST", headers });
      expect(status).toBe(403);
      expect(text).toBe("token: missing, or of an earlier start; open the address that otlearn dashboard printed\n");
    }
  });

  it("an address for the browser is good for the token once, and no guess is", async () => {
    const [, code] = /#once=([^&]+)&run=/.exec(dashboard.addressOnce(join(folder, "runs", "a")))!;
    const redeem = (body: string, headers = {}) => ask(dashboard, "/token", { method: "POST", body, headers });
    expect((await redeem(code, { origin: "https://evil.example" })).status).toBe(403);
    expect((await redeem(`${code}x`)).status).toBe(403);
    expect(await redeem(code)).toMatchObject({ status: 200, text: dashboard.token });
    expect(await redeem(code)).toMatchObject({
      status: 403,
      text: expect.stringContaining("was good once, for a minute"),
    });
  });

  it("is no GET", async () => {
    expect((await ask(dashboard, `/runs/${await idOfRun()}/stop`, { headers: tokenOf(dashboard) })).status).toBe(404);
  });

  it.each([
    ["not JSON", "{", 400, "body: expected a JSON list of run ids\n"],
    ["paths in place of ids", '["../a"]', 404, "no such run (any more)\n"],
    ["no run", "[]", 409, "expected 1 to 50 runs, got 0\n"],
    ["a body without end", JSON.stringify("x".repeat(20_000)), 413, "body: at most 16.4 kB are taken\n"],
  ])("%s is refused", async (_, body, status, text) => {
    expect(await ask(dashboard, "/pages", { method: "POST", headers: tokenOf(dashboard), body })).toMatchObject({
      status,
      text,
    });
  });
});

describe("paths", () => {
  it.each([
    ["/../secret.html", "holds .. or ."],
    ["/runs/../../secret.html", "holds .. or ."],
    ["/runs/%2e%2e/%2e%2e/secret.html", "holds .. or ."],
    ["/runs/%252e%252e/secret.html", "holds .. or ."],
    ["/runs/..%2fsecret.html/report", "holds .. or ."],
    ["/runs/a%5cb/report", "holds a backslash"],
    ["/runs/a%00/report", "holds NUL"],
    ["//etc/passwd", "starts with //"],
    ["/runs/%zz/report", "is not encoded as addresses are"],
  ])("%s is refused", async (path, fault) => {
    const { status, text } = await ask(dashboard, path);
    expect({ status, text }).toEqual({ status: 400, text: `path: ${fault}; paths lead from run ids alone\n` });
  });

  it("a backslash as it stands is refused before any route", async () => {
    expect(await ask(dashboard, "/runs/..\\secret.html")).toMatchObject({
      status: 400,
      text: "request: its path or host is not well-formed\n",
    });
  });

  it.each(["/runs/a/report", "/runs/%2fetc%2fpasswd/report", "/etc/passwd", "/runs//report"])(
    "%s is not found, as only ids lead to files",
    async (path) => {
      expect((await ask(dashboard, path)).status).toBe(404);
    },
  );

  it("a link that leads out of the directory is not followed", async () => {
    await symlink(join(folder, "secret.html"), join(folder, "runs", "a", "report.html"));
    const { status, text } = await ask(dashboard, `/runs/${await idOfRun()}/report`);
    expect({ status, text }).toEqual({
      status: 409,
      text: "a/report.html: leads out of the dashboard's directory, which is not followed; copy it there\n",
    });
  });

  it("what is no file, or a report that is too large, is refused unread", async () => {
    const report = join(folder, "runs", "a", "report.html");
    const path = `/runs/${await idOfRun()}/report`;
    expect(await ask(dashboard, path)).toMatchObject({ status: 409, text: "a/report.html: does not exist\n" });
    await writeFile(report, "");
    await truncate(report, 2 ** 26 + 1);
    expect(await ask(dashboard, path)).toMatchObject({
      status: 413,
      text: "a/report.html: 67.1 MB, at most 67.1 MB are shown; open the file itself\n",
    });
  });

  it("a folder in place of the report is refused", async () => {
    await mkdir(join(folder, "runs", "a", "report.html"));
    expect(await ask(dashboard, `/runs/${await idOfRun()}/report`)).toMatchObject({
      status: 409,
      text: "a/report.html: not a regular file\n",
    });
  });
});

describe("headers", () => {
  it("of every answer keep browsers from guessing, telling and sharing", async () => {
    for (const path of ["/", "/runs", "/nothing", "/../x"]) {
      expect((await ask(dashboard, path)).headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-store",
      });
    }
  });

  it("of the page let its own script run and no other, and nobody frame it", async () => {
    const [first, second] = await Promise.all([ask(dashboard, "/"), ask(dashboard, "/")]);
    const policy = String(first.headers["content-security-policy"]);
    const [, nonce] = /script-src 'nonce-([^']+)';/.exec(policy) ?? [];
    expect(first.text).toContain(`<script nonce="${nonce}" src="/dashboard.js">`);
    expect(second.text).not.toContain(nonce);
    for (const rule of ["default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'"])
      expect(policy).toContain(rule);
    expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline/);
  });

  it("of a report give it an origin of its own and no network", async () => {
    await writeFile(join(folder, "runs", "a", "report.html"), "<h1>A report</h1>");
    const { headers, text } = await ask(dashboard, `/runs/${await idOfRun()}/report`);
    expect(text).toBe("<h1>A report</h1>");
    const policy = String(headers["content-security-policy"]);
    expect(policy).toMatch(/^sandbox allow-scripts allow-downloads; default-src 'none';/);
    expect(policy).toContain("frame-ancestors 'self'");
  });
});
