// A document for xterm.js that makes no inline style, which the page's policy does not allow: what the terminal writes
// into a `<style>` element goes into a constructed style sheet, and what it sets as a `style` attribute goes through the
// style's own interface.

/** A stand-in for a `<style>` element: its text is a style sheet of the document. */
function sheetElement(document: Document): HTMLElement {
  const element = Document.prototype.createElement.call(document, "data");
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

/** An element whose `style` attribute is set by way of its style object. */
function styledElement(document: Document, tag: string): HTMLElement {
  const element = Document.prototype.createElement.call(document, tag);
  element.setAttribute = (name: string, value: string) => {
    if (name === "style") element.style.cssText = value;
    else Element.prototype.setAttribute.call(element, name, value);
  };
  return element;
}

/** Does work during which the document itself makes no `<style>` elements: for what does not ask for another one. */
export function strictly(document: Document, work: () => void): void {
  const strict = strictDocument(document);
  // An own property hides the one of the prototype until it is deleted.
  Object.defineProperty(document, "createElement", { value: strict.createElement, configurable: true });
  try {
    work();
  } finally {
    Reflect.deleteProperty(document, "createElement");
  }
}

/** The document, with what makes inline style replaced. */
export function strictDocument(document: Document): Document {
  return new Proxy(document, {
    get(target, name) {
      if (name === "createElement") {
        return (tag: string) => (tag === "style" ? sheetElement(target) : styledElement(target, tag));
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
}
