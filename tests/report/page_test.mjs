// SPDX-License-Identifier: Apache-2.0
// The page of a scan in Chromium: node page_test.mjs WINDHOVER CHROMIUM
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import * as logs from "./logs.mjs";
import { runTests, test } from "./tap.mjs";

const [windhover, executablePath] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "windhover-report-"));
const strangers = []; /* whatever a page says or asks for */
const PATIENCE = 120000; /* milliseconds until something counts as never */
const ROWS_MAX = 100; /* rows that may be in the document, whatever there is */
const { big, COUNT } = logs;
const number = (n) => n.toLocaleString("en-US");

/* Scan ${log} with ${rules}; the page's path, and what was printed. */
function scan(name, log, rules) {
	const [logFile, rulesFile, html] = [`${name}.jsonl`, `${name}.yml`, `${name}.html`].map((file) => join(folder, file));
	writeFileSync(logFile, log);
	writeFileSync(rulesFile, rules);
	const done = spawnSync(windhover, ["scan", "--rules", rulesFile, "--html", html, "--output", "jsonl", logFile],
		{ encoding: "utf8", maxBuffer: 1 << 30 });
	assert.ok(done.status === 0 || done.status === 1, done.stderr);
	return { html, lines: done.stdout.split("\n").filter(Boolean) };
}

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });

async function open({ html }, options = {}) {
	const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
	const page = await context.newPage();
	page.setDefaultTimeout(PATIENCE);
	page.on("console", (message) => strangers.push(`console: ${message.text()}`));
	page.on("pageerror", (error) => strangers.push(`error: ${error.stack}`));
	page.on("request", (request) => {
		if (request.url() !== `file://${html}`)
			strangers.push(`request: ${request.url()}`);
	});
	await page.addInitScript(() => {
		Object.defineProperty(navigator, "clipboard", { value: { writeText: async (text) => { window.copied = text; } } });
	});
	await page.goto(`file://${html}`);
	await page.waitForSelector("main:not([aria-busy])");
	return page;
}

/* The rows in the document, in their order. */
const rowsOf = (page) => page.$$eval("#rows .row", (rows) => rows
	.sort((a, b) => a.dataset.place - b.dataset.place)
	.map((row) => ({ place: Number(row.dataset.place), cells: [...row.children].map((cell) => cell.textContent) })));
const shownOf = (page) => page.textContent("#shown");

/* Until ${text} is what is shown; the page's policy lets no test wait inside it. */
async function isShown(page, text) {
	const end = Date.now() + PATIENCE;
	while (await shownOf(page) !== text && Date.now() < end)
		await frames(page);
	assert.equal(await shownOf(page), text);
}

const some = (count) => `${number(count)} of ${number(COUNT)} detections`;
const isAll = (page) => isShown(page, `${number(COUNT)} detections`);
const type = (page, text) => page.fill("#search", text);
const frames = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

const found = scan("big", logs.bigLog(), logs.bigRules());
const page = await open(found);

/* Without filters, at the top, in order of time. */
async function anew() {
	await page.keyboard.press("Escape");
	await page.evaluate(() => document.activeElement?.blur());
	for (let i = 0; i < 3; i++)
		await page.keyboard.press("Escape");
	await isAll(page);
	await page.evaluate(() => { document.getElementById("rows").scrollTop = 0; });
	await frames(page);
}

test("a_hundred_thousand_detections_are_there_and_few_of_them_in_the_document", async () => {
	assert.equal(found.lines.length, COUNT);
	assert.equal(await page.textContent("#headline"), `${number(COUNT)} detections`);
	assert.equal(await page.getAttribute("#rows", "aria-rowcount"), String(COUNT));
	const rows = await rowsOf(page);
	assert.ok(rows.length > 5 && rows.length < ROWS_MAX, `${rows.length} rows`);
	assert.equal(rows[0].cells[2], "Tool 00 was run");
	assert.equal(rows[0].cells[0], "2024-07-19 04:09:00.000");
});

test("scrolling_to_the_end_shows_the_last_and_lets_the_first_go", async () => {
	for (const share of [0.1, 0.5, 0.9, 1]) {
		await page.evaluate((at) => {
			const box = document.getElementById("rows");
			box.scrollTop = at * box.scrollHeight;
		}, share);
		await frames(page);
		assert.ok((await rowsOf(page)).length < ROWS_MAX);
	}
	const rows = await rowsOf(page);
	assert.equal(rows.at(-1).place, COUNT - 1);
	assert.ok(rows.at(-1).cells[4].includes(`--run ${COUNT - 1}`));
	assert.ok(rows[0].place > COUNT - ROWS_MAX);
});

