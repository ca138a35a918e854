// What has the focus may go, as a button does with what it has done. Its part of the view stays, and takes the focus then.

/** What of the view had the focus last, with all that it lay in. */
let path = [];

export function keep(page) {
  page.addEventListener("focusin", event => {
    if (event.target.closest("main")) {
      path = event.composedPath().filter(place => place instanceof Element);
    }
  });
  new MutationObserver(settle).observe(page, { childList: true, subtree: true });
}

function settle() {
  if (path.length === 0 || path[0].isConnected || document.activeElement !== document.body) {
    return;
  }

  const part = path.find(place => place.isConnected && place.matches("section, main")) ?? document.querySelector("main");
  const heading = part.querySelector("h1, h2");
  if (heading !== null) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
}
