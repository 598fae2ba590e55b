// SPDX-License-Identifier: Apache-2.0
// Counts that filter when they are clicked: levels, tactics as a heat map, rules, hosts.

const HOSTS_SHOWN = 10; /* columns of the heat map */
const TIMES_SHOWN = 18;
const BARS_SHOWN = 400;

class Counts {
	constructor(data, filter) {
		this.data = data;
		this.filter = filter;
		this.overTime = false;
		filter.listeners.push(() => this.draw());
		byId("heat-host").addEventListener("click", () => this.turn(false));
		byId("heat-time").addEventListener("click", () => this.turn(true));
		byId("heat-time").hidden = !data.hasTimes;
	}

	turn(overTime) {
		this.overTime = overTime;
		byId("heat-host").setAttribute("aria-pressed", !overTime);
		byId("heat-time").setAttribute("aria-pressed", overTime);
		this.drawHeat();
	}

	draw() {
		this.drawLevels();
		this.drawHeat();
		const { data, filter } = this;
		this.drawBars("rules", filter.counts(BY_RULE, data.rule, data.rules.length), filter.rules,
			(rule) => data.rules[rule].title || "(no title)", (rule) => `level-${data.rules[rule].level}`);
		this.drawBars("hosts", filter.counts(BY_HOST, data.host.of, data.host.names.length), filter.hosts,
			(host) => data.host.names[host] || "(no host)", () => "");
	}

	drawLevels() {
		const { filter, data } = this;
		const counts = filter.counts(BY_LEVEL, data.level, LEVELS.length);
		const focused = document.activeElement?.dataset?.level;
		byId("levels").replaceChildren(...[...LEVELS.keys()].reverse().map((level) => el("button", {
			type: "button", class: `level-${level}`, "data-level": level,
			"aria-pressed": filter.levels.has(level),
			disabled: !data.about.levels[level],
			click: () => filter.toggle(filter.levels, level),
		}, el("i", { class: "dot" }), el("b", {}, number(counts[level])), LEVELS[level])));
		if (focused)
			byId("levels").querySelector(`[data-level="${focused}"]`)?.focus();
	}

	/* Most first; what is chosen stays in sight though nothing is left of it. */
	drawBars(name, counts, chosen, text, className) {
		const all = [...counts.keys()].filter((item) => counts[item] || chosen.has(item))
			.sort((a, b) => chosen.has(b) - chosen.has(a) || counts[b] - counts[a] || a - b);
		const most = Math.max(...all.slice(0, BARS_SHOWN).map((item) => counts[item]), 1);
		const box = byId(`${name}-bars`);
		const focused = box.contains(document.activeElement) ? document.activeElement.dataset.item : null;
		byId(`${name}-note`).textContent = number(all.length);
		box.replaceChildren(...firstOf(all, BARS_SHOWN, (item) => el("button", {
			type: "button", class: `${className(item)} ${counts[item] ? "" : "empty"}`, title: text(item),
			"--share": Math.sqrt(counts[item] / most) * 100, "aria-pressed": chosen.has(item), "data-item": item,
			click: () => this.filter.toggle(chosen, item),
		}, el("span", {}, className(item) ? el("i", { class: "dot" }) : null, text(item)),
		el("span", { class: "count" }, number(counts[item])))));
		if (focused !== null)
			box.querySelector(`[data-item="${focused}"]`)?.focus({ preventScroll: true });
	}

	/* The columns of the heat map: which of them a row is in, and what they are called. */
	columns() {
		const { data, filter } = this;
		if (!this.overTime) {
			const counts = filter.counts(BY_HOST, data.host.of, data.host.names.length);
			const hosts = [...counts.keys()].filter((host) => counts[host]).sort((a, b) => counts[b] - counts[a])
				.slice(0, HOSTS_SHOWN);
			const place = new Map(hosts.map((host, at) => [host, at]));
			return {
				except: BY_HOST, of: (row) => place.get(data.host.of[row]) ?? -1,
				names: hosts.map((host) => data.host.names[host] || "(no host)"),
				isChosen: (column) => filter.hosts.has(hosts[column]),
				choose: (column) => { filter.toggle(filter.hosts, hosts[column]); },
			};
		}
		const from = Math.max(filter.from, data.first), to = Math.min(filter.to, data.last);
		const step = stepFor(Math.max(to - from, 1000), TIMES_SHOWN);
		const start = Math.floor(from / step) * step;
		return {
			except: 0, of: (row) => data.time[row] ? Math.floor((data.time[row] - start) / step) : -1,
			names: Array.from({ length: Math.floor((to - start) / step) + 1 },
				(_, column) => tickText(start + column * step, step)),
			isChosen: () => false,
			choose: (column) => {
				filter.from = start + column * step;
				filter.to = filter.from + step - 1;
				filter.changed();
			},
		};
	}

	drawHeat() {
		const { data, filter } = this;
		const columns = this.columns();
		const counts = data.tactics.map(() => new Uint32Array(columns.names.length));
		const sums = new Uint32Array(data.tactics.length);
		filter.each(BY_TACTIC | columns.except, (row) => {
			const column = columns.of(row);
			for (let bits = data.bits[row]; bits; bits &= bits - 1) {
				const tactic = 31 - Math.clz32(bits & -bits);
				sums[tactic]++;
				if (column >= 0 && column < columns.names.length)
					counts[tactic][column]++;
			}
		});
		const most = Math.max(...counts.map((line) => Math.max(...line)), 1);
		const body = [...data.tactics.keys()].filter((tactic) => sums[tactic] || filter.tactics & 1 << tactic)
			.map((tactic) => this.heatRow(tactic, counts[tactic], most, columns));
		byId("heat-map").replaceChildren(el("table", {},
			el("thead", {}, el("tr", {}, el("th", { class: "tactic" }), ...columns.names.map((name, column) =>
				el("th", { scope: "col" }, el("button", {
					type: "button", title: name, "aria-pressed": columns.isChosen(column),
					click: () => columns.choose(column),
				}, name))))),
			el("tbody", {}, ...body)));
	}

	heatRow(tactic, counts, most, columns) {
		const { data, filter } = this;
		const name = data.tactics[tactic];
		const toggle = () => {
			filter.tactics ^= 1 << tactic;
		};
		return el("tr", {}, el("th", { scope: "row" }, el("button", {
			type: "button", "aria-pressed": Boolean(filter.tactics & 1 << tactic),
			click: () => { toggle(); filter.changed(); },
		}, name)), ...Array.from(counts, (count, column) => {
			const heat = count ? 12 + Math.sqrt(count / most) * 88 : 0;
			const text = `${name}, ${columns.names[column]}: ${counted(count, "detection")}`;
			return el("td", {}, count ? el("button", {
				type: "button", class: heat > 62 ? "hot" : "", "--heat": heat, title: text, "aria-label": text,
				click: () => {
					if (!(filter.tactics & 1 << tactic))
						toggle();
					columns.choose(column);
				},
			}, count < 10000 ? number(count) : `${Math.round(count / 1000)}k`)
				: el("button", { type: "button", disabled: true, tabindex: -1, "--heat": 0, "aria-label": text }));
		}));
	}
}
