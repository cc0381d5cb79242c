import { createHash, timingSafeEqual } from "node:crypto";
import { hostname, networkInterfaces } from "node:os";
import type { HttpBindings } from "@hono/node-server";
import type { Context, MiddlewareHandler } from "hono";

/** Routes see the request of node itself, where there is one: its path is as it came. */
export interface Env {
  readonly Bindings: Partial<HttpBindings>;
}

/** In which header a page gives the token: one that no other site's page can send without being asked for leave first. */
const TOKEN_HEADER = "x-otlearn-token";

/** Where a page gets the token for a code that it was opened with. */
export const TICKET_PATH = "/token";

export interface GuardOptions {
  /** Names that a browser may know the server by, "127.0.0.1:4343". */
  readonly hosts: ReadonlySet<string>;
  readonly token: string;
}

/** The names of a server that listens on `host`. An address of this machine is safe; a foreign name that leads here is not. */
export function hostNames(host: string, port: number): ReadonlySet<string> {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  const isAny = host === "0.0.0.0" || host === "::";
  const names = ["127.0.0.1", "localhost", "::1", ...(isAny ? [...addresses, hostname()] : [host])];
  const written = names.map((name) => (name.includes(":") ? `[${name}]` : name).toLowerCase());
  return new Set(written.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`])));
}

const METHODS = new Set(["GET", "HEAD", "POST"]);

/** Refuses what no page of this server asks, each with one line that says why. */
export function guard({ hosts, token }: GuardOptions): MiddlewareHandler<Env> {
  return async (context, next) => {
    const { method } = context.req;
    const header = (name: string) => context.req.header(name);
    const host = (header("host") ?? new URL(context.req.url).host).toLowerCase();
    if (!METHODS.has(method)) return refuse(context, 405, `method ${method}: expected GET, HEAD or POST`);
    if (!hosts.has(host)) {
      return refuse(context, 403, `host ${shown(host)}: not a name of this dashboard; open it as ${[...hosts][0]}`);
    }
    const fault = pathFault(context.env?.incoming?.url ?? context.req.url);
    if (fault !== undefined) return refuse(context, 400, `path: ${fault}; paths lead from run ids alone`);
    const origin = header("origin");
    if (origin !== undefined && ![...hosts].some((name) => origin.toLowerCase() === `http://${name}`)) {
      return refuse(context, 403, `origin ${shown(origin)}: a page of another site may not use this dashboard`);
    }
    const site = header("sec-fetch-site") ?? "none";
    const isLink = method === "GET" && context.req.path === "/" && header("sec-fetch-dest") === "document";
    if (site !== "same-origin" && site !== "none" && !isLink) {
      return refuse(context, 403, `a request from another site (${shown(site)}) is not answered`);
    }
    if (method === "POST" && context.req.path !== TICKET_PATH && !sameText(header(TOKEN_HEADER) ?? "", token)) {
      return refuse(
        context,
        403,
        "token: missing, or of an earlier start; open the address that otlearn dashboard printed",
      );
    }
    return next();
  };
}

/** One line of text with a status. */
export function refuse(context: Context, status: 400 | 403 | 404 | 405 | 409 | 413 | 500, line: string): Response {
  return context.text(`${line}\n`, status);
}

/** What is wrong with a path as it came, decoded as often as somebody could have encoded it. */
function pathFault(url: string): string | undefined {
  let path = url.replace(/^\w+:\/\/[^/]*/, "").split(/[?#]/)[0];
  for (let round = 0; round < 3; round++) {
    if (/(^|[/\\])\.\.?([/\\]|$)/.test(path)) return "holds .. or .";
    if (path.includes("\\")) return "holds a backslash";
    if (path.includes("\0")) return "holds NUL";
    if (path.startsWith("//")) return "starts with //";
    try {
      path = decodeURIComponent(path);
    } catch {
      return "is not encoded as addresses are";
    }
  }
  return undefined;
}

/** In a time that tells nothing of where two texts differ. */
function sameText(a: string, b: string): boolean {
  const [first, second] = [a, b].map((text) => createHash("sha256").update(text).digest());
  return timingSafeEqual(first, second);
}

/** Of a header, on one line and not without end. */
function shown(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
