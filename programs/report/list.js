// SPDX-License-Identifier: Apache-2.0
// The detections as rows: only those in sight are in the document.

const ROW_HEIGHT = 30;
const ROWS_AROUND = 8; /* made above and below what is in sight */
const VALUE_SHOWN = 300; /* characters of a value in a row */

class List {
	constructor(data, filter, onOpen) {
		this.data = data;
		this.filter = filter;
		this.onOpen = onOpen;
		this.box = byId("rows");
		this.spacer = byId("spacer");
		this.nodes = new Map(); /* place -> element */
		this.selected = -1; /* a row of the data */
		this.place = -1; /* where it is in what is shown */
		this.drawColumns();
		filter.listeners.push(() => this.refill());
		this.box.addEventListener("scroll", () => this.draw(), { passive: true });
		new ResizeObserver(() => this.draw()).observe(this.box);
		this.box.addEventListener("click", (event) => {
			const row = event.target.closest(".row");
			if (row)
				this.select(Number(row.dataset.place), true);
		});
	}

	drawColumns() {
		const columns = [["time", "Time (UTC)"], ["level", "Level"], ["rule", "Rule"], ["host", "Host"],
			[null, "What matched"], ["file", "Where"]];
		byId("columns").replaceChildren(...columns.map(([name, text]) => {
			if (!name)
				return el("div", { role: "columnheader", class: "note" }, text);
			const isSorted = this.filter.sortBy === name, { descending } = this.filter;
			const arrow = isSorted ? descending ? " ↓" : " ↑" : "";
			return el("div", {
				role: "columnheader", "aria-sort": isSorted ? descending ? "descending" : "ascending" : null,
			}, el("button", { type: "button", "data-column": name, click: () => this.filter.sort(name) },
				text + arrow));
		}));
	}

	/* What is shown has changed. */
	refill() {
		const { shown } = this.filter;
		this.drawColumns();
		this.spacer.style.setProperty("height", `${shown.length * ROW_HEIGHT}px`);
		this.box.setAttribute("aria-rowcount", shown.length);
		byId("none").hidden = shown.length > 0;
		byId("shown").textContent = shown.length === this.data.count ? counted(shown.length, "detection")
			: `${number(shown.length)} of ${counted(this.data.count, "detection")}`;
		for (const node of this.nodes.values())
			node.remove();
		this.nodes.clear();
		this.place = this.selected < 0 ? -1 : shown.indexOf(this.selected);
		this.draw();
	}

	draw() {
		const { shown } = this.filter;
		const top = this.box.scrollTop, height = this.box.clientHeight;
		const first = Math.max(Math.floor(top / ROW_HEIGHT) - ROWS_AROUND, 0);
		const end = Math.min(Math.ceil((top + height) / ROW_HEIGHT) + ROWS_AROUND, shown.length);
		for (const [place, node] of this.nodes) {
			if (place >= first && place < end)
				continue;
			node.remove();
			this.nodes.delete(place);
		}
		for (let place = first; place < end; place++) {
			if (this.nodes.has(place))
				continue;
			const node = this.makeRow(place, shown[place]);
			this.nodes.set(place, node);
			this.box.append(node);
		}
	}

	makeRow(place, row) {
		const { data } = this;
		const rule = data.rules[data.rule[row]], host = data.host.names[data.host.of[row]];
		const where = `${data.file.names[data.file.of[row]]}:${data.rows[row][LINE]}`;
		const isSelected = row === this.selected;
		return el("div", {
			class: `row level-${rule.level}`, role: "row", id: `row-${place}`, "data-place": place,
			"aria-rowindex": place + 1, "aria-selected": String(isSelected),
			"--y": `${place * ROW_HEIGHT}px`,
		}, el("span", { class: "when", role: "gridcell" }, ...this.when(row)),
		el("span", { class: "level", role: "gridcell" }, el("i", { class: "dot" }),
			el("span", {}, LEVELS[rule.level])),
		el("span", { class: "title", role: "gridcell", title: rule.title }, rule.title || "(no title)"),
		el("span", { class: "host", role: "gridcell" }, host),
		el("span", { class: "what", role: "gridcell" }, ...this.what(row)),
		el("span", { class: "where", role: "gridcell", title: where }, fileEnd(where)));
	}

	when(row) {
		const text = timeText(this.data.time[row]);
		return text ? [text.slice(0, 19), el("small", {}, text.slice(19))]
			: [el("span", { class: "absent" }, "no time")];
	}

	/* A rule may ask for a kind of event only: then no field of it is told. */
	what(row) {
		const pairs = matchedOf(this.data, row);
		if (!pairs.length)
			return [el("span", { class: "absent" }, "the event itself")];
		return pairs.slice(0, 4).flatMap(({ name, value }) => [
			`${name || "keyword"} `,
			value ? el("mark", {}, value.slice(0, VALUE_SHOWN)) : el("span", { class: "absent" }, name ? "absent" : "matched"),
			"  "]);
	}

	/* Select the row at ${place}, and bring it into sight; ${isOpened}: show it whole. */
	select(place, isOpened) {
		const { shown } = this.filter;
		if (!shown.length)
			return;
		place = Math.min(Math.max(place, 0), shown.length - 1);
		this.nodes.get(this.place)?.setAttribute("aria-selected", false);
		this.place = place;
		this.selected = shown[place];
		const top = place * ROW_HEIGHT, height = this.box.clientHeight;
		if (top < this.box.scrollTop)
			this.box.scrollTop = top;
		else if (top + ROW_HEIGHT > this.box.scrollTop + height)
			this.box.scrollTop = top + ROW_HEIGHT - height;
		this.draw();
		this.nodes.get(place)?.setAttribute("aria-selected", true);
		this.box.setAttribute("aria-activedescendant", `row-${place}`);
		this.onOpen(this.selected, isOpened);
	}

	get page() {
		return Math.max(Math.floor(this.box.clientHeight / ROW_HEIGHT) - 1, 1);
	}
}

/* The file and the folder it is in; the rest is in the title. */
const fileEnd = (path) => path.split("/").slice(-2).join("/");
