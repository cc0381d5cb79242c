import { mkdir, readFile, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Events } from "../../training/dashboard/messages.ts";
import type * as server from "../../training/dashboard/server.ts";
import { holderIn, isAlive, LOCK_FILE } from "../../training/run-lock.ts";
import { compiledRoot } from "./compiled.ts";

/** Starts a dashboard, with the page as it was built, until the test ends. @param port 0: any that is free */
export async function openDashboard(directory: string, port = 0, finished = onTestFinished): Promise<server.Dashboard> {
  const module = join(await compiledRoot(), "training", "dashboard", "server.js");
  const { startDashboard } = (await import(module)) as typeof server;
  const dashboard = await startDashboard({ directory, port });
  finished(() => dashboard.close());
  return dashboard;
}

export interface WrittenRun {
  readonly task?: string;
  readonly steps?: number;
  /** Lines of `metrics.jsonl`; objects are written as JSON. */
  readonly lines?: readonly (object | string)[];
}

/** Writes a run as a training would leave it, and returns its folder. */
export async function writeRun(
  folder: string,
  { task = "wdl", steps = 10, lines = [] }: WrittenRun = {},
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const config = { otlearn: "0.7.0", created: "2026-01-02T03:04:05.000Z", task, steps, seed: 0, backend: "cpu" };
  await writeFile(join(folder, "config.json"), JSON.stringify({ ...config, options: { dataset: "faces", atoms: 3 } }));
  await writeFile(join(folder, "metrics.jsonl"), lines.map(lineOf).join(""));
  return folder;
}

/** Ends whatever trains a run when the test ends, however it does: what a dashboard resumed is nobody's child. */
export function endTraining(run: string): void {
  onTestFinished(async () => {
    const lock = await readFile(join(run, LOCK_FILE), "utf8").catch(() => "");
    const holder = holderIn(lock);
    if (holder && (await isAlive(holder))) process.kill(holder.pid, "SIGKILL");
  });
}

/** Rows of a loss that falls. */
export function fallingLoss(from: number, to: number): object[] {
  return Array.from({ length: to - from + 1 }, (_, index) => {
    const step = from + index;
    return { step, seconds: step / 10, loss: 1 / step };
  });
}

export function lineOf(row: object | string): string {
  return typeof row === "string" ? row : `${JSON.stringify(row)}\n`;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Asks a server as a hostile client may: the path is sent as it stands, and every header can be set. */
export function ask(
  { url }: Pick<server.Dashboard, "url">,
  path: string,
  { method = "GET", headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, method, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    asked.on("error", reject).end(body);
  });
}

/** The headers of the page's own requests that change something. */
export function tokenOf({ token }: server.Dashboard): Record<string, string> {
  return { "x-otlearn-token": token, "content-type": "application/json" };
}

export interface EventStream {
  /** All events so far. */
  readonly events: { readonly name: keyof Events; readonly data: unknown }[];
  /** Waits for an event of this name that fits, also one that has come already but was not returned before. */
  next<Name extends keyof Events>(name: Name, fits?: (data: Events[Name]) => boolean): Promise<Events[Name]>;
  /** Resolves when the server ends the stream. */
  readonly ended: Promise<void>;
  leave(): void;
}

/** Listens to the events of a dashboard until the test ends. */
export function listenTo({ url }: Pick<server.Dashboard, "url">, run?: string, finished = onTestFinished): EventStream {
  const { hostname, port } = new URL(url);
  const path = run === undefined ? "/events" : `/events?run=${run}`;
  const events: EventStream["events"] = [];
  const taken = new Set<unknown>();
  const waiting = new Set<() => void>();
  const asked = request({ hostname, port, path, agent: false });
  const ended = new Promise<void>((resolve) => {
    asked.on("error", () => resolve());
    asked.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => {
        const blocks = (text + piece).split("\n\n");
        text = blocks.pop()!;
        for (const block of blocks) {
          const [, name] = /^event: (.*)$/m.exec(block) ?? [];
          const [, data] = /^data: (.*)$/m.exec(block) ?? [];
          if (name) events.push({ name: name as keyof Events, data: JSON.parse(data) });
        }
        for (const look of waiting) look();
      });
      response.on("close", resolve);
      response.on("error", () => resolve());
    });
  });
  asked.end();
  finished(() => void asked.destroy());
  return {
    events,
    ended,
    leave: () => void asked.destroy(),
    next: (name, fits = () => true) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = events.find((event) => event.name === name && !taken.has(event) && fits(event.data as never));
          if (!found) return;
          taken.add(found);
          waiting.delete(look);
          resolve(found.data as never);
        };
        waiting.add(look);
        look();
      }),
  };
}
