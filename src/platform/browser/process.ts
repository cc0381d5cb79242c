import { needsNode } from "../needs-node.ts";
import type * as node from "../node/process.ts";

export const hostname = needsNode<typeof node.hostname>("the name of the machine");
export const uptime = needsNode<typeof node.uptime>("the age of the machine");

/** A page is stopped by its own AbortSignal. */
export const STOP_SIGNALS: typeof node.STOP_SIGNALS = [];

const SIGNALS = "stopping on a process signal";
export const signals: typeof node.signals = { on: needsNode(SIGNALS), off: needsNode(SIGNALS) };
export const signalNumber = needsNode<typeof node.signalNumber>(SIGNALS);
