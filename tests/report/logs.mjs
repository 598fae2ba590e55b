// SPDX-License-Identifier: Apache-2.0
// Logs and rules that the pages are made of, and what must therefore be in them.

export const COUNT = 100000;
export const TOOLS = 50;
export const HOSTS = 37;
export const LEVELS = ["informational", "low", "medium", "high", "critical"];
export const TACTICS = ["execution", "persistence", "discovery", "impact"];
const START = Date.UTC(2024, 6, 19, 4, 9, 0);

const two = (n) => String(n).padStart(2, "0");

/* What the event number ${i} is about. */
export const big = {
	tool: (i) => i % TOOLS,
	host: (i) => `host-${two((i * 7) % HOSTS)}`,
	level: (i) => LEVELS[big.tool(i) % LEVELS.length],
	tactic: (i) => TACTICS[big.tool(i) % TACTICS.length],
	time: (i) => new Date(START + i * 2000),
	count: (is) => {
		let count = 0;
		for (let i = 0; i < COUNT; i++)
			count += is(i) ? 1 : 0;
		return count;
	},
};

const event = (fields) => JSON.stringify({
	Channel: "Microsoft-Windows-Sysmon/Operational", EventID: 1, Hostname: "host-a",
	TimeCreated: "2024-07-19T04:09:00Z", Image: "C:\\Windows\\a.exe", ...fields,
});

export function bigLog() {
	const lines = [];
	for (let i = 0; i < COUNT; i++)
		lines.push(event({
			Hostname: big.host(i), TimeCreated: big.time(i).toISOString(), RecordNumber: i,
			CommandLine: `tool-${two(big.tool(i))} --run ${i}`, User: i % 1000 === 999 ? "CORP\\rare" : "CORP\\often",
		}));
	return lines.join("\n") + "\n";
}

const rule = (title, id, level, tags, field) => `---
title: ${title}
id: 6a0c2b0e-55b5-4a0c-9a34-${String(id).padStart(12, "0")}
level: ${level}
tags: [${tags.map((tag) => `attack.${tag}`).join(", ")}]
logsource: {product: windows, category: process_creation}
detection:
  selection:
    ${field}
  condition: selection
`;

export const bigRules = () => Array.from({ length: TOOLS }, (_, tool) => rule(`Tool ${two(tool)} was run`, tool,
	LEVELS[tool % LEVELS.length], [TACTICS[tool % TACTICS.length], "t1059"],
	`CommandLine|startswith: 'tool-${two(tool)} '`)).join("");

export const HOSTILE = ["</script><script>window.pwned=1</script>", "<!-- <script>", "<img src=x onerror=window.pwned=1>",
	"\u2028window.pwned=1\u2029", "\u0000\u0001\u007f", "\\u003cimg src=x onerror=window.pwned=1\\u003e",
	"\"onmouseover=window.pwned=1 \"", "javascript:window.pwned=1", "${window.pwned=1}", "\u202egnp.exe", "&lt;b&gt;"];

export const hostileLog = () => HOSTILE.map((text, i) => event({
	CommandLine: `evil ${text}`, Hostname: text, User: text, [text]: text, Nested: { ["__proto__"]: text, 2: "b", 1: "a" },
	Big: 12345678901234567890n.toString(), TimeCreated: new Date(START + i * 1000).toISOString(),
})).join("\n").replaceAll('"12345678901234567890"', "12345678901234567890") + "\n";

export const hostileRules = () => rule("Evil </script><img src=x onerror=window.pwned=1>", 1, "high", ["execution"],
	"CommandLine|contains: evil");

/* More than a page lists: each event has two detections. */
export const FULL = 125001;
export const fullLog = () => Array.from({ length: FULL }, (_, i) => event({ CommandLine: `evil ${i}` })).join("\n") + "\n";
export const fullRules = () => hostileRules() + rule("Another", 2, "low", ["impact"], "CommandLine|startswith: evil");

export const quietLog = () => event({ CommandLine: "harmless" }) + "\n";
export const damagedLog = () => `${event({ CommandLine: "evil" })}\n{broken <b>\n`;
