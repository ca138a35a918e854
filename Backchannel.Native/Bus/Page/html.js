// Templates without a build step: htm's tagged strings make Preact's elements. Values in them become text, never markup.
import { h } from "./lib/preact.js";
import htm from "./lib/htm.js";

export { Component, render } from "./lib/preact.js";
export const html = htm.bind(h);
