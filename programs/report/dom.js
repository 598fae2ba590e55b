// SPDX-License-Identifier: Apache-2.0
// Elements and texts.  What comes from a log becomes text nodes and attributes, never markup.

const LEVELS = ["informational", "low", "medium", "high", "critical"];

const byId = (id) => document.getElementById(id);

/* An element with attributes and children; a function among the attributes listens. */
function el(tag, attributes = {}, ...children) {
	const element = document.createElement(tag);
	fill(element, attributes);
	element.append(...children.filter((child) => child !== null && child !== undefined));
	return element;
}

function svg(tag, attributes = {}, ...children) {
	const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
	fill(element, attributes);
	element.append(...children);
	return element;
}

function fill(element, attributes) {
	for (const [name, value] of Object.entries(attributes)) {
		if (typeof value === "function")
			element.addEventListener(name, value);
		else if (name.startsWith("--"))
			element.style.setProperty(name, value);
		else if (name.startsWith("aria-") && value !== null)
			element.setAttribute(name, String(value));
		else if (value !== null && value !== undefined && value !== false)
			element.setAttribute(name, value === true ? "" : value);
	}
}

const numberFormat = new Intl.NumberFormat("en-US");
const number = (n) => numberFormat.format(n);
const counted = (n, one, many = one + "s") => `${number(n)} ${Number(n) === 1 ? one : many}`;

function size(bytes) {
	const units = ["bytes", "kB", "MB", "GB", "TB"];
	let unit = 0;
	while (bytes >= 1000 && unit < units.length - 1) {
		bytes /= 1000;
		unit++;
	}
	return `${unit && bytes < 10 ? bytes.toFixed(1) : Math.round(bytes)} ${units[unit]}`;
}

const pad = (n, width = 2) => String(n).padStart(width, "0");

/* "2024-07-19 04:09:00.123456" of microseconds since 1970, in UTC; 0 is not known. */
function timeText(us, places = 3) {
	if (!us)
		return "";
	const date = new Date(Math.floor(us / 1000));
	if (Number.isNaN(date.getTime()))
		return "";
	const fraction = places ? "." + pad(((us % 1e6) + 1e6) % 1e6, 6).slice(0, places) : "";
	return `${date.toISOString().slice(0, 10)} ${date.toISOString().slice(11, 19)}${fraction}`;
}

/* A list that is cut says how much of it is missing. */
function firstOf(list, most, make) {
	const shown = list.slice(0, most).map(make);
	if (list.length > most)
		shown.push(el("p", { class: "note" }, `and ${number(list.length - most)} more`));
	return shown;
}

/* What is under the pointer, told beside it. */
const tip = {
	show(event, text) {
		const box = byId("tip");
		box.textContent = text;
		box.hidden = false;
		const { width, height } = box.getBoundingClientRect();
		const left = Math.min(event.clientX + 14, innerWidth - width - 8);
		const top = event.clientY + 18 + height > innerHeight ? event.clientY - height - 10
			: event.clientY + 18;
		box.style.setProperty("left", `${Math.max(left, 8)}px`);
		box.style.setProperty("top", `${top}px`);
	},
	hide() {
		byId("tip").hidden = true;
	},
};
