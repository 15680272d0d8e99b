// The page without this file asks again every few seconds; with it, what changed comes by itself.
"use strict";
const main = document.querySelector("main[data-events]");
if (main && window.EventSource) {
  const events = new EventSource(main.dataset.events);
  events.addEventListener("view", (event) => {
    main.innerHTML = event.data;
  });
  events.addEventListener("rest", () => events.close());
}
