// Bundles the page: node bundle.mjs LIBRARIES OUTPUT
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const [libraries, outdir] = process.argv.slice(2);
const { build } = createRequire(`${libraries}/`)("esbuild");
const page = fileURLToPath(new URL("../../../../Backchannel.Native/Page/", import.meta.url));

await build({
  absWorkingDir: page,
  entryPoints: ["app.js", "app.css"],
  outdir: path.resolve(outdir),
  bundle: true,
  minify: true,
  format: "esm",
  // Browsers of the last two or three years.
  target: "es2022",
  charset: "utf8",
  // The licences are files of their own, in lib.
  legalComments: "none",
});
