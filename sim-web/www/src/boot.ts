// The first thing that a browser reads: it starts the simulation, and then brings the page.
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/map.css";
import "./styles/panels.css";
import { lab } from "./scenario/lab";
import { beginEarly } from "./worker/begin";

// An address that holds a moment wants another beginning.
beginEarly(location.hash.length > 1 ? undefined : { id: 0, call: "load", args: [lab, "", [], "0", undefined] });
void import("./main");
