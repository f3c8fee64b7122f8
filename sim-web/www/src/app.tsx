// The page: map and time in the middle, the terminal below, panels beside.
import { useSignal } from "@preact/signals";
import { lazy, Suspense } from "preact/compat";
import { useEffect } from "preact/hooks";
import { Goals, Inspector, Journal } from "./inspect/inspector";
import { WorldMap } from "./map/map";
import { pack } from "./permalink";
import type { Side } from "./protocol";
import { attempt, chosen, going, lab, loaded, opened, panel, type PanelName, present, said, shown, source, trouble } from "./state";
import { gallery } from "./scenario/shipped";
import { type Theme, setTheme, theme } from "./theme";
import "./terminal/door";
import { Timebar, toggle } from "./time/timebar";
import { count } from "./words";

const TerminalView = lazy(() =>
  import("./terminal/terminal").catch((error: unknown) => {
    trouble.value = `The terminal could not be loaded (${String(error)}). Everything else works; reload the page to have it.`;
    return { default: () => <></> };
  }),
);
const LearnPanel = lazy(() => import("./learn/panel"));
const Charts = lazy(() => import("./charts/charts"));
const ScenarioPanel = lazy(() => import("./scenario/panel"));

const TABS: { name: PanelName; label: string; narrow?: boolean }[] = [
  { name: "map", label: "Map", narrow: true },
  { name: "terminal", label: "Terminal", narrow: true },
  { name: "learn", label: "Learn" },
  { name: "inspect", label: "Inspect" },
  { name: "charts", label: "Charts" },
  { name: "journal", label: "Journal" },
  { name: "scenario", label: "Scenario" },
];

async function share(): Promise<void> {
  const from = source.peek();
  const seed = loaded.peek()?.seed ?? "";
  const where = await attempt(lab.call("where"));
  if (!from || !where) return;
  const original = (await attempt(gallery()))?.find((one) => one.name === from.name);
  const edited = original?.text === from.text ? {} : { text: from.text };
  const fragment = await attempt(pack({ scenario: from.name, ...edited, seed, ...where }));
  if (!fragment) return;
  history.replaceState(null, "", `#${fragment}`);
  const copied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
  said.value = copied ? "The link is copied: it opens this very moment." : "The link stands in the address bar: it opens this very moment.";
}

function Header() {
  return (
    <header class="bar">
      <h1>ECS simulator</h1>
      <p class="title">{loaded.value?.title ?? ""}</p>
      <button type="button" onClick={() => void share()}>Link<span class="wide-only"> to this moment</span></button>
      <label>
        <span class="hidden">Theme</span>
        <select value={theme.value} onChange={(event) => setTheme(event.currentTarget.value as Theme)}>
          <option value="system">Auto</option>
          <option value="light">Light</option>
          <option value="dark">Dark</option>
        </select>
      </label>
    </header>
  );
}

function Future({ side }: { side: Side }) {
  const { focus } = going.value;
  const look = shown[side].value?.look;
  const letter = side === 0 ? "A" : "B";
  const running = look?.control.services.reduce((sum, service) => sum + service.running, 0) ?? 0;
  const errors = look?.map.balancers.reduce((sum, one) => sum + one.errors, 0) ?? 0;
  return (
    <section class={`future ${focus === side ? "focus" : ""}`} aria-label={`Future ${letter}`}>
      <button type="button" class="future-head" aria-pressed={focus === side} onClick={() => void attempt(lab.call("focus", side))}>
        <strong>Future {letter}</strong>
        <span>{running} running · {count(look?.instant.requests ?? 0)} requests · {count(errors)} answered 5XX</span>
        <span class="quiet">{focus === side ? "the terminal types here" : "let the terminal type here"}</span>
      </button>
      <WorldMap side={side} />
    </section>
  );
}

function Panels() {
  const now = panel.value;
  const move = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    const tabs = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("[role=tab]")].filter((tab) => tab.offsetParent !== null);
    const place = tabs.findIndex((tab) => tab === document.activeElement);
    const next = tabs[(place + step + tabs.length) % tabs.length];
    next?.focus();
    next?.click();
  };
  return (
    <section class="panels" aria-label="Panels">
      <div class="tabs" role="tablist" aria-label="Panels" onKeyDown={move}>
        {TABS.map(({ name, label, narrow }) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            class={narrow ? "narrow-only" : ""}
            aria-selected={now === name}
            aria-controls={narrow ? undefined : "panel"}
            tabIndex={now === name || (name === "inspect" && (now === "map" || now === "terminal")) ? 0 : -1}
            onClick={() => (panel.value = name)}
          >
            {label}
          </button>
        ))}
      </div>
      <div class="panel" id="panel" role="tabpanel" aria-labelledby={`tab-${now}`} tabIndex={0}>
        <Suspense fallback={<p class="quiet">One moment…</p>}>
          {now === "learn" ? <LearnPanel /> : now === "charts" ? <Charts /> : now === "journal" ? <Journal /> : now === "scenario" ? <ScenarioPanel /> : <><Inspector />{chosen.value === "" && <Goals />}</>}
        </Suspense>
      </div>
    </section>
  );
}

/** Keys that work everywhere but where one writes. */
function keys(event: KeyboardEvent): void {
  const at = event.target as HTMLElement;
  if (event.ctrlKey || event.metaKey || event.altKey || at.closest("input,select,textarea,button,summary,.shell,.editor,[contenteditable]")) return;
  if (event.key === " ") toggle();
  else if (event.key === ".") void attempt(lab.call("step", "change"));
  else if (event.key === ",") void attempt(lab.call("step", "event"));
  else return;
  event.preventDefault();
}

export function App() {
  const two = going.value.sides === 2;
  const ready = useSignal(false);
  const there = present.value !== undefined;
  // The terminal's code is large: it comes when the first picture has been drawn, or when there will be none.
  const drawn = useSignal(false);
  const settled = there || trouble.value !== "";
  useEffect(() => {
    if (settled) requestAnimationFrame(() => setTimeout(() => (drawn.value = true)));
  }, [settled]);
  useEffect(() => {
    addEventListener("keydown", keys);
    ready.value = true;
    return () => removeEventListener("keydown", keys);
  }, []);
  return (
    <div class="page" data-panel={panel.value} data-now={present.value?.look.instant.now_ns} data-hash={present.value?.look.instant.hash} data-ready={there && ready.value && opened.value}>
      <Header />
      {trouble.value !== "" && (
        <div class="trouble" role="alert">
          <pre>{trouble.value}</pre>
          <button type="button" onClick={() => (trouble.value = "")}>Close</button>
        </div>
      )}
      <main class="all">
        <section class={two ? "stage two" : "stage"} aria-label="World">
          {two ? <><Future side={0} /><Future side={1} /></> : <WorldMap side={0} />}
        </section>
        <Timebar />
        <section class="shell" aria-label="Terminal">
          <Suspense fallback={null}>{drawn.value && <TerminalView />}</Suspense>
        </section>
        <Panels />
      </main>
      <p class="said" role="status" aria-live="polite">{said.value}</p>
    </div>
  );
}

