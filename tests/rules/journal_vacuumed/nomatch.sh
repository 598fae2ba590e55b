# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/journalctl
journalctl --vacuum-time=14d
journalctl --vacuum-size=500M
journalctl -u ssh --since -1h -n 5
/bin/echo journalctl --rotate --vacuum-time=1s
/bin/echo journalctl --vacuum-size=1K
/bin/echo journalctl --vacuum-files 1
