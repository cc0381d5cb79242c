/** Decodes, draws and encodes pictures. */
export { default as sharp } from "sharp";
