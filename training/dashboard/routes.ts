import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Readable } from "node:stream";
import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { InputError, RunError } from "../../src/errors.ts";
import { formatBytes } from "../../src/memory.ts";
import { resumeRun, stopRun } from "./control.ts";
import { guard, refuse, TICKET_PATH, type Env, type GuardOptions } from "./guards.ts";
import { commonHeaders, pagePolicy, REPORT_POLICY } from "./headers.ts";
import { openInside } from "./inside.ts";
import type { MadePages } from "./made-pages.ts";
import { dashboardPage, dashboardScript } from "./page-html.ts";
import { eventStream } from "./stream.ts";
import type { Tickets } from "./tickets.ts";
import type { WatchedRun } from "./watched-run.ts";
import type { Watcher } from "./watcher.ts";

export interface RouteOptions extends GuardOptions {
  readonly watcher: Watcher;
  readonly pages: MadePages;
  readonly tickets: Tickets;
  /** What runs otlearn: node and the script. */
  readonly command: readonly string[];
}

/** Larger reports are none of ours. */
const MOST_REPORT_BYTES = 2 ** 26;
/** A list of ids. */
const MOST_BODY_BYTES = 2 ** 14;

/** All that the server answers. Runs are named by the ids that it has given them; no part of a path reaches the disk. */
export function routes({ watcher, pages, tickets, command, ...guards }: RouteOptions): Hono<Env> {
  const app = new Hono<Env>();
  app.use(commonHeaders, guard(guards));
  const onError = (context: Context) => refuse(context, 413, `body: at most ${formatBytes(MOST_BODY_BYTES)} are taken`);
  app.use(bodyLimit({ maxSize: MOST_BODY_BYTES, onError }));
  app.notFound((context) => refuse(context, 404, "not found: the page at / shows what there is"));
  app.onError((error, context) => {
    if (error instanceof InputError || error instanceof RunError) return refuse(context, 409, error.message);
    return refuse(context, 500, `a defect of the dashboard: ${error.message.split("\n")[0]}`);
  });

  app.get("/", (context) => {
    const nonce = randomBytes(16).toString("base64");
    return context.html(dashboardPage(nonce), 200, pagePolicy(nonce));
  });
  app.get("/dashboard.js", async (context) =>
    context.body(await dashboardScript(), 200, { "content-type": "text/javascript; charset=utf-8" }),
  );
  app.get("/runs", async (context) => context.json(await watcher.list()));
  app.get("/events", (context) => eventStream(context, watcher, context.req.query("run")));
  app.get("/runs/:id/report", async (context) => {
    const run = await watcher.find(context.req.param("id"));
    return run ? sendReport(context, watcher.root, join(run.found.path, "report.html")) : noRun(context);
  });
  app.get("/pages/:id", async (context) => {
    const page = await pages.find(context.req.param("id"));
    return page ? sendReport(context, page.root, page.file) : refuse(context, 404, "no such page; ask for it again");
  });

  app.post(TICKET_PATH, async (context) => {
    if (tickets.take(await context.req.text())) return context.text(guards.token);
    return refuse(
      context,
      403,
      "this address was good once, for a minute; open the one that otlearn dashboard printed",
    );
  });
  app.post("/runs/:id/stop", async (context) => {
    const run = await watcher.find(context.req.param("id"));
    if (!run) return noRun(context);
    await stopRun(run);
    void watcher.look();
    return context.body(null, 202);
  });
  app.post("/runs/:id/resume", async (context) => {
    const run = await watcher.find(context.req.param("id"));
    if (!run) return noRun(context);
    await resumeRun(run, command, join(await pages.folder(), `resume-${run.found.id}.log`));
    void watcher.look();
    return context.body(null, 202);
  });
  app.post("/pages", async (context) => {
    const ids: unknown = await context.req.json().catch(() => undefined);
    if (!Array.isArray(ids) || !ids.every((id) => typeof id === "string")) {
      return refuse(context, 400, "body: expected a JSON list of run ids");
    }
    const runs = await Promise.all([...new Set(ids)].map((id) => watcher.find(id)));
    if (runs.includes(undefined)) return noRun(context);
    return context.json(await pages.make(runs as WatchedRun[]), 202);
  });
  return app;
}

function noRun(context: Context): Response {
  return refuse(context, 404, "no such run (any more)");
}

async function sendReport(context: Context, root: string, path: string): Promise<Response> {
  const { handle, size, path: name } = await openInside(root, path);
  if (size > MOST_REPORT_BYTES) {
    await handle.close();
    const limit = formatBytes(MOST_REPORT_BYTES);
    return refuse(context, 413, `${name}: ${formatBytes(size)}, at most ${limit} are shown; open the file itself`);
  }
  const stream = handle.createReadStream({ end: Math.max(0, size - 1) });
  const body = Readable.toWeb(stream) as ReadableStream;
  return context.body(body, 200, { "content-type": "text/html; charset=utf-8", ...REPORT_POLICY });
}
