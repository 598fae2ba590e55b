# SPDX-License-Identifier: Apache-2.0
mkdir -p /var/www/html
sh -c "echo '<?php phpinfo(); ?>' > /var/www/html/info.php"
sh -c 'grep -rl "shell_exec" /var/www/html > /tmp/list.php'
sh -c 'grep -c "eval(\$_POST" /srv/notes.txt' 2> /dev/null
