import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { PAGE_STYLE } from "../../eval/html/style.ts";
import { RunError } from "../../src/errors.ts";
import { readText } from "../../src/files/read.ts";
import { DASHBOARD_STYLE } from "./style.ts";

/** Where the build puts the script: beside this module; seen from the sources, in the build. */
const PLACES = ["page/dashboard.js", "../../dist/training/dashboard/page/dashboard.js"];

/** The script of the page. Throws RunError where it has not been built. */
export async function dashboardScript(): Promise<string> {
  const files = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const file = files.find((path) => existsSync(path));
  if (file !== undefined) return readText(file);
  throw new RunError(`${files[0]}: the script of the dashboard is missing; build it: npm run build`);
}

/** The page; it is empty until its script fills it. @param nonce lets the script run, and no other */
export function dashboardPage(nonce: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>otlearn dashboard</title>
<link rel="icon" href="data:,">
<style>${PAGE_STYLE}${DASHBOARD_STYLE}</style>
</head>
<body>
<main id="dashboard"><noscript>The dashboard needs JavaScript, which is switched off here.</noscript></main>
<script nonce="${nonce}" src="/dashboard.js"></script>
</body>
</html>
`;
}
