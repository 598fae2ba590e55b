# SPDX-License-Identifier: Apache-2.0
ask oast.fun.example.org
ask interact.example.sh
ask www.portswigger.net
