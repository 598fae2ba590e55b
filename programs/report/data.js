// SPDX-License-Identifier: Apache-2.0
// What the scan found: the data's elements as columns.  docs/formats/report.md says what is in them.

const TIME = 0, RULE = 1, LINE = 2, EVENT = 3, HOST = 4, FILE = 5, MATCHED = 6;

function readElement(name) {
	const element = byId(`data-${name}`);
	const value = JSON.parse(element.textContent);
	element.remove();
	return value;
}

/* Texts of a column as small numbers, most frequent first; each number's text and rank by name. */
function makeColumn(rows, place, texts) {
	const counts = new Map();
	for (const row of rows)
		counts.set(row[place], (counts.get(row[place]) ?? 0) + 1);
	const ids = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a) || a - b);
	const numbers = new Map(ids.map((id, number) => [id, number]));
	const names = ids.map((id) => texts[id]);
	return {
		names,
		of: Uint32Array.from(rows, (row) => numbers.get(row[place])),
		rank: ranksOf(names),
		ids,
	};
}

/* The place of each text among the texts in order. */
function ranksOf(names) {
	const order = [...names.keys()].sort((a, b) => names[a] < names[b] ? -1 : names[a] > names[b] ? 1 : 0);
	const ranks = new Uint32Array(names.length);
	order.forEach((name, rank) => { ranks[name] = rank; });
	return ranks;
}

/* A rule's tactics as bits; the bit behind the last tactic stands for none. */
function tacticBits(rule, tactics) {
	let bits = 0;
	for (const name of rule.threat?.tactic?.name ?? [])
		bits |= 1 << tactics.indexOf(name);
	return bits || 1 << tactics.length;
}

function readData() {
	const [about] = readElement("about");
	const rules = readElement("rules");
	const texts = readElement("texts");
	const rows = readElement("rows");
	const data = {
		about, rules, texts, rows,
		faults: readElement("faults"),
		shapes: readElement("shapes"),
		events: readElement("events"),
		recovered: new Set(readElement("recovered")),
		groups: new Map(readElement("groups").map((group) => [group[0], group])),
		tactics: [...about.tactics, "No tactic"],
		count: rows.length,
		time: Float64Array.from(rows, (row) => row[TIME]),
		rule: Uint32Array.from(rows, (row) => row[RULE]),
		host: makeColumn(rows, HOST, texts),
		file: makeColumn(rows, FILE, texts),
		leaves: new Map(),
	};
	for (const rule of rules)
		rule.bits = tacticBits(rule, about.tactics);
	data.level = Uint8Array.from(rows, (row) => rules[row[RULE]].level);
	data.bits = Uint32Array.from(rows, (row) => rules[row[RULE]].bits);
	data.ruleRank = ranksOf(rules.map((rule) => rule.title ?? ""));
	let first = Infinity, last = -Infinity;
	for (const time of data.time) {
		if (!time)
			continue;
		first = Math.min(first, time);
		last = Math.max(last, time);
	}
	data.first = first;
	data.last = last;
	data.hasTimes = first <= last;
	return data;
}

/* What the leaves of an event of this shape are called, in the order of their values. */
function leavesOf(data, shapeNumber) {
	let leaves = data.leaves.get(shapeNumber);
	if (leaves)
		return leaves;
	leaves = [];
	const walk = (node, path, name) => {
		if (!Array.isArray(node)) {
			leaves.push({ path, name, plain: plainName(name), isBare: node === 1 });
		} else if (node[0] === 0) {
			for (let i = 1; i < node.length; i += 2) {
				const key = data.texts[node[i]];
				walk(node[i + 1], path ? `${path}.${key}` : key, key);
			}
		} else {
			for (let i = 1; i < node.length; i++)
				walk(node[i], `${path}[${i - 1}]`, name);
		}
	};
	walk(data.shapes[shapeNumber], "", "");
	data.leaves.set(shapeNumber, leaves);
	return leaves;
}

/* Names that differ in case and in what joins their words are the same. */
const plainName = (name) => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/* The event of a row as JSON text: put together from shape and values, as the log had it. */
function eventJson(data, row) {
	const [shape, ...values] = data.events[data.rows[row][EVENT]];
	let at = 0;
	const write = (node) => {
		if (!Array.isArray(node)) {
			const text = data.texts[values[at++]];
			return node === 1 ? text : JSON.stringify(text);
		}
		const parts = [];
		if (node[0] === 0)
			for (let i = 1; i < node.length; i += 2)
				parts.push(`${JSON.stringify(data.texts[node[i]])}:${write(node[i + 1])}`);
		else
			for (let i = 1; i < node.length; i++)
				parts.push(write(node[i]));
		return node[0] === 0 ? `{${parts.join(",")}}` : `[${parts.join(",")}]`;
	};
	return write(data.shapes[shape]);
}

/* Name and value of what made a row's rule match; an empty name is any field's. */
function matchedOf(data, row) {
	const cells = data.rows[row];
	const pairs = [];
	for (let i = MATCHED; i < cells.length; i += 2)
		pairs.push({ name: data.texts[cells[i]], value: data.texts[cells[i + 1]], id: cells[i + 1] });
	return pairs;
}

/* The leaves of a row's event that made its rule match: by name and value, else by value. */
function matchedLeaves(data, row) {
	const [shape, ...values] = data.events[data.rows[row][EVENT]];
	const leaves = leavesOf(data, shape);
	const found = new Set();
	for (const pair of matchedOf(data, row)) {
		if (!pair.value)
			continue;
		const same = [...leaves.keys()].filter((leaf) => values[leaf] === pair.id);
		const named = same.filter((leaf) => leaves[leaf].plain === plainName(pair.name));
		for (const leaf of named.length ? named : same)
			found.add(leaf);
	}
	return found;
}
