/* SPDX-License-Identifier: Apache-2.0 */
/* windhover pack prove, pack tests: a proof without the service, and what it tests with. */
#pragma once

int command_prove(int argc, char **argv);
int command_tests(int argc, char **argv);
