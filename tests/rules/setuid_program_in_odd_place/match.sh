# SPDX-License-Identifier: Apache-2.0
# hits: 2
cp /usr/bin/true /tmp/.helper
cp /usr/bin/true /usr/local/bin/helper
chmod 4755 /tmp/.helper /usr/local/bin/helper
as www-data /tmp/.helper
as www-data /usr/local/bin/helper
