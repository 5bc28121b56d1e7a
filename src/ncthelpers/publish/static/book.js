/* What scripts add to a page that reads whole without them: headings that sort, and boxes that can be scrolled by keyboard. */
(function () {
  "use strict";
  const MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
  const DAY = new RegExp("^(?:(\\d{1,2}) )?(" + MONTHS.join("|") + ") (\\d{4})\\b", "i");
  const YEAR = /^(?:(?:break|from) ?\|? ?)?(\d{4})[-/]\d{2,4}$/;
  const NUMBER = /^(?:break \| )?([+\u2212-]?)\s*£?\s*(\d[\d,]*(?:\.\d+)?|\.\d+)\s*(?:%|m|k|bn|p)?(?: [a-z][a-z ]*)?(?: \(q\))?$/;
  const MISSING = /^(?:|none|nil|n\/a|-|–|—|not .*|no .*|cannot .*|withheld.*|missing.*|unknown)$/i;

  /** What a cell is sorted by: a number, or nothing where its words say that there is none. */
  function measured(text) {
    let found = NUMBER.exec(text);
    if (found) return (found[1] === "" || found[1] === "+" ? 1 : -1) * Number(found[2].replaceAll(",", ""));
    found = YEAR.exec(text);
    if (found) return Number(found[1]) * 10000 + 401;
    found = DAY.exec(text);
    if (found) return Number(found[3]) * 10000 + (MONTHS.indexOf(found[2].toLowerCase()) + 1) * 100 + Number(found[1] || 0);
    found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
    return found ? Number(found[1] + found[2] + found[3]) : null;
  }

  /** The order of some cells: what is missing stands last whichever way they are sorted; equals keep their places. */
  function order(texts, descending) {
    const held = texts.map((text) => text.replace(/\s+/g, " ").trim());
    const numbers = held.map(measured);
    const isMissing = held.map((text, at) => numbers[at] === null && MISSING.test(text));
    const asNumbers = numbers.filter((number) => number !== null).length * 2 > isMissing.filter((one) => !one).length;
    const last = (at) => isMissing[at] || (asNumbers && numbers[at] === null);
    const compare = (a, b) => (asNumbers ? numbers[a] - numbers[b] : held[a].localeCompare(held[b], "en-GB", { numeric: true }));
    return held.map((_, at) => at).sort((a, b) => {
      if (last(a) || last(b)) return last(a) - last(b) || a - b;
      return (descending ? compare(b, a) : compare(a, b)) || a - b;
    });
  }

  function sortable(table) {
    const body = table.tBodies[0];
    const first = [...body.rows];
    const isTotal = (row) => (row.querySelector("td.number") ? /^(totals?|all)\b/i : /^totals?\b/i).test(row.cells[0].textContent.trim());
    let end = first.length;
    while (end && isTotal(first[end - 1])) end -= 1; // a total stays below what it adds up
    const rows = first.slice(0, end), totals = first.slice(end);
    totals.forEach((row) => row.classList.add("total"));
    if (first.length < 3) return;
    const headings = [...table.tHead.rows[0].cells];
    headings.forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const now = { none: "ascending", ascending: "descending" }[heading.getAttribute("aria-sort") || "none"];
        headings.forEach((one) => one.removeAttribute("aria-sort"));
        if (now) heading.setAttribute("aria-sort", now);
        const texts = rows.map((row) => row.cells[column].textContent.replace(/^\s*[●▲■✔≈✖≠○?]\s+/, ""));
        const sorted = now ? order(texts, now === "descending").map((at) => rows[at]) : rows;
        body.append(...sorted, ...totals);
      });
    });
  }

  /** A box is a stop for the keyboard only while there is something in it to scroll to. */
  function measure(box) {
    const over = box.firstElementChild.offsetWidth > box.clientWidth + 1;
    box.classList.toggle("fits", !over);
    box.classList.toggle("wide", over);
    if (over) {
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      if (!box.hasAttribute("aria-label")) {
        const title = box.closest("figure")?.querySelector("figcaption > *");
        box.setAttribute("aria-label", title ? title.textContent : "Chart");
      }
    } else {
      box.removeAttribute("tabindex");
    }
    // Nothing that has the keyboard is to stand behind the column that stays in sight.
    const first = box.querySelector("tbody > tr > :first-child");
    const stays = first && getComputedStyle(first).position === "sticky";
    box.style.scrollPaddingLeft = stays ? `${first.offsetWidth}px` : "";
  }

  // The contents of a page are a window of their own on a narrow screen: whoever goes to a part of the page leaves it.
  document.addEventListener("click", (event) => {
    if (event.target.closest("a[href^='#']")) event.target.closest("dialog[open]")?.close();
  });

  // A browser leaves what has the keyboard where it is while a sliver of it can be seen.
  document.addEventListener("focusin", (event) => {
    if (event.target.matches(".table-scroll :focus-visible")) event.target.scrollIntoView({ block: "nearest", inline: "nearest" });
  });

  document.querySelectorAll("table.review").forEach(sortable);
  const boxes = document.querySelectorAll(".table-scroll, .chart-scroll");
  const watch = new ResizeObserver((seen) => seen.forEach((one) => measure(one.target)));
  boxes.forEach((box) => watch.observe(box));
})();
