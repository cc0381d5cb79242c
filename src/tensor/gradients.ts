/**
 * Registers the gradients of the tfjs operations. tfjs-core alone has none under Node (its bundle leaves them out, and
 * its module that registers them cannot be loaded there); tfjs-layers registers all of them when it is loaded.
 */
import "@tensorflow/tfjs-layers";
