# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/at
at -l
at -c 7
