# SPDX-License-Identifier: Apache-2.0
ask www.example.org
ask a.very.long.name.made.of.many.short.labels.that.say.nothing.at.all.example.org
ask $(printf '1%.0s' $(seq 55)).1.0.192.in-addr.arpa 12
ask internal-production-load-balancer-1234567890.eu-central-1.elb.example.com
