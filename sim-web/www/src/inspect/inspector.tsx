// One thing, looked at closely: why it is so, what can be done, what became of it, AWS's own description.
import { useSignal, useSignalEffect } from "@preact/signals";
import type { FeedLine, Inspection } from "../generated/views";
import { glyphs } from "../map/task";
import { choose, chosen, going, lab, present } from "../state";
import { type } from "../terminal/door";

/** Between two looks while time passes [ms]. */
const AGAIN = 400;

export function FeedList({ lines }: { lines: FeedLine[] }) {
  return (
    <ol class="feed">
      {lines.map((line) => (
        <li key={line.number} class={`tone-${line.tone}`}>
          <button type="button" class="time" title="Go to this moment" onClick={() => void lab.call("seek", line.at_s)}>{line.at}</button>
          <span><span aria-hidden="true" class="glyph">{glyphs[line.tone]}</span> {line.text}</span>
        </li>
      ))}
    </ol>
  );
}

function Why({ found }: { found: Inspection }) {
  return (
    <section>
      <h3>Why</h3>
      {found.entity.why.length === 0 ? (
        <p class="quiet">Nothing has happened to it.</p>
      ) : (
        <ol class="why">
          {found.entity.why.map((link, index) => (
            <li key={`${link.at}${link.what}`}>
              <span class="time">{link.at}</span> {index > 0 && <span class="quiet">because </span>}{link.what}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Actions({ found }: { found: Inspection }) {
  if (found.entity.actions.length === 0) return null;
  return (
    <section>
      <h3>Do</h3>
      <ul class="actions">
        {found.entity.actions.map(({ label, line }) => (
          <li key={line}>
            <button type="button" onClick={() => void type(line)}>{label}</button>
            <code>{line}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Inspector() {
  const found = useSignal<Inspection | null>(null);
  const names = useSignal<string[]>([]);
  const asked = useSignal({ name: "", at: 0, timer: 0 });
  useSignalEffect(() => {
    const name = chosen.value;
    void present.value?.look.instant.now_ns;
    void going.value.focus;
    const { timer, at, name: before } = asked.peek();
    clearTimeout(timer);
    const ask = async () => {
      asked.value = { name, at: Date.now(), timer: 0 };
      names.value = await lab.call("names").catch(() => []);
      const answer = name === "" ? null : await lab.call("inspect", name).catch(() => null);
      if (chosen.peek() === name) found.value = answer;
    };
    const wait = name !== before ? 0 : Math.max(0, AGAIN - (Date.now() - at));
    asked.value = { name, at, timer: setTimeout(() => void ask(), wait) as unknown as number };
  });
  const thing = found.value;
  return (
    <div class="inspector">
      <label class="field">
        Look at
        <select value={chosen.value} onChange={(event) => choose(event.currentTarget.value)}>
          <option value="">…</option>
          {[...new Set([...(chosen.value ? [chosen.value] : []), ...names.value])].map((name) => <option key={name} value={name}>{name}</option>)}
        </select>
      </label>
      {!thing && (
        <p class="quiet">
          {chosen.value === ""
            ? "Choose a thing on the map or in the list: a task, a service, a load balancer, a role."
            : `There is nothing called ${chosen.value} at this moment.`}
        </p>
      )}
      {thing && (
        <>
          <h2><span class="quiet">{thing.entity.kind}</span> {thing.entity.name}</h2>
          <Why found={thing} />
          <Actions found={thing} />
          <section>
            <h3>History</h3>
            <FeedList lines={[...thing.entity.history].reverse().slice(0, 60)} />
          </section>
          {thing.json !== "" && (
            <section>
              <h3>As AWS describes it</h3>
              <p class="quiet"><code>{thing.entity.command}</code></p>
              <pre class="json" tabIndex={0} aria-label={`Description of ${thing.entity.name}`}>{thing.json}</pre>
            </section>
          )}
        </>
      )}
    </div>
  );
}

export function Journal() {
  const feed = present.value?.feed ?? [];
  const lines = [...feed].reverse().slice(0, 200);
  return (
    <div class="journal">
      <p class="quiet">What happened, latest first. A time leads to its moment.</p>
      <FeedList lines={lines} />
    </div>
  );
}

export function Goals() {
  const goals = present.value?.look.goals ?? [];
  if (goals.length === 0) return null;
  return (
    <details class="goals">
      <summary>What the scenario expects ({goals.length})</summary>
      <ul>
        {goals.map((goal) => (
          <li key={goal.text}>
            {goal.held ?? goal.holds ? "✓ " : goal.held === null ? "… " : "✗ "}{goal.text}
            <span class="quiet"> now {goal.actual === null ? "nothing to measure" : `${+goal.actual.toPrecision(4)} ${goal.unit}`}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
