import { createNodeResolver, importX } from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

/** Each layer may import the ones before it: src <- checkpoints <- models <- eval <- training. */
const LAYERS = ["src", "checkpoints", "models", "eval", "training"];
const zones = LAYERS.flatMap((layer, index) =>
  LAYERS.slice(index + 1).map((later) => ({
    target: `./${layer}`,
    from: `./${later}`,
    message: `${layer} may not import ${later}: imports go src <- checkpoints <- models <- eval <- training.`,
  })),
);

export default tseslint.config(
  { ignores: ["dist/**", "node_modules/**", "runs/**", "build/**"] },
  ...tseslint.configs.strict,
  {
    basePath: new URL("..", import.meta.url).pathname,
    files: ["**/*.ts"],
    plugins: { "import-x": importX },
    settings: {
      "import-x/parsers": { "@typescript-eslint/parser": [".ts"] },
      "import-x/extensions": [".ts"],
      "import-x/resolver-next": [createNodeResolver({ extensions: [".ts"] })],
    },
    rules: {
      "import-x/no-cycle": "error",
      "import-x/no-restricted-paths": ["error", { basePath: new URL("..", import.meta.url).pathname, zones }],
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      "no-restricted-syntax": [
        "error",
        {
          selector:
            ":matches(PropertyDefinition, TSParameterProperty, MethodDefinition[kind!='constructor'])[accessibility='private']",
          message: "Private members are written #name.",
        },
      ],
      "no-console": "error",
      eqeqeq: "error",
    },
  },
  {
    // what pages import
    basePath: new URL("..", import.meta.url).pathname,
    files: ["src/**/*.ts", "checkpoints/**/*.ts", "models/**/*.ts", "eval/**/*.ts", "training/**/*.ts"],
    ignores: [
      "src/platform/node/**",
      "eval/bench/**",
      "training/cli/**",
      "training/dashboard/**",
      "training/demo/*.ts",
    ],
    rules: {
      "@typescript-eslint/no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex: "^(node:|(sharp|ora|env-paths|csv-parse)$)",
              allowTypeImports: true,
              message: "Pages import this: take it from #platform (src/platform).",
            },
          ],
        },
      ],
    },
  },
);
