// The map of one future: places as elements, motion as a canvas over them.
import { useEffect, useRef } from "preact/hooks";
import type { Side } from "../protocol";
import { going, onLook, panel, shown } from "../state";
import { measure } from "./places-of";
import { MotionPicture, type Ink } from "./motion";
import { Balancers, Control, Internet, Registry, Roles, Watch, Zones } from "./places";

function inkOf(element: HTMLElement): Ink {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return { good: colour("--accent"), bad: colour("--bad"), line: colour("--line"), pull: colour("--coming"), probe: colour("--quiet") };
}

/** What the shape of the map depends on. */
function shapeOf(side: Side): string {
  const look = shown[side].peek()?.look;
  if (!look) return "";
  const tasks = look.map.zones.map((zone) => zone.tasks.map((task) => task.key).join(",")).join("/");
  return `${tasks}|${look.map.balancers.length}|${look.roles.length}|${look.repositories.length}|${look.control.services.length}`;
}

/** Draws the motion of one future over its places. */
function Motion({ side, root }: { side: Side; root: { current: HTMLDivElement | null } }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const board = canvas.current;
    const map = root.current;
    const pen = board?.getContext("2d");
    if (!board || !map || !pen) return;
    const picture = new MotionPicture();
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    const dark = matchMedia("(prefers-color-scheme: dark)");
    let places = measure(map);
    let ink = inkOf(map);
    let shape = "";
    let frame = 0;
    let heard = performance.now();
    const again = () => {
      places = measure(map);
      const scale = devicePixelRatio || 1;
      board.width = Math.round(map.clientWidth * scale);
      board.height = Math.round(map.clientHeight * scale);
      draw();
    };
    const draw = () => {
      frame = 0;
      const scale = devicePixelRatio || 1;
      pen.setTransform(scale, 0, 0, scale, 0, 0);
      pen.clearRect(0, 0, board.width, board.height);
      const [internet, balancer] = [places.place("internet"), map.querySelector("[data-balancer]") && places.place("balancers")];
      pen.strokeStyle = ink.line;
      pen.lineWidth = 1.5;
      pen.beginPath();
      if (internet && balancer) {
        pen.moveTo(internet.x, internet.y);
        pen.lineTo(balancer.x, balancer.y);
        if (places.network) pen.lineTo(places.network.x, balancer.y);
      }
      pen.stroke();
      picture.draw(pen, performance.now(), ink, calm.matches);
      if (!picture.idle && !calm.matches) frame = requestAnimationFrame(draw);
    };
    const wake = () => {
      if (frame === 0) frame = requestAnimationFrame(draw);
    };
    const unlook = onLook((whose, look, fresh) => {
      if (whose !== side) return;
      const now = performance.now();
      const spread = Math.min(250, now - heard);
      heard = now;
      if (fresh) picture.clear();
      requestAnimationFrame(() => {
        const form = shapeOf(side);
        if (form !== shape) {
          shape = form;
          again();
        }
        if (!document.hidden) picture.take(look, places, spread, going.peek().speed, now);
        wake();
      });
    });
    const recolour = () => {
      ink = inkOf(map);
      wake();
    };
    const resized = new ResizeObserver(again);
    resized.observe(map);
    dark.addEventListener("change", recolour);
    addEventListener("themechange", recolour);
    return () => {
      unlook();
      resized.disconnect();
      dark.removeEventListener("change", recolour);
      removeEventListener("themechange", recolour);
      cancelAnimationFrame(frame);
    };
  }, [side]);
  return <canvas ref={canvas} class="motion" aria-hidden="true" />;
}

export function WorldMap({ side }: { side: Side }) {
  const root = useRef<HTMLDivElement>(null);
  const now = shown[side].value?.look;
  if (!now) return <div class="map empty"><p>No scenario is loaded.</p></div>;
  const stands = now.motion.requests_per_dot;
  return (
    <div class="map" ref={root}>
      <div class="around">
        <Control control={now.control} />
        <Roles roles={now.roles} />
        <Registry repositories={now.repositories} />
        <Watch control={now.control} open={() => (panel.value = "charts")} />
      </div>
      <div class="flow">
        <Internet callers={now.map.callers} />
        <Balancers balancers={now.map.balancers} />
        <Zones zones={now.map.zones} />
      </div>
      <Motion side={side} root={root} />
      {now.map.callers.length > 0 && (
        <p class="legend">
          ● one dot is {stands <= 1 ? "one request" : `one of ${stands} requests`} · □ a health check · ┅ a pull. Dots start when
          their originals did, and travel slower.
        </p>
      )}
    </div>
  );
}
