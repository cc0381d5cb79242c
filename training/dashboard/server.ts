import { randomBytes } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { InputError } from "../../src/errors.ts";
import { DEFAULT_PORT } from "./default-port.ts";
import { idOf } from "./folder.ts";
import { hostNames, type Env } from "./guards.ts";
import { MadePages } from "./made-pages.ts";
import { routes } from "./routes.ts";
import { Tickets } from "./tickets.ts";
import { Watcher } from "./watcher.ts";

/** Tried where the default port is taken. */
const MOST_PORTS = 20;

export interface DashboardOptions {
  /** Runs are in it or one, or it is one itself. */
  readonly directory: string;
  /** @default "127.0.0.1" */
  readonly host?: string;
  /** 0: any that is free. @default `DEFAULT_PORT`, or the next that is free */
  readonly port?: number;
}

export interface Dashboard {
  /** With the token, which nobody else is to have. */
  readonly url: string;
  readonly token: string;
  /** An address that is good for the token once, within a minute. @param run path of the run that it shows */
  addressOnce(run?: string): string;
  /** The address with the token. @param run path of the run that it shows */
  address(run?: string): string;
  /** Real path of the directory. */
  readonly directory: string;
  /** How many pages are open. */
  readonly viewers: () => number;
  /** Ends the server and what it has under way; trainings that it has started go on. */
  close(): Promise<void>;
}

/** Starts a server that shows the runs in a directory. Throws InputError for a missing directory, or a port or host that cannot be had. */
export async function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { directory, host = "127.0.0.1", port } = options;
  const otlearn = fileURLToPath(new URL("../cli/otlearn.js", import.meta.url));
  const command = [process.execPath, otlearn];
  const watcher = await Watcher.open(directory);
  const pages = new MadePages(command, (page) => watcher.showPage(page));
  const tickets = new Tickets();
  const token = randomBytes(24).toString("base64url");

  const served: { app?: Hono<Env> } = {}; // its guards know the port that it gets
  const fetch = (request: Request, env: unknown) => served.app!.fetch(request, env as Env["Bindings"]);
  const server = createServer(getRequestListener(fetch, { errorHandler: malformed }));
  const listening = await listen(server, host, port);
  served.app = routes({ watcher, pages, tickets, command, token, hosts: hostNames(host, listening) });

  const isAny = host === "0.0.0.0" || host === "::";
  const name = isAny ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  const address = (key: string, run?: string): string => {
    const shown = run !== undefined && existsSync(run) ? `&run=${idOf(watcher.root, realpathSync(run))}` : "";
    return `http://${name}:${listening}/#${key}${shown}`;
  };
  return {
    url: address(`token=${token}`),
    token,
    address: (run) => address(`token=${token}`, run),
    addressOnce: (run) => address(`once=${tickets.issue()}`, run),
    directory: watcher.root,
    viewers: () => watcher.viewers,
    async close() {
      watcher.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await pages.close();
    },
  };
}

/** Answers what is no request as browsers make them; no route sees it. */
function malformed(): Response {
  return new Response("request: its path or host is not well-formed\n", { status: 400 });
}

/** The port that is listened on. */
async function listen(server: Server, host: string, asked: number | undefined): Promise<number> {
  const first = asked ?? DEFAULT_PORT;
  const last = asked === undefined ? first + MOST_PORTS - 1 : first;
  for (let port = first; ; port++) {
    try {
      return await listenOn(server, host, port);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EADDRINUSE" && port < last) continue;
      throw new InputError(`${host}:${port}: ${LISTEN_REASONS[code ?? ""] ?? `cannot be listened on (${code})`}`);
    }
  }
}

const LISTEN_REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "is taken; choose another with --port, or 0 for any that is free",
  EADDRNOTAVAIL: "is no address of this machine; choose another with --host",
  ENOTFOUND: "is no address of this machine; choose another with --host",
  EACCES: "may not be listened on; choose a port above 1023",
};

function listenOn(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
