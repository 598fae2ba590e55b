# SPDX-License-Identifier: Apache-2.0
# The service on a system whose kernel command line switches it off.
. /root/common.sh
patience=60
pause=0.5

state() { systemctl show --value -p "$1" windhover.service; }
checked() { [ "$(state ConditionResult)" = no ] && [ "$(state ActiveState)" = inactive ]; }

wait_for "the refusal" sh -c 'systemctl show --value -p ConditionTimestamp windhover | grep -q .'
checked || fail "$(systemctl status windhover.service)"
[ -z "$(pgrep windhover)" ] || fail "it runs all the same"
! helper bpf | grep ' wh_' || fail "it loaded something"

# Asking for it by hand does not help either; that is what a switch is for.
systemctl start windhover.service
checked || fail "$(systemctl status windhover.service)"
! helper bpf | grep ' wh_' || fail "it loaded something"
