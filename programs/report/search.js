// SPDX-License-Identifier: Apache-2.0
// Which rows have the words that are looked for: each text is looked at once, however many rows have it.

/* 'a "b c" Field:d' as words, each with the field it must stand in, where one is named. */
function parseSearch(input, knownFields) {
	const words = [];
	const pattern = /(?:([^\s":]+):)?(?:"([^"]*)"?|(\S+))/g;
	for (const [whole, name, phrase, word] of input.toLowerCase().matchAll(pattern)) {
		const isField = name !== undefined && knownFields.has(plainName(name));
		const text = isField ? phrase ?? word : phrase !== undefined && name === undefined ? phrase
			: whole.replaceAll('"', "");
		if (text)
			words.push({ field: isField ? plainName(name) : null, text });
	}
	return words;
}

class Search {
	constructor(data) {
		this.data = data;
		this.lower = null; /* the texts in lower case, made when first wanted */
		this.known = new Map(); /* word -> a flag for each row */
		this.fields = null;
	}

	knownFields() {
		if (!this.fields) {
			this.fields = new Set();
			for (let shape = 0; shape < this.data.shapes.length; shape++)
				for (const leaf of leavesOf(this.data, shape))
					this.fields.add(leaf.plain);
			for (const row of this.data.rows)
				for (let i = MATCHED; i < row.length; i += 2)
					this.fields.add(plainName(this.data.texts[row[i]]));
			this.fields.delete("");
		}
		return this.fields;
	}

	/* A flag for each row that has all words, or null where there are none. */
	rows(input) {
		const words = parseSearch(input, this.knownFields());
		if (!words.length)
			return null;
		const flags = new Uint8Array(this.data.count).fill(1);
		for (const word of words) {
			const one = this.word(word);
			for (let row = 0; row < flags.length; row++)
				flags[row] &= one[row];
		}
		return flags;
	}

	word(word) {
		const key = `${word.field ?? ""}:${word.text}`;
		let flags = this.known.get(key);
		if (!flags) {
			if (this.known.size > 32)
				this.known.clear();
			flags = this.find(word);
			this.known.set(key, flags);
		}
		return flags;
	}

	find({ field, text }) {
		const { data } = this;
		this.lower ??= data.texts.map((value) => value.toLowerCase());
		const inText = Uint8Array.from(this.lower, (value) => value.includes(text) ? 1 : 0);
		const inEvent = Uint8Array.from(data.events, (event) => this.eventHas(event, inText, field));
		const inRule = field ? null : Uint8Array.from(data.rules, (rule) =>
			[rule.title, rule.id, rule.description, ...rule.tags]
				.some((value) => value?.toLowerCase().includes(text)) ? 1 : 0);
		return Uint8Array.from(data.rows, (row) => {
			if (inEvent[row[EVENT]] || this.matchedHas(row, inText, field))
				return 1;
			return !field && (inRule[row[RULE]] || inText[row[HOST]] || inText[row[FILE]]) ? 1 : 0;
		});
	}

	eventHas(event, inText, field) {
		const leaves = field ? leavesOf(this.data, event[0]) : null;
		for (let i = 1; i < event.length; i++)
			if (inText[event[i]] && (!field || leaves[i - 1].plain === field))
				return 1;
		return 0;
	}

	matchedHas(row, inText, field) {
		for (let i = MATCHED; i < row.length; i += 2)
			if (inText[row[i + 1]] && (!field || plainName(this.data.texts[row[i]]) === field))
				return true;
		return false;
	}
}
