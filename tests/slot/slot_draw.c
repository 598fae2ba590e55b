// SPDX-License-Identifier: Apache-2.0
// Draws the slot machine from its table: slot_draw, or slot_draw --check PAGE that shows it.
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "update/slot/slot.h"

#define PAGE_SIZE_MAX (1u << 20)

static void actions(unsigned actions, struct buffer *out)
{
	static const char *const names[] = { "prove", "run", "mark bad", "adopt",
					     "drop" };
	bool first = true;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (actions >> i & 1) {
			buffer_format(out, "%s%s", first ? "" : ", ", names[i]);
			first = false;
		}
}

static void draw(struct buffer *out)
{
	struct slot_row row;

	buffer_string(out, "```mermaid\nstateDiagram-v2\n    [*] --> safe\n");
	for (unsigned i = 0; slot_row(i, &row); i++)
		buffer_format(out, "    %s --> %s: %s%s%s\n", slot_state_name(row.state),
			      slot_state_name(row.next), slot_event_name(row.event),
			      row.when[0] ? ", " : "", row.when);
	buffer_string(out, "```\n\n| state | event | if | next | actions |\n"
			   "|---|---|---|---|---|\n");
	for (unsigned i = 0; slot_row(i, &row); i++) {
		buffer_format(out, "| %s | %s | %s | %s | ", slot_state_name(row.state),
			      slot_event_name(row.event), row.when,
			      slot_state_name(row.next));
		actions(row.actions, out);
		buffer_string(out, " |\n");
	}
}

int main(int argc, char **argv)
{
	AUTO(buffer) struct buffer drawing, page;

	buffer_init(&drawing, PAGE_SIZE_MAX);
	buffer_init(&page, PAGE_SIZE_MAX);
	draw(&drawing);
	if (drawing.failed)
		return 2;
	if (argc < 3)
		return fwrite(drawing.at, 1, drawing.size, stdout) == drawing.size ? 0
										   : 2;
	if (file_read(argv[2], &page)) {
		(void)printf("%s can't be read\n", argv[2]);
		return 2;
	}
	if (memmem(page.at, page.size, drawing.at, drawing.size))
		return 0;
	(void)printf("%s does not show the machine as it is; slot_draw prints it\n",
		     argv[2]);
	return 1;
}
