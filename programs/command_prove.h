/* SPDX-License-Identifier: Apache-2.0 */
/* windhover pack prove: a proof without the service. */
#pragma once

int command_prove(int argc, char **argv);
