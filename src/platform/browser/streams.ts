import { needsNode } from "../needs-node.ts";
import type * as node from "../node/streams.ts";

const TABLES = "reading tables";
const ARCHIVES = "unpacking files";

export const pipeline = needsNode<typeof node.pipeline>(ARCHIVES);
export const pipelineDone = needsNode<typeof node.pipelineDone>(TABLES);
export const crc32 = needsNode<typeof node.crc32>(ARCHIVES);
export const createGunzip = needsNode<typeof node.createGunzip>(ARCHIVES);
export const gunzipSync = needsNode<typeof node.gunzipSync>(ARCHIVES);
export const parseCsv = needsNode<typeof node.parseCsv>(TABLES);
export const Readable = { from: needsNode<typeof node.Readable.from>(TABLES) };
export class CsvError extends Error {}
