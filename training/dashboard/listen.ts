import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { InputError } from "../../src/errors.ts";
import { DEFAULT_PORT } from "./default-port.ts";
import type { Env } from "./guards.ts";

/** Tried where the default port is taken. */
const MOST_PORTS = 20;

export interface ListenOptions {
  readonly host: string;
  /** 0: any that is free. @default `DEFAULT_PORT`, or the next that is free */
  readonly port: number | undefined;
  /** What answers, given the port that is listened on. */
  readonly app: (port: number) => Hono<Env>;
}

export interface Listening {
  readonly port: number;
  /** Ends it, and what is under way. */
  close(): Promise<void>;
}

/** Starts a server. Throws InputError for a port or host that cannot be had. */
export async function listen({ host, port: asked, app }: ListenOptions): Promise<Listening> {
  const served: { app?: Hono<Env> } = {}; // its guards know the port that it gets
  const fetch = (request: Request, env: unknown) => served.app!.fetch(request, env as Env["Bindings"]);
  const server = createServer(getRequestListener(fetch, { errorHandler: malformed }));
  const port = await freePort(server, host, asked);
  served.app = app(port);
  return {
    port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Answers what is no request as browsers make them; no route sees it. */
function malformed(): Response {
  return new Response("request: its path or host is not well-formed\n", { status: 400 });
}

/** The port that is listened on. */
async function freePort(server: Server, host: string, asked: number | undefined): Promise<number> {
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
