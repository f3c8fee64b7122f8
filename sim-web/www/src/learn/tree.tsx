// Markdown as elements: the tree comes from Rust, and only these names become elements.
import type { Node } from "../generated/views";
import { type } from "../terminal/door";

const PLAIN = new Set(["p", "h3", "h4", "ul", "ol", "li", "em", "strong", "s", "blockquote", "tr", "th", "td", "span", "br", "hr"]);

function Commands({ text }: { text: string }) {
  const lines = text.replace(/\\\n\s*/g, " ").split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
  return (
    <ul class="commands">
      {lines.map((line) => (
        <li key={line}><code>{line}</code><button type="button" onClick={() => void type(line)}>Type it</button></li>
      ))}
    </ul>
  );
}

function Element({ node }: { node: Node }) {
  const kids = node.kids.map((kid, index) => <Element key={index} node={kid} />);
  switch (node.tag) {
    case "text":
      return <>{node.text}</>;
    case "code":
      return <code>{node.text}</code>;
    case "aws":
      return <Commands text={node.text} />;
    case "diagram":
      return <pre class="diagram" tabIndex={0} role="img" aria-label="Diagram, drawn with characters">{node.text}</pre>;
    case "pre":
      return <pre class="sample" tabIndex={0}>{node.text}</pre>;
    case "a":
      return <a href={node.href} target="_blank" rel="noreferrer noopener">{kids}</a>;
    case "table":
      return <div class="table" tabIndex={0} role="group" aria-label="Table"><table><tbody>{kids}</tbody></table></div>;
    default:
      if (!PLAIN.has(node.tag)) return <>{kids}</>;
      if (node.tag === "br" || node.tag === "hr") return node.tag === "br" ? <br /> : <hr />;
      const Tag = node.tag as "p";
      return <Tag>{kids}</Tag>;
  }
}

export function Tree({ nodes }: { nodes: Node[] }) {
  return <div class="prose">{nodes.map((node, index) => <Element key={index} node={node} />)}</div>;
}
