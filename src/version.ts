import { createRequire } from "node:module";

/** Version of this package. The package finds itself by name, so that sources and the build, at other depths, agree. */
export const version = (createRequire(import.meta.url)("otlearn/package.json") as { version: string }).version;
