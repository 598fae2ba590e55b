# SPDX-License-Identifier: Apache-2.0
# fake: /usr/lib/postgresql/15/bin/postgres /usr/bin/pgbackrest
chain /usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql :: sh -c 'test ! -f /srv/wal/0001 && cp pg_wal/0001 /srv/wal/0001'
chain /usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql :: sh -c 'pgbackrest --stanza=main archive-push pg_wal/0001'
sh -c id
chain /usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql :: sh -c 'true > /dev/null'
chain /usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql :: sh -c 'python3 -V -m barman pg_wal/0001'
