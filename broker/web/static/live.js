// Keeps a page true: news comes as server-sent events, and a part that it concerns is drawn again.
"use strict";

const THROTTLE_MS = 400; // A part is asked for again at most so often.
const TICK_MS = 20000;
const root = document.body;

// --- Parts: an element with data-part (its address) and data-news (what it waits for).

const waiting = new Map();

function concerned(event, key) {
  return [...document.querySelectorAll("[data-news]")].filter((element) => {
    const news = element.dataset.news.split(" ");
    return news.includes(event) || (key && news.includes(`${event}:${key}`));
  });
}

function refreshLater(element) {
  if (waiting.has(element.id)) return;
  waiting.set(element.id, setTimeout(() => {
    waiting.delete(element.id);
    const current = document.getElementById(element.id);
    if (current) refresh(current).catch(() => {});
  }, THROTTLE_MS));
}

async function refresh(element) {
  const answer = await fetch(element.dataset.part, { headers: { Accept: "text/html" } });
  if (answer.status === 401) return location.reload();
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(element.id);
  if (fresh) {
    element.className = fresh.className;
    element.dataset.news = fresh.dataset.news || "";
  }
  replaceInside(element, fresh || page.body);
}

// Replaces the content, but keeps what a person has open or in focus, and lets new lines slide in.
function replaceInside(element, fresh) {
  const open = new Set([...element.querySelectorAll("details[open]")].map(nameOf));
  const focus = element.contains(document.activeElement) ? nameOf(document.activeElement) : null;
  const known = new Set([...element.querySelectorAll("[data-keyed] > [id]")].map((line) => line.id));
  element.replaceChildren(...fresh.childNodes);
  for (const details of element.querySelectorAll("details")) details.open = open.has(nameOf(details));
  if (known.size) {
    for (const line of element.querySelectorAll("[data-keyed] > [id]")) {
      if (!known.has(line.id)) line.classList.add("arrives");
    }
  }
  if (focus) {
    [...element.querySelectorAll("a, button, summary")].find((one) => nameOf(one) === focus)?.focus();
  }
}

function nameOf(element) {
  const line = element.closest("[id]");
  return `${line ? line.id : ""} ${element.tagName} ${element.getAttribute("href") || ""}`;
}

// --- News.

const pulse = document.getElementById("pulse");

function beat(alive) {
  pulse.classList.toggle("alive", alive);
  pulse.querySelector(".word").textContent = alive ? pulse.dataset.on : pulse.dataset.off;
}

function listen() {
  const stream = new EventSource("/v1/live");
  let lost = false;
  stream.onopen = () => {
    beat(true);
    if (lost) refreshAll();
    lost = false;
  };
  stream.onerror = () => {
    lost = true;
    beat(false);
    // A browser gives up for good after an answer that is no stream; whoever was signed out by
    // then is led to the page that says so.
    if (stream.readyState !== EventSource.CLOSED) return;
    refreshAll();
    setTimeout(listen, 5000);
  };
  const keys = { machine: "device", picture: "device", movement: "id", case: "id", counters: "" };
  for (const [event, key] of Object.entries(keys)) {
    stream.addEventListener(event, (message) => {
      const value = key ? String(JSON.parse(message.data)[key]) : "";
      if (event === "picture") renewPicture(value);
      concerned(event, value).forEach(refreshLater);
    });
  }
  stream.addEventListener("reload", refreshAll);
  addEventListener("pagehide", () => stream.close(), { once: true });
}

function refreshAll() {
  document.querySelectorAll("[data-part]").forEach(refreshLater);
}

function renewPicture(device) {
  for (const picture of document.querySelectorAll(`img[data-picture="${CSS.escape(device)}"]`)) {
    picture.src = picture.src.split("?")[0] + "?" + Date.now();
  }
}

// --- Times: "3 minutes ago" grows older.

function tick() {
  for (const time of document.querySelectorAll("time[data-ms]")) {
    const minutes = Math.floor((Date.now() - Number(time.dataset.ms)) / 60000);
    const words = root.dataset;
    const span = minutes < 60 ? words.minutes.replace("%s", minutes)
      : minutes < 1440 ? words.hours.replace("%s", Math.floor(minutes / 60))
      : words.days.replace("%s", Math.floor(minutes / 1440));
    time.textContent = minutes < 1 ? words.justNow : words.ago.replace("%s", span);
  }
}

// --- The map and the list agree.

function point(event) {
  const one = event.target.closest?.("[data-ref]");
  for (const other of document.querySelectorAll("[data-ref].pointed")) other.classList.remove("pointed");
  if (!one) return;
  for (const same of document.querySelectorAll(`[data-ref="${CSS.escape(one.dataset.ref)}"]`)) {
    same.classList.add("pointed");
  }
}

// --- Keys: / finds.

function key(event) {
  const typing = event.target.matches?.("input, textarea, select");
  const find = document.getElementById("find");
  if (event.key === "/" && !typing && find && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    find.select();
  }
  if (event.key === "Escape" && event.target === find) find.blur();
}

// --- An order is sent only after it was confirmed.

function confirmOrder(button) {
  const dialog = document.getElementById("confirm");
  const answer = document.getElementById("confirm-answer");
  document.getElementById("confirm-title").textContent = button.dataset.title;
  document.getElementById("confirm-why").textContent = button.dataset.why;
  const reason = document.getElementById("confirm-reason");
  const send = document.getElementById("confirm-send");
  send.textContent = button.textContent;
  answer.textContent = reason.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  dialog.querySelector("form").onsubmit = async (event) => {
    if (event.submitter !== send) return;
    event.preventDefault();
    send.disabled = true;
    answer.textContent = await sendOrder(button.dataset, reason.value, answer.dataset);
    send.disabled = false;
    refreshAll();
  };
}

async function sendOrder(order, reason, words) {
  try {
    const answer = await fetch(`/v1/machines/${encodeURIComponent(order.device)}/orders`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ op: order.order, door: Number(order.door), reason }),
    });
    return answer.ok ? words.sent : words.failed + (await answer.json()).detail;
  } catch (error) {
    return words.failed + error.message;
  }
}

document.addEventListener("pointerover", point);
document.addEventListener("focusin", point);
document.addEventListener("keydown", key);
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-order]");
  if (button) confirmOrder(button);
});
if (pulse) listen();
setInterval(tick, TICK_MS);
