/** Where the token stays for this tab; it goes with the tab. */
const KEY = "otlearn-token";

/** Which page an address asks for. */
export type Route =
  | { readonly view: "list" }
  | { readonly view: "run"; readonly run: string }
  | { readonly view: "page"; readonly page: string };

/**
 * Takes the token out of the address, `#token=...&run=...`, or the code that is good for it once, `#once=...`, so that neither stays in
 * the history or in a bookmark. What follows # is sent to no server, and the page has no referrer. Returns the code, if there is one.
 */
export function takeToken(): string | undefined {
  const given = new URLSearchParams(location.hash.slice(1));
  const [token, code, run] = ["token", "once", "run"].map((name) => given.get(name));
  if (token !== null) keepToken(token);
  if (token === null && code === null) return undefined;
  history.replaceState(null, "", run === null ? "#/" : addressOf({ view: "run", run }));
  return code ?? undefined;
}

export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token);
}

export function token(): string {
  return sessionStorage.getItem(KEY) ?? "";
}

export function route(): Route {
  const [, kind, id] = location.hash.split("/");
  if (kind === "run" && id) return { view: "run", run: decodeURIComponent(id) };
  if (kind === "page" && id) return { view: "page", page: decodeURIComponent(id) };
  return { view: "list" };
}

export function addressOf(to: Route): string {
  if (to.view === "run") return `#/run/${encodeURIComponent(to.run)}`;
  return to.view === "page" ? `#/page/${encodeURIComponent(to.page)}` : "#/";
}
