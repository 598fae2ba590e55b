# SPDX-License-Identifier: Apache-2.0
# hits: 2
# fake: /usr/sbin/nginx /usr/sbin/apache2
chain /usr/sbin/nginx -g 'daemon off;' :: sh -c 'unshare --user true; :'
chain /usr/sbin/apache2 -k start :: unshare --user --map-root-user id
