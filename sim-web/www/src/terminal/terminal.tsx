// The terminal: xterm.js around the shell.
import { FitAddon } from "@xterm/addon-fit";
import { Terminal, type ITheme } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { useEffect, useRef } from "preact/hooks";
import { hint } from "../learn/hint";
import { lab } from "../state";
import { arrived } from "./door";
import { Shell } from "./shell";
import { strictDocument, strictly } from "./strict-document";

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

export default function TerminalView() {
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
    const leave = arrived(shell);
    const recolour = () => (terminal.options.theme = themeOf(here));
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", recolour);
    addEventListener("themechange", recolour);
    return () => {
      leave();
      resize.disconnect();
      typing.dispose();
      dark.removeEventListener("change", recolour);
      removeEventListener("themechange", recolour);
      terminal.dispose();
    };
  }, []);
  return <div ref={box} class="shell-box" />;
}
