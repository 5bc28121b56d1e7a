/* The search: goes through the words of all pages (searchindex.js) and shows the sentences and rows that hold what was asked. */
(function () {
  "use strict";
  const MOST_PAGES = 15, MOST_LINES = 3, LONGEST = 320; // pages shown at once, lines of each, letters of a line
  const GLOSSARY = "about/glossary.html";
  const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const make = (tag, ...held) => { const made = document.createElement(tag); made.append(...held); return made; };

  /** Words as they are compared; as many letters as before, so that what is found can be marked. */
  const plain = (text) => text.toLowerCase().replace(/[\u2018\u2019]/g, "'").replace(/[\u2010-\u2015\u2212]/g, "-")
    .replace(/\b(\d{4})\/(?=\d\d\b)/g, "$1-"); // a year, however its two parts are joined

  /** What finds a word: a number as it is printed, with or without commas; any other word by its beginning, singular or plural. */
  function finder(word) {
    if (/^[£+-]?\d[\d.,]*[%a-z]{0,2}$/.test(word)) {
      const digits = word.replace(/,/g, "").replace(/\.$/, "");
      return new RegExp(`(?<![\\d.,]|\\d-)${escape(digits).replace(/\d(?=\d)/g, "$&,?")}(?!\\d|[.,]\\d)`, "g");
    }
    const stem = word.length > 4 ? word.replace(/(?:ies|es|s)$/, "").replace(/(?<=..)y$/, "") : word;
    return new RegExp(`(?<![\\p{L}\\p{N}])${escape(stem)}[\\p{L}]*`, "gu");
  }

  const holds = (text, find) => { find.lastIndex = 0; return find.test(text); };

  /** Every place of a page where words stand: what it is called, where it is, its text. */
  function* places([address, , blocks]) {
    for (const [place, name, held, rows] of blocks) {
      if (!rows) yield { link: `${address}#${place}`, name, text: held };
      else for (const [row, ...cells] of rows) {
        const text = cells.map((cell, at) => (at && held[at] ? `${held[at]}: ${cell}` : cell)).join("; ");
        yield { link: `${address}#${row || place}`, name, text, term: cells[0], meaning: cells.slice(1).join(" ") };
      }
    }
  }

  /** A page that holds all words somewhere: its lines that hold them all, else those that hold any, most of them first. */
  function found(page, finds) {
    const title = plain(page[1]), lines = [];
    const seen = finds.map((find) => holds(title, find));
    const inTitle = seen.every(Boolean);
    for (const line of places(page)) {
      const text = plain(line.text);
      const held = finds.filter((find, at) => holds(text, find) && (seen[at] = true)).length;
      if (held) lines.push({ ...line, held });
    }
    if (!seen.every(Boolean)) return null;
    const whole = lines.filter((line) => line.held === finds.length);
    const isAbout = page[0].startsWith("about/"); // what the review says comes before what is said of the book
    return {
      page, lines: whole.length ? whole : lines.sort((a, b) => b.held - a.held),
      score: (inTitle ? 1e6 : 0) + (whole.length && !isAbout ? 1e5 : 0) + whole.length,
    };
  }

  /** A text with what was found marked; of a long one the part around the first. */
  function marked(text, finds) {
    const spans = finds.flatMap((find) => [...plain(text).matchAll(find)].map((hit) => [hit.index, hit.index + hit[0].length]));
    spans.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
    let from = 0;
    if (text.length > LONGEST && spans.length && spans[0][0] > LONGEST / 2) from = text.lastIndexOf(" ", spans[0][0] - 60) + 1;
    const end = text.length - from > LONGEST ? text.lastIndexOf(" ", from + LONGEST) : text.length;
    const said = document.createDocumentFragment();
    if (from) said.append("… ");
    let at = from;
    for (const [start, stop] of spans) {
      if (start < at || stop > end) continue;
      said.append(text.slice(at, start), make("mark", text.slice(start, stop)));
      at = stop;
    }
    said.append(text.slice(at, end));
    if (end < text.length) said.append(" …");
    return said;
  }

  function linked(address, text) {
    const link = make("a", text);
    link.href = address;
    return link;
  }

  function shown({ page: [address, title], lines }, finds) {
    const item = make("li", linked(address, title)), list = make("ul"), seen = new Set();
    for (const line of lines) {
      if (seen.size === MOST_LINES) break;
      if (seen.has(line.text)) continue;
      seen.add(line.text);
      const where = line.name && line.name !== title ? [linked(line.link, line.name), line.text === line.name ? "" : ": "] : [];
      list.append(make("li", ...where, line.text === line.name ? "" : marked(line.text, finds)));
    }
    if (lines.length > seen.size) {
      const more = lines.length - seen.size;
      list.append(make("li", more === 1 ? "One more place on this page." : `${more.toLocaleString("en-GB")} more places on this page.`));
    }
    item.append(list);
    return item;
  }

  function listOf(items, name) {
    const list = make("ul", ...items);
    list.className = name;
    return list;
  }

  function search(asked) {
    const words = [...new Set(asked.replace(/(\d)\/(?=\d)/g, "$1-").split(/[^\p{L}\p{N}£%.,'+-]+/u)
      .map((word) => word.replace(/^[.,'-]+(?!\d)|[.,'+-]+$/g, "")).filter(Boolean))];
    if (!words.length) return ["Write a word or a number to search for.", []];
    const finds = words.map((word) => finder(plain(word))), parts = [];
    const glossary = BOOK.find(([address]) => address === GLOSSARY);
    const terms = glossary ? [...places(glossary)].filter(({ term }) => term && finds.every((find) => holds(plain(term), find)))
      .sort((a, b) => a.term.length - b.term.length).slice(0, 4) : [];
    if (terms.length) {
      parts.push(make("h2", "What it means"), listOf(terms.map(({ link, term, meaning }) => make("li", linked(link, term), `: ${meaning}`)), "search"));
    }
    const pages = BOOK.map((page) => found(page, finds)).filter(Boolean).sort((a, b) => b.score - a.score);
    if (!pages.length) {
      const missing = words.filter((_, at) => !BOOK.some((page) => found(page, [finds[at]])));
      return [missing.length ? `No page has the word ${missing.map((word) => `“${word}”`).join(" or ")}.`
        : "No page has all of these words. Leave one of them out.", parts];
    }
    const items = pages.map((one) => shown(one, finds)), rest = items.splice(MOST_PAGES);
    parts.push(make("h2", "Pages"), listOf(items, "search"));
    if (rest.length) parts.push(make("details", make("summary", rest.length === 1 ? "One more page" : `${rest.length} more pages`), listOf(rest, "search")));
    return [`${pages.length === 1 ? "One page has" : `${pages.length} pages have`} “${asked.trim()}”.`, parts];
  }

  const asked = new URLSearchParams(location.search).get("q") || "";
  if (!asked.trim()) return;
  document.getElementById("search-words").value = asked;
  const [said, parts] = search(asked);
  document.getElementById("search-said").textContent = said;
  document.getElementById("search-results").append(...parts);
})();
