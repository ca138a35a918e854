// Links from one view to another.
import { html } from "./html.js";
import { store } from "./store.js";
import { Said } from "./parts.js";
import { beginning } from "./format.js";

export const LaneLink = ({ id }) => html`<a href=${`#/lane/${id}`}><${Said}>${store.laneName(id)}</${Said}></a>`;

/** A task by the beginning of what it says. */
export const TaskLink = ({ id, content, href, length = 120 }) => html`
  <a class="what" href=${href ?? `#/task/${id}`}><${Said}>${beginning(content, length)}</${Said}></a>`;

/** The way from the lanes to a task. */
export const Path = ({ lane }) => html`
  <p class="path"><a href="#/">Lanes</a>${lane && html` <span aria-hidden="true">/</span> <${LaneLink} id=${lane} />`}</p>`;
