// The page's end of the wire: calls as promises, and a watch over a worker that does not answer.
import type { Call, CallName, Calls, News } from "./protocol";
import { type Begun, fresh } from "./worker/begin";

/** How long the worker may be silent while somebody waits [ms]. */
const PATIENCE = 15_000;

interface Waiting {
  done: (value: never) => void;
  failed: (error: Error) => void;
}

/** The worker has understood a call and refuses it; any other error says that there is no answer. */
export class Refusal extends Error {}

export class Lab {
  private worker: Worker;
  private waiting = new Map<number, Waiting>();
  private next = 1;
  /** The worker's first call, when it was made before this was there; and what became of it until now. */
  private early: Begun | undefined;
  private heard = 0;

  constructor(
    private readonly onNews: (news: News) => void,
    private readonly onDeath: (message: string) => void,
  ) {
    this.worker = this.start();
    setInterval(() => this.watch(), 1000);
  }

  call<Name extends CallName>(name: Name, ...args: Parameters<Calls[Name]>): Promise<ReturnType<Calls[Name]>> {
    if (this.waiting.size === 0) this.heard = Date.now();
    const early = this.take(name, args);
    const id = early?.told?.id ?? this.next++;
    if (!early) this.worker.postMessage({ id, call: name, args } satisfies Call);
    const answer = new Promise<ReturnType<Calls[Name]>>((done, failed) => this.waiting.set(id, { done: done as (value: never) => void, failed }));
    for (const news of early?.said ?? []) this.hear(news);
    return answer;
  }

  /** The early call, when it is this one; from now on the worker is heard. */
  private take(name: CallName, args: unknown[]): Begun | undefined {
    const early = this.early;
    if (!early) return undefined;
    this.early = undefined;
    early.worker.onmessage = ({ data }: MessageEvent<News>) => this.hear(data);
    return early.told?.call === name && early.told.args[0] === args[0] ? early : undefined;
  }

  /** Ends the worker and everything in it, and starts a fresh one. */
  restart(message: string): void {
    this.worker.terminate();
    for (const { failed } of this.waiting.values()) failed(new Error(message));
    this.waiting.clear();
    this.worker = this.start();
    this.onDeath(message);
  }

  private start(): Worker {
    const begun = fresh();
    const { worker } = begun;
    this.early = begun;
    worker.onerror = (event) => this.restart(event.message || "the simulation could not be started");
    this.heard = Date.now();
    return worker;
  }

  private hear(news: News): void {
    this.heard = Date.now();
    if (news.is === "answer" || news.is === "refusal") {
      const waiting = this.waiting.get(news.id);
      this.waiting.delete(news.id);
      if (news.is === "answer") waiting?.done(news.value as never);
      else waiting?.failed(new Refusal(news.message));
    } else if (news.is === "dead") {
      this.restart(`the simulation has failed: ${news.message}`);
    } else {
      this.onNews(news);
    }
  }

  private watch(): void {
    if (this.waiting.size > 0 && Date.now() - this.heard > PATIENCE) {
      this.restart(`the simulation has not answered for ${PATIENCE / 1000} s and was ended`);
    }
  }
}
