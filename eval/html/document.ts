import { createHash } from "#platform/hashing";
import { escapeXml } from "../escape.ts";
import type { Report } from "../report.ts";
import { pageScript } from "./script.ts";
import { renderContents, renderHighlights, renderSections, type Fragment } from "./sections.ts";
import { htmlDocument } from "./shell.ts";
import { PAGE_STYLE } from "./style.ts";

/**
 * The report as one HTML file that needs nothing else: no network, light or dark as the reader has it. Text and tables are
 * there without a script; figures with a view are drawn by it. Throws RunError where the installation lacks the script.
 */
export async function renderReport({ title, subtitle, highlights = [], sections }: Report): Promise<string> {
  const { html, views } = renderSections(sections);
  const head = [
    `<h1>${escapeXml(title)}</h1>`,
    subtitle === undefined ? "" : `<p class="subtitle">${escapeXml(subtitle)}</p>`,
    renderHighlights(highlights),
  ].join("\n");
  const contents = renderContents(sections);
  return renderDocument(title, { html: `<header>\n${head}\n</header>\n${contents}${html}`, views });
}

/** A whole page around its content. */
async function renderDocument(title: string, { html, views }: Fragment): Promise<string> {
  const script = views.length > 0 ? await pageScript() : undefined;
  const scripts =
    script === undefined
      ? ""
      : `<script type="application/json" id="views">${jsonInHtml(views)}</script>\n<script>${script}</script>\n`;
  return htmlDocument({
    title,
    style: PAGE_STYLE,
    head: `<meta http-equiv="Content-Security-Policy" content="${contentPolicy(script)}">`,
    body: `<main>\n${html}\n</main>\n${scripts}`,
  });
}

/** Nothing is fetched, and no other script runs: what a name in the data holds stays text. */
function contentPolicy(script: string | undefined): string {
  const hash = script === undefined ? "'none'" : `'sha256-${createHash("sha256").update(script).digest("base64")}'`;
  return `default-src 'none'; img-src data: blob:; worker-src blob:; style-src 'unsafe-inline'; script-src ${hash}`;
}

/** JSON that ends no element it stands in. */
function jsonInHtml(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}
