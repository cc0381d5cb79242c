import { InputError } from "../../errors.ts";
import { toFloat64, type NdArray } from "../../tensor/ndarray.ts";
import { fashionClasses } from "../mnist.ts";
import { numbered } from "../dataset.ts";
import { parseDelimited } from "../delimited.ts";
import { fetchFile, type RemoteFile } from "../download.ts";
import type { DatasetEntry, DatasetOptions } from "../entry.ts";
import { decodeNpy } from "../npy.ts";
import type { PairDataset, PairSide } from "../pair.ts";

/** Features and classes of one side as its authors publish them. */
interface PublishedSide {
  readonly features: RemoteFile;
  /** One class a row, as text or as numbers. */
  readonly classes: RemoteFile;
}

interface PublishedPair {
  readonly description: string;
  readonly x: PublishedSide;
  readonly y: PublishedSide;
  /** Names of the classes by their numbers; the numbers themselves where none are known. */
  readonly className?: (number: number) => string | undefined;
}

/** Of a commit, so that the bytes stay those of the checksums. */
const SCOT = "https://raw.githubusercontent.com/rsinghlab/SCOT/14649be6e14017dcfe7ba619091b33d1df55f6a9/data/SNARE/";
const UNION_COM = "https://raw.githubusercontent.com/caokai1073/UnionCom/master/scGEM/";
const LATENT =
  "https://raw.githubusercontent.com/MoePien/RelaxedEmbeddedWasserstein/main/data_latent_space_FashionMNIST/";

function published(path: string, folder: string, hex: string): RemoteFile {
  const file = path.slice(path.indexOf("/") + 1);
  return { path, urls: [`${folder}${file}`], mostBytes: 1e6, checksum: { algorithm: "sha256", hex } };
}

/**
 * SNARE-seq: chromatin and expression of the same cells (Chen et al. 2019), as prepared by Demetci et al. 2022
 * (https://rsinghlab.github.io/SCOT/data/).
 */
export const snareseq = publishedPair("snareseq", {
  description: "chromatin [1047, 19] and expression [1047, 10] of the same cells of 4 types (250 kB)",
  x: {
    features: published(
      "snareseq/SNAREseq_atac_feat.npy",
      SCOT,
      "80d685b6517c100a7fd612846ad38209b64ed9caf095d1630af5a1d7797bd79c",
    ),
    classes: published(
      "snareseq/SNAREseq_atac_types.txt",
      SCOT,
      "3697fe94aee8b0ed2fad49c10c3226b757cedd8046a5cc0b10d0a845ad540a1d",
    ),
  },
  y: {
    features: published(
      "snareseq/SNAREseq_rna_feat.npy",
      SCOT,
      "a8a2c2bbfc036dea5b350d01dd2180b93bb3b1c0008bed49493080348da96a9b",
    ),
    classes: published(
      "snareseq/SNAREseq_rna_types.txt",
      SCOT,
      "3697fe94aee8b0ed2fad49c10c3226b757cedd8046a5cc0b10d0a845ad540a1d",
    ),
  },
});

const SCGEM_TYPES = ["BJ", "d8", "d16T+", "d24T+", "iPS"];

/** scGEM: expression and DNA methylation of the same cells (Cheow et al. 2016). */
export const scgem = publishedPair("scgem", {
  description: "expression [177, 34] and DNA methylation [177, 27] of the same cells of 5 types (270 kB)",
  className: (number) => SCGEM_TYPES[number - 1],
  x: {
    features: published(
      "scgem/GeneExpression.txt",
      UNION_COM,
      "8d22bb887a125484c99910675329492e43179cffcde73b5a7e78c07dffa4ee61",
    ),
    classes: published(
      "scgem/type1.txt",
      UNION_COM,
      "8291a3fd5e3e3df389111b0f74c27eab8b12e24810f8e1fdb2cd706abe3ae071",
    ),
  },
  y: {
    features: published(
      "scgem/DNAmethylation.txt",
      UNION_COM,
      "9f539a051665c89cc1a5e007a0a03a1e914f7421b44cdfb55d3dcbe9a69f8258",
    ),
    classes: published(
      "scgem/type2.txt",
      UNION_COM,
      "8291a3fd5e3e3df389111b0f74c27eab8b12e24810f8e1fdb2cd706abe3ae071",
    ),
  },
});

const FASHION_CLASSES = published(
  "fashion-latent/classes_fmnist.npy",
  LATENT,
  "33e7c41e1d27e7ea46528a86fd6d54e0eb0d60f705e95ae5e9c956635f269cbc",
);

/** Codes of an auto-encoder and a variational one (Beier et al. 2025, appendix C, which takes the first 100). */
export const fashionLatent = publishedPair("fashion-latent", {
  description: "two auto-encoders' codes [10000, 4] of the Fashion-MNIST test images (400 kB)",
  className: (number) => fashionClasses[number],
  x: {
    features: published(
      "fashion-latent/ae_enc_fmnist.npy",
      LATENT,
      "de98f0b71976620dffb55ac31f7e977b4934a222c702b9e73081b42665f95155",
    ),
    classes: FASHION_CLASSES,
  },
  y: {
    features: published(
      "fashion-latent/vae_enc_fmnist.npy",
      LATENT,
      "a6a35fddf518f6180f7776af0ede08c90a9fa570b81dfd01eee1b0acdc133c67",
    ),
    classes: FASHION_CLASSES,
  },
});

/** A published pair of feature tables with paired rows, ready for the registry. */
export function publishedPair(name: string, pair: PublishedPair): DatasetEntry<PairDataset> {
  const side = (of: PublishedSide, options: DatasetOptions) => loadSide(of, pair.className, options);
  return {
    description: pair.description,
    load: async (options) => ({
      kind: "pair",
      name,
      x: await side(pair.x, options),
      y: await side(pair.y, options),
      paired: true,
    }),
  };
}

async function loadSide(
  { features, classes }: PublishedSide,
  className: PublishedPair["className"],
  options: DatasetOptions,
): Promise<PairSide> {
  const values = await numbersIn(features, options);
  const numbers = (await numbersIn(classes, options)).data;
  const [rows] = values.shape;
  if (values.shape.length !== 2 || numbers.length !== rows) {
    throw new InputError(
      `${features.path}: expected a table with a row for each of ${numbers.length} classes, got [${values.shape.join(", ")}]`,
    );
  }
  const labels = Array.from(numbers, (number) => className?.(number) ?? String(number));
  return { source: { kind: "points", values }, names: numbered(rows), labels };
}

async function numbersIn(file: RemoteFile, options: DatasetOptions): Promise<NdArray<Float64Array>> {
  const bytes = await fetchFile(file, options);
  if (file.path.endsWith(".npy")) return toFloat64(decodeNpy(bytes, file.path));
  return (await parseDelimited([bytes], "whitespace", file.path, { header: false })).values;
}
