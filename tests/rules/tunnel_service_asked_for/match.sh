# SPDX-License-Identifier: Apache-2.0
# hits: 3
ask connect.ngrok-agent.com
ask odd-name-of-words.trycloudflare.com
ask bore.pub
