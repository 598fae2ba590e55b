// SPDX-License-Identifier: Apache-2.0
// Detections over time, by level: drag to zoom; below it the whole, with what is seen of it.

const SECOND = 1e6, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const STEPS = [1e3, 5e3, 1e4, 5e4, 1e5, 5e5,
	...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND), ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
	...[1, 2, 3, 6, 12].map((n) => n * HOUR), ...[1, 2, 7, 14, 30, 91, 182, 365, 1826, 3652].map((n) => n * DAY)];
const BAR_WIDTH = 7; /* pixels wanted of one */
const TICK_WIDTH = 130;
const HEIGHT = 170, BASE = 148, TOP = 8;

const stepFor = (span, most) => STEPS.find((step) => span / step <= most) ?? STEPS.at(-1);

/* A moment as short as its step allows. */
function tickText(us, step) {
	const text = timeText(us, 3);
	if (step >= 28 * DAY)
		return text.slice(0, 7);
	if (step >= DAY)
		return text.slice(0, 10);
	if (step >= MINUTE)
		return us % DAY === 0 ? text.slice(0, 10) : text.slice(11, 16);
	return step >= SECOND ? text.slice(11, 19) : text.slice(11, 23);
}

class Timeline {
	constructor(data, filter) {
		this.data = data;
		this.filter = filter;
		this.chart = byId("time-chart");
		this.overview = byId("time-overview");
		if (!data.hasTimes) {
			byId("time").hidden = true;
			return;
		}
		filter.listeners.push(() => this.draw());
		new ResizeObserver(() => this.draw()).observe(this.chart);
		this.listen();
	}

	/* All there is, with a little air at both ends. */
	get whole() {
		const air = Math.max((this.data.last - this.data.first) * 0.01, 5e5);
		return [this.data.first - air, this.data.last + air];
	}

	get seen() {
		const [first, last] = this.whole;
		return this.filter.hasTime ? [Math.max(this.filter.from, first), Math.min(this.filter.to, last)]
			: [first, last];
	}

	select(from, to) {
		const [first, last] = this.whole;
		const isAll = from <= first && to >= last;
		this.filter.from = isAll ? -Infinity : Math.round(Math.max(from, first));
		this.filter.to = isAll ? Infinity : Math.round(Math.min(Math.max(to, from + 1000), last));
		this.filter.changed();
	}

	/* Make the seen span ${factor} times as long, and move it by ${shift} of its length. */
	zoom(factor, shift = 0) {
		const [from, to] = this.seen, [first, last] = this.whole;
		const span = Math.min((to - from) * factor, last - first);
		let start = (from + to) / 2 - span / 2 + shift * span;
		start = Math.min(Math.max(start, first), last - span);
		this.select(start, start + span);
	}

	draw() {
		const width = this.chart.clientWidth;
		if (!width)
			return;
		const [from, to] = this.seen;
		const step = stepFor(to - from, width / BAR_WIDTH);
		const start = Math.floor(from / step) * step;
		const bins = Math.ceil((to - start) / step) + 1;
		const counts = LEVELS.map(() => new Uint32Array(bins));
		this.filter.each(BY_TIME, (row) => {
			const time = this.data.time[row];
			if (time && time >= from && time <= to)
				counts[this.data.level[row]][Math.floor((time - start) / step)]++;
		});
		this.view = { from, to, step, start, width, counts };
		byId("time-range").textContent = `${timeText(from, 0)} – ${timeText(to, 0)} UTC, `
			+ `one bar is ${this.stepText(step)}`;
		this.drawChart();
		this.drawOverview();
	}

	stepText(step) {
		const units = [[DAY, "day"], [HOUR, "hour"], [MINUTE, "minute"], [SECOND, "second"], [1000, "millisecond"]];
		const [unit, name] = units.find(([length]) => step >= length);
		return counted(step / unit, name);
	}

