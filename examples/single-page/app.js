// A router in a few lines. The element is on one route only: leaving it takes the element away.
const routes = {
  "/": () => {
    const call = document.createElement("zuruf-call");
    call.setAttribute("site", "shop");
    call.setAttribute("group", "sales");
    return [heading("Advice"), call];
  },
  "/kettles": () => [heading("Kettles")],
};

function heading(text) {
  const h1 = document.createElement("h1");
  h1.textContent = text;
  return h1;
}

function show() {
  const route = routes[location.pathname] ?? routes["/"];
  document.querySelector("main").replaceChildren(...route());
}

document.querySelector("nav").addEventListener("click", (event) => {
  if (!(event.target instanceof HTMLAnchorElement)) return;
  event.preventDefault();
  history.pushState(null, "", event.target.href);
  show();
});
addEventListener("popstate", show);
show();
