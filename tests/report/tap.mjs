// SPDX-License-Identifier: Apache-2.0
// Tests one after another, told as TAP.

const tests = [];

/* Add a test: its name is a sentence, spaces for underscores. */
export function test(name, run) {
	tests.push({ name, run });
}

/* Run all; returns whether each of them passed. */
export async function runTests() {
	let good = true;
	console.log(`1..${tests.length}`);
	for (const [at, { name, run }] of tests.entries()) {
		try {
			await run();
			console.log(`ok ${at + 1} - ${name}`);
		} catch (error) {
			good = false;
			console.log(`not ok ${at + 1} - ${name}`);
			for (const line of String(error?.stack ?? error).split("\n"))
				console.log(`# ${line}`);
		}
	}
	return good;
}
