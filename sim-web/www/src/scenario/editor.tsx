// The editor: CodeMirror with TOML, the validator's problems and the schema's words. It lives in a shadow root, where
// its styles are constructed sheets, because the page's policy allows no inline style.
import { autocompletion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { toml } from "@codemirror/legacy-modes/mode/toml";
import { type Diagnostic as Mark, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "preact/hooks";
import type { Diagnostic, Source } from "../protocol";
import { lab } from "../state";
import { type Schema, wordsAt } from "./schema-words";

/** After the last key, before the text is looked at [ms]. */
const PAUSE = 250;

const style = HighlightStyle.define([
  { tag: tags.comment, color: "var(--quiet)" },
  { tag: [tags.string, tags.atom, tags.number, tags.bool], color: "var(--accent)" },
  { tag: [tags.propertyName, tags.variableName, tags.keyword], color: "var(--text)", fontWeight: "600" },
]);

const theme = EditorView.theme({
  "&": { height: "100%", fontSize: "13px", backgroundColor: "var(--terminal)", color: "var(--text)" },
  ".cm-scroller": { fontFamily: "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace", lineHeight: "1.5" },
  ".cm-gutters": { backgroundColor: "var(--terminal)", color: "var(--quiet)", border: "none" },
  ".cm-content": { caretColor: "var(--accent)" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-cursor": { borderLeftColor: "var(--accent)" },
  // The library draws these with images in data URLs, which the policy does not load.
  ".cm-lintRange-error, .cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--bad)" },
  ".cm-lint-marker-error, .cm-lint-marker-warning": { content: "'▲'", color: "var(--bad)", fontSize: "10px" },
  ".cm-tooltip": { backgroundColor: "var(--card)", color: "var(--text)", border: "1px solid var(--line)", borderRadius: "6px", maxWidth: "34rem" },
  ".cm-diagnostic-error, .cm-diagnostic-warning": { borderLeft: "3px solid var(--bad)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionInfo": { padding: "6px 10px" },
});

/** A problem as a mark in the text. Rust counts bytes, the editor counts UTF-16 units. */
export function marks(problems: Diagnostic[], name: string, text: string): Mark[] {
  const encoded = new TextEncoder().encode(text);
  const place = (byte: number) => new TextDecoder().decode(encoded.subarray(0, byte)).length;
  return problems.flatMap((problem) => {
    const here = problem.places.find((one) => one.file === name);
    const [from, to] = here ? [place(here.bytes[0]), place(here.bytes[1])] : [0, 0];
    const beside = here?.text ? ` (${here.text})` : "";
    const help = problem.help ? `\n${problem.help}` : "";
    return [{ from, to: Math.max(from, to), severity: problem.severity, message: `${problem.message}${beside}${help}` }];
  });
}

interface Props {
  source: Source;
  onText: (text: string) => void;
  onProblems: (problems: Diagnostic[]) => void;
}

export default function Editor({ source, onText, onProblems }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | undefined>(undefined);
  useEffect(() => {
    if (!host.current) return;
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: "open" });
    let schema: Schema | undefined;
    let timer = 0;
    void lab.call("schema").then((found) => (schema = found as Schema), () => undefined);
    const complete = (context: CompletionContext): CompletionResult | null => {
      if (!schema) return null;
      const { from, words } = wordsAt(schema, context.state.sliceDoc(0, context.pos));
      if (words.length === 0 || (!context.explicit && from === context.pos)) return null;
      const options = words.map(({ word, about, kind }) => ({ label: word, info: about, type: kind === "key" ? "property" : "constant" }));
      return { from, options };
    };
    const look = async (editor: EditorView) => {
      const text = editor.state.doc.toString();
      onText(text);
      const problems = await lab.call("check", { ...source, text }).catch(() => []);
      if (editor.state.doc.toString() !== text) return;
      editor.dispatch(setDiagnostics(editor.state, marks(problems, source.name, text)));
      onProblems(problems);
    };
    const changed = EditorView.updateListener.of((update) => {
      if (!update.docChanged) return;
      clearTimeout(timer);
      timer = setTimeout(() => void look(update.view), PAUSE) as unknown as number;
    });
    const extensions = [
      lineNumbers(), history(), drawSelection(), lintGutter(), StreamLanguage.define(toml), syntaxHighlighting(style),
      autocompletion({ override: [complete] }), keymap.of([...defaultKeymap, ...historyKeymap, ...lintKeymap]),
      EditorView.lineWrapping, EditorView.contentAttributes.of({ "aria-label": `Scenario ${source.name}` }), theme, changed,
    ];
    const editor = new EditorView({ state: EditorState.create({ doc: source.text, extensions }), parent: root, root });
    editor.scrollDOM.tabIndex = 0;
    view.current = editor;
    void look(editor);
    return () => {
      clearTimeout(timer);
      editor.destroy();
    };
  }, [source]);
  return <div class="editor" ref={host} />;
}
