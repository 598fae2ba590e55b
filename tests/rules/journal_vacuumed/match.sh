# SPDX-License-Identifier: Apache-2.0
# hits: 3
# fake: /usr/bin/journalctl
journalctl --rotate --vacuum-time=1s
journalctl --vacuum-size=1K
journalctl --vacuum-files 1
