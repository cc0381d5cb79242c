/** Where a dashboard listens unless told otherwise; the next ones where it is taken. */
export const DEFAULT_PORT = 4343;
