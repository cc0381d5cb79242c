import { htmlDocument } from "../../eval/html/shell.ts";
import { PAGE_STYLE } from "../../eval/html/style.ts";
import { DEMO_STYLE } from "./style.ts";

/** The page; it is empty until its script fills it. */
export const DEMO_PAGE = htmlDocument({
  title: "otlearn demo",
  style: PAGE_STYLE + DEMO_STYLE,
  head: '<link rel="icon" href="data:,">',
  body:
    '<main id="demo"><noscript>The demo needs JavaScript, which is switched off here.</noscript></main>\n' +
    '<script type="module" src="/main.js"></script>',
});

/** The page and its workers: scripts of this server, WebAssembly, and no other place to send anything to. */
export const DEMO_POLICY: Readonly<Record<string, string>> = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self' blob:",
    "style-src 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
};
