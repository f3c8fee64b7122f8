// Asks the browser to keep the page for times without a network. Where it cannot, the page works as before.

/** Begins to keep the page, once it is ready and has nothing better to do. */
export function keepForOffline(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  const keep = async () => {
    const { waiting } = await navigator.serviceWorker.register("./sw.js");
    waiting?.postMessage(import.meta.url);
  };
  const begin = () => void keep().catch(() => undefined);
  if ("requestIdleCallback" in window) requestIdleCallback(begin, { timeout: 5000 });
  else setTimeout(begin, 1000);
}
