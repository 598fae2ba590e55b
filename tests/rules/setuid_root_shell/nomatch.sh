# SPDX-License-Identifier: Apache-2.0
sh -c true
as www-data sh -c true
python3 -c 'import os; os.setresuid(0, 33, 33); os.execv("/bin/sh", ["sh", "-c", "true"])'
/bin/echo python3 -c 'import os; os.setresuid(33, 0, 0); os.execv("/bin/sh", ["sh", "-c", "true"])'
/bin/echo cp /bin/bash /opt/bash
/bin/echo chmod 4755 /opt/bash
