// SPDX-License-Identifier: Apache-2.0
// What of the detections is shown, and in which order; each picture counts what the others leave.

const BY_LEVEL = 1, BY_RULE = 2, BY_HOST = 4, BY_TACTIC = 8, BY_TIME = 16, BY_TEXT = 32;

class Filter {
	constructor(data) {
		this.data = data;
		this.search = new Search(data);
		this.levels = new Set();
		this.rules = new Set();
		this.hosts = new Set();
		this.tactics = 0; /* bits */
		this.from = -Infinity; /* microseconds, both included */
		this.to = Infinity;
		this.text = "";
		this.sortBy = "time";
		this.descending = false;
		this.fails = new Uint8Array(data.count); /* for each row the filters that it fails */
		this.listeners = [];
		this.orders = new Map();
	}

	get words() {
		return parseSearch(this.text, this.search.knownFields());
	}

	get hasTime() {
		return this.from !== -Infinity || this.to !== Infinity;
	}

	toggle(set, value) {
		if (!set.delete(value))
			set.add(value);
		this.changed();
	}

	clear() {
		this.levels.clear();
		this.rules.clear();
		this.hosts.clear();
		this.tactics = 0;
		this.from = -Infinity;
		this.to = Infinity;
		this.text = "";
		this.changed();
	}

	changed() {
		this.judge();
		this.arrange();
		for (const listener of this.listeners)
			listener();
	}

	judge() {
		const { data, fails, levels, rules, hosts, tactics, from, to } = this;
		const inText = this.search.rows(this.text);
		for (let row = 0; row < data.count; row++) {
			let fail = 0;
			if (levels.size && !levels.has(data.level[row]))
				fail |= BY_LEVEL;
			if (rules.size && !rules.has(data.rule[row]))
				fail |= BY_RULE;
			if (hosts.size && !hosts.has(data.host.of[row]))
				fail |= BY_HOST;
			if (tactics && !(tactics & data.bits[row]))
				fail |= BY_TACTIC;
			if (data.time[row] < from || data.time[row] > to)
				fail |= BY_TIME;
			if (inText && !inText[row])
				fail |= BY_TEXT;
			fails[row] = fail;
		}
	}

	/* Call ${each} with every row that passes all filters but ${except}. */
	each(except, each) {
		const { fails } = this;
		for (let row = 0; row < fails.length; row++)
			if ((fails[row] & ~except) === 0)
				each(row);
	}

	/* How many rows pass all filters but ${except}, by what ${column} has for them. */
	counts(except, column, size) {
		const counts = new Uint32Array(size);
		this.each(except, (row) => { counts[column[row]]++; });
		return counts;
	}

	/* The rows that are shown, in their order. */
	arrange() {
		const { fails } = this;
		const shown = new Uint32Array(fails.length);
		let count = 0;
		for (const row of this.order())
			if (!fails[row])
				shown[count++] = row;
		this.shown = shown.subarray(0, count);
	}

	/* All rows by the column, ties by time and then as they were found. */
	order() {
		const { data, sortBy, descending } = this;
		const name = `${sortBy} ${descending}`, sign = descending ? -1 : 1;
		let order = this.orders.get(name);
		if (order)
			return order;
		const key = {
			time: (row) => data.time[row],
			level: (row) => data.level[row],
			rule: (row) => data.ruleRank[data.rule[row]],
			host: (row) => data.host.rank[data.host.of[row]],
			file: (row) => data.file.rank[data.file.of[row]],
		}[sortBy];
		const keys = Float64Array.from({ length: data.count }, (_, row) => key(row));
		order = Uint32Array.from(keys.keys()).sort((a, b) =>
			sign * (keys[a] - keys[b]) || data.time[a] - data.time[b] || a - b);
		this.orders.set(name, order);
		return order;
	}

	sort(column) {
		this.descending = this.sortBy === column ? !this.descending : column === "level";
		this.sortBy = column;
		this.changed();
	}

	/* What is in force, each with what takes it off. */
	chips() {
		const { data } = this;
		const chips = [];
		const chip = (text, off) => chips.push({ text, off: () => { off(); this.changed(); } });
		for (const level of this.levels)
			chip(LEVELS[level], () => this.levels.delete(level));
		data.tactics.forEach((name, bit) => {
			if (this.tactics & 1 << bit)
				chip(name, () => { this.tactics &= ~(1 << bit); });
		});
		for (const rule of this.rules)
			chip(data.rules[rule].title || "(no title)", () => this.rules.delete(rule));
		for (const host of this.hosts)
			chip(data.host.names[host] || "(no host)", () => this.hosts.delete(host));
		if (this.hasTime)
			chip(`${timeText(this.from, 0)} – ${timeText(this.to, 0)}`, () => {
				this.from = -Infinity;
				this.to = Infinity;
			});
		return chips;
	}
}
