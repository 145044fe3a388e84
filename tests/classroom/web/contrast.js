() => {
  const parse = (c) => { const p = (c.match(/[0-9.]+/g) || []).map(Number); return p.length > 3 ? p : [...p, 1]; };
  const light = (c) => { const f = c.slice(0, 3).map((v) => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * f[0] + .7152 * f[1] + .0722 * f[2]; };
  const under = (e) => { for (; e; e = e.parentElement) { const b = parse(getComputedStyle(e).backgroundColor); if (b[3] === 1) return b; }
    return matchMedia("(prefers-color-scheme: dark)").matches ? [0, 0, 0, 1] : [255, 255, 255, 1]; };
  const bad = [];
  for (const e of document.querySelectorAll("p, td, th, li, label, legend, summary, button, a, h1, h2, h3, span, code, b")) {
    if (!e.textContent.trim() || !e.getClientRects().length || e.closest(".visually-hidden") || e.closest(":disabled")) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(under(e))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5 && getComputedStyle(e).opacity === "1") bad.push(`${e.tagName} ${e.className} ${ratio.toFixed(2)} ${e.textContent.trim().slice(0, 40)}`);
  }
  return bad;
}
