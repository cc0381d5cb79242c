/** Where a command writes. */
export { default as ora } from "ora";
export const { stdout, stderr } = process;
