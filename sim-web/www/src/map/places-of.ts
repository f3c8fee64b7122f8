// Where things are on the map, measured once and again only when the map's shape changes.

export interface Point {
  x: number;
  y: number;
}

/** Finds the middle of things; what has two sides is passed through from left to right. */
export interface Places {
  place(name: string): Point | undefined;
  balancer(name: string): Point | undefined;
  task(key: number): Point | undefined;
}

/** Measures everything on a map, relative to its corner. */
export function measure(root: HTMLElement): Places & { network: Point | undefined } {
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
  const box = root.querySelector(".vpc");
  const network = box ? middle(box, "left") : undefined;
  const [places, balancers, tasks] = [named("place"), named("balancer"), named("task")];
  return {
    place: (name) => places.get(name),
    balancer: (name) => balancers.get(name),
    task: (key) => tasks.get(String(key)),
    network,
  };
}
