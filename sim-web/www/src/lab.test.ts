// @vitest-environment node
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Lab } from "./lab";
import type { Call, News, Source } from "./protocol";
import { beginEarly } from "./worker/begin";

class FakeWorker {
  static all: FakeWorker[] = [];
  onmessage: ((event: { data: News }) => void) | undefined;
  calls: Call[] = [];
  constructor() {
    FakeWorker.all.push(this);
  }
  postMessage(call: Call): void {
    this.calls.push(call);
  }
  terminate(): void {}
  say(data: News): void {
    this.onmessage?.({ data });
  }
}

const source: Source = { name: "a.toml", text: "", files: {} };
const going: News = { is: "going", going: { playing: false, speed: 1, busy: false, sides: 1, focus: 0 } };

beforeEach(() => {
  FakeWorker.all = [];
  vi.stubGlobal("Worker", FakeWorker);
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const early = (): FakeWorker => {
  beginEarly({ id: 0, call: "load", args: [source, "", [], "0", undefined] });
  return FakeWorker.all[0] as FakeWorker;
};

test("what the first worker did before the page was there is not done again, and its news are heard", async () => {
  const worker = early();
  worker.say(going);
  worker.say({ is: "answer", id: 0, value: "done" });
  const heard: News[] = [];
  const lab = new Lab((news) => heard.push(news), () => {});
  expect(heard).toEqual([]);
  expect(await lab.call("load", source, "", [], "0")).toBe("done");
  expect(heard).toEqual([going]);
  expect(worker.calls.length).toBe(1);
  expect(FakeWorker.all.length).toBe(1);
});

test("an answer that comes later is heard as well", async () => {
  const worker = early();
  const lab = new Lab(() => {}, () => {});
  const answer = lab.call("load", source, "", [], "0");
  worker.say({ is: "refusal", id: 0, message: "no" });
  await expect(answer).rejects.toThrow("no");
});

test("another first call is a call of its own", async () => {
  const worker = early();
  const heard: News[] = [];
  const lab = new Lab((news) => heard.push(news), () => {});
  const answer = lab.call("load", { ...source }, "", [], "0");
  expect(worker.calls.map(({ id }) => id)).toEqual([0, 1]);
  worker.say({ is: "answer", id: 0, value: "early" });
  worker.say({ is: "answer", id: 1, value: "wanted" });
  expect(await answer).toBe("wanted");
});

test("a worker that dies before the page is there is replaced", async () => {
  const worker = early();
  worker.say({ is: "dead", message: "unreachable" });
  const said: string[] = [];
  const lab = new Lab(() => {}, (message) => said.push(message));
  await expect(lab.call("load", source, "", [], "0")).rejects.toThrow("unreachable");
  expect(said).toEqual(["the simulation has failed: unreachable"]);
  const again = lab.call("load", source, "", [], "0");
  const next = FakeWorker.all[1] as FakeWorker;
  expect(next.calls.length).toBe(1);
  next.say({ is: "answer", id: next.calls[0]?.id ?? -1, value: "done" });
  expect(await again).toBe("done");
});
