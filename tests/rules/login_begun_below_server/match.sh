# SPDX-License-Identifier: Apache-2.0
# hits: 1
# fake: /usr/sbin/nginx
chain /usr/sbin/nginx -g 'daemon off;' :: sh -c 'echo 33 > /proc/self/loginuid; exec id'
