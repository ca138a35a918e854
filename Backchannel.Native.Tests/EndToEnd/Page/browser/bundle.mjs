// Bundles the page into one file: node bundle.mjs LIBRARIES OUTPUT
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const [libraries, outdir] = process.argv.slice(2);
const { build } = createRequire(`${libraries}/`)("esbuild");
const page = fileURLToPath(new URL("../../../../Backchannel.Native/Page/", import.meta.url));

const { outputFiles } = await build({
  absWorkingDir: page,
  entryPoints: ["app.js", "app.css"],
  outdir: path.resolve(outdir),
  write: false,
  bundle: true,
  minify: true,
  format: "esm",
  // Browsers of the last two or three years.
  target: "es2022",
  charset: "utf8",
  // The licences are files of their own, in lib.
  legalComments: "none",
});
const text = name => outputFiles.find(file => path.basename(file.path) === name).text;

// The module and the styles stand in the page itself: a browser draws its first view without asking for anything else.
let html = fs.readFileSync(`${page}/index.html`, "utf8");
for (const [linked, inside] of [
  [`<link rel="stylesheet" href="app.css">`, `<style>${text("app.css")}</style>`],
  [`<script type="module" src="app.js"></script>`, `<script type="module">${text("app.js")}</script>`],
]) {
  if (!html.includes(linked)) {
    throw new Error(`index.html has no ${linked}`);
  }

  html = html.replace(linked, () => inside);
}

fs.mkdirSync(outdir, { recursive: true });
fs.writeFileSync(path.join(outdir, "index.html"), html);
