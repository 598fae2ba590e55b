# SPDX-License-Identifier: Apache-2.0
# hits: 3
ask pool.supportxmr.com
ask xmr-eu1.nanopool.org 28
ask xmr.eu.pool.example.org
