// SPDX-License-Identifier: Apache-2.0
// One detection whole: the rule, what made it match, and the event.

class Detail {
	constructor(data, filter) {
		this.data = data;
		this.filter = filter;
		this.box = byId("detail");
		this.row = -1;
		this.text = ""; /* that was searched for when it was drawn */
		filter.listeners.push(() => {
			if (this.isOpen && filter.text !== this.text)
				this.show(this.row, true);
		});
	}

	get isOpen() {
		return !this.box.hidden;
	}

	close() {
		this.box.hidden = true;
		byId("rows").focus();
	}

	/* Show ${row}; where the pane is closed, only if ${isOpened}. */
	show(row, isOpened) {
		if (!isOpened && !this.isOpen)
			return;
		const { data } = this;
		const rule = data.rules[data.rule[row]];
		const top = row === this.row ? this.box.scrollTop : 0;
		this.row = row;
		this.text = this.filter.text;
		this.box.hidden = false;
		this.box.className = `level-${rule.level}`;
		this.box.replaceChildren(this.top(rule), el("h3", {}, rule.title || "(no title)"),
			...rule.description ? [el("p", {}, rule.description)] : [], this.tags(rule),
			...this.group(row), ...this.matched(row), ...this.place(row, rule), ...this.event(row));
		this.box.scrollTop = top;
	}

	top(rule) {
		return el("div", { class: "top" }, el("i", { class: "dot" }), LEVELS[rule.level],
			el("div", { class: "tools" },
				el("button", { type: "button", class: "quiet", click: (event) => this.copy(event.target) }, "Copy event"),
				el("button", { type: "button", class: "quiet", "aria-label": "Close", click: () => this.close() }, "✕")));
	}

	async copy(button) {
		const text = eventJson(this.data, this.row);
		try {
			await navigator.clipboard.writeText(text);
			button.textContent = "Copied";
		} catch {
			button.textContent = "The browser does not allow it";
		}
	}

	tags(rule) {
		return el("div", { class: "tags" }, ...rule.tags.map((tag) => el("span", {}, tag)));
	}

	/* A correlation's window. */
	group(row) {
		const group = this.data.groups.get(row);
		if (!group)
			return [];
		const [, first, last, count] = group;
		return [el("h4", {}, "Correlation"), el("dl", { class: "pairs" },
			pair("events", number(count)), pair("first", timeText(first, 6)), pair("last", timeText(last, 6)))];
	}

	matched(row) {
		const pairs = matchedOf(this.data, row);
		if (!pairs.length)
			return [el("h4", {}, "What matched"),
				el("p", { class: "absent" }, "The rule asks for this kind of event, and for no field of it.")];
		const isGroup = this.data.groups.has(row);
		return [el("h4", {}, isGroup ? "In common" : "What matched"), el("dl", { class: "pairs" },
			...pairs.map(({ name, value }) => pair(name || "any field", value
				|| el("span", { class: "absent" }, name ? "absent, or empty" : "has a keyword of the rule"), {
				isFound: Boolean(value), more: value && name ? this.only(name, value) : null,
			})))];
	}

	place(row, rule) {
		const { data } = this;
		const facts = [["time", timeText(data.time[row], 6) && `${timeText(data.time[row], 6)} UTC`],
			["host", data.host.names[data.host.of[row]]],
			["file", data.file.names[data.file.of[row]]], ["line or record", String(data.rows[row][LINE])],
			["recovered", data.recovered.has(row) && "from unused space of its log: it was deleted, or overwritten in part"],
			["rule", [rule.id, rule.status].filter(Boolean).join(", ")],
			["written by", rule.author], ["licence", rule.license], ["for logs", rule.logsource?.split("/").filter(Boolean).join(", ")]];
		return [el("h4", {}, "Where, and by which rule"), el("dl", { class: "pairs" },
			...facts.filter(([, value]) => value).map(([name, value]) => pair(name, value)))];
	}

	event(row) {
		const { data } = this;
		const [shape, ...values] = data.events[data.rows[row][EVENT]];
		const found = matchedLeaves(data, row);
		return [el("h4", {}, "The event"), el("dl", { class: "pairs", id: "event" },
			...leavesOf(data, shape).map((leaf, at) => {
				const text = data.texts[values[at]];
				return pair(shortPath(leaf.path), this.marked(text, leaf.plain), {
					isFound: found.has(at), title: leaf.path,
					more: text && leaf.name ? this.only(leaf.name, text) : null,
				});
			}))];
	}

	/* The text as nodes, with the words that are searched for marked. */
	marked(text, field) {
		const words = this.filter.words.filter((word) => !word.field || word.field === field)
			.map((word) => word.text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
		if (!words.length)
			return text;
		return el("span", {}, ...text.split(new RegExp(`(${words.join("|")})`, "i"))
			.map((part, at) => at % 2 ? el("mark", {}, part) : part));
	}

	/* Look for this value in this field. */
	only(name, value) {
		return el("button", {
			type: "button", title: "Show detections with this value only",
			click: () => {
				/* A phrase has no quote in it: the longest part of the value without one. */
				const [part] = value.split(/["\r\n]+/).sort((a, b) => b.length - a.length);
				this.filter.text = `${plainName(name)}:"${part.slice(0, 200)}"`;
				byId("search").value = this.filter.text;
				this.filter.changed();
			},
		}, "only these");
	}
}

/* The path without what all events of its log have in common; whole in the title. */
const shortPath = (path) => path.replace(/^Event\.(System|EventData|UserData)\./, "").replaceAll("#attributes.", "");

function pair(name, value, { isFound = false, more = null, title = null } = {}) {
	return el("div", { class: isFound ? "found-here" : "" }, el("dt", { title }, name), el("dd", {}, value, more));
}
