import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import { onTestFinished } from "vitest";

/** Without these, browsers run no modules and warn of programs. */
const TYPES: Readonly<Record<string, string>> = { ".js": "text/javascript", ".wasm": "application/wasm" };

export interface FileServer {
  /** "http://127.0.0.1:port/" */
  readonly url: string;
  /** Paths asked for so far, in order. */
  readonly requests: string[];
}

/**
 * Serves these files on this machine until the test ends; other paths get status 404. A file given as a function is cut
 * off: its bytes are sent, more are promised, and the connection closes. "endless" sends zeros until it is left, "silent" a few
 * bytes and then nothing.
 *
 * @param finished `onTestFinished`, or for files of many tests what ends with them
 */
export async function serveFiles(
  files: Readonly<Record<string, Uint8Array | (() => Uint8Array) | "endless" | "silent">>,
  finished = onTestFinished,
): Promise<FileServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    requests.push(path);
    const content = files[path];
    if (content === undefined) {
      response.writeHead(404).end();
    } else if (content === "silent") {
      response.writeHead(200).write(Buffer.alloc(16));
    } else if (content === "endless") {
      response.writeHead(200);
      const send = (): void => void (!response.destroyed && response.write(Buffer.alloc(2 ** 16), send));
      send();
    } else if (typeof content === "function") {
      const bytes = content();
      response.writeHead(200, { "content-length": bytes.length + 100 });
      response.write(bytes, () => response.destroy());
    } else {
      const type = TYPES[extname(path)];
      response.writeHead(200, { "content-length": content.length, ...(type && { "content-type": type }) }).end(content);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  finished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, requests };
}