test("levels_hosts_and_rules_filter_together", async () => {
	await anew();
	await page.click('#levels [data-level="4"]');
	await isShown(page, some(big.count((i) => big.level(i) === "critical")));
	await page.click('#hosts-bars button[title="host-07"]');
	await isShown(page, some(big.count((i) => big.level(i) === "critical" && big.host(i) === "host-07")));
	await page.click('#rules-bars button[title="Tool 04 was run"]');
	const count = big.count((i) => big.tool(i) === 4 && big.host(i) === "host-07");
	await isShown(page, some(count));
	for (const { cells } of await rowsOf(page))
		assert.deepEqual([cells[1], cells[2], cells[3]], ["critical", "Tool 04 was run", "host-07"]);
	assert.equal(await page.locator("#chips button").count(), 3);
	assert.deepEqual(await page.$$eval(".panels .bars [aria-pressed=true], #levels [aria-pressed=true]",
		(chosen) => chosen.map((one) => one.title || one.lastChild.data)), ["critical", "Tool 04 was run", "host-07"]);
	await page.click("#chips button >> nth=0");
	await isShown(page, some(count));
});

test("counts_are_of_what_the_other_filters_leave", async () => {
	await anew();
	await page.click('#hosts-bars button[title="host-07"]');
	for (const [level, name] of logs.LEVELS.entries())
		assert.equal(await page.textContent(`#levels [data-level="${level}"] b`),
			number(big.count((i) => big.level(i) === name && big.host(i) === "host-07")));
	const other = await page.textContent('#hosts-bars button[title="host-08"] .count');
	assert.equal(other, number(big.count((i) => big.host(i) === "host-08")));
});

test("the_search_finds_words_fields_and_phrases", async () => {
	await anew();
	const cases = [["CORP\\rare", (i) => i % 1000 === 999], ["user:RARE", (i) => i % 1000 === 999],
		["tool-07 corp\\rare", () => false], ["\"tool 07 was\"", (i) => big.tool(i) === 7],
		["commandline:rare", () => false], ["tool-49 rare", (i) => i % 1000 === 999],
		["hostname:host-07 user:rare", (i) => i % 1000 === 999 && big.host(i) === "host-07"]];
	for (const [text, is] of cases) {
		await type(page, text);
		await isShown(page, some(big.count(is)));
	}
	await type(page, "no such thing");
	await isShown(page, some(0));
	assert.ok(await page.isVisible("#none"));
	await page.click("#none-clear");
	await isAll(page);
	assert.equal(await page.inputValue("#search"), "");
});

test("columns_sort_both_ways", async () => {
	await anew();
	await page.click('[data-column="level"]');
	await frames(page);
	assert.equal((await rowsOf(page))[0].cells[1], "critical");
	await page.click('[data-column="host"]');
	await frames(page);
	assert.equal((await rowsOf(page))[0].cells[3], "host-00");
	await page.click('[data-column="host"]');
	await frames(page);
	assert.equal((await rowsOf(page))[0].cells[3], "host-36");
	assert.equal(await page.getAttribute("#columns [aria-sort]", "aria-sort"), "descending");
	await page.click('[data-column="time"]');
	await page.click('[data-column="time"]');
	await frames(page);
	assert.ok((await rowsOf(page))[0].cells[4].includes(`--run ${COUNT - 1}`));
	await page.click('[data-column="time"]');
});

test("a_span_of_the_timeline_is_chosen_by_dragging_and_by_keys", async () => {
	await anew();
	await page.locator("#time-chart").scrollIntoViewIfNeeded();
	const box = await page.locator("#time-chart").boundingBox();
	await page.mouse.move(box.x + box.width * 0.25, box.y + 60);
	await page.mouse.down();
	await page.mouse.move(box.x + box.width * 0.5, box.y + 60, { steps: 4 });
	await page.mouse.up();
	const [chip] = await page.$$eval("#chips button", (chips) => chips.map((one) => one.textContent));
	const [from, to] = chip.match(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g);
	const rows = await rowsOf(page);
	assert.ok(rows[0].cells[0] >= from && rows.at(-1).cells[0].slice(0, 19) <= to, chip);
	const shown = Number((await shownOf(page)).split(" ")[0].replaceAll(",", ""));
	const between = big.count((i) => {
		const time = big.time(i).toISOString().replace("T", " ").slice(0, 19);
		return time > from && time <= to;
	});
	assert.ok(Math.abs(shown - between) <= 1, `${shown} shown, ${between} between ${from} and ${to}`);
	await page.focus("#time-chart");
	await page.keyboard.press("-");
	const wider = Number((await shownOf(page)).split(" ")[0].replaceAll(",", ""));
	assert.ok(wider > shown, `${wider} > ${shown}`);
	await page.keyboard.press("0");
	await isAll(page);
});

