import { InputError } from "../errors.ts";

/**
 * What stands in a browser in the place of a function of Node's: it can be imported and passed around, and throws InputError when it
 * is called.
 *
 * @param what the subject of the message: "reading and writing files"
 */
export function needsNode<F>(what: string): F {
  return (() => {
    throw new InputError(`${what} needs Node; this is a browser`);
  }) as F;
}
