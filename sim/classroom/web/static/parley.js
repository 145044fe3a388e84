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
    else ask();
  };

  const form = $("form#view");
  if (form) explorer(form);
})();