test("the_bars_of_the_timeline_are_of_all_levels", async () => {
	await anew();
	for (const level of logs.LEVELS.keys())
		assert.ok(await page.locator(`#time-chart .bar-${level}`).count() > 10);
	assert.ok(await page.locator("#time-chart rect").count() < 3000);
});

test("the_heat_map_counts_and_filters", async () => {
	await anew();
	const is = (i) => big.tactic(i) === "persistence" && big.host(i) === "host-00";
	const count = big.count(is);
	await page.click(`#heat-map [aria-label="Persistence, host-00: ${number(count)} detections"]`);
	await isShown(page, some(count));
	await anew();
	await page.click("#heat-time");
	const cells = await page.$$eval("#heat-map tbody tr", (lines) => lines.map((line) => [line.querySelector("th").textContent,
		[...line.querySelectorAll("td button")].reduce((sum, cell) =>
			sum + Number(cell.title.match(/: ([\d,]+)/)?.[1].replaceAll(",", "") ?? 0), 0)]));
	for (const tactic of logs.TACTICS)
		assert.equal(cells.find(([name]) => name.toLowerCase() === tactic)[1], big.count((i) => big.tactic(i) === tactic));
	await page.click("#heat-host");
});

test("the_keyboard_is_enough", async () => {
	await anew();
	await page.keyboard.press("/");
	await page.keyboard.type("user:rare");
	await isShown(page, some(100));
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("j");
	assert.equal(await page.getAttribute("#rows", "aria-activedescendant"), "row-1");
	await page.keyboard.press("End");
	assert.equal(await page.getAttribute("#rows", "aria-activedescendant"), "row-99");
	await page.keyboard.press("k");
	await page.keyboard.press("Enter");
	assert.ok(await page.isVisible("#detail"));
	assert.ok((await page.textContent("#event")).includes("--run 98999"));
	await page.keyboard.press("j");
	assert.ok((await page.textContent("#event")).includes("--run 99999"));
	await page.keyboard.press("Escape");
	assert.ok(!await page.isVisible("#detail"));
	await page.keyboard.press("Escape");
	await isAll(page);
	await page.keyboard.press("5");
	await isShown(page, some(big.count((i) => big.level(i) === "critical")));
});

test("what_matched_is_highlighted_in_the_row_and_in_the_event", async () => {
	await anew();
	assert.equal(await page.textContent("#row-3 mark"), "tool-03 --run 3");
	await page.click("#row-3");
	const marked = await page.$$eval("#event .found-here", (lines) => lines.map((line) => line.textContent));
	assert.equal(marked.length, 1);
	assert.ok(marked[0].startsWith("CommandLinetool-03 --run 3"), marked[0]);
	assert.ok((await page.textContent("#detail")).includes("attack.impact"));
	await page.click("#event .found-here button");
	await isShown(page, some(big.count((i) => `tool-03 --run ${String(i)}`.startsWith("tool-03 --run 3")
		&& big.tool(i) === 3 && String(i).startsWith("3"))));
});

test("an_event_is_copied_as_its_log_has_it", async () => {
	await anew();
	await page.click("#row-5");
	await page.click("#detail button:has-text('Copy event')");
	assert.deepEqual(JSON.parse(await page.evaluate(() => window.copied)), JSON.parse(found.lines[5]).event);
	await page.keyboard.press("Escape");
});

test("nothing_of_a_log_or_a_rule_becomes_markup_or_runs", async () => {
	const hostile = scan("hostile", logs.hostileLog(), logs.hostileRules());
	assert.equal(hostile.lines.length, logs.HOSTILE.length);
	const trap = await open(hostile);
	for (const [at, text] of logs.HOSTILE.entries()) {
		await trap.click(`#row-${at}`);
		const shown = await trap.$$eval("#event > div", (lines) =>
			lines.map((line) => [line.firstChild.title, line.lastChild.firstChild.data ?? ""]));
		const values = new Map(shown);
		assert.equal(values.get("CommandLine"), `evil ${text}`);
		assert.equal(values.get("Nested.__proto__"), text);
		assert.equal(values.get("Big"), "12345678901234567890");
		assert.ok(shown.some(([name, value]) => name === text && value === text), `a field named ${text}`);
		await trap.click("#detail button:has-text('Copy event')");
		const copied = await trap.evaluate(() => window.copied);
		assert.ok(hostile.lines[at].replaceAll("\u007f", "\\u007f").includes(copied)
			|| JSON.stringify(JSON.parse(copied)) === JSON.stringify(JSON.parse(hostile.lines[at]).event), copied);
	}
	await trap.click("#row-6");
	await trap.click('#event [title="CommandLine"] + dd button');
	await isShown(trap, `1 of ${logs.HOSTILE.length} detections`);
	assert.equal(await trap.textContent('#event [title="CommandLine"] + dd mark'), "onmouseover=window.pwned=1 ");
	assert.equal(await trap.evaluate(() => window.pwned), undefined);
	assert.equal(await trap.locator("img, iframe, object, embed, link, base, body script:not(:last-of-type)").count(), 0);
	assert.equal(await trap.locator("script").count(), 1);
	assert.ok((await trap.textContent("#detail h3")).includes("</script><img"));
	await trap.context().close();
});

