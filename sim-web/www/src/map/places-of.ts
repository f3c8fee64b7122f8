// Where things are on the map, measured once and again only when the map's shape changes.

export interface Point {
  x: number;
  y: number;
}

/** Finds the middle of things. */
export interface Places {
  place(name: string): Point | undefined;
  balancer(name: string): Point | undefined;
  task(key: number): Point | undefined;
}

/** Measures everything on a map, relative to its corner. */
export function measure(root: HTMLElement): Places & { zones: Point[] } {
  const corner = root.getBoundingClientRect();
  const middle = (element: Element, side: "middle" | "left" = "middle"): Point => {
    const box = element.getBoundingClientRect();
    const x = side === "left" ? box.left : box.left + box.width / 2;
    return { x: x - corner.left, y: box.top + box.height / 2 - corner.top };
  };
  const named = (attribute: string) => {
    const found = new Map<string, Point>();
    for (const element of root.querySelectorAll(`[data-${attribute}]`)) {
      found.set(element.getAttribute(`data-${attribute}`) ?? "", middle(element));
    }
    return found;
  };
  const [places, balancers, tasks] = [named("place"), named("balancer"), named("task")];
  return {
    place: (name) => places.get(name),
    balancer: (name) => balancers.get(name),
    task: (key) => tasks.get(String(key)),
    zones: [...root.querySelectorAll("[data-zone]")].map((zone) => middle(zone, "left")),
  };
}
