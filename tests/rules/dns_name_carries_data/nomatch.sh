# SPDX-License-Identifier: Apache-2.0
ask www.example.org
ask a.very.long.name.made.of.many.short.labels.that.say.nothing.at.all.example.org
ask b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa 12
ask internal-production-load-balancer-1234567890.eu-central-1.elb.example.com
