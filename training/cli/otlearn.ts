#!/usr/bin/env node
import { ExitStatus } from "./exit-status.ts";
import { main } from "./main.ts";
import { watchOutput } from "./output.ts";

const output = watchOutput(process.stdout, process.stderr);
const status = await main(process.argv.slice(2));
const lost = await output.lost();
if (lost !== undefined) process.stderr.write(`otlearn: standard output: ${lost}\n`);
process.exitCode = status === ExitStatus.done && lost !== undefined ? ExitStatus.failed : status;
