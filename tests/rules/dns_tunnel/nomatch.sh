# SPDX-License-Identifier: Apache-2.0
perl -e 'use Socket; socket(S, AF_INET, SOCK_DGRAM, 0); for $i (1 .. 40) {
	$name = "host$i.example.org";
	send(S, pack("n6", 7, 256, 1, 0, 0, 0) . join("", map { pack("C/a", $_) } split(/\./, $name)) .
		pack("Cnn", 0, 16, 1), 0, sockaddr_in(53, inet_aton("192.0.2.53"))) }'
perl -e 'use Socket; socket(S, AF_INET, SOCK_DGRAM, 0); for $i (10 .. 50) {
	$name = join(".", split(//, $i . "0" x 30)) . ".ip6.arpa";
	send(S, pack("n6", 7, 256, 1, 0, 0, 0) . join("", map { pack("C/a", $_) } split(/\./, $name)) .
		pack("Cnn", 0, 12, 1), 0, sockaddr_in(53, inet_aton("192.0.2.53"))) }'
for i in 1 2 3; do
	ask $(printf '%030d.%030d' $i $i).cdn.example.net
done
