// SPDX-License-Identifier: Apache-2.0
// The page's parts put together, its keys, and light and dark.

function start() {
	const data = readData();
	const filter = new Filter(data);
	const detail = new Detail(data, filter);
	drawAbout(data);
	const list = new List(data, filter, (row, isOpened) => detail.show(row, isOpened));
	new Timeline(data, filter);
	new Counts(data, filter);
	const search = byId("search");
	let typing = 0;

	filter.listeners.push(() => {
		byId("chips").replaceChildren(...filter.chips().map(({ text, off }) =>
			el("button", { type: "button", title: `${text}: take this filter off`, click: off }, `${text} ✕`)));
		if (filter.text !== search.value.trim())
			search.value = filter.text;
	});
	search.addEventListener("input", () => {
		clearTimeout(typing);
		typing = setTimeout(() => {
			filter.text = search.value.trim();
			filter.changed();
		}, 150);
	});
	byId("none-clear").addEventListener("click", () => filter.clear());
	addEventListener("beforeprint", () => drawPrint(data, filter));
	addEventListener("afterprint", () => byId("print").replaceChildren());
	listenToKeys({ filter, detail, list, search });
	listenToTheme();
	byId("help-open").addEventListener("click", () => byId("help").showModal());
	filter.changed();
	/* What filters take away must not make the page jump. */
	for (const box of document.querySelectorAll(".scroll"))
		box.style.setProperty("min-height", `${box.offsetHeight}px`);
	byId("main").removeAttribute("aria-busy");
}

function stepBack({ filter, detail, search }) {
	if (detail.isOpen) {
		detail.close();
	} else if (filter.text) {
		filter.text = search.value = "";
		filter.changed();
	} else {
		filter.clear();
	}
}

function listenToKeys(parts) {
	const { filter, detail, list, search } = parts;
	const move = (by) => list.select(list.place < 0 ? 0 : list.place + by, false);
	const keys = {
		"/": () => { search.focus(); search.select(); },
		j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1),
		PageDown: () => move(list.page), PageUp: () => move(-list.page),
		Home: () => list.select(0, false), End: () => list.select(filter.shown.length - 1, false),
		Enter: () => detail.isOpen ? detail.close() : list.select(Math.max(list.place, 0), true),
		Escape: () => stepBack(parts),
		t: () => byId("time-chart").focus(),
		"?": () => byId("help").showModal(),
	};
	LEVELS.forEach((_, level) => {
		keys[level + 1] = () => filter.toggle(filter.levels, level);
	});
	addEventListener("keydown", (event) => {
		const { target, key } = event;
		const isTyping = target === search;
		if (event.ctrlKey || event.metaKey || event.altKey || byId("help").open || !keys[key])
			return;
		if (isTyping && key !== "Escape" && key !== "ArrowDown")
			return;
		/* Where arrows and Enter mean something else, they keep meaning it. */
		const isList = target === document.body || list.box.contains(target) || detail.box === target;
		if (!isList && !isTyping && (key.length > 1 && key !== "Escape"))
			return;
		event.preventDefault();
		if (key === "ArrowDown" && isTyping)
			list.box.focus();
		keys[key]();
	});
}

/* Automatic, light, dark. */
function listenToTheme() {
	const button = byId("theme"), root = document.documentElement;
	const next = { auto: "light", light: "dark", dark: "auto" };
	const name = () => root.dataset.theme ?? "auto";
	const draw = () => { button.textContent = { auto: "◐ auto", light: "○ light", dark: "● dark" }[name()]; };
	button.addEventListener("click", () => {
		const theme = next[name()];
		if (theme === "auto")
			delete root.dataset.theme;
		else
			root.dataset.theme = theme;
		draw();
	});
	draw();
}

start();