	drawChart() {
		const { from, to, step, start, width, counts } = this.view;
		const sums = counts[0].map((_, bin) => counts.reduce((sum, level) => sum + level[bin], 0));
		const most = sums.reduce((a, b) => Math.max(a, b), 1);
		const x = (time) => (time - from) / (to - from) * width;
		const chart = svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, preserveAspectRatio: "none" });
		for (const count of new Set([Math.floor(most / 2) || 1, most])) {
			const y = BASE - (BASE - TOP) * count / most;
			chart.append(svg("line", { class: "grid", x1: 0, x2: width, y1: y, y2: y }),
				svg("text", { class: "axis", x: 2, y: y + 11 }, number(count)));
		}
		for (let bin = 0; bin < sums.length; bin++) {
			const left = Math.max(x(start + bin * step), 0);
			const right = Math.min(x(start + (bin + 1) * step), width);
			let y = BASE;
			for (let level = LEVELS.length - 1; level >= 0 && right > left; level--) {
				const count = counts[level][bin];
				if (!count)
					continue;
				const height = Math.max(count / most * (BASE - TOP), 1.5);
				y -= height;
				chart.append(svg("rect", { class: `bar-${level}`, x: left, y, height,
					width: Math.max(right - left - 1, 1) }));
			}
		}
		this.drawTicks(chart, x);
		this.brush = svg("rect", { class: "brush", y: TOP, height: BASE - TOP, width: 0 });
		chart.append(svg("line", { class: "grid", x1: 0, x2: width, y1: BASE, y2: BASE }), this.brush);
		this.chart.replaceChildren(chart);
	}

	drawTicks(chart, x) {
		const { from, to, width } = this.view;
		const step = stepFor(to - from, Math.max(width / TICK_WIDTH, 2));
		for (let tick = Math.ceil(from / step) * step; tick <= to; tick += step) {
			chart.append(svg("line", { class: "grid", x1: x(tick), x2: x(tick), y1: BASE, y2: BASE + 5 }));
			if (x(tick) > 30 && x(tick) < width - 34)
				chart.append(svg("text", { class: "axis", x: x(tick), y: BASE + 18,
					"text-anchor": "middle" }, tickText(tick, step)));
		}
	}

	drawOverview() {
		const [first, last] = this.whole, [from, to] = this.seen;
		const width = this.overview.clientWidth, columns = Math.max(Math.floor(width / 3), 1);
		const x = (time) => (time - first) / (last - first) * width;
		const counts = new Uint32Array(columns + 1);
		this.filter.each(BY_TIME, (row) => {
			const time = this.data.time[row];
			if (time)
				counts[Math.floor((time - first) / (last - first) * columns)]++;
		});
		const most = Math.max(counts.reduce((a, b) => Math.max(a, b), 1), 1);
		const picture = svg("svg", { viewBox: `0 0 ${width} 26`, preserveAspectRatio: "none" },
			svg("rect", { class: "back", width, height: 26, rx: 4 }));
		counts.forEach((count, column) => {
			if (!count)
				return;
			const height = Math.max(Math.sqrt(count / most) * 20, 2);
			picture.append(svg("rect", { class: "whole", x: column * width / columns, y: 24 - height,
				width: 2, height }));
		});
		if (this.filter.hasTime)
			picture.append(svg("rect", { class: "brush", x: x(from), y: 0.5, height: 25, rx: 3,
				width: Math.max(x(to) - x(from), 4) }));
		this.overview.replaceChildren(picture);
	}

	timeAt(clientX) {
		const { left, width } = this.chart.getBoundingClientRect();
		const [from, to] = [this.view.from, this.view.to];
		return from + Math.min(Math.max((clientX - left) / width, 0), 1) * (to - from);
	}

	tellBin(event) {
		const { step, start, counts } = this.view;
		const bin = Math.floor((this.timeAt(event.clientX) - start) / step);
		const lines = LEVELS.map((name, level) => [counts[level][bin], name])
			.filter(([count]) => count).reverse().map(([count, name]) => `${number(count)} ${name}`);
		if (lines.length)
			tip.show(event, `${timeText(start + bin * step, step < SECOND ? 3 : 0)} UTC\n${lines.join(", ")}`);
		else
			tip.hide();
	}

	listen() {
		let drag = null;
		const { chart, overview } = this;
		const draw = (event) => {
			const { left, width } = chart.getBoundingClientRect();
			const now = Math.min(Math.max(event.clientX - left, 0), width);
			this.brush.setAttribute("x", Math.min(drag.x, now));
			this.brush.setAttribute("width", Math.abs(now - drag.x));
		};
		chart.addEventListener("pointerdown", (event) => {
			drag = { x: event.clientX - chart.getBoundingClientRect().left, time: this.timeAt(event.clientX),
				clientX: event.clientX };
			chart.setPointerCapture(event.pointerId);
			tip.hide();
		});
		chart.addEventListener("pointermove", (event) => drag ? draw(event) : this.tellBin(event));
		chart.addEventListener("pointerleave", () => tip.hide());
		chart.addEventListener("pointerup", (event) => {
			if (drag && Math.abs(event.clientX - drag.clientX) > 3) {
				const times = [drag.time, this.timeAt(event.clientX)].sort((a, b) => a - b);
				this.select(...times);
			} else if (this.brush) {
				this.brush.setAttribute("width", 0);
			}
			drag = null;
		});
		chart.addEventListener("pointercancel", () => { drag = null; });
		chart.addEventListener("dblclick", () => this.select(-Infinity, Infinity));
		overview.addEventListener("pointerdown", (event) => overview.setPointerCapture(event.pointerId));
		const move = (event) => {
			if (!event.buttons && event.type === "pointermove")
				return;
			const { left, width } = overview.getBoundingClientRect();
			const [first, last] = this.whole, [from, to] = this.seen;
			const middle = first + (event.clientX - left) / width * (last - first);
			this.zoom(1, (middle - (from + to) / 2) / (to - from));
		};
		overview.addEventListener("pointerdown", move);
		overview.addEventListener("pointermove", move);
		const keys = {
			ArrowLeft: () => this.zoom(1, -0.25), ArrowRight: () => this.zoom(1, 0.25),
			"+": () => this.zoom(0.5), "=": () => this.zoom(0.5), "-": () => this.zoom(2),
			0: () => this.select(-Infinity, Infinity),
		};
		chart.addEventListener("keydown", (event) => {
			if (!keys[event.key] || event.ctrlKey || event.metaKey)
				return;
			keys[event.key]();
			event.preventDefault();
			event.stopPropagation();
		});
		byId("time-out").addEventListener("click", () => this.zoom(2));
		byId("time-all").addEventListener("click", () => this.select(-Infinity, Infinity));
	}
}
