import { builtScript } from "../../eval/html/script.ts";
import { htmlDocument } from "../../eval/html/shell.ts";
import { PAGE_STYLE } from "../../eval/html/style.ts";
import { DASHBOARD_STYLE } from "./style.ts";

/** Where the build puts the script: beside this module; seen from the sources, in the build. */
const PLACES = ["page/dashboard.js", "../../dist/training/dashboard/page/dashboard.js"];

/** The script of the page. Throws RunError where it has not been built. */
export function dashboardScript(): Promise<string> {
  return builtScript(PLACES, import.meta.url);
}

/** The page; it is empty until its script fills it. @param nonce lets the script run, and no other */
export function dashboardPage(nonce: string): string {
  return htmlDocument({
    title: "otlearn dashboard",
    style: PAGE_STYLE + DASHBOARD_STYLE,
    head: '<link rel="icon" href="data:,">',
    body:
      '<main id="dashboard"><noscript>The dashboard needs JavaScript, which is switched off here.</noscript></main>\n' +
      `<script nonce="${nonce}" src="/dashboard.js"></script>`,
  });
}
