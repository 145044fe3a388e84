"use strict";
/* What the pages do beyond forms and links. Every page says the same without it. */
(() => {
  const $ = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const make = (name, properties = {}) => Object.assign(document.createElement(name), properties);
  document.documentElement.classList.add("scripted");

  /* Replace what is in a place, and keep which details are open and where the focus is. */
  const fill = (place, html) => {
    const open = new Set(all("details[open][data-key]", place).map((each) => each.dataset.key));
    const at = document.activeElement;
    const focused = place.contains(at) && at.tagName === "SUMMARY" ? at.parentElement.dataset.key : null;
    place.innerHTML = html;
    for (const each of all("details[data-key]", place)) {
      each.open = each.open || open.has(each.dataset.key);
      if (focused !== null && each.dataset.key === focused) $("summary", each).focus();
    }
  };

  /* The explorer ------------------------------------------------------------------------------------------- */

  const explorer = (form) => {
    const answer = $("#answer"), working = $("#working"), said = $("#said"), told = $("#run-told");
    let asking = null, waiting = 0, stop = () => {};

    const query = () => {
      const found = new URLSearchParams();
      for (const [name, value] of new FormData(form)) {
        const plain = (name === "seed" && value === "1") || (name === "run" && value === "0");
        if (value.trim() !== "" && !plain) found.append(name, value.trim());
      }
      return found.toString();
    };

    const dial = (range) => {
      const field = $("input", range), place = $(".dial", range), { low, high, step, middle } = range.dataset;
      const name = $("label", range).textContent;
      const slider = make("input", { type: "range", min: low, max: high, step });
      slider.setAttribute("aria-label", `${name}, slider`);
      slider.setAttribute("autocomplete", "off");
      const free = make("button", { type: "button", className: "quiet", textContent: "Draw it" });
      free.setAttribute("aria-label", `${name}: draw it from its range again`);
      const show = () => {
        const held = field.value !== "";
        slider.value = held ? field.value : middle;
        slider.classList.toggle("idle", !held);
        slider.setAttribute("aria-valuetext", held ? field.value : `drawn, ${low} to ${high}`);
        free.hidden = !held;
      };
      slider.addEventListener("input", () => { field.value = slider.value; show(); soon(); });
      field.addEventListener("input", show);
      free.addEventListener("click", () => { field.value = ""; show(); field.focus(); soon(); });
      place.prepend(slider);
      place.append(free);
      show();
    };

    const soon = () => { clearTimeout(waiting); waiting = setTimeout(ask, 120); };

    const lines = async function* (response) {
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = ""; ;) {
        const { value, done } = await reader.read();
        const parts = (rest + (value || "")).split("\n");
        rest = parts.pop();
        for (const line of parts) if (line) yield JSON.parse(line);
        if (done) return;
      }
    };

    const ask = async () => {
      if (asking) asking.abort();
      const mine = asking = new AbortController(), asked = query();
      history.replaceState(null, "", `/explore?${asked}`);
      $("#link").href = `/explore?${asked}`;
      $("#variant").href = `/explore/variant?${asked}`;
      answer.classList.add("stale");
      answer.setAttribute("aria-busy", "true");
      tell("Running…");
      try {
        const response = await fetch(`/explore/answer?${asked}`, { signal: mine.signal });
        if (!response.ok) throw new Error(await response.text());
        for await (const line of lines(response)) {
          if (line.waiting) { tell(line.waiting); continue; }
          fill(answer, line.html);
          brief();
          answer.classList.remove("stale");
          tell([line.done ? "" : `${line.runs.toLocaleString("en")} runs so far…`, ...line.remarks].join(" ").trim());
          if (line.done) { said.textContent = line.said; answer.removeAttribute("aria-busy"); }
        }
        await play(asked, mine.signal);
      } catch (error) {
        if (error.name !== "AbortError") tell(`The server did not answer (${error.message}). Change something to ask again.`);
      }
    };

    /* On a narrow screen the results stand below the form: the shares of agreement stay in sight. */
    const brief = () => {
      const rows = all("table.bars", answer).slice(0, 1).flatMap((table) => all("tbody tr", table));
      const parts = rows.map((row) => `${$("th", row).textContent} ${$("td.number", row).textContent.split(" (")[0]}`);
      $("#brief").textContent = "";
      if (parts.length) $("#brief").append(`Agreed: ${parts.join(" · ")} `, make("a", { href: "#answer", textContent: "All results" }));
    };

    const tell = (text) => { working.textContent = text; working.hidden = text === ""; };

    const play = async (asked, signal) => {
      const response = await fetch(`/explore/run?${asked}`, { signal });
      if (!response.ok) return;
      const day = $("#day") ? $("#day").value : null, end = $("#day") ? $("#day").max : null;
      stop();
      fill(told, await response.text());
      player(day === end ? null : day);
    };

    /* One run, day by day: the days after the one shown are hidden, the last thing that happened is marked. */
    const player = (day) => {
      const bar = $(".player", told);
      if (!bar) return;
      const slider = $("#day", told), date = $("output", bar), today = $(".today", told), start = $("[data-do=play]", bar);
      const dates = JSON.parse($(".dates", told).textContent), days = dates.length;
      const story = all(".story > li", told);
      let ticking = 0;
      bar.hidden = false;
      const show = () => {
        const now = Number(slider.value), at = now === days - 1 ? 1000 : (now + 0.5) * 1000 / days;
        today.setAttribute("x1", at);
        today.setAttribute("x2", at);
        date.textContent = dates[now];
        slider.setAttribute("aria-valuetext", dates[now]);
        let last = null;
        for (const each of story) {
          const past = Number(each.dataset.day) <= now;
          each.classList.toggle("future", !past);
          each.classList.remove("current");
          if (past) last = each;
        }
        if (last && now < days - 1) {
          last.classList.add("current");
          const box = last.parentElement;
          box.scrollTop = last.offsetTop + last.offsetHeight - box.clientHeight;
        }
        return last;
      };
      const move = (to) => { slider.value = Math.max(0, Math.min(days - 1, to)); return show(); };
      const pause = () => { clearInterval(ticking); ticking = 0; start.textContent = "Play"; };
      const toggle = () => {
        if (ticking) { pause(); return; }
        if (Number(slider.value) >= days - 1) move(0);
        start.textContent = "Pause";
        ticking = setInterval(() => {
          const last = move(Number(slider.value) + 1);
          if (Number(slider.value) >= days - 1) pause();
          else if (last && Number(last.dataset.day) === Number(slider.value)) said.textContent = last.innerText;
        }, 260);
      };
      stop = pause;
      const doing = {
        play: toggle,
        back: () => { pause(); move(Number(slider.value) - 1); },
        on: () => { pause(); move(Number(slider.value) + 1); },
        other: () => { $("#run").value = Number($("#run").value || 0) + 1; ask(); },
      };
      bar.addEventListener("click", (event) => {
        const chosen = event.target.closest("[data-do]");
        if (chosen) doing[chosen.dataset.do]();
      });
      bar.addEventListener("keydown", (event) => {
        if (event.key === " " && event.target === slider) { event.preventDefault(); toggle(); }
      });
      slider.addEventListener("input", () => { pause(); show(); });
      if (day !== null) slider.value = day;
      show();
    };

    all(".range", form).forEach(dial);
    /* On a wide screen the form scrolls by itself: what is below its edge is told of. */
    const more = make("button", { type: "button", className: "more", textContent: "More below ↓", tabIndex: -1 });
    more.setAttribute("aria-hidden", "true");
    const look = () => {
      const top = Math.max(0, form.getBoundingClientRect().top), sticks = getComputedStyle(form).position === "sticky";
      form.style.maxHeight = sticks ? `${Math.max(240, innerHeight - top)}px` : "";
      more.classList.toggle("none", form.scrollTop + form.clientHeight >= form.scrollHeight - 24);
    };
    more.addEventListener("click", () => form.scrollBy({ top: 0.8 * form.clientHeight }));
    form.addEventListener("scroll", look, { passive: true });
    form.addEventListener("toggle", look, true);
    addEventListener("resize", look);
    addEventListener("scroll", look, { passive: true });
    form.append(more);
    look();
    all("button[type=submit]", form).forEach((each) => { each.hidden = true; });
    form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
    form.addEventListener("input", (event) => {
      if (event.target.id === "scenario") location.assign(`/explore?scenario=${encodeURIComponent(event.target.value)}`);
      else if (event.target.type !== "range") soon();
    });
    const copy = $("#copy");
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      const text = new URL($("#link").href, location.href).href;
      try { await navigator.clipboard.writeText(text); } catch {
        const field = make("textarea", { value: text });
        document.body.append(field);
        field.select();
        document.execCommand("copy");
        field.remove();
      }
      said.textContent = copy.textContent = "Copied";
      setTimeout(() => { copy.textContent = "Copy the link"; copy.focus(); }, 1500);
    });
    if ($(".lead", answer)) { brief(); player(null); }
    if (!$(".lead:not([data-more])", answer)) ask();
  };

  /* A room ------------------------------------------------------------------------------------------------- */

  const room = (page) => {
    const banner = $("#banner"), told = $("#told"), clock = $("#clock");
    const data = JSON.parse($("#data").textContent);
    let version = data.version, tables = data.tables, socket = null, fails = 0, ends = null, beating = 0, polling = false;
    const sent = new Map();
    const identity = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (n) => n.toString(16).padStart(2, "0")).join("");
    const pause = (time) => new Promise((done) => setTimeout(done, time));

    /* Parts come as HTML. What is being typed is left alone until it is done. */
    const typing = (place) => {
      const at = document.activeElement;
      return place.contains(at) && ["INPUT", "SELECT", "TEXTAREA"].includes(at.tagName) && at.type !== "hidden";
    };
    const put = (name, html) => {
      const place = $(`[data-part="${CSS.escape(name)}"]`);
      if (!place) return;
      if (typing(place)) {
        place.addEventListener("focusout", () => setTimeout(() => put(name, sent.get(name)), 50), { once: true });
        return;
      }
      const typed = all("input:not([type=hidden]), select, textarea", place).map((each) => [each.id, each.value]);
      const before = new Map(all("input:not([type=hidden]), textarea", place).map((each) => [each.id, each.defaultValue]));
      const focus = place.contains(document.activeElement) ? document.activeElement.id : "";
      fill(place, html);
      for (const [id, value] of typed) {
        const field = document.getElementById(id);
        if (field && before.get(id) !== value && place.contains(field)) field.value = value;
      }
      if (focus && document.getElementById(focus)) document.getElementById(focus).focus();
    };
    const take = (news) => {
      if (news.seat !== page.dataset.seat) { location.reload(); return; }
      for (const [name, html] of Object.entries(news.parts)) {
        if (sent.get(name) === html) continue;
        sent.set(name, html);
        put(name, html);
      }
      version = news.version;
      tables = news.tables;
      ends = news.seconds_left === null ? null : performance.now() + 1000 * news.seconds_left;
      tick();
      all("form.compose", page).forEach(compose);
    };

    const tick = () => {
      clock.hidden = ends === null;
      if (ends === null) return;
      const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
      clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")} left`;
      clock.classList.toggle("soon", left <= 15);
    };

    const say = (text) => { told.textContent = text; told.hidden = text === ""; };
    const warn = (text) => { banner.textContent = text; banner.hidden = text === ""; };

    /* A live connection; where there is none, questions that wait for news; where there is nothing, patience. */
    const connect = () => {
      const address = new URL("live", location.href);
      address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
      const mine = socket = new WebSocket(address);
      mine.addEventListener("message", (event) => { fails = 0; warn(""); take(JSON.parse(event.data)); });
      mine.addEventListener("open", () => {
        clearInterval(beating);
        beating = setInterval(() => { if (mine.readyState === 1) mine.send("."); }, 3000);
      });
      mine.addEventListener("close", async (event) => {
        clearInterval(beating);
        if (event.code === 4401) { location.reload(); return; }
        fails += 1;
        if (fails > 1) warn("The connection to the server is lost. Trying again; nothing that was sent is lost.");
        if (fails > 2) poll();
        await pause(Math.min(8000, 250 * 2 ** fails) * (0.75 + Math.random() / 2));
        connect();
      });
    };
    const poll = async () => {
      if (polling) return;
      polling = true;
      while (!socket || socket.readyState !== 1) {
        try {
          const response = await fetch(`state?after=${version}`, { cache: "no-store" });
          if (response.status === 401) { location.reload(); return; }
          if (!response.ok) throw new Error();
          take(await response.json());
          warn("");
        } catch { await pause(2000); }
      }
      polling = false;
    };

    /* A move is sent with an id of its own until the server has answered: sent twice, it is done once. */
    const send = async (form, submitter) => {
      const body = new URLSearchParams(new FormData(form, submitter));
      body.set("id", identity());
      const buttons = all("button", form);
      buttons.forEach((each) => { each.disabled = true; });
      for (let tries = 0; ; tries += 1) {
        try {
          const response = await fetch(form.getAttribute("action"), { method: "POST", body, headers: { accept: "application/json" } });
          if (response.status === 429 && tries < 5) { await pause(1000); continue; }
          const told = (response.headers.get("content-type") || "").includes("json");
          if (!told && response.status < 500) { say(`Not done: the server refused it (${response.status}).`); break; }
          const receipt = await response.json();
          say(receipt.accepted ? "" : `Not done: ${receipt.reason}`);
          if (receipt.accepted && "clears" in form.dataset) form.reset();
          break;
        } catch {
          warn("Not sent yet. It is sent again as soon as the server answers.");
          await pause(Math.min(8000, 500 * 2 ** tries));
        }
      }
      buttons.forEach((each) => { each.disabled = false; });
      const focus = submitter && document.getElementById(submitter.id);
      if (focus && document.activeElement === document.body) focus.focus();
    };

    /* What a package is worth to the own seat, from the numbers that the server sent for it. */
    const packageOf = (form) => {
      const found = {};
      for (const [name, value] of new FormData(form)) if (name.startsWith("package.")) found[name.slice(8)] = value;
      return found;
    };
    const round = (worth) => worth.toFixed(2).replace("-", "−").replace(/^−0\.00$/, "0.00");
    const compose = (form) => {
      const own = tables[form.dataset.track], place = $(".own-worth", form);
      const packages = data.packages[form.dataset.track], chosen = packageOf(form);
      const at = packages.findIndex((one) => Object.entries(one).every(([issue, value]) => String(value) === chosen[issue]));
      const lines = [];
      if (at < 0) lines.push("The scenario does not allow this combination.");
      else if (own && own.worths) {
        const above = own.worths[at] - own.reservation;
        lines.push(`Worth ${round(own.worths[at])} to you, ${round(Math.abs(above))} ${above < 0 ? "below" : "above"} your reservation.`);
        if (!own.feasible[at]) lines.push("It cannot be carried out today.");
        if (own.bars[at]) lines.push(`Barred by your own: ${own.bars[at].map((bar) => data.bars[form.dataset.track][`${page.dataset.seat}.${bar}`] || bar).join("; ")}.`);
      } else if (own && own.estimates) {
        for (const [party, worths] of Object.entries(own.estimates)) if (worths.length) lines.push(`You think it is worth ${round(worths[at])} to ${data.labels[party] || party}.`);
      }
      const open = !own || own.open;
      all("button", form).forEach((each) => { each.hidden = !open; });
      if (!open) lines.push("There are no talks here now.");
      const text = lines.join(" ");
      if (place.dataset.text === text) return;
      place.dataset.text = text;
      place.textContent = text;
      if (at >= 0 && own && own.worths) explain(form, place, text);
    };
    const WORDS = { interest: "wanted", care: "for the others' sake", doubt: "doubt that it is kept", fear: "fear of their rearming", audience: "cost at home" };
    const explain = (form, place, text) => {
      clearTimeout(form.explaining);
      form.explaining = setTimeout(async () => {
        const query = new URLSearchParams({ track: form.dataset.track });
        for (const [issue, value] of Object.entries(packageOf(form))) query.set(`package.${issue}`, value);
        try {
          const response = await fetch(`worth?${query}`);
          if (!response.ok || place.dataset.text !== text) return;
          const parts = (await response.json()).parts.filter((part) => Math.abs(part.amount) >= 0.005);
          const words = parts.map((part) => `${WORDS[part.part] || part.part}${part.name ? ` (${data.labels[part.name] || part.name.replaceAll("_", " ")})` : ""} ${round(part.amount)}`);
          place.append(make("p", { className: "note", textContent: words.join(" · ") }));
        } catch { /* the worth itself stands already */ }
      }, 250);
    };

    page.addEventListener("submit", (event) => {
      if (!event.target.matches("form.move")) return;
      event.preventDefault();
      send(event.target, event.submitter);
    });
    page.addEventListener("input", (event) => {
      const form = event.target.closest("form.compose");
      if (form) compose(form);
    });
    addEventListener("online", () => { if (socket && socket.readyState > 1) connect(); });
    ends = data.seconds_left === null ? null : performance.now() + 1000 * data.seconds_left;
    setInterval(tick, 500);
    all("form.compose", page).forEach(compose);
    connect();
  };

  for (const form of all("form[data-submits]")) {
    $("button", form).hidden = true;
    form.addEventListener("input", () => form.submit());
  }
  const form = $("form#view"), page = $("#room");
  if (form) explorer(form);
  if (page) room(page);
})();
