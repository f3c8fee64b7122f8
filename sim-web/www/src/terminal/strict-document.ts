// A document for xterm.js that makes no `<style>` elements: the page's policy allows no inline style. What the terminal
// writes into such an element goes into a constructed style sheet instead.

/** A stand-in for a `<style>` element: its text is a style sheet of the document. */
function sheetElement(document: Document): HTMLElement {
  const element = document.createElement("data");
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  Object.defineProperty(element, "textContent", {
    get: () => "",
    set: (text: string) => sheet.replaceSync(text),
  });
  element.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    HTMLElement.prototype.remove.call(element);
  };
  element.hidden = true;
  return element;
}

/** The document, with style elements replaced. */
export function strictDocument(document: Document): Document {
  return new Proxy(document, {
    get(target, name) {
      if (name === "createElement") {
        return (tag: string) => (tag === "style" ? sheetElement(target) : target.createElement(tag));
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
}
