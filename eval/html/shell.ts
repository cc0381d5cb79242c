import { escapeXml } from "../escape.ts";

/** A whole HTML document: its title as text; style, further elements of the head and the body as they stand. */
export function htmlDocument({
  title,
  style,
  head,
  body,
}: Record<"title" | "style" | "head" | "body", string>): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${head}
<title>${escapeXml(title)}</title>
<style>${style}</style>
</head>
<body>
${body}
</body>
</html>
`;
}
