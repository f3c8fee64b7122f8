// The scenario with which the page begins: the only one that it has from the first moment, with the files that it names.
import text from "../../../../scenarios/lab/fargate-alb.toml?raw";
import type { Source } from "../protocol";

const beside = import.meta.glob<string>("../../../../scenarios/lab/**/*.json", { query: "?raw", import: "default", eager: true });
const inside = (path: string) => path.replace(/^.*\/scenarios\/lab\//, "");

export const lab: Source = {
  name: "lab/fargate-alb.toml",
  text,
  files: Object.fromEntries(Object.entries(beside).map(([path, content]) => [inside(path), content])),
};
