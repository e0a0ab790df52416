// The board draws what the page says and tells the page what was done; it decides nothing. Every text goes in as text.
const make = (name, className, text) => {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};
const link = (address, text) => {
  const node = make("a", "", text);
  node.href = address;
  return node;
};

export default function (component) {
  const { data, parentElement: root, setTriggerValue } = component;
  const board = root.querySelector(".board"), told = root.querySelector(".told");
  const columns = data?.columns ?? [], mayWork = Boolean(data?.may_work);
  const hadFocus = root.activeElement?.closest?.("li")?.dataset.id ?? board.dataset.moving;
  const scrolled = board.scrollLeft;
  let dragged = null;

  const tell = (event) => setTriggerValue("event", { ...event, at: Date.now() });
  const labelOf = (stage) => columns.find((column) => column.stage === stage)?.label ?? "";

  function move(card, node, stage) {
    const to = columns.find((column) => column.stage === stage);
    if (!mayWork || !card.may_move || !to || node.classList.contains("going")) return;
    board.dataset.moving = card.id;
    told.textContent = `${card.name}: moving to ${to.label}`;
    if (to.takes) { node.classList.add("going"); board.querySelector(`[data-stage="${stage}"] ul`)?.prepend(node); }
    tell({ kind: "move", deal: card.id, name: card.name, stage });
  }

  function neighbour(stage, step) {
    const place = columns.findIndex((column) => column.stage === stage) + step;
    return columns[place]?.stage;
  }

  function keys(event, card, node, stage) {
    if (event.target !== node) return;
    const side = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (side && event.altKey) { event.preventDefault(); const to = neighbour(stage, side); if (to) move(card, node, to); return; }
    if (side) {
      event.preventDefault();
      const order = columns.map((column) => column.stage);
      for (let place = order.indexOf(stage) + side; place >= 0 && place < order.length; place += side) {
        const found = board.querySelector(`[data-stage="${order[place]}"] li[tabindex]`);
        if (found) { found.focus(); return; }
      }
    }
    const next = { ArrowUp: node.previousElementSibling, ArrowDown: node.nextElementSibling }[event.key];
    if (next) { event.preventDefault(); next.focus(); }
    if (event.key === "Enter") location.assign(card.address);
  }

  function drawCard(card, stage) {
    const node = make("li");
    node.dataset.id = card.id;
    node.tabIndex = 0;
    node.setAttribute("aria-label", `${card.name}, ${labelOf(stage)}`);
    node.draggable = mayWork && card.may_move;
    const first = make("div", "first");
    first.append(link(card.lead, card.name));
    if (card.worth) {
      const worth = link(card.address, card.worth);
      worth.className = card.assumed ? "worth assumed" : "worth";
      worth.title = card.assumed ? "GCI on your assumed rate; open the waterfall" : "GCI; open the waterfall";
      first.append(worth);
    }
    const when = make("div", "when", [card.closing, card.chance].filter(Boolean).join(" · "));
    const acts = make("div", "acts");
    acts.append(make("span", "", card.age));
    if (mayWork && card.may_move) acts.append(menu(card, node, stage));
    node.append(first, make("div", "about", card.about), when);
    if (card.slip) node.append(make("div", "slip", card.slip));
    node.append(acts);
    node.addEventListener("dragstart", (event) => {
      dragged = { card, node, stage };
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", card.name);
      node.classList.add("dragged");
    });
    node.addEventListener("dragend", () => {
      dragged = null;
      node.classList.remove("dragged");
      for (const one of board.children) one.classList.remove("over", "refuses");
    });
    node.addEventListener("keydown", (event) => keys(event, card, node, stage));
    return node;
  }

  function menu(card, node, stage) {
    const select = make("select");
    select.setAttribute("aria-label", `Move ${card.name} to`);
    select.append(new Option("Move to", "", true, true));
    for (const column of columns) if (column.stage !== stage) select.append(new Option(column.label, column.stage));
    select.addEventListener("change", () => { const to = select.value; select.value = ""; if (to) move(card, node, to); });
    return select;
  }

  function drawColumn(column) {
    const node = make("section", "column");
    node.dataset.stage = column.stage;
    const head = make("header"), title = link(column.address, column.label);
    title.append(make("span", "", column.count));
    title.title = `All deals in ${column.label}`;
    head.append(title);
    if (column.sums.length) {
      const sums = make("dl");
      for (const sum of column.sums) sums.append(make("dt", "", sum.name), make("dd", "money", sum.amount));
      head.append(sums);
    }
    const list = make("ul");
    for (const card of column.cards) list.append(drawCard(card, column.stage));
    if (!column.cards.length) list.append(make("li", "none", "No deals"));
    node.append(head, list);
    if (column.n_pages > 1) node.append(pager(column));
    node.addEventListener("dragover", (event) => {
      if (!dragged || dragged.stage === column.stage) return;
      event.preventDefault();
      node.classList.add(column.takes ? "over" : "refuses");
    });
    node.addEventListener("dragleave", (event) => {
      if (!node.contains(event.relatedTarget)) node.classList.remove("over", "refuses");
    });
    node.addEventListener("drop", (event) => {
      event.preventDefault();
      if (dragged && dragged.stage !== column.stage) move(dragged.card, dragged.node, column.stage);
    });
    return node;
  }

  function pager(column) {
    const foot = make("footer"), steps = [["‹", -1, "Earlier deals of"], ["›", 1, "More deals of"]];
    const [back, on] = steps.map(([sign, step, words]) => {
      const button = make("button", "", sign);
      button.type = "button";
      button.setAttribute("aria-label", `${words} ${column.label}`);
      button.disabled = column.page + step < 1 || column.page + step > column.n_pages;
      button.addEventListener("click", () => tell({ kind: "page", stage: column.stage, page: column.page + step }));
      return button;
    });
    foot.append(back, make("span", "", `${column.page} of ${column.n_pages.toLocaleString("en-US")}`), on);
    return foot;
  }

  const drawn = JSON.stringify(data);
  if (board.dataset.drawn !== drawn || board.querySelector(".going")) {
    board.replaceChildren(...columns.map(drawColumn));
    board.dataset.drawn = drawn;
    board.scrollLeft = scrolled;
    if (hadFocus) board.querySelector(`li[data-id="${CSS.escape(hadFocus)}"]`)?.focus({ preventScroll: true });
    delete board.dataset.moving;
  }
}
