# SPDX-License-Identifier: Apache-2.0
ask ngrok.io.example.org
ask www.cloudflare.com
ask explore.pub
