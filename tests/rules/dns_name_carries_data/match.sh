# SPDX-License-Identifier: Apache-2.0
# hits: 3
ask 4d5a90000300000004000000ffff0000b800000000000000400000.t.example.org
ask $(printf 'a%.0s' $(seq 60)).x.example.net 16
ask $(printf '\200\201\377\376\360').io.example.org 10
