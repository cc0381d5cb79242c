import { randomBytes } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { idOf } from "./folder.ts";
import { hostNames } from "./guards.ts";
import { listen } from "./listen.ts";
import { MadePages } from "./made-pages.ts";
import { routes } from "./routes.ts";
import { Tickets } from "./tickets.ts";
import { Watcher } from "./watcher.ts";

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

  const listening = await listen({
    host,
    port,
    app: (own) => routes({ watcher, pages, tickets, command, token, hosts: hostNames(host, own) }),
  });

  const isAny = host === "0.0.0.0" || host === "::";
  const name = isAny ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  const address = (key: string, run?: string): string => {
    const shown = run !== undefined && existsSync(run) ? `&run=${idOf(watcher.root, realpathSync(run))}` : "";
    return `http://${name}:${listening.port}/#${key}${shown}`;
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
      await listening.close();
      await pages.close();
    },
  };
}