test("a_script_that_got_in_all_the_same_would_not_run", async () => {
	const trap = await open(scan("policy", logs.quietLog(), logs.hostileRules()));
	const before = strangers.length;
	const refused = await trap.evaluate(() => {
		const script = document.createElement("script");
		try {
			script.text = "window.pwned = 1";
			document.body.append(script);
		} catch (error) {
			return error.name;
		}
		return "taken";
	});
	assert.equal(await trap.evaluate(() => window.pwned), undefined);
	assert.equal(refused, "TypeError");
	strangers.length = before; /* the browser says that it refused */
	await trap.context().close();
});

test("without_detections_the_page_says_what_was_read", async () => {
	const quiet = await open(scan("quiet", logs.quietLog(), logs.hostileRules()));
	assert.equal(await quiet.textContent("#headline"), "Nothing found");
	assert.match(await quiet.textContent("#subline"), /1 rule looked at 1 event of 1 file/);
	assert.ok(!await quiet.isVisible("#list"));
	assert.ok(await quiet.isVisible("#about"));
	await quiet.context().close();
});

test("what_could_not_be_read_is_told_first", async () => {
	const damaged = await open(scan("damaged", logs.damagedLog(), logs.hostileRules()));
	const notice = await damaged.textContent("#notices");
	assert.ok(notice.includes("damaged.jsonl:2"), notice);
	assert.ok((await damaged.textContent("#about")).includes("lines or documents that are no events"));
	await damaged.context().close();
});

test("a_page_at_its_limit_opens_and_says_so", async () => {
	const full = await open(scan("full", logs.fullLog(), logs.fullRules()));
	assert.equal(await full.textContent("#headline"), `${number(2 * logs.FULL)} detections`);
	assert.ok((await full.textContent("#notices")).includes(`250,000 of ${number(2 * logs.FULL)} detections are listed`));
	assert.equal(await full.getAttribute("#rows", "aria-rowcount"), "250000");
	await full.keyboard.press("End");
	await frames(full);
	assert.equal((await rowsOf(full)).at(-1).place, 249999);
	await full.context().close();
});

test("there_is_light_and_dark", async () => {
	const colour = (one) => one.evaluate(() => getComputedStyle(document.body).backgroundColor);
	const dark = await open(scan("dark", logs.quietLog(), logs.hostileRules()), { colorScheme: "dark" });
	const [isDark] = [await colour(dark)];
	await dark.click("#theme");
	assert.notEqual(await colour(dark), isDark);
	assert.equal(await colour(dark), await colour(page));
	await dark.context().close();
});

test("a_narrow_window_has_no_sideways_scrolling", async () => {
	const narrow = await open(scan("narrow", logs.hostileLog(), logs.hostileRules()), { viewport: { width: 420, height: 800 } });
	const [wide, width] = await narrow.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
	assert.ok(wide <= width, `${wide} pixels in ${width}`);
	await narrow.click("#row-0");
	assert.ok(await narrow.isVisible("#detail"));
	await narrow.context().close();
});

test("paper_has_the_first_of_the_list", async () => {
	await anew();
	await type(page, "user:rare");
	await isShown(page, some(100));
	await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
	assert.equal(await page.locator("#print tbody tr").count(), 100);
	await page.emulateMedia({ media: "print" });
	assert.ok(await page.isVisible("#print"));
	assert.ok(!await page.isVisible("#list"));
	await page.emulateMedia({ media: "screen" });
	await anew();
	await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
	assert.equal(await page.locator("#print tbody tr").count(), 500);
	await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
	assert.equal(await page.locator("#print tbody tr").count(), 0);
});

test("no_page_asked_for_anything_or_complained", async () => {
	assert.deepEqual(strangers, []);
});

const good = await runTests();
await browser.close();
rmSync(folder, { recursive: true });
process.exit(good ? 0 : 1);
