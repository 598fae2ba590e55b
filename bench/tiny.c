// SPDX-License-Identifier: Apache-2.0
// The smallest program there is: what bench/load starts, so that starting is all that is measured.
int main(void)
{
	return 0;
}
