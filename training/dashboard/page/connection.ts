import type { Events } from "../messages.ts";

type Listeners = { readonly [Name in keyof Events]: (data: Events[Name]) => void };

/** After which a stream that the browser has given up is opened again. */
const RETRY_MS = 2000;

/**
 * Listens to the server until the returned function is called. The stream comes back by itself after a restart of the server, and
 * begins with a snapshot each time.
 *
 * @param run whose rows are wanted
 * @param connected is told whether the server is there
 */
export function listen(
  run: string | undefined,
  listeners: Listeners,
  connected: (isThere: boolean) => void,
): () => void {
  const address = run === undefined ? "/events" : `/events?run=${encodeURIComponent(run)}`;
  let source: EventSource;
  let timer: number | undefined;
  const begin = (): void => {
    source = new EventSource(address);
    source.onopen = () => connected(true);
    source.onerror = () => {
      connected(false);
      if (source.readyState === EventSource.CLOSED) timer = window.setTimeout(begin, RETRY_MS);
    };
    for (const [name, listener] of Object.entries(listeners)) {
      source.addEventListener(name, (event: MessageEvent<string>) =>
        (listener as (data: unknown) => void)(JSON.parse(event.data)),
      );
    }
  };
  begin();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
