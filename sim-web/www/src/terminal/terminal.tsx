// The terminal: xterm.js around the shell.
import { FitAddon } from "@xterm/addon-fit";
import { Terminal, type ITheme } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { useEffect, useRef } from "preact/hooks";
import { hint } from "../learn/hint";
import { effect } from "@preact/signals";
import { going, lab, onLook, opening, said } from "../state";
import { Shell } from "./shell";
import { strictDocument, strictly } from "./strict-document";

let current: Shell | undefined;

/** Enters a line in the terminal: what every button does, so that one sees what it is. */
export async function type(line: string): Promise<void> {
  const answer = await current?.run(line);
  if (answer?.kind === "done") said.value = `${line}: ${answer.code === 0 ? "done" : "refused"}`;
}

/** Prints a note of the page itself. */
export function note(text: string): void {
  current?.say(text);
}

function themeOf(element: Element): ITheme {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    background: colour("--terminal"),
    foreground: colour("--text"),
    cursor: colour("--accent"),
    cursorAccent: colour("--terminal"),
    selectionBackground: colour("--selection"),
    red: colour("--bad"),
  };
}

export function TerminalView() {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const here = box.current;
    if (!here) return;
    const terminal = new Terminal({
      documentOverride: strictDocument(document),
      screenReaderMode: true,
      convertEol: false,
      cursorBlink: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      fontFamily: "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace",
      fontSize: 13,
      lineHeight: 1.25,
      scrollback: 5000,
      minimumContrastRatio: 4.5,
      theme: themeOf(here),
    });
    const fit = new FitAddon();
    terminal.loadAddon(fit);
    strictly(document, () => terminal.open(here));
    // Tab must be able to leave: with nothing to complete it moves on, as everywhere.
    terminal.attachCustomKeyEventHandler((event) => !(event.key === "Tab" && (event.shiftKey || shell.line.text === "")));
    const shell = new Shell(
      { write: (text) => terminal.write(text), clear: () => terminal.write("\x1b[2J\x1b[3J\x1b[H"), columns: () => terminal.cols },
      {
        enter: (text) => lab.call("enter", text),
        complete: (prefix) => lab.call("complete", prefix),
        stop: () => void lab.call("stop"),
        hint,
      },
    );
    current = shell;
    const resize = new ResizeObserver(() => {
      if (here.clientWidth > 40 && here.clientHeight > 20) {
        fit.fit();
        terminal.scrollToBottom();
      }
    });
    resize.observe(here);
    fit.fit();
    shell.greet();
    // Whoever types wants to see the line, wherever the view stood.
    const follow = () => terminal.write("", () => terminal.scrollToBottom());
    const typing = terminal.onData((data) => void shell.key(data).then(follow));
    const unopen = effect(() => {
      if (opening.value !== "") shell.say(`— ${opening.value} —`);
    });
    const unlook = onLook((side, look) => {
      if (side === going.peek().focus) shell.scripted(look.typed);
    });
    const recolour = () => (terminal.options.theme = themeOf(here));
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", recolour);
    addEventListener("themechange", recolour);
    return () => {
      current = undefined;
      resize.disconnect();
      typing.dispose();
      unopen();
      unlook();
      dark.removeEventListener("change", recolour);
      removeEventListener("themechange", recolour);
      terminal.dispose();
    };
  }, []);
  return <section class="shell" aria-label="Terminal"><div ref={box} class="shell-box" /></section>;
}
