import type { MiddlewareHandler } from "hono";

const COMMON = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "x-frame-options": "SAMEORIGIN",
  "cache-control": "no-store",
} as const;

const POLICY_HEADER = "content-security-policy";
/** Of what is no page. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'";

/** Headers of every answer; a route may set a policy of its own. */
export const commonHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  for (const [name, value] of Object.entries(COMMON)) context.res.headers.set(name, value);
  if (!context.res.headers.has(POLICY_HEADER)) context.res.headers.set(POLICY_HEADER, NOTHING);
};

/** The dashboard's own page: its script and no other, this server and no other. Charts and their tooltips style themselves. */
export function pagePolicy(nonce: string): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    "style-src 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return { [POLICY_HEADER]: policy.join("; ") };
}

/**
 * A report: a run's folder is not trusted, so its page runs in an origin of its own, which sees nothing of the dashboard, and
 * reaches no network.
 */
export const REPORT_POLICY: Readonly<Record<string, string>> = {
  [POLICY_HEADER]: [
    "sandbox allow-scripts allow-downloads",
    "default-src 'none'",
    "script-src 'unsafe-inline'",
    "style-src 'unsafe-inline'",
    "img-src data: blob:",
    "worker-src blob:",
    "font-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ].join("; "),
};
