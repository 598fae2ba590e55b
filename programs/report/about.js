// SPDX-License-Identifier: Apache-2.0
// What the scan was, what it could not read, which limits it met; and the list on paper.

const ROWS_PRINTED = 500;

function drawAbout(data) {
	const { about } = data;
	const total = about.levels.reduce((a, b) => a + b, 0);
	document.title = `${counted(total, "detection")} – Windhover scan`;
	byId("made").textContent = `${timeText(about.made, 0)} UTC`;
	byId("headline").textContent = total ? counted(total, "detection") : "Nothing found";
	byId("subline").textContent = total
		? `by ${counted(data.rules.length, "rule")} in ${counted(about.events, "event")} of `
			+ `${counted(about.files, "file")}${data.hasTimes ? `, ${timeText(data.first, 0)} – ${timeText(data.last, 0)} UTC` : ""}`
		: `${counted(about.rules, "rule")} looked at ${counted(about.events, "event")} of ${counted(about.files, "file")}, `
			+ "and none matched.";
	document.body.classList.toggle("empty", data.count === 0);
	byId("levels").hidden = total === 0;
	drawNotices(data, total);
	byId("about-facts").replaceChildren(
		facts("Read", [[number(about.files), "files"], [size(about.bytes), "unpacked"],
			[number(about.read), "events"],
			...about.read === about.events ? [] : [[number(about.events), "of them looked at"]],
			[`${about.seconds.toFixed(1)} s`, "taken"]]),
		facts("Kinds of events", about.logs.map(({ count, what }) => [number(count), what])),
		facts("Left out, damaged, or at a limit", about.limits.length
			? about.limits.map(({ count, what }) => [number(count), what]) : [["0", "of all of these"]]),
		facts("With", [[number(about.rules), "rules"], [about.pack.slice(0, 12), "digest of the pack"],
			[about.version, "version of Windhover"]]));
}

function facts(title, pairs) {
	return el("div", {}, el("h3", {}, title), el("dl", {},
		...pairs.flatMap(([value, name]) => [el("dt", {}, value), el("dd", {}, name)])));
}

/* What a reader must know before trusting the numbers. */
function drawNotices({ about, faults, count }, total) {
	const notices = [];
	if (about.interrupted)
		notices.push(el("p", { class: "notice" }, "The scan was interrupted: this is what it had found by then."));
	if (count < total)
		notices.push(el("p", { class: "notice" },
			`${number(count)} of ${counted(total, "detection")} are listed here: a page has room for `
			+ `${number(about.limit)}, and some hundred megabytes. Levels and rules tell of all; the pictures and the `
			+ "list of those listed. With --level, --rule, --since and --until a page is about less."));
	if (faults.length) {
		const all = about.faults;
		notices.push(el("details", { open: faults.length <= 3 || !total },
			el("summary", {}, `${counted(all, "message")} on what could not be read`),
			el("ul", {}, ...faults.map((text) => el("li", {}, text)),
				all > faults.length ? el("li", {}, `and ${number(all - faults.length)} more`) : null)));
	}
	byId("notices").replaceChildren(...notices);
}

/* Paper has no scroll bar: the first of what is shown, as a table. */
function drawPrint(data, filter) {
	const rows = [...filter.shown.subarray(0, ROWS_PRINTED)].map((row) => {
		const rule = data.rules[data.rule[row]];
		return el("tr", {}, el("td", {}, timeText(data.time[row], 0)), el("td", {}, LEVELS[rule.level]),
			el("td", {}, rule.title ?? ""), el("td", {}, data.host.names[data.host.of[row]]),
			el("td", {}, matchedOf(data, row).slice(0, 3)
				.map(({ name, value }) => `${name || "keyword"}: ${value.slice(0, 200)}`).join("; ")));
	});
	const chosen = filter.chips().map(({ text }) => text);
	if (filter.text)
		chosen.push(`“${filter.text}”`);
	byId("print").replaceChildren(
		el("h2", {}, filter.shown.length > ROWS_PRINTED
			? `The first ${number(ROWS_PRINTED)} of ${counted(filter.shown.length, "detection")}`
			: counted(filter.shown.length, "detection"), chosen.length ? ` – only ${chosen.join(", ")}` : ""),
		el("table", {}, el("thead", {}, el("tr", {},
			...["Time (UTC)", "Level", "Rule", "Host", "What matched"].map((name) => el("th", {}, name)))),
		el("tbody", {}, ...rows)));
}
