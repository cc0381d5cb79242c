import type { MadePage } from "../messages.ts";
import { keepToken, token } from "./address.ts";

/** Gets the token for a code. */
export async function redeem(code: string): Promise<void> {
  const response = await fetch("/token", { method: "POST", body: code });
  const text = await response.text();
  if (!response.ok) throw new Error(text.trim());
  keepToken(text);
}

export function stop(run: string): Promise<void> {
  return post(`/runs/${encodeURIComponent(run)}/stop`).then(() => undefined);
}

export function resume(run: string): Promise<void> {
  return post(`/runs/${encodeURIComponent(run)}/resume`).then(() => undefined);
}

/** Has a page made of these runs: of one what it has learned so far, of several a comparison. */
export async function makePage(runs: readonly string[]): Promise<MadePage> {
  return (await post("/pages", runs)).json() as Promise<MadePage>;
}

/** Throws an Error with the server's words, one line. */
async function post(path: string, body?: unknown): Promise<Response> {
  const headers = { "x-otlearn-token": token(), "content-type": "application/json" };
  const request = { method: "POST", headers, body: body === undefined ? null : JSON.stringify(body) };
  const response = await fetch(path, request).catch(() => {
    throw new Error("the dashboard does not answer; is it still running?");
  });
  if (!response.ok) throw new Error((await response.text()).trim());
  return response;
}
