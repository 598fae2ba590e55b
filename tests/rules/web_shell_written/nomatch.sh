# SPDX-License-Identifier: Apache-2.0
mkdir -p /var/www/html
sh -c "echo '<?php phpinfo(); ?>' > /var/www/html/info.php"
sh -c 'grep -rl "shell_exec" /var/www/html > /tmp/list.php'
