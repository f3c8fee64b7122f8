// The page's end of the wire: calls as promises, and a watch over a worker that does not answer.
import type { Call, CallName, Calls, News } from "./protocol";

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
  private heard = 0;

  constructor(
    private readonly onNews: (news: News) => void,
    private readonly onDeath: (message: string) => void,
  ) {
    this.worker = this.start();
    setInterval(() => this.watch(), 1000);
  }

  call<Name extends CallName>(name: Name, ...args: Parameters<Calls[Name]>): Promise<ReturnType<Calls[Name]>> {
    const id = this.next++;
    if (this.waiting.size === 0) this.heard = Date.now();
    const call: Call = { id, call: name, args };
    this.worker.postMessage(call);
    return new Promise((done, failed) => this.waiting.set(id, { done: done as (value: never) => void, failed }));
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
    const worker = new Worker(new URL("./worker/worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<News>) => this.hear(data);
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
