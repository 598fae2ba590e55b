# SPDX-License-Identifier: Apache-2.0
as www-data true
cp "$(readlink -f /usr/bin/python3)" /usr/local/bin/tool
python3 -c 'import os; os.setresuid(-1, 33, -1); os.setresuid(-1, 0, -1)'
chmod 4755 /usr/local/bin/tool
as www-data /usr/local/bin/tool -c 'import os; os.setuid(0)'
as www-data /usr/bin/chsh --help
