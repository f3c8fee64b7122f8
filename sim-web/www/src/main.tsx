// The page: the theme, the first scenario, and then it plays.
import { render } from "preact";
import { App } from "./app";
import { keepForOffline } from "./offline/keep";
import { unpack } from "./permalink";
import { lab as firstScenario } from "./scenario/lab";
import { gallery } from "./scenario/shipped";
import { lab, load, opened, trouble } from "./state";
import { apply } from "./theme";

/** Opens what the address holds; true when it did. */
async function follow(): Promise<boolean> {
  const link = await unpack(location.hash);
  if (!link) return false;
  const shipped = (await gallery()).find((one) => one.name === link.scenario);
  if (!shipped && link.text === undefined) throw new Error("This link cannot be opened: its scenario does not ship any more.");
  const from = { name: link.scenario, text: link.text ?? shipped?.text ?? "", files: shipped?.files ?? {} };
  if (await load(from, link.seed, link.lines, link.at, link.fork)) return true;
  throw new Error(trouble.peek());
}

/** Opens what the address holds; the lab when it holds nothing that can be opened. */
async function open(): Promise<void> {
  let message = "";
  try {
    if (await follow()) return;
  } catch (error) {
    message = error instanceof Error ? error.message : String(error);
  }
  const there = await load(firstScenario);
  if (message !== "") trouble.value = message;
  else if (there && !matchMedia("(prefers-reduced-motion: reduce)").matches) await lab.call("play", true);
}

apply();
const root = document.getElementById("app");
if (root) {
  root.replaceChildren();
  render(<App />, root);
}
void open().finally(() => {
  opened.value = true;
  keepForOffline();
});
addEventListener("hashchange", () => void open());
