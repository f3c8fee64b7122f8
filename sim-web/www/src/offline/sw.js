// The service worker: the page without a network. The build writes it to the top of `dist`, with the names of all files
// and a version that follows from their content.
//
// Files whose name holds their content's hash are taken from the store; the page itself comes from the network as long as
// that answers soon, so that a new version is seen at once. A store is thrown away only when no page needs it any more.
const VERSION = "__VERSION__";
const FILES = ["__FILES__"];
const STORE = `playground-${VERSION}`;
/** How long the network may take to bring the page before the kept one is shown [ms]. */
const PATIENCE = 3000;

const page = new URL("index.html", self.registration.scope).href;

self.addEventListener("install", (event) => {
  // Past the browser's own cache where a name says nothing of the content: old and new must not mix.
  const wanted = FILES.map((file) => new Request(new URL(file, self.registration.scope), file.startsWith("assets/") ? {} : { cache: "reload" }));
  event.waitUntil(caches.open(STORE).then((store) => store.addAll(wanted)));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("playground-") && name !== STORE;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

// A page that was made of these files, and is the only one, need not wait until the version before lets go.
self.addEventListener("message", (event) => {
  const takeOver = async () => {
    if (typeof event.data !== "string" || !FILES.includes(event.data.slice(self.registration.scope.length))) return;
    // The page that was there before a reload is counted for a moment.
    for (let turn = 0; turn < 5; turn++) {
      const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
      if (pages.length <= 1) return self.skipWaiting();
      await new Promise((done) => setTimeout(done, 500));
    }
  };
  event.waitUntil(takeOver());
});

async function kept(request, name) {
  const store = await caches.open(STORE);
  return (await store.match(name, { ignoreSearch: true })) ?? fetch(request);
}

async function fresh(request) {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    if (answer.ok) return answer;
  } catch {
    // No network, or one that does not answer: the kept page is what there is.
  }
  return kept(request, page);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(self.registration.scope)) return;
  event.respondWith(request.mode === "navigate" ? fresh(request) : kept(request, request.url));
});
