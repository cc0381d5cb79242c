import { refusesEach, type BadInput, withFile } from "../../../support/bad-input.ts";

const OPTIONS: readonly BadInput[] = [
  {
    name: "an unknown option",
    command: "train wdl --gama 3",
    message: /unknown option '--gama' \(Did you mean --gamma\?\); see --help/,
  },
  {
    name: "an unknown task",
    command: "train lda",
    message: /task lda: unknown; known are wdl, sinkinit, wsv, metric, embed/,
  },
  { name: "an unknown command", command: "learn", message: /unknown command 'learn'; see --help/ },
  { name: "a word too many", command: "train wdl faces", message: /too many arguments .* got 1; see --help/ },
  {
    name: "an option without its value",
    command: "train wdl --gamma",
    message: /option '--gamma <number>' argument missing/,
  },
  {
    name: "a word for a number",
    command: "train wdl --gamma two",
    message: /--gamma: expected a number above 0, got "two"/,
  },
  { name: "an empty number", command: "train wdl --gamma ''", message: /--gamma: expected a number above 0, got ""/ },
  {
    name: "infinity",
    command: "train wdl --gamma Infinity",
    message: /--gamma: expected a number above 0, got "Infinity"/,
  },
  {
    name: "a number too small",
    command: "train wdl --atoms 0",
    message: /--atoms: expected a whole number at least 1, got "0"/,
  },
  {
    name: "a fraction",
    command: "train wdl --atoms 2.5",
    message: /--atoms: expected a whole number at least 1, got "2\.5"/,
  },
  {
    name: "a number too large",
    command: "train wdl --heavy-ball 0.1",
    message: /--heavy-ball: expected a number above -1 and at most 0, got "0\.1"/,
  },
  {
    name: "an unknown choice",
    command: "train wdl --loss l2",
    message: /--loss: expected one of tv, quadratic, kl, .*, got "l2"/,
  },
  {
    name: "an unknown backend",
    command: "train wdl --backend cuda",
    message: /--backend: expected one of auto, tensorflow, .*, got "cuda"/,
  },
  { name: "an empty text", command: "train wdl --dataset ''", message: /--dataset: expected text, got ""/ },
  {
    name: "a bad image size",
    command: "train wdl --size 64x",
    message: /size: expected pixels as 64 or WIDTHxHEIGHT as 68x60, got "64x"/,
  },
  {
    name: "an image size for a line",
    command: "train wdl --dataset gaussians-1d --size 8x8",
    message: /size: expected a number of grid points of at least 25, got "8x8"/,
  },
  {
    name: "options that exclude each other",
    command: "train wdl --size 8 --unbalanced 1 --allow-negative-weights",
    message: /--allow-negative-weights: not defined for unbalanced barycenters; leave one of the two out/,
  },
  { name: "a --config that is not there", command: "train wdl --config x.json", message: /x\.json: does not exist/ },
  {
    name: "a --config that is not JSON",
    command: "train wdl --config x.json",
    ...withFile("x.json", "gamma: 3"),
    message: /x\.json: expected JSON, got .+/,
  },
  {
    name: "a --config that is a list",
    command: "train wdl --config x.json",
    ...withFile("x.json", "[]"),
    message: /x\.json: expected an object of options, got a list/,
  },
  {
    name: "an unknown key in --config",
    command: "train wdl --config x.json",
    ...withFile("x.json", '{"gama": 1}'),
    message: /x\.json: option gama: unknown; known are atoms, loss, gamma,/,
  },
  {
    name: "a bad value in --config",
    command: "train wdl --config x.json",
    ...withFile("x.json", '{"atoms": "five"}'),
    message: /x\.json: atoms: expected a whole number at least 1, got "five"/,
  },
  {
    name: "a seed too large",
    command: "train wdl --size 8 --seed 4294967296",
    message: /--seed: expected a whole number at least -2147483648 and at most 4294967295, got "4294967296"/,
  },
  {
    name: "a whole number that no float64 tells from the next",
    command: "train wdl --iterations 1e308",
    message: /--iterations: expected a whole number at least 1 and at most 9007199254740991, got "1e308"/,
  },
  {
    name: "far too many target iterations",
    command: "train sinkinit --k 1e308",
    message: /--k: expected a whole number at least 1 and at most 10000, got "1e308"/,
  },
  {
    name: "far too large a grid",
    command: "train sinkinit --grid 1e308",
    message: /--grid: expected a whole number at least 4 and at most 1024, got "1e308"/,
  },
  {
    name: "a layer without end",
    command: "train sinkinit --preset paper --widths 1e308",
    message: /--widths: expected whole numbers from 1 to 65536 separated by commas, as 512,512, got "1e308"/,
  },
  {
    name: "data that no network of images can see",
    command: "train sinkinit --preset tiny --dataset torus",
    message: /torus: expected at least two images, got matrix \[100, 80\]/,
  },
  {
    name: "a single image for pairs of images",
    command: "train sinkinit --preset tiny --limit 1",
    message: /drawings: expected at least two images, got images \[1, 28, 28\]/,
  },
  {
    name: "a null character in the path of data",
    command: "train wdl --config x.json",
    ...withFile("x.json", '{"data": "a\\u0000b"}'),
    message: /x\.json: data: expected a path without NUL, got "a\\u0000b"/,
  },
  {
    name: "a null character in the path of a cost",
    command: "train wdl --config x.json",
    ...withFile("x.json", '{"cost": "\\u0000"}'),
    message: /x\.json: cost: expected a path without NUL, got "\\u0000"/,
  },
  {
    name: "a flag that is no boolean in --config",
    command: "train wdl --config x.json",
    ...withFile("x.json", '{"invert": "yes"}'),
    message: /x\.json: invert: expected true or false, got "yes"/,
  },
];

refusesEach(OPTIONS);
