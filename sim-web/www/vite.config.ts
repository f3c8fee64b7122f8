// How the page is built: relative paths for any static host, no inline script or style, scenarios from the repository.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { defineConfig, type Plugin } from "vite";

const dist = join(import.meta.dirname, "../dist");

/** Empties `dist`, but for the file that keeps the folder in the repository: sim-cli embeds what lies in it. */
function emptyDist(): Plugin {
  return {
    name: "empty-dist",
    apply: "build",
    buildStart() {
      for (const name of readdirSync(dist)) {
        if (name !== ".gitignore") rmSync(join(dist, name), { recursive: true });
      }
    },
  };
}

/** Writes the service worker: `sw.js`, with the names of all files and a version that follows from their content. */
function offline(): Plugin {
  return {
    name: "offline",
    apply: "build",
    closeBundle() {
      const files = readdirSync(dist, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.startsWith(".") && entry.name !== "sw.js")
        .map((entry) => relative(dist, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
        .sort();
      const worker = readFileSync(join(import.meta.dirname, "src/offline/sw.js"), "utf8");
      const hash = createHash("sha256").update(worker);
      for (const file of files) hash.update(file).update(readFileSync(join(dist, file)));
      const text = worker.replace("__VERSION__", hash.digest("hex").slice(0, 16)).replace('["__FILES__"]', JSON.stringify(files));
      writeFileSync(join(dist, "sw.js"), text);
    },
  };
}

/** Lets the browser fetch the page while it still reads the first script, which asks for it. */
function early(): Plugin {
  return {
    name: "early",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(_html, { bundle = {} }) {
        const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
        const main = chunks.find((chunk) => chunk.facadeModuleId?.endsWith("/src/main.tsx"));
        const first = chunks.find((chunk) => chunk.isEntry);
        const needed = main ? [main.fileName, ...main.imports].filter((name) => name !== first?.fileName) : [];
        return needed.map((name) => ({ tag: "link", attrs: { rel: "modulepreload", href: `./${name}`, crossorigin: true }, injectTo: "head" }));
      },
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [emptyDist(), early(), offline()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: { format: "es" },
  server: { host: "127.0.0.1", fs: { allow: ["../.."] } },
  preview: { host: "127.0.0.1" },
  build: {
    outDir: dist,
    emptyOutDir: false,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 800,
  },
  test: { include: ["src/**/*.test.ts"] },
} as Parameters<typeof defineConfig>[0]);
