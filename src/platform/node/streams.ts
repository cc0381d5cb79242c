/** Streams, what unpacks them, and what reads tables from them. */
export { pipeline, Readable } from "node:stream";
export { pipeline as pipelineDone } from "node:stream/promises";
export { crc32, createGunzip, gunzipSync } from "node:zlib";
export { CsvError, parse as parseCsv } from "csv-parse";
