import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { Send } from "./followed-run.ts";
import type { Watcher } from "./watcher.ts";

/** After which a page tries to connect again. */
const RETRY_MS = 1000;
/** A comment so often shows both sides that the other is there. */
const BEAT_MS = 15_000;
/** Events that may wait for a page that does not take them; it then has to begin again, with what holds by then. */
const MOST_WAITING = 500;

/** The events of a directory as a stream, until the page leaves. @param run id of the run whose rows are wanted */
export function eventStream(context: Context, watcher: Watcher, run: string | undefined): Response {
  return streamSSE(context, async (stream) => {
    let sent: Promise<unknown> = stream.write(`retry: ${RETRY_MS}\n\n`);
    let waiting = 0;
    const left = new Promise<void>((resolve) => stream.onAbort(resolve));
    const send: Send = (event, data) => {
      if (++waiting > MOST_WAITING) return void stream.abort();
      sent = sent
        .then(() => stream.writeSSE({ event, data: JSON.stringify(data) }))
        .catch(() => stream.abort())
        .finally(() => waiting--);
    };
    const unwatch = await watcher.watch(send, run);
    const beat = setInterval(() => void stream.write(": still here\n\n"), BEAT_MS);
    await left;
    clearInterval(beat);
    unwatch();
  });
}
