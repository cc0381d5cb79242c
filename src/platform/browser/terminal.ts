import { needsNode } from "../needs-node.ts";
import type * as node from "../node/terminal.ts";

const stream = { write: needsNode("a terminal") };

export const ora = needsNode<typeof node.ora>("a terminal");
export const stdout = stream as typeof node.stdout;
export const stderr = stream as typeof node.stderr;
